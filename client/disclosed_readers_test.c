/*
 * What our reader and docs/verify-receipt.sh say of disclosures.  The script
 * knows no table of leaves, so that it may take more.
 */
#include <sys/wait.h>

#include <atf-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/test/fake_appliance.h"
#include "client/test/rand.h"
#include "client/test/user.h"
#include "lib/base64.h"
#include "verified.h"

enum disclosed_verdict {
	GOOD,
	BAD
};

/*
 * `text' is the file: a digit is that disclosure of the leaf, x the first of
 * another leaf, and any other character stands for itself.
 */
static const struct disclosed_sample {
	const char	*name;
	enum disclosed_verdict ours, script;
	const char	*text;
} samples[] = {
	{ "all", GOOD, GOOD, "0\n1\n2\n3\n" },
	{ "none", GOOD, GOOD, "" },
	{ "one", GOOD, GOOD, "2\n" },
	{ "another order", GOOD, GOOD, "3\n1\n0\n" },
	{ "one of another leaf", BAD, BAD, "x\n" },
	{ "one of another leaf at the end", BAD, BAD, "0\n1\nx\n" },
	{ "one twice", BAD, BAD, "0\n1\n0\n" },
	{ "no newline at the end", BAD, BAD, "0\n1" },
	{ "two on a line", BAD, BAD, "01\n" },
	{ "an empty line", BAD, BAD, "0\n\n1\n" },
	{ "an empty line at the end", BAD, BAD, "0\n\n" },
	{ "a newline alone", BAD, BAD, "\n" },
	{ "a CR at the end of a line", BAD, BAD, "0\r\n" },
	{ "a blank at the end of a line", BAD, BAD, "0 \n" },
	{ "a blank before a line", BAD, BAD, " 0\n" },
	{ "padding", BAD, BAD, "0=\n" },
	{ "a character more", BAD, BAD, "0A\n" },
	{ "a plus", BAD, BAD, "0+\n" },
	{ "a dot", BAD, BAD, "0\n.\n" },
	{ "a tilde between, as in SD-JWT", BAD, BAD, "0~1~\n" },
};

static struct fake fake;
static struct fake_leaf leaf, other;

static void
write_receipt(const char *text)
{
	char *receipt = fake_receipt(&fake, text, LIE_NONE);

	user_write("receipt", receipt, 0644);
	user_write("vkey", fake.vkey, 0644);
	free(receipt);
}

static void
make_leaves(void)
{
	const struct fake_field fields[] = { { "submitter", .text = "dana" },
	    { "session", .text = "J\xc3\xb6rg \"7\"" }, { NULL } };
	struct fake_head head = { .type = "casemate.read.refused" };

	fake_init(&fake, USER_SOCKET);
	head.source = fake.key.name;
	fake_leaf_make(&leaf, &head, fields);
	head.moved = true;
	fake_leaf_make(&other, &head, fields);
	write_receipt(leaf.text);
}

/* The nth line, without its newline. */
static void
add_line(struct buf *out, const struct fake_leaf *l, int n)
{
	const char *at = (const char *)l->disclosures.data;

	for (; n > 0; n--)
		at = strchr(at, '\n') + 1;
	buf_add(out, at, strcspn(at, "\n"));
}

static void
make_text(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == 'x')
			add_line(out, &other, 0);
		else if (*text >= '0' && *text <= '9')
			add_line(out, &leaf, *text - '0');
		else
			buf_add(out, text, 1);
	}
}

static enum disclosed_verdict
ask_ours(const struct buf *lines)
{
	char *receipt = fake_receipt(&fake, leaf.text, LIE_NONE);
	struct verified v = { 0 };
	struct why w = { "" };
	int ret;

	ATF_REQUIRE_EQ(0, verified_check(&v, receipt, strlen(receipt),
	    fake.vkey, &w));
	ret = verified_disclose(&v, lines->data, lines->len, &w);
	printf("%s\n", w.text);
	verified_free(&v);
	free(receipt);
	return ret == 0 ? GOOD : BAD;
}

