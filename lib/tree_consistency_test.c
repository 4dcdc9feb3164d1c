#include "tree.h"

#include <atf-c.h>

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "lib/test/kept_tree.h"

#define MOST	KEPT_MAX

/*
 * RFC 6962 section 2.1.2: SUBPROOF(m, D[from:from+count], b), with `whole' for
 * b.  The bottom is 300 leaves away.
 */
static void
rfc_subproof(uint64_t m, uint64_t from, uint64_t count, bool whole,
    struct proof *p)
{
	uint64_t k = 1;

	if (m == count) {
		if (!whole)
			kept_rfc_root(from, count, p->hash[p->count++]);
		return;
	}
	while (2 * k < count)
		k *= 2;
	if (m <= k) {
		rfc_subproof(m, from, k, whole, p);
		kept_rfc_root(from + k, count - k, p->hash[p->count++]);
	} else {
		rfc_subproof(m - k, from + k, count - k, false, p);
		kept_rfc_root(from, k, p->hash[p->count++]);
	}
}

static void
root_of(uint64_t size, unsigned char root[TREE_HASH])
{
	struct tree t;

	ATF_REQUIRE_EQ(0, tree_load(&t, &kept_nodes, size));
	tree_root(&t, root);
}

ATF_TC_WITHOUT_HEAD(every_consistency_proof_is_the_rfcs_and_verifies);
ATF_TC_BODY(every_consistency_proof_is_the_rfcs_and_verifies, tc)
{
	static unsigned char root[MOST + 1][TREE_HASH];
	struct proof p, q;

	kept_fill(MOST);
	for (uint64_t b = 0; b <= MOST; b++)
		root_of(b, root[b]);
	for (uint64_t b = 1; b <= MOST; b++) {
		for (uint64_t a = 1; a <= b; a++) {
			ATF_REQUIRE_EQ(0, tree_prove_consistency(&kept_nodes, a,
			    b, &p));
			ATF_REQUIRE_EQ(0, tree_verify_consistency(a, root[a], b,
			    root[b], &p));
			if (b > 100 && b < MOST)
				continue; /* the RFC's way takes long */
			q.count = 0;
			rfc_subproof(a, 0, b, true, &q);
			ATF_REQUIRE_EQ(q.count, p.count);
			ATF_REQUIRE(memcmp(p.hash, q.hash,
			    p.count * TREE_HASH) == 0);
		}
	}
}

ATF_TC_WITHOUT_HEAD(an_empty_tree_is_the_beginning_of_every_tree);
ATF_TC_BODY(an_empty_tree_is_the_beginning_of_every_tree, tc)
{
	unsigned char empty[TREE_HASH], root[TREE_HASH];
	struct proof p;

	kept_fill(5);
	root_of(0, empty);
	root_of(5, root);
	ATF_REQUIRE_EQ(0, tree_prove_consistency(&kept_nodes, 0, 5, &p));
	ATF_CHECK_EQ(0, p.count);
	ATF_CHECK_EQ(0, tree_verify_consistency(0, empty, 5, root, &p));
	ATF_CHECK_EQ(-1, tree_verify_consistency(0, root, 5, root, &p));
	ATF_CHECK_EQ(0, tree_verify_consistency(0, empty, 0, empty, &p));
	p.count = 1;
	ATF_CHECK_EQ(-1, tree_verify_consistency(0, empty, 5, root, &p));
	ATF_CHECK_EQ(-1, tree_verify_consistency(5, root, 5, root, &p));
}

/* Every one-step change of this consistency proof must be refused. */
static void
check_consistency_changes(uint64_t a, const unsigned char root_a[TREE_HASH],
    uint64_t b, const unsigned char root_b[TREE_HASH], const struct proof *good)
{
	struct proof p = *good;
	unsigned char other[TREE_HASH];

	memcpy(other, root_a, TREE_HASH);
	other[b % TREE_HASH] ^= 1;
	ATF_REQUIRE_EQ(-1, tree_verify_consistency(a, other, b, root_b, &p));
	memcpy(other, root_b, TREE_HASH);
	other[a % TREE_HASH] ^= 0x40;
	ATF_REQUIRE_EQ(-1, tree_verify_consistency(a, root_a, b, other, &p));
	for (size_t k = 0; k < good->count; k++) {
		p.hash[k][(a + k) % TREE_HASH] ^= 2;
		ATF_REQUIRE_EQ(-1, tree_verify_consistency(a, root_a, b, root_b,
		    &p));
		p = *good;
	}
	for (p.count = 0; p.count <= TREE_LEVELS; p.count++)
		if (p.count != good->count)
			ATF_REQUIRE_EQ(-1,
			    tree_verify_consistency(a, root_a, b, root_b, &p));
	p = *good;
	for (uint64_t j = 0; j < b + 2; j++)
		if (j != a)
			ATF_REQUIRE_EQ(-1,
			    tree_verify_consistency(j, root_a, b, root_b, &p));
}

