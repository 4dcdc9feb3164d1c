#include "grant.h"

#include <atf-c.h>

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIRE_MAX	131072
/* Behind the files: limits, two digests, the bundle's length. */
#define TAIL_LEN	(8 * LIMIT_COUNT + 2 * (4 + DIGEST_LEN) + 8)
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

char	*__wrap_strdup(const char *);

/* From calloc(3), so that nothing older lies behind the text. */
char *
__wrap_strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *p = calloc(1, size);

	return p == NULL ? NULL : memcpy(p, text, size);
}

/* A grant with something in every field. */
static void
fill(struct grant *g)
{
	grant_init(g);
	strcpy(g->who.job, "00112233445566778899aabbccddeeff");
	strcpy(g->manifest.name, "hello");
	strcpy(g->who.author, "alice@example.org");
	strcpy(g->who.submitter, "bob");
	strcpy(g->who.author_key, "SHA256:a");
	strcpy(g->who.submitter_key, "SHA256:s");
	strcpy(g->who.session, "ticket 7");
	strcpy(g->who.rules, "run\nmemory");
	memset(g->who.command_sha256, 1, DIGEST_LEN);
	memset(g->who.manifest_sha256, 2, DIGEST_LEN);
	memset(g->bundle_sha256, 3, DIGEST_LEN);
	g->bundle_len = 10240;
	strcpy(g->manifest.class, "batch");
	strcpy(g->manifest.profile, "eu");
	strcpy(g->manifest.runtime, "python");
	memset(g->runtime_sha256, 5, DIGEST_LEN);
	g->manifest.capabilities = ALL_CAPABILITIES;
	strcpy(g->manifest.secrets[g->manifest.nsecrets++], "token");
	g->manifest.args[g->manifest.nargs++] = strdup("run");
	g->manifest.args[g->manifest.nargs++] = strdup("");
	g->manifest.env[g->manifest.nenv++] = strdup("A=b c");
	g->manifest.files[0].path = strdup("bin/run");
	memset(g->manifest.files[0].sha256, 4, DIGEST_LEN);
	g->manifest.files[0].executable = true;
	g->manifest.nfiles = 1;
	g->manifest.limits.memory_bytes = 123u << 20;
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
	g.manifest.nfiles++;			/* half read */
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
	ATF_CHECK_EQ(memcmp(&b.who, &a.who, sizeof(a.who)), 0);
	ATF_CHECK_STREQ(b.manifest.class, "batch");
	ATF_CHECK_STREQ(b.manifest.profile, "eu");
	ATF_CHECK_EQ(b.runtime_sha256[31], 5);
	ATF_CHECK_EQ(b.manifest.capabilities, ALL_CAPABILITIES);
	ATF_REQUIRE_EQ(b.manifest.nsecrets, 1);
	ATF_CHECK_STREQ(b.manifest.secrets[0], "token");
	ATF_CHECK_EQ(b.manifest.nargs, 2);
	ATF_CHECK_STREQ(b.manifest.args[1], "");
	ATF_CHECK(b.manifest.args[2] == NULL);
	ATF_CHECK_STREQ(b.manifest.env[0], "A=b c");
	ATF_CHECK_STREQ(b.manifest.files[0].path, "bin/run");
	ATF_CHECK(b.manifest.files[0].executable);
	ATF_CHECK_EQ(b.manifest.limits.memory_bytes, 123u << 20);
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
	while (a.manifest.nargs > 0)
		free(a.manifest.args[--a.manifest.nargs]);
	ATF_CHECK_ERRNO(EBADMSG, decode(wire, encode(&a), &b) == -1);
	grant_free(&b);
	grant_free(&a);
}

ATF_TC_WITHOUT_HEAD(a_bad_path_is_refused);
ATF_TC_BODY(a_bad_path_is_refused, tc)
{
	static struct grant a, b;

	fill(&a);
	free(a.manifest.files[0].path);
	a.manifest.files[0].path = strdup("../x");
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
	ATF_REQUIRE_EQ(wire[len - TAIL_LEN - 1], 1);
	wire[len - TAIL_LEN - 1] = 2;
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
	while (a.manifest.nargs > 0)
		free(a.manifest.args[--a.manifest.nargs]);
	while (a.manifest.nenv > 0)
		free(a.manifest.env[--a.manifest.nenv]);
	free(a.manifest.files[0].path);
	a.manifest.nfiles = 0;
	len = encode(&a) - TAIL_LEN - 12;	/* three counts */
	put_init(&p, wire + len, sizeof(wire) - len);
	put_u32(&p, n);
	for (int i = 0; i < MANIFEST_ARGS_MAX + 1; i++)
		put_cstr(&p, "");
	grant_free(&a);
	return len + p.len;
}

ATF_TC_WITHOUT_HEAD(counts_are_bounded);
ATF_TC_BODY(counts_are_bounded, tc)
{
	static struct grant b;

	ATF_CHECK_EQ(decode(wire, forge_args(MANIFEST_ARGS_MAX), &b), -1);
	/* The count is what is refused. */
	ATF_CHECK_EQ(b.manifest.nargs, MANIFEST_ARGS_MAX);
	grant_free(&b);
	ATF_CHECK_EQ(decode(wire, forge_args(0xffffffff), &b), -1);
	ATF_CHECK_EQ(b.manifest.nargs, 0);
	grant_free(&b);
	ATF_CHECK_EQ(decode(wire, forge_args(MANIFEST_ARGS_MAX + 1), &b), -1);
	ATF_CHECK_EQ(b.manifest.nargs, 0);
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
	a.manifest.capabilities = 0;
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
			ATF_CHECK_EQ(b.manifest.capabilities,
			    1u << CAPABILITY_SHARED_MEMORY);
		grant_free(&b);
	}
}

