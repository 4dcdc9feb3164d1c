#include "event.h"

#include <sys/wait.h>

#include <atf-c.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/disclosure.h"
#include "lib/log.h"
#include "msg.h"

static const unsigned char digest[DIGEST_LEN] = { 1, 2, 3 };
static const unsigned numbers[] = {
#define EVENT(NAME, name, nr, from, type, when, fields)	nr,
#include "event.def"
#undef EVENT
};
static unsigned char fields[EVENT_MAX];
static char out[4 * EVENT_MAX];

/* Encodes the row's fields: texts "v", digests of 0xab, numbers 7. */
static struct put
encode(const struct event_info *info)
{
	unsigned char bytes[DIGEST_LEN];
	struct put p;

	memset(bytes, 0xab, sizeof(bytes));
	put_init(&p, fields, sizeof(fields));
	for (const struct event_field *f = info->fields; f->name != NULL; f++)
		switch (f->kind) {
		case FIELD_STR:
			put_cstr(&p, "v");
			break;
		case FIELD_HEX:
			put_string(&p, bytes, sizeof(bytes));
			break;
		case FIELD_U64:
			put_u64(&p, 7);
			break;
		case FIELD_LIST:
			put_u32(&p, 10);
			put_cstr(&p, "a");
			put_cstr(&p, "b");
			break;
		}
	return p;
}

static const unsigned char salts[EVENT_WITHHELD_MAX * DISCLOSURE_SALT] =
    "0123456789abcdef" "fedcba9876543210";
static char kept_room[4 * EVENT_MAX];
static struct put kept;

static int
format(const struct event_info *info, size_t len, size_t cap)
{
	struct put p;
	struct get g;
	int rc;

	memset(out, 0, sizeof(out));
	put_init(&p, out, cap);
	get_init(&g, fields, len);
	errno = 0;
	put_init(&kept, kept_room, sizeof(kept_room));
	rc = event_format(info, &g, salts, &p, &kept);
	out[p.len] = '\0';
	return rc;
}

ATF_TC_WITHOUT_HEAD(writes_a_rows_fields_in_its_order);
ATF_TC_BODY(writes_a_rows_fields_in_its_order, tc)
{
	const struct event_info *info = event_info(EVENT_APPLIANCE_STOPPING);
	struct put p;

	ATF_REQUIRE(info != NULL);
	ATF_CHECK_STREQ("casemate.appliance.stopping", info->type);
	put_init(&p, fields, sizeof(fields));
	put_cstr(&p, "0.1.0");
	put_cstr(&p, "kept");
	put_cstr(&p, "b\"1");
	ATF_CHECK_EQ(0, format(info, p.len, sizeof(out) - 1));
	ATF_CHECK_STREQ("\"ordered_by\":\"0.1.0\",\"service\":\"kept\","
	    "\"how\":\"b\\\"1\"", out);
}

static const char *const rules[] = { "one", "t\"wo" };

/* What a refusal's fields are; tests leave one out. */
static const struct event_read_refused refusal = {
	.id = "id", .submitter = "signer", .command_sha256 = digest,
	.submitter_key = "SHA256:key", .session = "ticket 7",
	.rules = { 2, rules }, .verb = "ledger", .job = "",
	.first = { true, 3 }, .count = { true, 4 }, .field = "",
	.reason = "policy", .message = "no rule",
	.second = { true, 5 },
};

ATF_TC_WITHOUT_HEAD(a_struct_is_written_in_its_rows_order);
ATF_TC_BODY(a_struct_is_written_in_its_rows_order, tc)
{
	static const char clear[] = "\"id\":\"id\",\"command_sha256\":"
	    "\"0102030000000000000000000000000000000000"
	    "000000000000000000000000\",\"rules\":[\"one\",\"t\\\"wo\"],"
	    "\"verb\":\"ledger\",\"job\":\"\","
	    "\"first\":3,\"count\":4,\"second\":5,\"field\":\"\","
	    "\"reason\":\"policy\",\"_sd\":[\"";
	struct put p;

	put_init(&p, fields, sizeof(fields));
	event_put_read_refused(&p, &refusal);
	ATF_CHECK_EQ(0, p.err);
	ATF_CHECK_EQ(0, format(event_info(EVENT_READ_REFUSED), p.len,
	    sizeof(out) - 1));
	ATF_CHECK_MSG(strncmp(out, clear, strlen(clear)) == 0, "%s", out);
	put_init(&p, fields, 20);
	event_put_read_refused(&p, &refusal);
	ATF_CHECK_EQ(EMSGSIZE, p.err);
}