/* What it prints is in the file `out'. */
static enum disclosed_verdict
ask_script(void)
{
	int status;

	fflush(NULL);
	status = system("sh \"$CASEMATE_SRC/docs/verify-receipt.sh\" receipt "
	    "vkey lines > out 2> err");
	ATF_REQUIRE(WIFEXITED(status) && WEXITSTATUS(status) < 2);
	return WEXITSTATUS(status) == 0 ? GOOD : BAD;
}

ATF_TC(readers_of_disclosures_agree);
ATF_TC_HEAD(readers_of_disclosures_agree, tc)
{
	atf_tc_set_md_var(tc, "require.progs", "openssl base64 sha256sum od");
}
ATF_TC_BODY(readers_of_disclosures_agree, tc)
{
	make_leaves();
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct disclosed_sample *s = &samples[i];
		struct buf text = { 0 };

		make_text(&text, s->text);
		user_write("lines", buf_str(&text), 0600);
		ATF_CHECK_EQ_MSG(s->ours, ask_ours(&text), "%s", s->name);
		ATF_CHECK_EQ_MSG(s->script, ask_script(), "%s", s->name);
		buf_free(&text);
	}
}

ATF_TC(script_prints_what_is_disclosed);
ATF_TC_HEAD(script_prints_what_is_disclosed, tc)
{
	atf_tc_set_md_var(tc, "require.progs", "openssl base64 sha256sum od");
}
ATF_TC_BODY(script_prints_what_is_disclosed, tc)
{
	struct buf text = { 0 };

	make_leaves();
	make_text(&text, "0\n2\n");
	user_write("lines", buf_str(&text), 0600);
	ATF_CHECK_EQ(GOOD, ask_script());
	user_slurp("err", user_err);
	USER_CHECK_ERR("receipt verified: leaf 0 of the 1 that casemate/fake "
	    "signed\n");
	user_slurp("out", user_out);
	ATF_CHECK(strncmp(user_out, leaf.text, strlen(leaf.text)) == 0);
	ATF_CHECK(strstr(user_out, "\n[\"AAECAwQFBgcICQoLDA0ODw\","
	    "\"submitter\",\"dana\"]\n[\"") != NULL);
	ATF_CHECK(strstr(user_out, ",\"session\","
	    "\"J\xc3\xb6rg \\\"7\\\"\"]\n") != NULL);
	user_write("lines", "", 0600);
	ATF_CHECK_EQ(GOOD, ask_script());
	user_slurp("out", user_out);
	ATF_CHECK_EQ(strlen(leaf.text) + 1, strlen(user_out));
	buf_free(&text);
}

/* Puts a byte somewhere, takes bytes away, or repeats some. */
static void
change_at_random(struct buf *b)
{
	static const char bytes[] = "\n\r =+-_A0\"\\.";
	const size_t at = rand_below(b->len + 1);
	struct buf out = { 0 };
	size_t n = 1 + rand_below(8);

	n = n > b->len - at ? b->len - at : n;
	buf_add(&out, b->data, at);
	switch (rand_below(3)) {
	case 0:
		buf_add(&out, &bytes[rand_below(sizeof(bytes) - 1)], 1);
		buf_add(&out, b->data + at, b->len - at);
		break;
	case 1:
		buf_add(&out, b->data + at + n, b->len - at - n);
		break;
	default:
		buf_add(&out, b->data + at, n);
		buf_add(&out, b->data + at, b->len - at);
	}
	buf_free(b);
	*b = out;
}

ATF_TC(readers_agree_on_random_changes);
ATF_TC_HEAD(readers_agree_on_random_changes, tc)
{
	atf_tc_set_md_var(tc, "require.progs", "openssl base64 sha256sum od");
	atf_tc_set_md_var(tc, "timeout", "86400");
}
ATF_TC_BODY(readers_agree_on_random_changes, tc)
{
	const uint64_t rounds = rand_init(30);

	make_leaves();
	for (uint64_t i = 0; i < rounds; i++) {
		struct buf text = { 0 };

		make_text(&text, "0\n1\n2\n");
		change_at_random(&text);
		user_write("lines", buf_str(&text), 0600);
		ATF_CHECK_EQ_MSG(ask_ours(&text), ask_script(),
		    "seed %llu, round %llu", (unsigned long long)rand_seed(),
		    (unsigned long long)i);
		buf_free(&text);
	}
}

