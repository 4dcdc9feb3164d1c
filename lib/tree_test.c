#include "tree.h"

#include <atf-c.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/test/kept_tree.h"

#define MOST	KEPT_MAX

/* The eight leaves of Certificate Transparency's own tests. */
static const struct {
	const char *data;
	size_t len;
	const char *root;	/* of the tree that ends with this leaf */
} ct[] = {
	{ "", 0, "6e340b9cffb37a989ca544e6bb780a2c"
	    "78901d3fb33738768511a30617afa01d" },
	{ "\x00", 1, "fac54203e7cc696cf0dfcb42c92a1d9d"
	    "baf70ad9e621f4bd8d98662f00e3c125" },
	{ "\x10", 1, "aeb6bcfe274b70a14fb067a5e5578264"
	    "db0fa9b51af5e0ba159158f329e06e77" },
	{ "\x20\x21", 2, "d37ee418976dd95753c1c73862b9398f"
	    "a2a2cf9b4ff0fdfe8b30cd95209614b7" },
	{ "\x30\x31", 2, "4e3bbb1f7b478dcfe71fb631631519a3"
	    "bca12c9aefca1612bfce4c13a86264d4" },
	{ "\x40\x41\x42\x43", 4, "76e67dadbcdf1e10e1b74ddc608abd2f"
	    "98dfb16fbce75277b5232a127f2087ef" },
	{ "\x50\x51\x52\x53\x54\x55\x56\x57", 8,
	    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c" },
	{ "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
	    16,
	    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328" },
};

static const struct {
	uint64_t index, size;
	size_t count;
	const char *hash[3];
} ct_proofs[] = {
	{ 0, 1, 0, { NULL } },
	{ 0, 8, 3, {
	    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
	    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
	    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
	    } },
	{ 5, 8, 3, {
	    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
	    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
	    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
	    } },
	{ 2, 3, 1, {
	    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
	    } },
	{ 1, 5, 3, {
	    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
	    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
	    } },
};

static const char *
hex(const unsigned char hash[TREE_HASH])
{
	static char text[2 * TREE_HASH + 1];

	for (size_t i = 0; i < TREE_HASH; i++)
		snprintf(text + 2 * i, 3, "%02x", hash[i]);
	return text;
}

/* Section 2.1.1: PATH(index, D[first:first+count]). */
static void
rfc_path(uint64_t index, uint64_t first, uint64_t count, struct proof *p)
{
	uint64_t k = 1;

	if (count == 1)
		return;
	while (2 * k < count)
		k *= 2;
	if (index < k) {
		rfc_path(index, first, k, p);
		kept_rfc_root(first + k, count - k, p->hash[p->count++]);
	} else {
		rfc_path(index - k, first + k, count - k, p);
		kept_rfc_root(first, k, p->hash[p->count++]);
	}
}

ATF_TC_WITHOUT_HEAD(empty_tree_is_the_hash_of_nothing);
ATF_TC_BODY(empty_tree_is_the_hash_of_nothing, tc)
{
	unsigned char root[TREE_HASH];

	kept_fill(0);
	tree_root(&kept_tree.tree, root);
	ATF_CHECK_STREQ("e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855", hex(root));
}

ATF_TC_WITHOUT_HEAD(gives_the_roots_of_certificate_transparency);
ATF_TC_BODY(gives_the_roots_of_certificate_transparency, tc)
{
	unsigned char root[TREE_HASH];

	kept_fill(0);
	for (size_t i = 0; i < sizeof(ct) / sizeof(ct[0]); i++) {
		kept_append(ct[i].data, ct[i].len);
		tree_root(&kept_tree.tree, root);
		ATF_CHECK_STREQ(ct[i].root, hex(root));
	}
}

ATF_TC_WITHOUT_HEAD(gives_the_proofs_of_certificate_transparency);
ATF_TC_BODY(gives_the_proofs_of_certificate_transparency, tc)
{
	struct proof p;

	kept_fill(0);
	for (size_t i = 0; i < sizeof(ct) / sizeof(ct[0]); i++)
		kept_append(ct[i].data, ct[i].len);
	for (size_t i = 0; i < sizeof(ct_proofs) / sizeof(ct_proofs[0]); i++) {
		ATF_REQUIRE_EQ(0, tree_prove(&kept_nodes, ct_proofs[i].index,
		    ct_proofs[i].size, &p));
		ATF_REQUIRE_EQ(ct_proofs[i].count, p.count);
		for (size_t k = 0; k < p.count; k++)
			ATF_CHECK_STREQ(ct_proofs[i].hash[k], hex(p.hash[k]));
	}
}

ATF_TC_WITHOUT_HEAD(every_proof_is_the_rfcs_and_verifies);
ATF_TC_BODY(every_proof_is_the_rfcs_and_verifies, tc)
{
	unsigned char root[TREE_HASH], want[TREE_HASH];
	struct proof p, q;
	struct tree t;

	kept_fill(MOST);
	for (uint64_t size = 1; size <= MOST; size++) {
		ATF_REQUIRE_EQ(0, tree_load(&t, &kept_nodes, size));
		tree_root(&t, root);
		kept_rfc_root(0, size, want);
		ATF_REQUIRE_STREQ(hex(want), hex(root));
		for (uint64_t i = 0; i < size; i++) {
			ATF_REQUIRE_EQ(0, tree_prove(&kept_nodes, i, size, &p));
			ATF_REQUIRE_EQ(0, tree_verify(kept_tree.leaf[i], i,
			    size, &p, root));
			if (size > 80)
				continue;	/* the RFC's way takes long */
			q.count = 0;
			rfc_path(i, 0, size, &q);
			ATF_REQUIRE_EQ(q.count, p.count);
			ATF_REQUIRE(memcmp(p.hash, q.hash,
			    p.count * TREE_HASH) == 0);
		}
	}
}

/* Every one-step change of a proof for this leaf must be refused. */
static void
check_changes(uint64_t i, uint64_t size, const struct proof *good,
    const unsigned char root[TREE_HASH])
{
	const unsigned char *leaf = kept_tree.leaf[i];
	unsigned char other[TREE_HASH];
	struct proof p = *good;

	memcpy(other, root, TREE_HASH);
	other[i % TREE_HASH] ^= 1;
	ATF_REQUIRE_EQ(-1, tree_verify(leaf, i, size, good, other));
	memcpy(other, leaf, TREE_HASH);
	other[i % TREE_HASH] ^= 0x80;
	ATF_REQUIRE_EQ(-1, tree_verify(other, i, size, good, root));
	for (size_t k = 0; k < good->count; k++) {
		p.hash[k][k % TREE_HASH] ^= 4;
		ATF_REQUIRE_EQ(-1, tree_verify(leaf, i, size, &p, root));
		p = *good;
	}
	for (size_t k = 0; k + 1 < good->count; k++) {
		memcpy(p.hash[k], good->hash[k + 1], TREE_HASH);
		memcpy(p.hash[k + 1], good->hash[k], TREE_HASH);
		ATF_REQUIRE_EQ(-1, tree_verify(leaf, i, size, &p, root));
		p = *good;
	}
	for (p.count = 0; p.count <= TREE_LEVELS; p.count++)
		if (p.count != good->count)
			ATF_REQUIRE_EQ(-1, tree_verify(leaf, i, size, &p,
			    root));
	p = *good;
	for (uint64_t j = 0; j < size + 2; j++)
		if (j != i)
			ATF_REQUIRE_EQ(-1, tree_verify(leaf, j, size, &p,
			    root));
}

ATF_TC_WITHOUT_HEAD(no_changed_proof_verifies);
ATF_TC_BODY(no_changed_proof_verifies, tc)
{
	unsigned char root[TREE_HASH];
	struct proof p;
	struct tree t;

	memset(&p, 0, sizeof(p));
	kept_fill(70);
	for (uint64_t size = 1; size <= 70; size++) {
		ATF_REQUIRE_EQ(0, tree_load(&t, &kept_nodes, size));
		tree_root(&t, root);
		for (uint64_t i = 0; i < size; i++) {
			ATF_REQUIRE_EQ(0, tree_prove(&kept_nodes, i, size, &p));
			check_changes(i, size, &p, root);
		}
	}
}

ATF_TC_WITHOUT_HEAD(sizes_near_the_end_of_64_bits_are_safe);
ATF_TC_BODY(sizes_near_the_end_of_64_bits_are_safe, tc)
{
	unsigned char hash[TREE_HASH] = { 0 };
	struct proof p;

	memset(&p, 0, sizeof(p));
	p.count = TREE_LEVELS;
	ATF_CHECK_EQ(-1, tree_verify(hash, UINT64_MAX - 1, UINT64_MAX, &p,
	    hash));
	ATF_CHECK_EQ(-1, tree_verify(hash, 0, UINT64_MAX, &p, hash));
	ATF_CHECK_EQ(-1, tree_verify(hash, UINT64_MAX, UINT64_MAX, &p, hash));
	ATF_CHECK_EQ(-1, tree_verify(hash, 0, 0, &p, hash));
	p.count = SIZE_MAX;
	ATF_CHECK_EQ(-1, tree_verify(hash, 0, 1, &p, hash));
	kept_fill(3);
	ATF_CHECK_EQ(-1, tree_prove(&kept_nodes, 0, 0, &p));
	ATF_CHECK_EQ(EINVAL, errno);
	ATF_CHECK_EQ(-1, tree_prove(&kept_nodes, 3, 3, &p));
	ATF_CHECK_EQ(EINVAL, errno);
}

ATF_TC_WITHOUT_HEAD(a_missing_node_is_an_error);
ATF_TC_BODY(a_missing_node_is_an_error, tc)
{
	struct proof p;
	struct tree t;

	kept_fill(8);
	kept_tree.nodes--;
	ATF_CHECK_EQ(-1, tree_load(&t, &kept_nodes, 8));
	ATF_CHECK_EQ(ENOENT, errno);
	ATF_CHECK_EQ(-1, tree_prove(&kept_nodes, 0, 9, &p));
	ATF_CHECK_EQ(ENOENT, errno);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, empty_tree_is_the_hash_of_nothing);
	ATF_TP_ADD_TC(tp, gives_the_roots_of_certificate_transparency);
	ATF_TP_ADD_TC(tp, gives_the_proofs_of_certificate_transparency);
	ATF_TP_ADD_TC(tp, every_proof_is_the_rfcs_and_verifies);
	ATF_TP_ADD_TC(tp, no_changed_proof_verifies);
	ATF_TP_ADD_TC(tp, sizes_near_the_end_of_64_bits_are_safe);
	ATF_TP_ADD_TC(tp, a_missing_node_is_an_error);
	return atf_no_error();
}
