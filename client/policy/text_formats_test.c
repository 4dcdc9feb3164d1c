/*
 * Every text format that people write, through its own reader, as editors may
 * save it: which encodings and line ends are read, and that the others are
 * refused with their place.
 */
#include <sys/stat.h>

#include <atf-c.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cases.h"
#include "cedar/read/read.h"
#include "cedar/schema/schema.h"
#include "lib/manifest.h"

#define KEY	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8" \
		"QERITFBUWFxgZGhscHR4f"
#define LONG	(1024 * 1024)
#define TEXT_MAX_LEN	(LONG + 4096)

static int
read_signers(const char *text, size_t len, struct doc_error *e)
{
	struct signers s;
	int rc = signers_parse(&s, "f", text, len, e);

	if (rc == 0)
		signers_free(&s);
	return rc;
}

static int
read_settings(const char *text, size_t len, struct doc_error *e)
{
	struct settings s;

	settings_init(&s);
	return settings_parse(&s, "f", text, len, e);
}

static int
read_manifest(const char *text, size_t len, struct doc_error *e)
{
	struct manifest m;
	int rc = manifest_parse(&m, "f", text, len, e);

	manifest_free(&m);
	return rc;
}

static void
tell(void *ctx, const struct doc_error *e, bool warning)
{
	(void)ctx;
	(void)warning;
	atf_tc_fail("%s: %s", e->file, e->text);
}

static int
read_cases(const char *text, size_t len, struct doc_error *e)
{
	static const struct rules_report report = { .report = tell };
	struct cases cases;
	struct site site;
	char path[4096];
	int fd, rc;

	snprintf(path, sizeof(path), "%s/rootfs/site-example",
	    getenv("CASEMATE_SRC"));
	fd = open(path, O_RDONLY | O_DIRECTORY);
	ATF_REQUIRE(fd != -1 && site_load_draft(&site, fd, &report) == 0);
	close(fd);
	rc = cases_read(&cases, "f", text, len, &site, e);
	if (rc == 0)
		cases_free(&cases);
	site_free(&site);
	return rc;
}

static int
read_people(const char *text, size_t len, struct doc_error *e)
{
	struct entities s;
	struct doc d;
	int rc;

	if (doc_read_yaml(&d, "f", text, len, CEDAR_ENTITIES_MAX, e) == -1)
		return -1;
	entities_init(&s);
	rc = read_entities(&s, &d, NULL, e);
	entities_free(&s);
	doc_free(&d);
	return rc;
}

static int
read_entities_json(const char *text, size_t len, struct doc_error *e)
{
	struct entities s;
	struct doc d;
	int rc;

	if (doc_read_json(&d, "f", text, len, CEDAR_ENTITIES_MAX, e) == -1)
		return -1;
	entities_init(&s);
	rc = read_entities(&s, &d, NULL, e);
	entities_free(&s);
	doc_free(&d);
	return rc;
}

static int
read_rules(const char *text, size_t len, struct doc_error *e)
{
	struct policies set;
	int rc;

	policies_init(&set);
	rc = policies_add_text(&set, "f", text, len, POLICY_IDS_NUMBERED, e);
	policies_free(&set);
	return rc;
}

static int
read_component(const char *text, size_t len, struct doc_error *e)
{
	struct policies set;
	struct doc d;
	int rc;

	if (doc_read_json(&d, "f", text, len, CEDAR_SET_MAX, e) == -1)
		return -1;
	policies_init(&set);
	rc = policies_add_json_set(&set, &d, "", e);
	policies_free(&set);
	doc_free(&d);
	return rc;
}

static int
read_schema(const char *text, size_t len, struct doc_error *e)
{
	const struct doc_source source = { "f", text, len };
	struct schema s;
	int rc = schema_read_text(&s, &source, 1, e);

	if (rc == 0)
		schema_free(&s);
	return rc;
}

