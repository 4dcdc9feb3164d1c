#include "command.h"

#include <atf-c.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct command sample;
static unsigned char buf[COMMAND_MAX + 64];

static void
fill(void)
{
	memset(&sample, 0, sizeof(sample));
	sample.verb = VERB_RUN;
	memset(sample.manifest_sha256, 1, DIGEST_LEN);
	memset(sample.bundle_sha256, 2, DIGEST_LEN);
	sample.bundle_len = 10240;
	strcpy(sample.appliance, "casemate/a+01234567+AQID");
	memset(sample.nonce, 3, sizeof(sample.nonce));
	sample.noncelen = 16;
	sample.issued_at = 1000000;
	sample.not_after = 1000600;
}

static size_t
encode(void)
{
	struct put p;

	put_init(&p, buf, sizeof(buf));
	command_put(&p, &sample);
	ATF_REQUIRE_EQ(p.err, 0);
	return p.len;
}

static int
parse(size_t len, struct command *c, struct why *w)
{
	unsigned char *copy = malloc(len + 1);
	int rc;

	memcpy(copy, buf, len);
	rc = command_parse(c, copy, len, w);
	free(copy);
	return rc;
}

static void
refused(const char *words)
{
	struct command c;
	struct why w;

	ATF_CHECK_ERRNO(EBADMSG, parse(encode(), &c, &w) == -1);
	ATF_CHECK_MSG(strstr(w.text, words) != NULL, "%s", w.text);
}

ATF_TC_WITHOUT_HEAD(what_is_put_is_parsed);
ATF_TC_BODY(what_is_put_is_parsed, tc)
{
	struct command c;
	struct why w;

	fill();
	ATF_REQUIRE_EQ(parse(encode(), &c, &w), 0);
	ATF_CHECK_EQ(c.verb, VERB_RUN);
	ATF_CHECK_EQ(c.manifest_sha256[31], 1);
	ATF_CHECK_EQ(c.bundle_sha256[0], 2);
	ATF_CHECK_EQ(c.bundle_len, 10240);
	ATF_CHECK_STREQ(c.appliance, sample.appliance);
	ATF_CHECK_EQ(c.noncelen, 16);
	ATF_CHECK_EQ(c.nonce[15], 3);
	ATF_CHECK_EQ(c.issued_at, 1000000);
	ATF_CHECK_EQ(c.not_after, 1000600);
}

ATF_TC_WITHOUT_HEAD(the_bytes_are_as_documented);
ATF_TC_BODY(the_bytes_are_as_documented, tc)
{
	static const unsigned char head[] = "\0\0\0\x13" "casemate-command@v1"
	    "\0\0\0\x03run" "\0\0\0\x18" "casemate/a+01234567+AQID"
	    "\0\0\0\x10\3\3\3";

	fill();
	ATF_REQUIRE_EQ(encode(), 4 + 19 + 7 + 28 + 20 + 16 + 36 + 36 + 8);
	ATF_CHECK(memcmp(buf, head, sizeof(head) - 1) == 0);
	ATF_CHECK_EQ(buf[encode() - 1], 10240 & 0xff);
}

ATF_TC_WITHOUT_HEAD(sizes_of_a_consistency_proof_are_in_order);
ATF_TC_BODY(sizes_of_a_consistency_proof_are_in_order, tc)
{
	struct command c;
	struct why w;

	fill();
	sample.verb = VERB_CONSISTENCY;
	sample.first = 7;
	sample.second = 7;
	ATF_REQUIRE_EQ(0, parse(encode(), &c, &w));
	ATF_CHECK_EQ(7, c.first);
	ATF_CHECK_EQ(7, c.second);
	sample.second = 0;		/* the newest */
	ATF_CHECK_EQ(0, parse(encode(), &c, &w));
	sample.second = 6;
	refused("from 7 to 6 leaves; name the smaller size first");
	sample.first = sample.second = 0;
	refused("from 0 to 0 leaves");
}