/* What writing this event does to its process: its exit code, or -1. */
static int
put_fate(const struct event_read_refused *e)
{
	struct put p;
	int status;
	pid_t pid = fork();

	ATF_REQUIRE(pid != -1);
	if (pid == 0) {
		put_init(&p, fields, sizeof(fields));
		event_put_read_refused(&p, e);
		_exit(77);
	}
	ATF_REQUIRE(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

ATF_TC_WITHOUT_HEAD(a_field_that_was_not_set_ends_the_process);
ATF_TC_BODY(a_field_that_was_not_set_ends_the_process, tc)
{
	struct event_read_refused e = refusal;

	ATF_CHECK_EQ(77, put_fate(&e));
	e.message = NULL;
	ATF_CHECK_EQ(EXIT_BUG, put_fate(&e));
	e = refusal;
	e.command_sha256 = NULL;
	ATF_CHECK_EQ(EXIT_BUG, put_fate(&e));
	e = refusal;
	e.count = (struct event_u64){ .n = 4 };
	ATF_CHECK_EQ(EXIT_BUG, put_fate(&e));
	e.count = event_u64(4);
	ATF_CHECK_EQ(77, put_fate(&e));
}

ATF_TC_WITHOUT_HEAD(digests_are_hex_and_numbers_are_numbers);
ATF_TC_BODY(digests_are_hex_and_numbers_are_numbers, tc)
{
	const struct event_info *info = event_info(EVENT_JOB_FINISHED);
	struct put p = encode(info);

	ATF_CHECK_EQ(0, format(info, p.len, sizeof(out) - 1));
	ATF_CHECK(strstr(out, ",\"rules\":[\"a\",\"b\"],") != NULL);
	ATF_CHECK(strstr(out, ",\"command_sha256\":\"abababababababababababab"
	    "abababababababababababababababababababab\",") != NULL);
	ATF_CHECK(strstr(out, ",\"status\":7,") != NULL);
	put_init(&p, fields, sizeof(fields));
	p = encode(info);
	/* In front of throttled_us and limits_reached, "v". */
	memset(fields + p.len - 8 - 5 - 8, 0xff, 8);
	ATF_CHECK_EQ(0, format(info, p.len, sizeof(out) - 1));
	ATF_CHECK(strstr(out,
	    "\"memory_peak_bytes\":18446744073709551615") != NULL);
}

ATF_TC_WITHOUT_HEAD(every_row_has_a_number_and_fields_that_fit);
ATF_TC_BODY(every_row_has_a_number_and_fields_that_fit, tc)
{
	unsigned rows = 0;

	for (unsigned nr = 0; nr < 300; nr++) {
		const struct event_info *info = event_info(nr);
		struct put p;

		if (info == NULL)
			continue;
		rows++;
		ATF_CHECK_EQ(nr, info->nr);
		ATF_CHECK(strncmp(info->type, "casemate.", 9) == 0);
		ATF_CHECK(info->fields[EVENT_FIELDS_MAX - 1].name == NULL);
		ATF_CHECK(event_withheld(info) <= EVENT_WITHHELD_MAX);
		p = encode(info);
		ATF_CHECK_EQ(0, format(info, p.len, sizeof(out) - 1));
	}
	ATF_CHECK_EQ(sizeof(numbers) / sizeof(numbers[0]), rows);
}

/* The salt and the value of each withheld field, whose digest is in _sd. */
ATF_TC_WITHOUT_HEAD(withheld_fields_are_commitments);
ATF_TC_BODY(withheld_fields_are_commitments, tc)
{
	const struct event_info *info = event_info(EVENT_READ_REFUSED);
	char digest_text[DISCLOSURE_DIGEST + 1];
	struct put p;

	put_init(&p, fields, sizeof(fields));
	event_put_read_refused(&p, &refusal);
	ATF_CHECK_EQ(0, format(info, p.len, sizeof(out) - 1));
	ATF_CHECK_EQ(4, event_withheld(info));
	ATF_CHECK(strstr(out, "signer") == NULL);
	ATF_CHECK(memcmp(kept_room, "0123456789abcdef\0\0\0\10\"signer\"",
	    28) == 0);
	ATF_CHECK(memcmp(kept_room + 28, "fedcba9876543210\0\0\0\14"
	    "\"SHA256:key\"", 32) == 0);
	disclosure_digest(salts, "submitter", "\"signer\"", 8, digest_text);
	ATF_CHECK(strstr(out, digest_text) != NULL);
	disclosure_digest(salts + 16, "submitter_key", "\"SHA256:key\"", 12,
	    digest_text);
	ATF_CHECK(strstr(out, digest_text) != NULL);
}

/* A withheld field is found by its place. */
ATF_TC_WITHOUT_HEAD(withheld_fields_keep_their_order);
ATF_TC_BODY(withheld_fields_keep_their_order, tc)
{
	static const char *const first[] = {
		"submitter", "submitter_key", "session", "author",
		"author_key", "argv", "secrets", "message",
	};
	const struct event_field *f = event_info(EVENT_JOB_REFUSED)->fields;
	size_t n = 0;

	for (; f->name != NULL; f++)
		if (f->withheld) {
			ATF_REQUIRE(n < sizeof(first) / sizeof(first[0]));
			ATF_CHECK_STREQ(first[n++], f->name);
		}
	ATF_CHECK_EQ(sizeof(first) / sizeof(first[0]), n);
}

static bool
has_field(const struct event_info *info, const char *name)
{
	const struct event_field *f = info->fields;

	while (f->name != NULL && strcmp(f->name, name) != 0)
		f++;
	return f->name != NULL;
}

ATF_TC_WITHOUT_HEAD(an_accepted_job_has_every_limit);
ATF_TC_BODY(an_accepted_job_has_every_limit, tc)
{
	static const char *const limits[] = {
#define LIMIT(id, name, member, unit, least, most, usual, what)	#member,
#include "lib/limit.def"
#undef LIMIT
	};
	const struct event_info *info = event_info(EVENT_JOB_ACCEPTED);

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		ATF_CHECK_MSG(has_field(info, limits[i]), "no %s", limits[i]);
}

ATF_TC_WITHOUT_HEAD(missing_or_extra_bytes_are_refused);
ATF_TC_BODY(missing_or_extra_bytes_are_refused, tc)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const struct event_info *info = event_info(numbers[i]);
		struct put p = encode(info);

		for (size_t len = 0; len < p.len; len++) {
			ATF_REQUIRE_EQ(-1, format(info, len, sizeof(out) - 1));
			ATF_REQUIRE_EQ(EBADMSG, errno);
		}
		put_u8(&p, 0);
		ATF_CHECK_EQ(-1, format(info, p.len, sizeof(out) - 1));
		ATF_CHECK_EQ(EBADMSG, errno);
	}
}

