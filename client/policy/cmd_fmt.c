/* casemate policy fmt */
#include "client/casemate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/buf.h"
#include "lib/doc/doc.h"
#include "cedar/format/emit.h"
#include "cedar/format/format.h"
#include "cedar/data/policy.h"
#include "client/file.h"
#include "client/indent.h"
#include "lib/log.h"
#include "client/say.h"
#include "say.h"

#define FILES_MOST	256		/* a site has a handful */
#define OUT_FIRST	(256u << 10)
#define OUT_MOST	(512u << 20)	/* a megabyte of policies as JSON */
#define STDIN_NAME	"standard input"

struct format_files {
	bool	write, check, json, text;
};

/*
 * Converts one text into another.  -1 with *e; when out->err is set as well,
 * more room may help.
 */
typedef int convert(struct put *out, const char *file, const struct buf *in,
    struct doc_error *e);

/* Like format_text() for a file that was read. */
static int
to_canonical(struct put *out, const char *file, const struct buf *in,
    struct doc_error *e)
{
	return format_text(out, file, (const char *)in->data, in->len, e);
}

/*
 * A policy without a name is policyN in JSON, not FILE:policyN, unless another
 * one has that name.
 */
static void
put_key(struct put *out, const struct policies *set, const struct policy *p)
{
	const struct str *given = policy_annotation(p, "id");
	const char *colon = strrchr(p->id->bytes, ':');

	if ((given == NULL || given->len == 0) && colon != NULL &&
	    policies_find(set, colon + 1, strlen(colon + 1)) == NULL)
		emit_json(out, colon + 1, strlen(colon + 1));
	else
		emit_json(out, p->id->bytes, p->id->len);
	emit(out, ":");
}

static void
put_policies(struct put *out, const struct policies *set, bool templates)
{
	bool first = true;

	emit(out, templates ? "\"templates\":{" : "\"staticPolicies\":{");
	for (size_t i = 0; i < set->n; i++) {
		const struct policy *p = set->items[i];

		if (p->is_template != templates)
			continue;
		emit(out, first ? "" : ",");
		first = false;
		put_key(out, set, p);
		format_json(out, p);
	}
	emit(out, "}");
}

static int
to_json(struct put *out, const char *file, const struct buf *in,
    struct doc_error *e)
{
	struct policies set;
	int rc;

	policies_init(&set);
	rc = policies_add_text(&set, file, (const char *)in->data, in->len,
	    POLICY_IDS_ANNOTATED, e);
	if (rc == 0) {
		emit(out, "{");
		put_policies(out, &set, false);
		emit(out, ",");
		put_policies(out, &set, true);
		emit(out, ",\"templateLinks\":[]}");
	}
	policies_free(&set);
	return rc == 0 && out->err != 0 ? -1 : rc;
}

/* As text a policy's name is its @id. */
static void
put_named(struct put *out, const struct policy *p)
{
	if (policy_annotation(p, "id") == NULL) {
		emit(out, "@id(");
		format_string(out, p->id);
		emit(out, ") ");
	}
	format_flat(out, p);
	emit(out, "\n");
}

/* A link becomes a policy; its template is left out. */
static int
to_text(struct put *out, const char *file, const struct buf *in,
    struct doc_error *e)
{
	struct policies set;
	struct doc doc;
	struct buf flat = { 0 };
	struct put p;
	int rc;

	if (doc_read_json(&doc, file, (const char *)in->data, in->len,
	    CEDAR_SET_MAX, e) == -1)
		return -1;
	policies_init(&set);
	rc = policies_add_json_set(&set, &doc, "", e);
	doc_free(&doc);
	if (rc == 0) {
		put_init(&p, buf_room(&flat, out->cap), out->cap);
		for (size_t i = 0; i < set.n; i++)
			put_named(&p, set.items[i]);
		out->err = p.err;
		rc = p.err != 0 ? -1 : format_text(out, file,
		    (const char *)p.base, p.len, e);
	}
	policies_free(&set);
	buf_free(&flat);
	return rc;
}

/* Puts the result into *out.  Complains and returns -1. */
static int
run_convert(convert *f, const char *file, const struct buf *in,
    struct buf *out)
{
	struct doc_error e;
	struct put p;
	int rc;