ATF_TC_WITHOUT_HEAD(every_cut_and_every_addition_is_refused);
ATF_TC_BODY(every_cut_and_every_addition_is_refused, tc)
{
	struct command c;
	struct why w;
	size_t len;

	fill();
	len = encode();
	for (size_t cut = 0; cut < len; cut++)
		ATF_CHECK_EQ(parse(cut, &c, &w), -1);
	ATF_CHECK_EQ(parse(len + 1, &c, &w), -1);
	ATF_CHECK_EQ(parse(COMMAND_MAX + 1, &c, &w), -1);
	ATF_CHECK(strstr(w.text, "at most 1024") != NULL);
}

ATF_TC_WITHOUT_HEAD(fields_have_limits);
ATF_TC_BODY(fields_have_limits, tc)
{
	struct command c;
	struct why w;
	size_t len;

	fill();
	sample.noncelen = 15;
	refused("15 bytes; draw at least 16");
	sample.noncelen = 32;
	ATF_CHECK_EQ(parse(encode(), &c, &w), 0);
	fill();
	sample.bundle_len = 0;
	refused("has 0 bytes");
	sample.bundle_len = BUNDLE_MAX;
	ATF_CHECK_EQ(parse(encode(), &c, &w), 0);
	sample.bundle_len = BUNDLE_MAX + 1;
	refused("1 to 67108864");
	fill();
	len = encode();
	buf[22] = '3';
	ATF_CHECK_EQ(parse(len, &c, &w), -1);
	ATF_CHECK(strstr(w.text, "neither of version casemate-command@v1 nor "
	    "casemate-command@v2") != NULL);
	buf[22] = '2';			/* the manifest's digest in its place */
	ATF_CHECK_EQ(parse(len, &c, &w), -1);
	ATF_CHECK(strstr(w.text, "session has a control character") != NULL);
}

ATF_TC_WITHOUT_HEAD(a_command_may_have_a_session);
ATF_TC_BODY(a_command_may_have_a_session, tc)
{
	static const unsigned char v2[] = "\0\0\0\x13" "casemate-command@v2";
	struct command c;
	struct why w;
	size_t len;

	fill();
	len = encode();
	strcpy(sample.session, "ticket \xc3\xa4");
	ATF_REQUIRE_EQ(encode(), len + 4 + 9);
	ATF_CHECK(memcmp(buf, v2, sizeof(v2) - 1) == 0);
	ATF_CHECK(memcmp(buf + 4 + 19 + 7 + 28 + 20 + 16,
	    "\0\0\0\x09ticket \xc3\xa4\0\0\0\x20\1\1", 4 + 9 + 6) == 0);
	ATF_REQUIRE_EQ(parse(encode(), &c, &w), 0);
	ATF_CHECK_STREQ(c.session, "ticket \xc3\xa4");
	ATF_CHECK_EQ(c.bundle_len, 10240);
	for (size_t cut = encode(); cut-- > 0;)
		ATF_CHECK_EQ(parse(cut, &c, &w), -1);
	memset(sample.session, 's', WHO_SESSION_MAX);
	ATF_CHECK_EQ(parse(encode(), &c, &w), 0);
	ATF_CHECK_EQ(strlen(c.session), WHO_SESSION_MAX);
	/* The longest command of all still has room for it. */
	memset(sample.appliance, 'v', VKEY_MAX);
	sample.noncelen = COMMAND_NONCE_MAX;
	ATF_CHECK(encode() <= COMMAND_MAX);
	ATF_CHECK_EQ(parse(encode(), &c, &w), 0);
}

static const struct {
	const char	*text;
	size_t		 len;
	const char	*words;		/* NULL: it may be a session */
} sessions[] = {
	{ "a", 1, NULL },
	{ "J\xc3\xb6rg \xf0\x9f\x94\x91 \"quoted\" \\", 21, NULL },
	{ "", 0, "session is empty; give it a text" },
	{ "a\nb", 3, "a control character at byte 2; leave it out" },
	{ "\0", 1, "a control character at byte 1" },
	{ "ab\0", 3, "a control character at byte 3" },
	{ "\x1b[2J", 4, "a control character at byte 1" },
	{ "a\x7f", 2, "a control character at byte 2" },
	{ "a\xc2\x9b", 3, "a control character at byte 2" },
	{ "a\xe2\x80\xae", 4, "a control character at byte 2" },
	{ "ab\xff", 3, "bytes that are not UTF-8 at byte 3" },
	{ "ab\xc3", 3, "bytes that are not UTF-8 at byte 3" },
	{ "\xed\xa0\x80", 3, "bytes that are not UTF-8 at byte 1" },
};

