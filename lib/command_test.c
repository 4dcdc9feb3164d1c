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
	buf[22] = '2';
	ATF_CHECK_EQ(parse(len, &c, &w), -1);
	ATF_CHECK(strstr(w.text, "not of version casemate-command@v1") !=
	    NULL);
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
	ATF_TP_ADD_TC(tp, every_cut_and_every_addition_is_refused);
	ATF_TP_ADD_TC(tp, fields_have_limits);
	ATF_TP_ADD_TC(tp, each_verb_has_its_own_fields);
	ATF_TP_ADD_TC(tp, a_verbs_fields_have_limits);
	ATF_TP_ADD_TC(tp, a_command_holds_in_its_window);
	ATF_TP_ADD_TC(tp, a_job_is_named_by_its_command);
	return atf_no_error();
}