ATF_TC_WITHOUT_HEAD(digest_of_another_length_is_refused);
ATF_TC_BODY(digest_of_another_length_is_refused, tc)
{
	const struct event_info *info =
	    event_info(EVENT_DISCLOSURE_FORGOTTEN);
	struct put p;

	for (size_t len = 0; len <= DIGEST_LEN + 1; len++) {
		put_init(&p, fields, sizeof(fields));
		put_cstr(&p, "id");
		put_string(&p, out, len);
		put_cstr(&p, "submitter");
		put_cstr(&p, "key");
		put_cstr(&p, "session");
		put_u32(&p, 0);
		put_u64(&p, 3);
		put_cstr(&p, "field");
		ATF_CHECK_EQ(len == DIGEST_LEN ? 0 : -1,
		    format(info, p.len, sizeof(out) - 1));
	}
}

ATF_TC_WITHOUT_HEAD(text_that_is_not_utf8_is_refused);
ATF_TC_BODY(text_that_is_not_utf8_is_refused, tc)
{
	const struct event_info *info = event_info(EVENT_APPLIANCE_STOPPING);
	struct put p = encode(info);

	fields[4] = 0xff;
	ATF_CHECK_EQ(-1, format(info, p.len, sizeof(out) - 1));
	ATF_CHECK_EQ(EBADMSG, errno);
}

ATF_TC_WITHOUT_HEAD(what_does_not_fit_says_so);
ATF_TC_BODY(what_does_not_fit_says_so, tc)
{
	const struct event_info *info = event_info(EVENT_JOB_ACCEPTED);
	struct put p = encode(info);
	size_t need;

	ATF_REQUIRE_EQ(0, format(info, p.len, sizeof(out) - 1));
	need = strlen(out);
	ATF_CHECK_EQ(0, format(info, p.len, need));
	for (size_t cap = 0; cap < need; cap++) {
		ATF_REQUIRE_EQ(-1, format(info, p.len, cap));
		ATF_REQUIRE_EQ(EMSGSIZE, errno);
	}
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, writes_a_rows_fields_in_its_order);
	ATF_TP_ADD_TC(tp, a_struct_is_written_in_its_rows_order);
	ATF_TP_ADD_TC(tp, a_field_that_was_not_set_ends_the_process);
	ATF_TP_ADD_TC(tp, digests_are_hex_and_numbers_are_numbers);
	ATF_TP_ADD_TC(tp, every_row_has_a_number_and_fields_that_fit);
	ATF_TP_ADD_TC(tp, withheld_fields_are_commitments);
	ATF_TP_ADD_TC(tp, withheld_fields_keep_their_order);
	ATF_TP_ADD_TC(tp, an_accepted_job_has_every_limit);
	ATF_TP_ADD_TC(tp, missing_or_extra_bytes_are_refused);
	ATF_TP_ADD_TC(tp, digest_of_another_length_is_refused);
	ATF_TP_ADD_TC(tp, text_that_is_not_utf8_is_refused);
	ATF_TP_ADD_TC(tp, what_does_not_fit_says_so);
	return atf_no_error();
}