ATF_TC_WITHOUT_HEAD(a_session_is_plain_text);
ATF_TC_BODY(a_session_is_plain_text, tc)
{
	char text[WHO_SESSION_MAX + 1];
	struct why w;

	for (size_t i = 0; i < sizeof(sessions) / sizeof(sessions[0]); i++) {
		const char *words = sessions[i].words;
		int rc = command_check_session(sessions[i].text,
		    sessions[i].len, &w);

		ATF_CHECK_EQ_MSG(rc, words == NULL ? 0 : -1, "%zu", i);
		ATF_CHECK_MSG(words == NULL || strstr(w.text, words) != NULL,
		    "%zu: %s", i, w.text);
	}
	memset(text, 's', sizeof(text));
	ATF_CHECK_EQ(command_check_session(text, WHO_SESSION_MAX, &w), 0);
	ATF_CHECK_ERRNO(EBADMSG,
	    command_check_session(text, WHO_SESSION_MAX + 1, &w) == -1);
	ATF_CHECK_STREQ(w.text, "the command's session has 257 bytes; at most "
	    "256 are kept: shorten it");
}

ATF_TC_WITHOUT_HEAD(each_verb_has_its_own_fields);
ATF_TC_BODY(each_verb_has_its_own_fields, tc)
{
	struct command c;
	struct why w;

	fill();
	sample.verb = VERB_STATUS;
	ATF_REQUIRE_EQ(parse(encode(), &c, &w), 0);
	ATF_CHECK_EQ(c.verb, VERB_STATUS);
	ATF_CHECK_EQ(c.bundle_len, 0);
	ATF_CHECK_EQ(encode(), 4 + 19 + 10 + 28 + 20 + 16);
	sample.verb = VERB_LEDGER;
	sample.first = 1ULL << 40;
	sample.count = COMMAND_LEAVES_MAX;
	ATF_REQUIRE_EQ(parse(encode(), &c, &w), 0);
	ATF_CHECK_EQ(c.first, 1ULL << 40);
	ATF_CHECK_EQ(c.count, COMMAND_LEAVES_MAX);
	sample.verb = VERB_OUTPUT;
	strcpy(sample.job, "0123456789abcdef0123456789abcdef");
	ATF_REQUIRE_EQ(parse(encode(), &c, &w), 0);
	ATF_CHECK_STREQ(c.job, sample.job);
	sample.verb = VERB_EVIDENCE;
	sample.first = 1ULL << 40;
	ATF_REQUIRE_EQ(parse(encode(), &c, &w), 0);
	ATF_CHECK_EQ(c.first, 1ULL << 40);
	ATF_CHECK_EQ(encode(), 4 + 19 + 12 + 28 + 20 + 16 + 8);
	strcpy(sample.field, "submitter_key");
	sample.verb = VERB_FORGET;
	ATF_REQUIRE_EQ(parse(encode(), &c, &w), 0);
	ATF_CHECK_EQ(c.first, 1ULL << 40);
	ATF_CHECK_STREQ(c.field, "submitter_key");
	ATF_CHECK_EQ(encode(), 4 + 19 + 10 + 28 + 20 + 16 + 8 + 17);
	for (size_t cut = encode(); cut-- > 0;)
		ATF_CHECK_EQ(parse(cut, &c, &w), -1);
	ATF_CHECK(!command_has_bundle(VERB_FORGET));
	ATF_CHECK(!command_has_bundle(VERB_OUTPUT));
	ATF_CHECK(command_has_bundle(VERB_EXPLAIN));
}

