#include <atf-c.h>
#include <stdio.h>
#include <string.h>

#include "disclosed.h"
#include "lib/msg/event.h"
#include "lib/withheld.h"

/* It withholds submitter, submitter_key, session and message. */
#define TYPE	"casemate.read.refused"
#define HEAD	"{\"id\":\"3\",\"type\":\"%s\",\"site\":\"00\","	\
	"\"data\":{\"id\":\"ab\",\"rules\":[\"r\"],\"verb\":\"jobs\""
#define SHOWN	"{\"id\":\"3\",\"type\":\"" TYPE "\",\"site\":\"00\","	\
	"\"data\":{\"id\":\"ab\",\"submitter\":%s,"			\
	"\"submitter_key\":%s,\"session\":%s,\"rules\":[\"r\"],"	\
	"\"verb\":\"jobs\",\"message\":%s}}"

struct secret_field {
	const char	*name, *json;
};

/* In the order of the row read.refused. */
static const struct secret_field secrets[] = {
	{ "submitter", "\"dana\"" }, { "submitter_key", "\"SHA256:x\"" },
	{ "session", "\"ticket \\\"7\\\"\"" }, { "message", "\"no\"" },
	{ "added_later", "[\"a\",\"b\"]" }, { "again", "\"c\"" },
};
#define SECRETS	(sizeof(secrets) / sizeof(secrets[0]))

static struct parsed_leaf leaf;
static struct disclosed disclosed;
static struct why w;

/* The nth secret's disclosure, with its newline. */
static const char *
line(size_t n, const struct secret_field *s)
{
	static char text[SECRETS + 1][512];
	unsigned char salt[DISCLOSURE_SALT] = { (unsigned char)n };
	struct put p;

	put_init(&p, text[n], sizeof(text[n]) - 2);
	disclosure_put(&p, salt, s->name, s->json, strlen(s->json));
	strcpy(text[n] + p.len, "\n");
	return text[n];
}

/* A leaf of this type whose _sd has so many of these. */
static void
make_leaf(const char *type, const char *more, const struct secret_field *s,
    size_t n)
{
	char text[4096], digest[DISCLOSURE_DIGEST + 1];
	size_t len;

	len = (size_t)sprintf(text, HEAD "%s", type, more);
	for (size_t i = 0; i < n; i++) {
		const char *l = line(i, &s[i]);

		disclosure_digest_text(l, strlen(l) - 1, digest);
		len += (size_t)sprintf(text + len, "%s\"%s\"", i == 0 ?
		    ",\"_sd\":[" : ",", digest);
	}
	len += (size_t)sprintf(text + len, "%s}}", n == 0 ? "" : "]");
	leaf_free(&leaf);
	ATF_REQUIRE_EQ_MSG(0, leaf_parse(&leaf, text, len, &w), "%s", w.text);
}

static int
take(const char *lines)
{
	w.text[0] = '\0';
	disclosed_free(&disclosed);
	return disclosed_read(&disclosed, &leaf, lines, strlen(lines), &w);
}

static void
check_shown(const char *want)
{
	struct buf text = { 0 };

	disclosed_put(&text, &disclosed, &leaf);
	ATF_CHECK_STREQ(want, buf_str(&text));
	buf_free(&text);
}

#define CHECK_REFUSED(lines, words) do {				\
	ATF_CHECK_EQ(-1, take(lines));					\
	ATF_CHECK_MSG(strstr(w.text, words) != NULL, "%s", w.text);	\
} while (0)

ATF_TC_WITHOUT_HEAD(disclosed_fields_are_in_their_places);
ATF_TC_BODY(disclosed_fields_are_in_their_places, tc)
{
	char lines[2048], want[1024];

	make_leaf(TYPE, "", secrets, 4);
	snprintf(lines, sizeof(lines), "%s%s%s%s", line(3, &secrets[3]),
	    line(1, &secrets[1]), line(0, &secrets[0]), line(2, &secrets[2]));
	ATF_REQUIRE_EQ_MSG(0, take(lines), "%s", w.text);
	snprintf(want, sizeof(want), SHOWN, secrets[0].json, secrets[1].json,
	    secrets[2].json, secrets[3].json);
	check_shown(want);
	ATF_CHECK_STREQ("\"dana\"", disclosed_find(&disclosed,
	    "submitter")->json);
	ATF_CHECK(disclosed_find(&disclosed, "author") == NULL);
}