/* A leaf whose only digest is that of this disclosure. */
static void
write_disclosed(const char *line)
{
	char digest[DISCLOSURE_DIGEST + 1], text[512];

	disclosure_digest_text(line, strlen(line), digest);
	snprintf(text, sizeof(text), "%s\n", line);
	user_write("lines", text, 0600);
	snprintf(text, sizeof(text), "{\"specversion\":\"1.0\",\"id\":"
	    "\"0\",\"source\":\"%s\",\"data\":{\"verb\":\"jobs\","
	    "\"_sd\":[\"%s\"]}}", fake.key.name, digest);
	write_receipt(text);
}

/* A leaf whose digests disclose what it has already, or nothing. */
ATF_TC(script_takes_one_value_for_a_field);
ATF_TC_HEAD(script_takes_one_value_for_a_field, tc)
{
	atf_tc_set_md_var(tc, "require.progs", "openssl base64 sha256sum od");
}
ATF_TC_BODY(script_takes_one_value_for_a_field, tc)
{
	static const char *const values[][2] = { { "verb", "\"x\"" },
	    { "_sd", "[]" }, { "A", "\"x\"" }, { "a", "\"\n\"" } };

	fake_init(&fake, USER_SOCKET);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		static const unsigned char salt[DISCLOSURE_SALT];
		char line[256];
		struct put p;

		put_init(&p, line, sizeof(line));
		disclosure_put(&p, salt, values[i][0], values[i][1],
		    strlen(values[i][1]));
		put_raw(&p, "", 1);
		write_disclosed(line);
		ATF_CHECK_EQ_MSG(BAD, ask_script(), "%s", values[i][0]);
	}
}

/* Signed by the appliance, and not as it writes disclosures. */
ATF_TC(script_takes_one_spelling);
ATF_TC_HEAD(script_takes_one_spelling, tc)
{
	atf_tc_set_md_var(tc, "require.progs", "openssl base64 sha256sum od");
}
ATF_TC_BODY(script_takes_one_spelling, tc)
{
#define ARRAY	"[\"AAECAwQFBgcICQoLDA0ODw\",\"a\",\"x"
	static const struct {
		enum disclosed_verdict	 verdict;
		const char		*text;
		size_t			 len;
		int			 last;	/* added to the last letter */
	} values[] = {
		{ GOOD, ARRAY "\"]", sizeof(ARRAY "\"]") - 1, 0 },
		{ BAD, ARRAY "\"]", sizeof(ARRAY "\"]") - 1, 1 },
		{ BAD, ARRAY "\"]\n", sizeof(ARRAY "\"]\n") - 1, 0 },
		{ BAD, ARRAY "\"]\n\n", sizeof(ARRAY "\"]\n\n") - 1, 0 },
		{ BAD, ARRAY "\0\"]", sizeof(ARRAY "\0\"]") - 1, 0 },
		{ BAD, ARRAY "\"]\0", sizeof(ARRAY "\"]\0") - 1, 0 },
	};
#undef ARRAY

	fake_init(&fake, USER_SOCKET);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		char line[256];
		struct put p;

		put_init(&p, line, sizeof(line));
		base64url_put(&p, values[i].text, values[i].len);
		line[p.len - 1] = (char)(line[p.len - 1] + values[i].last);
		line[p.len] = '\0';
		write_disclosed(line);
		ATF_CHECK_EQ_MSG(values[i].verdict, ask_script(), "%zu: %s", i,
		    line);
	}
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, readers_of_disclosures_agree);
	ATF_TP_ADD_TC(tp, readers_agree_on_random_changes);
	ATF_TP_ADD_TC(tp, script_prints_what_is_disclosed);
	ATF_TP_ADD_TC(tp, script_takes_one_value_for_a_field);
	ATF_TP_ADD_TC(tp, script_takes_one_spelling);
	return atf_no_error();
}