ATF_TC_WITHOUT_HEAD(a_verbs_fields_have_limits);
ATF_TC_BODY(a_verbs_fields_have_limits, tc)
{
	struct command c;
	struct why w;

	fill();
	sample.verb = VERB_LEDGER;
	refused("asks for 0 leaves; ask for 1 to 256");
	sample.count = COMMAND_LEAVES_MAX + 1;
	refused("asks for 257 leaves");
	sample.verb = VERB_OUTPUT;
	refused("names no job");
	strcpy(sample.job, "0123456789ABCDEF0123456789abcdef");
	refused("lower-case hex digits");
	sample.verb = VERB_DISCLOSE;
	refused("names no field that a leaf withholds; these are: submitter, "
	    "submitter_key, session, author, author_key, argv, secrets, "
	    "message, command_line, evidence");
	strcpy(sample.field, "Submitter");
	refused("names no field");
	strcpy(sample.field, "evidence");
	refused("evidence is not disclosed as a field");
	sample.verb = VERB_FORGET;
	ATF_CHECK_EQ(parse(encode(), &c, &w), 0);
	sample.verb = VERB_RUN;
	ATF_CHECK_EQ(parse(encode(), &c, &w), 0);
	memcpy(buf + 27, "ran", 3);
	ATF_CHECK_EQ(parse(150, &c, &w), -1);
	ATF_CHECK_MSG(strstr(w.text, "verb is \"ran\", which") != NULL, "%s",
	    w.text);
}

static const struct {
	uint64_t	 issued, end, now;
	const char	*words;		/* NULL: it holds */
} windows[] = {
	{ 1000, 1600, 1000, NULL },
	{ 1000, 1600, 1600, NULL },
	{ 1000, 1600, 1601, "ended at 1970-01-01T00:26:40Z, 1 s before" },
	{ 1000, 1600, 700, NULL },
	{ 1000, 1600, 699, "issued at 1970-01-01T00:16:40Z, 301 s after" },
	{ 1000, 1000, 1000, NULL },
	{ 1000, 999, 1000, "at most 24 hours" },
	{ 1000, 87400, 1000, NULL },
	{ 1000, 87401, 1000, "at most 24 hours" },
	{ 0, UINT64_MAX, 1000, "at most 24 hours" },
	{ UINT64_MAX, UINT64_MAX, 1000, "set the clocks" },
	{ UINT64_MAX, 0, 1000, "at most 24 hours" },
	{ 0, 0, 1000, "1000 s before the appliance's clock" },
};

ATF_TC_WITHOUT_HEAD(a_command_holds_in_its_window);
ATF_TC_BODY(a_command_holds_in_its_window, tc)
{
	for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
		struct command c = { .issued_at = windows[i].issued,
		    .not_after = windows[i].end };
		struct why w = { "" };
		enum reason r = command_check_time(&c, windows[i].now, &w);

		ATF_CHECK_EQ(r, windows[i].words == NULL ? 0 : REASON_STALE);
		ATF_CHECK_MSG(windows[i].words == NULL ||
		    strstr(w.text, windows[i].words) != NULL, "%zu: %s", i,
		    w.text);
	}
}

ATF_TC_WITHOUT_HEAD(a_job_is_named_by_its_command);
ATF_TC_BODY(a_job_is_named_by_its_command, tc)
{
	unsigned char digest[DIGEST_LEN] = { 0x01, 0xab };
	char job[JOB_ID_LEN + 1];

	digest[15] = 0xf0;
	digest[16] = 0xff;
	command_job(digest, job);
	ATF_CHECK_STREQ(job, "01ab00000000000000000000000000f0");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, what_is_put_is_parsed);
	ATF_TP_ADD_TC(tp, the_bytes_are_as_documented);
	ATF_TP_ADD_TC(tp, sizes_of_a_consistency_proof_are_in_order);
	ATF_TP_ADD_TC(tp, every_cut_and_every_addition_is_refused);
	ATF_TP_ADD_TC(tp, fields_have_limits);
	ATF_TP_ADD_TC(tp, a_command_may_have_a_session);
	ATF_TP_ADD_TC(tp, a_session_is_plain_text);
	ATF_TP_ADD_TC(tp, each_verb_has_its_own_fields);
	ATF_TP_ADD_TC(tp, a_verbs_fields_have_limits);
	ATF_TP_ADD_TC(tp, a_command_holds_in_its_window);
	ATF_TP_ADD_TC(tp, a_job_is_named_by_its_command);
	return atf_no_error();
}