ATF_TC_WITHOUT_HEAD(marks_stand_for_the_others);
ATF_TC_BODY(marks_stand_for_the_others, tc)
{
	char want[1024];

	make_leaf(TYPE, "", secrets, 4);
	ATF_REQUIRE_EQ(0, take(""));
	snprintf(want, sizeof(want), SHOWN, "\"[USER]\"", "\"[KEY]\"",
	    "\"[SESSION]\"", "\"[MESSAGE]\"");
	check_shown(want);
	ATF_REQUIRE_EQ(0, take(line(1, &secrets[1])));
	snprintf(want, sizeof(want), SHOWN, "\"[USER]\"", "\"SHA256:x\"",
	    "\"[SESSION]\"", "\"[MESSAGE]\"");
	check_shown(want);
}

/* All kinds: a new one needs a row in withheld.def, which has a mark. */
ATF_TC_WITHOUT_HEAD(every_withheld_field_has_a_mark);
ATF_TC_BODY(every_withheld_field_has_a_mark, tc)
{
	for (unsigned nr = 1; event_info(nr) != NULL; nr++) {
		const struct event_field *f = event_info(nr)->fields;

		for (; f->name != NULL; f++)
			ATF_CHECK_MSG(!f->withheld || withheld_find(f->name) !=
			    WITHHELD_COUNT, "%s", f->name);
	}
}

ATF_TC_WITHOUT_HEAD(moved_disclosure_is_refused);
ATF_TC_BODY(moved_disclosure_is_refused, tc)
{
	struct secret_field other = { "submitter", "\"erin\"" };
	char lines[2048];

	make_leaf(TYPE, "", secrets, 4);
	CHECK_REFUSED(line(0, &other), "disclosure 1 is not of this leaf: it "
	    "was changed, or moved from another leaf");
	snprintf(lines, sizeof(lines), "%s%s", line(1, &secrets[1]),
	    line(5, &secrets[5]));
	CHECK_REFUSED(lines, "disclosure 2 is not of this leaf");
	make_leaf(TYPE, "", secrets, 0);
	CHECK_REFUSED(line(0, &secrets[0]), "disclosure 1 is not of this leaf");
}

ATF_TC_WITHOUT_HEAD(duplicate_disclosure_is_refused);
ATF_TC_BODY(duplicate_disclosure_is_refused, tc)
{
	char lines[2048];

	make_leaf(TYPE, "", secrets, 4);
	snprintf(lines, sizeof(lines), "%s%s", line(0, &secrets[0]),
	    line(0, &secrets[0]));
	CHECK_REFUSED(lines, "disclosure 2 is there twice");
}

/* The appliance itself has signed its digest. */
ATF_TC_WITHOUT_HEAD(field_in_anothers_place_is_refused);
ATF_TC_BODY(field_in_anothers_place_is_refused, tc)
{
	struct secret_field other[] = { { "verb", "\"output\"" },
	    { "submitter", "\"dana\"" } };

	make_leaf(TYPE, "", other, 2);
	CHECK_REFUSED(line(0, &other[0]), "disclosure 1 names another field "
	    "than submitter");
	CHECK_REFUSED(line(1, &other[1]), "disclosure 1 names another field "
	    "than submitter_key");
	make_leaf(TYPE, ",\"submitter\":\"erin\"", secrets, 4);
	CHECK_REFUSED("", "the leaf has the field submitter, and withholds it, "
	    "too");
}

ATF_TC_WITHOUT_HEAD(malformed_disclosures_are_refused);
ATF_TC_BODY(malformed_disclosures_are_refused, tc)
{
	struct secret_field surrogate = { "submitter", "\"\\ud800\"" };
	char lines[1024];

	make_leaf(TYPE, "", secrets, 4);
	CHECK_REFUSED("\n", "disclosure 1 does not begin with a salt");
	CHECK_REFUSED("a=\n", "disclosure 1 is not base64url");
	snprintf(lines, sizeof(lines), "%s\n", line(0, &secrets[0]));
	CHECK_REFUSED(lines, "disclosure 2 does not begin with a salt");
	lines[strlen(lines) - 2] = '\0';
	CHECK_REFUSED(lines, "disclosure 1 does not end in a newline");
	make_leaf(TYPE, "", &surrogate, 1);
	CHECK_REFUSED(line(0, &surrogate), "needs no escape");
}