static int
decode_denial(const void *data, size_t len, struct denial *d)
{
	struct get get;

	get_init(&get, data, len);
	if (denial_get(&get, d) == -1)
		return -1;
	return get_end(&get);
}

static size_t
encode_denial(const struct denial *d)
{
	struct put p;

	put_init(&p, wire, sizeof(wire));
	denial_put(&p, d);
	ATF_REQUIRE_EQ(p.err, 0);
	return p.len;
}

ATF_TC_WITHOUT_HEAD(a_denial_has_the_whole_manifest_or_none);
ATF_TC_BODY(a_denial_has_the_whole_manifest_or_none, tc)
{
	static const struct limits none;
	static struct denial a, b;
	size_t len, flag;

	fill(&a.grant);
	ATF_REQUIRE_EQ(decode_denial(wire, encode_denial(&a), &b), 0);
	ATF_CHECK_EQ(memcmp(&b.grant.who, &a.grant.who, sizeof(a.grant.who)),
	    0);
	ATF_CHECK_STREQ(b.grant.manifest.name, "hello");
	ATF_CHECK_STREQ(b.grant.manifest.args[0], "run");
	ATF_CHECK_EQ(b.grant.bundle_len, 10240);
	grant_free(&b.grant);
	a.grant.manifest.name[0] = '\0';		/* not read */
	len = encode_denial(&a);
	ATF_REQUIRE_EQ(decode_denial(wire, len, &b), 0);
	ATF_CHECK_STREQ(b.grant.who.submitter, "bob");
	ATF_CHECK_STREQ(b.grant.manifest.name, "");
	ATF_CHECK_STREQ(b.grant.manifest.class, "");
	ATF_CHECK_STREQ(b.grant.manifest.runtime, "");
	ATF_CHECK_EQ(b.grant.manifest.nargs, 0);
	ATF_CHECK_EQ(b.grant.manifest.capabilities, 0);
	ATF_CHECK_EQ(memcmp(&b.grant.manifest.limits, &none, sizeof(none)), 0);
	ATF_CHECK_EQ(b.grant.bundle_sha256[31], 3);
	flag = len - 2 * (4 + DIGEST_LEN) - 8 - 1;
	for (int byte = 1; byte < 3; byte++) {
		wire[flag] = (unsigned char)byte;
		ATF_CHECK_EQ(decode_denial(wire, len, &b), -1);
		grant_free(&b.grant);
	}
	a.grant.manifest.name[0] = 'h';
	grant_free(&a.grant);
}

ATF_TC_WITHOUT_HEAD(the_largest_grant_fits_its_message);
ATF_TC_BODY(the_largest_grant_fits_its_message, tc)
{
	static struct grant a, b;
	struct manifest *m = &a.manifest;
	char text[MANIFEST_TEXT_MAX + 1], path[NAME_PATH_MAX + 1];
	size_t left = MANIFEST_MAX;

	fill(&a);
	memset(a.who.author, 'a', PRINCIPAL_MAX);
	memset(a.who.submitter, 's', PRINCIPAL_MAX);
	memset(a.who.author_key, 'a', SSHKEY_FINGERPRINT_LEN);
	memset(a.who.submitter_key, 's', SSHKEY_FINGERPRINT_LEN);
	memset(a.who.session, 't', WHO_SESSION_MAX);
	memset(a.who.rules, 'r', WHO_RULES_MAX);
	memset(m->name, 'n', NAME_MAX_LEN);
	memset(m->runtime, 'r', NAME_MAX_LEN);
	memset(path, 'p', sizeof(path));
	while (m->nfiles < MANIFEST_FILES_MAX) {	/* shortest paths */
		path[snprintf(path, 8, "%zu", m->nfiles)] = '\0';
		left -= strlen(path);
		m->files[m->nfiles++].path = strdup(path);
	}
	while (m->nenv < MANIFEST_ENV_MAX)
		m->env[m->nenv++] = strdup("");
	memset(text, 't', sizeof(text));
	while (left != 0 && m->nargs < MANIFEST_ARGS_MAX) {
		size_t n = left < MANIFEST_TEXT_MAX ? left : MANIFEST_TEXT_MAX;

		text[n] = '\0';
		m->args[m->nargs++] = strdup(text);
		text[n] = 't';
		left -= n;
	}
	ATF_CHECK_EQ(left, 0);
	while (m->nargs < MANIFEST_ARGS_MAX)
		m->args[m->nargs++] = strdup("");
	memset(m->class, 'c', NAME_MAX_LEN);
	memset(m->profile, 'p', NAME_MAX_LEN);
	while (m->nsecrets < MANIFEST_SECRETS_MAX)	/* counted as text */
		strcpy(m->secrets[m->nsecrets++], "");
	ATF_CHECK(encode(&a) <= GRANT_WIRE_MAX);
	ATF_CHECK_EQ(decode(wire, encode(&a), &b), 0);
	grant_free(&a);
	grant_free(&b);
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
	ATF_TP_ADD_TC(tp, a_denial_has_the_whole_manifest_or_none);
	ATF_TP_ADD_TC(tp, the_largest_grant_fits_its_message);
	return atf_no_error();
}
