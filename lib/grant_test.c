#include "grant.h"

#include <atf-c.h>

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIRE_MAX	131072
#define LIMITS_LEN	40	/* the six limits, at the end */
#define ALL_CAPABILITIES	((UINT32_C(1) << CAPABILITY_COUNT) - 1)

static unsigned char wire[WIRE_MAX];

/* The linker has every free() of these sources come here. */
static size_t freed, freed_with_text;

void	__real_free(void *);
void	__wrap_free(void *);

void
__wrap_free(void *p)
{
	const unsigned char *bytes = p;
	size_t len = p == NULL ? 0 : malloc_usable_size(p);

	while (len != 0 && bytes[len - 1] == 0)
		len--;
	freed += p != NULL;
	freed_with_text += len != 0;
	__real_free(p);
}

/* A grant with something in every field. */
static void
fill(struct grant *g)
{
	grant_init(g);
	strcpy(g->job, "00112233445566778899aabbccddeeff");
	strcpy(g->name, "hello");
	strcpy(g->author, "alice@example.org");
	strcpy(g->submitter, "bob");
	memset(g->command_sha256, 1, DIGEST_LEN);
	memset(g->manifest_sha256, 2, DIGEST_LEN);
	memset(g->bundle_sha256, 3, DIGEST_LEN);
	g->bundle_len = 10240;
	strcpy(g->class, "batch");
	strcpy(g->profile, "eu");
	strcpy(g->runtime, "python");
	memset(g->runtime_sha256, 5, DIGEST_LEN);
	g->capabilities = ALL_CAPABILITIES;
	strcpy(g->secrets[g->nsecrets++], "token");
	g->args[g->nargs++] = strdup("run");
	g->args[g->nargs++] = strdup("");
	g->env[g->nenv++] = strdup("A=b c");
	g->files[0].path = strdup("bin/run");
	memset(g->files[0].sha256, 4, DIGEST_LEN);
	g->files[0].executable = true;
	g->nfiles = 1;
	g->limits.memory_bytes = 123u << 20;
}

static size_t
encode(const struct grant *g)
{
	struct put p;

	put_init(&p, wire, sizeof(wire));
	grant_put(&p, g);
	ATF_REQUIRE_EQ(p.err, 0);
	return p.len;
}

/* Decodes from memory of exactly that size. */
static int
decode(const void *data, size_t len, struct grant *g)
{
	unsigned char *copy = malloc(len + 1);
	struct get get;
	int rc;

	memcpy(copy, data, len);
	get_init(&get, copy, len);
	grant_init(g);
	rc = grant_get(&get, g);
	if (rc == 0)
		rc = get_end(&get);
	free(copy);
	return rc;
}

/* What it held is in no memory that is used again. */
ATF_TC_WITHOUT_HEAD(grant_is_wiped_when_it_is_freed);
ATF_TC_BODY(grant_is_wiped_when_it_is_freed, tc)
{
	static const struct grant none;
	struct grant g;

	fill(&g);
	g.nfiles++;			/* half read */
	freed = freed_with_text = 0;
	grant_free(&g);
	ATF_CHECK_EQ(freed, 4);
	ATF_CHECK_EQ(freed_with_text, 0);
	ATF_CHECK(memcmp(&g, &none, sizeof(g)) == 0);
}