static int
read_schema_json(const char *text, size_t len, struct doc_error *e)
{
	struct schema s;
	struct doc d;
	int rc;

	if (doc_read_json(&d, "f", text, len, CEDAR_SCHEMA_MAX, e) == -1)
		return -1;
	rc = schema_read_json(&s, &d, e);
	if (rc == 0)
		schema_free(&s);
	doc_free(&d);
	return rc;
}

/* What a format takes; LF alone, no last newline and blanks always. */
enum takes {
	TAKES_CRLF = 1, TAKES_CR = 2, TAKES_BREAK = 4,
};
#define YAML	(TAKES_CRLF)
#define CEDAR	(TAKES_CRLF | TAKES_CR | TAKES_BREAK)
#define JSON	(TAKES_CRLF | TAKES_CR)

/* Each text has two lines or more. */
static const struct text_format {
	const char	*name;
	unsigned	takes;
	size_t		max;
	int		(*read)(const char *, size_t, struct doc_error *);
	const char	*text;
} formats[] = {
	{ "manifest.yaml", YAML, MANIFEST_MAX, read_manifest,
	    "version: 1\nname: a\nargv: [x]\n" },
	{ "settings.yaml", YAML, SETTINGS_FILE_MAX, read_settings,
	    "version: 1\nname: a\n" },
	{ "entities.yaml", YAML, CEDAR_ENTITIES_MAX, read_people,
	    "- uid: User::\"a\"\n- uid: User::\"b\"\n" },
	{ "cases", YAML, CASES_FILE_MAX, read_cases,
	    "- case: a\n  read: {principal: a, action: status}\n"
	    "  expect: deny\n" },
	{ "allowed_signers", TAKES_BREAK, SIGNERS_FILE_MAX, read_signers,
	    "# who may sign\na " KEY "\n" },
	{ "rules", CEDAR, CEDAR_SET_MAX, read_rules,
	    "permit(principal, action, resource)\nwhen { true };\n" },
	{ "schema", CEDAR, CEDAR_SCHEMA_MAX, read_schema,
	    "entity A;\nentity B in A;\n" },
	{ "component", JSON, CEDAR_SET_MAX, read_component,
	    "{\"staticPolicies\": {},\n\"templates\": {}}\n" },
	{ "entities in JSON", JSON, CEDAR_ENTITIES_MAX, read_entities_json,
	    "[\n]\n" },
	{ "schema in JSON", JSON, CEDAR_SCHEMA_MAX, read_schema_json,
	    "{\"\": {\"entityTypes\": {},\n\"actions\": {}}}\n" },
};
#define FORMATS	(sizeof(formats) / sizeof(formats[0]))

static char text[TEXT_MAX_LEN];

/* The text with each newline replaced. */
static size_t
with_ends(const char *from, const char *end)
{
	size_t n = 0;

	for (; *from != '\0'; from++)
		n += *from == '\n' ? (size_t)sprintf(text + n, "%s", end) :
		    (size_t)sprintf(text + n, "%c", *from);
	return n;
}

static size_t
with_start(const char *from, const char *start)
{
	return (size_t)snprintf(text, sizeof(text), "%s%s", start, from);
}

/* The text with some bytes in place of its last newline. */
static size_t
with_end(const char *from, const char *end, size_t len)
{
	size_t n = strlen(from) - 1;

	memcpy(text, from, n);
	memcpy(text + n, end, len);
	return n + len;
}

static void
taken(const struct text_format *f, size_t len, const char *what)
{
	struct doc_error e;

	ATF_CHECK_MSG(f->read(text, len, &e) == 0, "%s, %s: %u:%u: %s",
	    f->name, what, e.line, e.col, e.text);
}

/* Refused at this place of the file f, with these words. */
static void
refused(const struct text_format *f, size_t len, const char *what,
    unsigned line, const char *words)
{
	struct doc_error e;

	if (f->read(text, len, &e) == 0)
		atf_tc_fail_nonfatal("%s, %s: read", f->name, what);
	else
		ATF_CHECK_MSG(strcmp(e.file, "f") == 0 && e.line == line &&
		    (line == 0 || e.col > 0) && strstr(e.text, words) != NULL,
		    "%s, %s: %s:%u:%u: %s", f->name, what, e.file, e.line,
		    e.col, e.text);
}

