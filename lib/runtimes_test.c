/* Names and digests of runtimes on their way from the runner to keyd. */
#include "runtimes.h"

#include <atf-c.h>
#include <stdlib.h>
#include <string.h>

static unsigned char wire[4096];
static struct runtimes a, b;

static size_t
encode(size_t n)
{
	struct put p;

	memset(&a, 0, sizeof(a));
	for (a.n = 0; a.n < n; a.n++) {
		struct runtime *rt = &a.list[a.n];

		rt->name[0] = (char)('a' + (int)a.n);
		rt->state = (enum runtime_state)(a.n % 3);
		memset(rt->sha256, (int)a.n, DIGEST_LEN);
	}
	put_init(&p, wire, sizeof(wire));
	runtimes_put(&p, &a);
	ATF_REQUIRE_EQ(p.err, 0);
	return p.len;
}

/* From memory of exactly that size. */
static int
decode(size_t len)
{
	unsigned char *copy = malloc(len + 1);
	struct get g;
	int rc;

	memcpy(copy, wire, len);
	get_init(&g, copy, len);
	runtimes_get(&g, &b);
	rc = get_end(&g);
	free(copy);
	return rc;
}

ATF_TC_WITHOUT_HEAD(what_is_put_is_got);
ATF_TC_BODY(what_is_put_is_got, tc)
{
	for (size_t n = 0; n <= RUNTIMES_MAX; n++) {
		ATF_REQUIRE_EQ(decode(encode(n)), 0);
		ATF_CHECK_EQ(b.n, n);
		ATF_CHECK(memcmp(&a, &b, sizeof(a)) == 0);
	}
}

ATF_TC_WITHOUT_HEAD(a_runtime_is_found_by_its_name);
ATF_TC_BODY(a_runtime_is_found_by_its_name, tc)
{
	encode(3);
	ATF_CHECK_EQ(runtimes_find(&a, "b"), &a.list[1]);
	ATF_CHECK_EQ(runtimes_find(&a, "d"), NULL);
	ATF_CHECK_EQ(runtimes_find(&a, ""), NULL);
	ATF_CHECK_EQ(runtimes_find(&a, "bb"), NULL);
}

ATF_TC_WITHOUT_HEAD(what_is_malformed_is_refused);
ATF_TC_BODY(what_is_malformed_is_refused, tc)
{
	size_t len = encode(2);

	for (size_t cut = 0; cut < len; cut++)
		ATF_CHECK_EQ(decode(cut), -1);
	ATF_REQUIRE_EQ(decode(len), 0);
	wire[9] = RUNTIME_UNREADABLE + 1;	/* the first one's state */
	ATF_CHECK_EQ(decode(len), -1);
	len = encode(RUNTIMES_MAX);
	memcpy(wire + len, wire + 4, 42);
	wire[3]++;
	ATF_CHECK_EQ(decode(len + 42), -1);
	ATF_CHECK_EQ(b.n, 0);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, what_is_put_is_got);
	ATF_TP_ADD_TC(tp, a_runtime_is_found_by_its_name);
	ATF_TP_ADD_TC(tp, what_is_malformed_is_refused);
	return atf_no_error();
}