ATF_TC_WITHOUT_HEAD(what_is_put_is_got);
ATF_TC_BODY(what_is_put_is_got, tc)
{
	static struct grant a, b;
	static unsigned char first[WIRE_MAX];
	size_t len;

	fill(&a);
	len = encode(&a);
	ATF_REQUIRE_EQ(decode(wire, len, &b), 0);
	ATF_CHECK_STREQ(b.job, a.job);
	ATF_CHECK_STREQ(b.submitter, "bob");
	ATF_CHECK_STREQ(b.class, "batch");
	ATF_CHECK_STREQ(b.profile, "eu");
	ATF_CHECK_EQ(b.runtime_sha256[31], 5);
	ATF_CHECK_EQ(b.capabilities, ALL_CAPABILITIES);
	ATF_REQUIRE_EQ(b.nsecrets, 1);
	ATF_CHECK_STREQ(b.secrets[0], "token");
	ATF_CHECK_EQ(b.nargs, 2);
	ATF_CHECK_STREQ(b.args[1], "");
	ATF_CHECK(b.args[2] == NULL);
	ATF_CHECK_STREQ(b.env[0], "A=b c");
	ATF_CHECK_STREQ(b.files[0].path, "bin/run");
	ATF_CHECK(b.files[0].executable);
	ATF_CHECK_EQ(b.limits.memory_bytes, 123u << 20);
	memcpy(first, wire, len);
	ATF_REQUIRE_EQ(encode(&b), len);
	ATF_CHECK(memcmp(first, wire, len) == 0);
	grant_free(&a);
	grant_free(&b);
}

ATF_TC_WITHOUT_HEAD(every_cut_is_refused_and_freed);
ATF_TC_BODY(every_cut_is_refused_and_freed, tc)
{
	static struct grant a, b;
	size_t len;

	fill(&a);
	len = encode(&a);
	for (size_t cut = 0; cut < len; cut++) {
		ATF_CHECK_ERRNO(EBADMSG, decode(wire, cut, &b) == -1);
		grant_free(&b);
	}
	ATF_CHECK_EQ(decode(wire, len, &b), 0);
	grant_free(&b);
	grant_free(&a);
}

ATF_TC_WITHOUT_HEAD(no_argument_is_refused);
ATF_TC_BODY(no_argument_is_refused, tc)
{
	static struct grant a, b;

	fill(&a);
	while (a.nargs > 0)
		free(a.args[--a.nargs]);
	ATF_CHECK_ERRNO(EBADMSG, decode(wire, encode(&a), &b) == -1);
	grant_free(&b);
	grant_free(&a);
}

ATF_TC_WITHOUT_HEAD(a_bad_path_is_refused);
ATF_TC_BODY(a_bad_path_is_refused, tc)
{
	static struct grant a, b;

	fill(&a);
	free(a.files[0].path);
	a.files[0].path = strdup("../x");
	ATF_CHECK_ERRNO(EBADMSG, decode(wire, encode(&a), &b) == -1);
	grant_free(&b);
	grant_free(&a);
}

ATF_TC_WITHOUT_HEAD(a_file_is_executable_or_not);
ATF_TC_BODY(a_file_is_executable_or_not, tc)
{
	static struct grant a, b;
	size_t len;

	fill(&a);
	len = encode(&a);
	ATF_REQUIRE_EQ(wire[len - LIMITS_LEN - 1], 1);
	wire[len - LIMITS_LEN - 1] = 2;
	ATF_CHECK_ERRNO(EBADMSG, decode(wire, len, &b) == -1);
	grant_free(&b);
	grant_free(&a);
}

/* Puts the grant's front, then a list of n that holds one too many. */
static size_t
forge_args(uint32_t n)
{
	static struct grant a;
	size_t len;
	struct put p;

	fill(&a);
	while (a.nargs > 0)
		free(a.args[--a.nargs]);
	while (a.nenv > 0)
		free(a.env[--a.nenv]);
	free(a.files[0].path);
	a.nfiles = 0;
	len = encode(&a) - LIMITS_LEN - 12;	/* three counts */
	put_init(&p, wire + len, sizeof(wire) - len);
	put_u32(&p, n);
	for (int i = 0; i < GRANT_ARGS_MAX + 1; i++)
		put_cstr(&p, "");
	grant_free(&a);
	return len + p.len;
}

ATF_TC_WITHOUT_HEAD(counts_are_bounded);
ATF_TC_BODY(counts_are_bounded, tc)
{
	static struct grant b;

	ATF_CHECK_EQ(decode(wire, forge_args(GRANT_ARGS_MAX), &b), -1);
	ATF_CHECK_EQ(b.nargs, GRANT_ARGS_MAX);	/* it is the count */
	grant_free(&b);
	ATF_CHECK_EQ(decode(wire, forge_args(0xffffffff), &b), -1);
	ATF_CHECK_EQ(b.nargs, 0);
	grant_free(&b);
	ATF_CHECK_EQ(decode(wire, forge_args(GRANT_ARGS_MAX + 1), &b), -1);
	ATF_CHECK_EQ(b.nargs, 0);
	grant_free(&b);
}