ATF_TC_WITHOUT_HEAD(no_changed_consistency_proof_verifies);
ATF_TC_BODY(no_changed_consistency_proof_verifies, tc)
{
	static unsigned char root[71][TREE_HASH];
	struct proof p;

	memset(&p, 0, sizeof(p));
	kept_fill(70);
	for (uint64_t b = 1; b <= 70; b++) {
		root_of(b, root[b]);
		for (uint64_t a = 1; a < b; a++) {
			ATF_REQUIRE_EQ(0, tree_prove_consistency(&kept_nodes, a,
			    b, &p));
			check_consistency_changes(a, root[a], b, root[b], &p);
		}
	}
}

/* Two trees with the same first leaves, but for one that was changed. */
ATF_TC_WITHOUT_HEAD(a_changed_leaf_has_no_consistency_proof);
ATF_TC_BODY(a_changed_leaf_has_no_consistency_proof, tc)
{
	unsigned char before[TREE_HASH], after[TREE_HASH];
	const uint64_t forged = 1000;
	struct proof p;

	for (uint64_t at = 0; at < 20; at++) {
		kept_fill(20);
		root_of(20, before);
		kept_fill(at);
		kept_append(&forged, sizeof(forged));
		for (uint64_t i = at + 1; i < 33; i++)
			kept_append(&i, sizeof(i));
		root_of(33, after);
		ATF_REQUIRE_EQ(0, tree_prove_consistency(&kept_nodes, 20, 33,
		    &p));
		ATF_CHECK_EQ(-1, tree_verify_consistency(20, before, 33, after,
		    &p));
		ATF_CHECK_EQ(EBADMSG, errno);
	}
}

static const uint64_t hostile_sizes[] = {0, 1, 2, 3, TREE_SIZE_MAX - 1,
    TREE_SIZE_MAX, TREE_SIZE_MAX + 1, UINT64_MAX - 1, UINT64_MAX};

#define HOSTILE (sizeof(hostile_sizes) / sizeof(hostile_sizes[0]))

ATF_TC_WITHOUT_HEAD(hostile_sizes_of_a_consistency_proof_are_safe);
ATF_TC_BODY(hostile_sizes_of_a_consistency_proof_are_safe, tc)
{
	const unsigned char hash[TREE_HASH] = {0}, other[TREE_HASH] = {1};
	struct proof p;

	memset(&p, 0, sizeof(p));
	kept_fill(3);
	for (size_t i = 0; i < HOSTILE * HOSTILE; i++) {
		const uint64_t a = hostile_sizes[i / HOSTILE];
		const uint64_t b = hostile_sizes[i % HOSTILE];

		for (p.count = 0; p.count <= TREE_LEVELS; p.count++)
			ATF_CHECK_EQ(-1, tree_verify_consistency(a, hash, b,
			    other, &p));
		p.count = SIZE_MAX;
		ATF_CHECK_EQ(-1, tree_verify_consistency(a, hash, b, other,
		    &p));
	}
	ATF_CHECK_EQ(-1, tree_prove_consistency(&kept_nodes, 2, 1, &p));
	ATF_CHECK_EQ(EINVAL, errno);
	ATF_CHECK_EQ(-1, tree_prove_consistency(&kept_nodes, 1, UINT64_MAX,
	    &p));
	ATF_CHECK_EQ(EINVAL, errno);
	ATF_CHECK_EQ(-1, tree_prove_consistency(&kept_nodes, 3, 9, &p));
	ATF_CHECK_EQ(ENOENT, errno);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, every_consistency_proof_is_the_rfcs_and_verifies);
	ATF_TP_ADD_TC(tp, an_empty_tree_is_the_beginning_of_every_tree);
	ATF_TP_ADD_TC(tp, no_changed_consistency_proof_verifies);
	ATF_TP_ADD_TC(tp, a_changed_leaf_has_no_consistency_proof);
	ATF_TP_ADD_TC(tp, hostile_sizes_of_a_consistency_proof_are_safe);
	return atf_no_error();
}