	for (size_t cap = OUT_FIRST; cap <= OUT_MOST; cap *= 4) {
		put_init(&p, buf_room(out, cap), cap);
		rc = f(&p, file, in, &e);
		if (rc == 0) {
			out->len = p.len;
			return 0;
		}
		if (p.err == 0)
			break;
		doc_error_set(&e, file, "too large");
	}
	policy_say(NULL, &e, false);
	return -1;
}

static int
read_stdin(struct buf *in)
{
	ssize_t n = 1;

	while (n > 0 && in->len <= CEDAR_SET_MAX) {
		n = read(STDIN_FILENO, buf_room(in, 65536), 65536);
		if (n == -1 && errno != EINTR) {
			say_errno("%s", STDIN_NAME);
			return -1;
		}
		in->len += n > 0 ? (size_t)n : 0;
		n = n == -1 ? 1 : n;
	}
	return 0;
}

static int
finish(const struct format_files *how, const char *file, const struct buf *in,
    struct buf *out)
{
	struct buf json = { 0 };
	bool same = in->len == out->len &&
	    (in->len == 0 || memcmp(in->data, out->data, in->len) == 0);

	if (how->check) {
		if (!same)
			puts(file);
		return same ? 0 : -1;
	}
	if (how->write)
		return same ? 0 : file_save(file, out->data, out->len,
		    0666);
	if (how->json)
		indent_json(&json, (const char *)out->data, out->len);
	fwrite(how->json ? json.data : out->data, 1, how->json ? json.len :
	    out->len, stdout);
	buf_free(&json);
	return 0;
}

static bool
ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

static int
do_file(const struct format_files *how, const char *file)
{
	convert *f = how->json ? to_json : how->text ? to_text : to_canonical;
	struct buf in = { 0 }, out = { 0 };
	bool is_stdin = strcmp(file, "-") == 0;
	int rc;

	if (f == to_canonical && ends_in(file, ".json")) {
		say("%s: is JSON; --text writes it as text", file);
		return -1;
	}
	rc = is_stdin ? read_stdin(&in) : file_read(AT_FDCWD, file,
	    FILE_FOLLOW, file, CEDAR_SET_MAX, &in, NULL);
	if (rc == 0)
		rc = run_convert(f, is_stdin ? STDIN_NAME : file, &in, &out);
	if (rc == 0)
		rc = finish(how, file, &in, &out);
	buf_free(&in);
	buf_free(&out);
	return rc;
}

static int
check_options(const struct format_files *how, const char *const *files, int n)
{
	if (how->write + how->check + how->json + how->text > 1) {
		say("--write, --check, --json and --text exclude each other");
		return -1;
	}
	if (how->json && n > 1) {
		say("--json: takes one file at a time");
		return -1;
	}
	for (int i = 0; how->write && i < n; i++)
		if (strcmp(files[i], "-") == 0) {
			say("--write: cannot write to standard input");
			return -1;
		}
	return 0;
}

static int
run(int argc, char *argv[])
{
	const char *files[FILES_MOST] = { "-" };
	struct format_files how = { 0 };
	int n = opts_parse(&cmd_policy_fmt, &how, argc, argv, files);
	int code = EXIT_OK;

	if (n == -1)
		return CMD_USAGE;
	n = n == 0 ? 1 : n;
	if (check_options(&how, files, n) == -1)
		return CMD_USAGE;
	for (int i = 0; i < n; i++)
		if (do_file(&how, files[i]) == -1)
			code = EXIT_REFUSED;
	return code;
}

#define AT(member)	offsetof(struct format_files, member)

static const struct opt opts[] = {
	{ "write", 'w', OPT_FLAG, AT(write), NULL,
	    .help = "write the result back to the files",
	    .or_next = true },
	{ "check", 0, OPT_FLAG, AT(check), NULL,
	    .help = "print the names of files that would change",
	    .or_next = true },
	{ "json", 0, OPT_FLAG, AT(json), NULL,
	    .help = "print one file's policies as JSON",
	    .or_next = true },
	{ "text", 0, OPT_FLAG, AT(text), NULL,
	    .help = "print policies in JSON as text" },
	{ 0 },
};

const struct cmd cmd_policy_fmt = {
	.name = "fmt",
	.summary = "print rules in the canonical form",
	.forms = { "[FILE]..." },
	.max_args = FILES_MOST,
	.opts = opts,
	.run = run,
};