ATF_TC_WITHOUT_HEAD(malformed_digests_are_refused);
ATF_TC_BODY(malformed_digests_are_refused, tc)
{
	static const char *const bad[] = {
		",\"_sd\":\"\"", ",\"_sd\":1", ",\"_sd\":[\"abc\"]",
		",\"_sd\":[\"X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0=\"]",
		",\"_sd\":[\"X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC+\"]",
		",\"_sd\":[\"X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0\","
		    "\"X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0\"]",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		make_leaf(TYPE, bad[i], secrets, 0);
		CHECK_REFUSED("", "the leaf's list of withheld fields ");
	}
}

/* Rows grow at their ends, and kinds are added. */
ATF_TC_WITHOUT_HEAD(fields_of_newer_versions_are_shown);
ATF_TC_BODY(fields_of_newer_versions_are_shown, tc)
{
	const struct secret_field bad[] = { { "verb", "\"\"" }, { "_sd", "[]" },
	    { "same", "\"\"" }, { "same", "\"\"" } };
	char lines[2048], digest[2][DISCLOSURE_DIGEST + 1], want[1024];
	const char *l;

	for (size_t i = 0; i < 2; i++) {
		l = line(4 + i, &secrets[4 + i]);
		disclosure_digest_text(l, strlen(l) - 1, digest[i]);
	}
	make_leaf(TYPE, ",\"new\":[]", secrets, 6);
	ATF_REQUIRE_EQ(0, take(line(4, &secrets[4])));
	snprintf(want, sizeof(want), "{\"id\":\"3\",\"type\":\"" TYPE "\","
	    "\"site\":\"00\",\"data\":{\"id\":\"ab\",\"submitter\":\"[USER]\","
	    "\"submitter_key\":\"[KEY]\",\"session\":\"[SESSION]\",\"rules\":"
	    "[\"r\"],\"verb\":\"jobs\",\"message\":\"[MESSAGE]\",\"new\":[],"
	    "\"added_later\":[\"a\",\"b\"],\"_sd\":[\"%s\"]}}", digest[1]);
	check_shown(want);
	make_leaf("casemate.of.tomorrow", "", bad, 4);
	ATF_REQUIRE_EQ(0, take(""));
	ATF_CHECK_EQ(4, disclosed.n);
	CHECK_REFUSED(line(0, &bad[0]), "a field that the leaf has already");
	CHECK_REFUSED(line(1, &bad[1]), "a field that the leaf has already");
	snprintf(lines, sizeof(lines), "%s%s", line(2, &bad[2]),
	    line(3, &bad[3]));
	CHECK_REFUSED(lines, "disclosure 2 names a field that the leaf has");
}

ATF_TC_WITHOUT_HEAD(leaf_that_withholds_nothing_is_as_it_is);
ATF_TC_BODY(leaf_that_withholds_nothing_is_as_it_is, tc)
{
	make_leaf(TYPE, ",\"submitter\":\"erin\"", secrets, 0);
	ATF_REQUIRE_EQ(0, take(""));
	check_shown("{\"id\":\"3\",\"type\":\"" TYPE "\",\"site\":\"00\","
	    "\"data\":{\"id\":\"ab\",\"rules\":[\"r\"],\"verb\":\"jobs\","
	    "\"submitter\":\"erin\"}}");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, disclosed_fields_are_in_their_places);
	ATF_TP_ADD_TC(tp, marks_stand_for_the_others);
	ATF_TP_ADD_TC(tp, every_withheld_field_has_a_mark);
	ATF_TP_ADD_TC(tp, moved_disclosure_is_refused);
	ATF_TP_ADD_TC(tp, duplicate_disclosure_is_refused);
	ATF_TP_ADD_TC(tp, field_in_anothers_place_is_refused);
	ATF_TP_ADD_TC(tp, malformed_disclosures_are_refused);
	ATF_TP_ADD_TC(tp, malformed_digests_are_refused);
	ATF_TP_ADD_TC(tp, fields_of_newer_versions_are_shown);
	ATF_TP_ADD_TC(tp, leaf_that_withholds_nothing_is_as_it_is);
	return atf_no_error();
}