/* A grant with these words in the place of its capabilities. */
static int
decode_words(uint32_t n, const char *const words[], struct grant *g)
{
	static struct grant a;
	static unsigned char rest[WIRE_MAX];
	const size_t none = 4;		/* an empty list */
	size_t len, at = 0;
	struct put p;

	fill(&a);
	a.capabilities = 0;
	len = encode(&a);
	while (memcmp(wire + at, "\0\0\0\0\0\0\0\1\0\0\0\5token", 17) != 0)
		at++;
	memcpy(rest, wire + at + none, len - at - none);
	put_init(&p, wire + at, sizeof(wire) - at);
	put_u32(&p, n);
	for (uint32_t i = 0; i < n; i++)
		put_cstr(&p, words[i]);
	put_raw(&p, rest, len - at - none);
	grant_free(&a);
	return decode(wire, at + p.len, g);
}

ATF_TC_WITHOUT_HEAD(an_unknown_capability_is_refused);
ATF_TC_BODY(an_unknown_capability_is_refused, tc)
{
	static const char *const lists[][3] = {
		{ "exec-memory", "shared-memory" },
		{ "shared-memory" },
		{ "network" }, { "exec-memory", "network" }, { "" },
		{ "exec-memory", "exec-memory" },
		{ "shared-memory", "exec-memory" },
		{ "exec-memory", "shared-memory", "shared-memory" },
	};
	static struct grant b;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		uint32_t n = 0;

		while (n < 3 && lists[i][n] != NULL)
			n++;
		ATF_CHECK_EQ_MSG(decode_words(n, lists[i], &b), i < 2 ? 0 : -1,
		    "list %zu", i);
		if (i == 1)
			ATF_CHECK_EQ(b.capabilities,
			    1u << CAPABILITY_SHARED_MEMORY);
		grant_free(&b);
	}
}

ATF_TC_WITHOUT_HEAD(capabilities_read_as_a_list);
ATF_TC_BODY(capabilities_read_as_a_list, tc)
{
	char text[CAPABILITIES_TEXT_MAX];
	static struct grant a;

	grant_init(&a);
	ATF_CHECK_STREQ(grant_capabilities(&a, text), "");
	a.capabilities = 1u << CAPABILITY_SHARED_MEMORY;
	ATF_CHECK_STREQ(grant_capabilities(&a, text), "shared-memory");
	a.capabilities = ALL_CAPABILITIES;
	ATF_CHECK_STREQ(grant_capabilities(&a, text),
	    "exec-memory,shared-memory");
	for (int c = 0; c < CAPABILITY_COUNT; c++)
		ATF_CHECK_EQ(capability_find(capability_word(
		    (enum capability)c)), (enum capability)c);
	ATF_CHECK_EQ(capability_find("exec"), CAPABILITY_COUNT);
}