static void
judge(const struct text_format *f, size_t len, const char *what, unsigned bit,
    unsigned line, const char *words)
{
	if (f->takes & bit)
		taken(f, len, what);
	else
		refused(f, len, what, line, words);
}

static unsigned
count_lines(const char *s)
{
	unsigned n = 0;

	for (; *s != '\0'; s++)
		n += *s == '\n';
	return n;
}

ATF_TC_WITHOUT_HEAD(line_ends_are_as_each_format_says);
ATF_TC_BODY(line_ends_are_as_each_format_says, tc)
{
	for (size_t i = 0; i < FORMATS; i++) {
		const struct text_format *f = &formats[i];

		taken(f, with_ends(f->text, "\n"), "LF");
		taken(f, with_end(f->text, "", 0), "no last newline");
		taken(f, with_ends(f->text, "  \n"), "blanks at line ends");
		taken(f, with_ends(f->text, "\t\n"), "tabs at line ends");
		taken(f, with_ends(f->text, "\n\n"), "empty lines");
		judge(f, with_ends(f->text, "\r\n"), "CR LF", TAKES_CRLF, 1,
		    "a carriage return at the end of this line; save the "
		    "file with Unix line ends");
		judge(f, with_ends(f->text, "\r"), "CR", TAKES_CR, 1,
		    "a carriage return; save the file with Unix line ends");
		judge(f, with_end(f->text, " \xe2\x80\xa8", 4), "U+2028",
		    TAKES_BREAK, count_lines(f->text), "");
	}
}

ATF_TC_WITHOUT_HEAD(only_utf8_without_a_mark_is_read);
ATF_TC_BODY(only_utf8_without_a_mark_is_read, tc)
{
	for (size_t i = 0; i < FORMATS; i++) {
		const struct text_format *f = &formats[i];
		const unsigned last = count_lines(f->text);

		refused(f, with_start(f->text, "\xef\xbb\xbf"), "BOM", 1,
		    "a byte order mark; save the file as UTF-8 without it");
		refused(f, with_start(f->text, "\xff\xfe"), "UTF-16", 1,
		    "this is UTF-16; save the file as UTF-8");
		refused(f, with_start(f->text, "\xfe\xff"), "UTF-16", 1,
		    "this is UTF-16; save the file as UTF-8");
		refused(f, with_end(f->text, " \xe4\n", 3), "Latin 1", last,
		    "this byte (0xe4) is not UTF-8; save the file as UTF-8");
		refused(f, with_end(f->text, " \xed\xa0\x80", 4), "surrogate",
		    last, "not UTF-8");
		refused(f, with_end(f->text, " \xc3", 2), "half a character",
		    last, "not UTF-8");
		refused(f, with_end(f->text, "\0", 1), "NUL", last, "");
		refused(f, with_end(f->text, "\x01", 1), "control", last, "");
		refused(f, with_end(f->text, "\x7f", 1), "DEL", last, "");
	}
}

ATF_TC_WITHOUT_HEAD(a_line_is_as_long_as_a_file_may_be);
ATF_TC_BODY(a_line_is_as_long_as_a_file_may_be, tc)
{
	for (size_t i = 0; i < FORMATS; i++) {
		const struct text_format *f = &formats[i];
		const size_t n = strlen(f->text) - 1;
		const size_t room = f->max - n < LONG ? f->max - n : LONG;
		char limit[24];

		memcpy(text, f->text, n);
		memset(text + n, ' ', room + 1);
		taken(f, n + room, "a long line");
		snprintf(limit, sizeof(limit), "%zu", f->max);
		if (room < LONG)
			refused(f, n + room + 1, "too long", 0, limit);
	}
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, line_ends_are_as_each_format_says);
	ATF_TP_ADD_TC(tp, only_utf8_without_a_mark_is_read);
	ATF_TP_ADD_TC(tp, a_line_is_as_long_as_a_file_may_be);
	return atf_no_error();
}