ATF_TC_WITHOUT_HEAD(the_largest_grant_fits_its_message);
ATF_TC_BODY(the_largest_grant_fits_its_message, tc)
{
	static struct grant a, b;
	char text[GRANT_TEXT_MAX + 1], path[GRANT_PATH_MAX + 1];
	size_t left = MANIFEST_MAX;

	fill(&a);
	memset(a.author, 'a', PRINCIPAL_MAX);
	memset(a.submitter, 's', PRINCIPAL_MAX);
	memset(a.name, 'n', NAME_MAX_LEN);
	memset(a.runtime, 'r', NAME_MAX_LEN);
	memset(path, 'p', sizeof(path));
	while (a.nfiles < GRANT_FILES_MAX) {	/* paths as short as can be */
		path[snprintf(path, 8, "%zu", a.nfiles)] = '\0';
		left -= strlen(path);
		a.files[a.nfiles++].path = strdup(path);
	}
	while (a.nenv < GRANT_ENV_MAX)
		a.env[a.nenv++] = strdup("");
	memset(text, 't', sizeof(text));
	while (left != 0 && a.nargs < GRANT_ARGS_MAX) {
		size_t n = left < GRANT_TEXT_MAX ? left : GRANT_TEXT_MAX;

		text[n] = '\0';
		a.args[a.nargs++] = strdup(text);
		text[n] = 't';
		left -= n;
	}
	ATF_CHECK_EQ(left, 0);
	while (a.nargs < GRANT_ARGS_MAX)
		a.args[a.nargs++] = strdup("");
	memset(a.class, 'c', NAME_MAX_LEN);
	memset(a.profile, 'p', NAME_MAX_LEN);
	while (a.nsecrets < GRANT_SECRETS_MAX)	/* they count as text */
		strcpy(a.secrets[a.nsecrets++], "");
	ATF_CHECK(encode(&a) + 4 <= msg_info(MSG_JOB_GRANT)->max);
	ATF_CHECK_EQ(decode(wire, encode(&a), &b), 0);
	grant_free(&a);
	grant_free(&b);
}

ATF_TC_WITHOUT_HEAD(paths_are_relative_and_clean);
ATF_TC_BODY(paths_are_relative_and_clean, tc)
{
	static const char *const good[] = {
		"a", "a/b", "a.b", "...", "..a", ".a/b", "\xc3\xa4", "a b",
	};
	static const char *const bad[] = {
		"", "/", "/a", "a/", "a//b", ".", "..", "./a", "a/.", "a/..",
		"a/../b", "a\nb", "a\x7f", "\x80", "\xc3", "a\x01",
	};
	char path[GRANT_PATH_MAX + 2];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ATF_CHECK_MSG(grant_check_path(good[i]) == 0, "%s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ATF_CHECK_MSG(grant_check_path(bad[i]) == -1, "%s", bad[i]);
	memset(path, 'a', sizeof(path));
	path[GRANT_PATH_MAX + 1] = '\0';
	ATF_CHECK_EQ(grant_check_path(path), -1);
	path[GRANT_PATH_MAX] = '\0';
	ATF_CHECK_EQ(grant_check_path(path), 0);
}

ATF_TC_WITHOUT_HEAD(names_are_labels);
ATF_TC_BODY(names_are_labels, tc)
{
	static const char *const bad[] = {
		"", "-a", "A", "a_b", "a.b", "a/b", "a b", "\xc3\xa4",
	};
	char name[NAME_MAX_LEN + 2];

	ATF_CHECK_EQ(grant_check_name("a"), 0);
	ATF_CHECK_EQ(grant_check_name("0-a"), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ATF_CHECK_MSG(grant_check_name(bad[i]) == -1, "%s", bad[i]);
	memset(name, 'a', sizeof(name));
	name[NAME_MAX_LEN + 1] = '\0';
	ATF_CHECK_EQ(grant_check_name(name), -1);
	name[NAME_MAX_LEN] = '\0';
	ATF_CHECK_EQ(grant_check_name(name), 0);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, grant_is_wiped_when_it_is_freed);
	ATF_TP_ADD_TC(tp, what_is_put_is_got);
	ATF_TP_ADD_TC(tp, every_cut_is_refused_and_freed);
	ATF_TP_ADD_TC(tp, no_argument_is_refused);
	ATF_TP_ADD_TC(tp, a_bad_path_is_refused);
	ATF_TP_ADD_TC(tp, a_file_is_executable_or_not);
	ATF_TP_ADD_TC(tp, counts_are_bounded);
	ATF_TP_ADD_TC(tp, an_unknown_capability_is_refused);
	ATF_TP_ADD_TC(tp, capabilities_read_as_a_list);
	ATF_TP_ADD_TC(tp, the_largest_grant_fits_its_message);
	ATF_TP_ADD_TC(tp, paths_are_relative_and_clean);
	ATF_TP_ADD_TC(tp, names_are_labels);
	return atf_no_error();
}
