/* casemate policy explain */
#include "client/casemate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client/buf.h"
#include "cases.h"
#include "client/need.h"
#include "say.h"
#include "cedar/data/ext.h"
#include "client/file.h"
#include "lib/log.h"
#include "lib/manifest.h"
#include "lib/rules/decide.h"
#include "client/safe.h"
#include "client/say.h"
#include "lib/sha256.h"
#include "client/sitefolder.h"

#define SHOWN_MAX	(1024 * 1024)	/* a few requests with their rules */

struct explain_options {
	const char	*name;		/* of the one case */
	const char	*submitter, *author, *now, *boot;
};

/* Prints the explanation; `rc' and errno are what rules_explain() returned. */
static int
print(const struct put *p, int rc)
{
	const int error = errno;

	fwrite(p->base, 1, p->len, stdout);
	if (rc == 0)
		return EXIT_OK;
	if (error == EMSGSIZE)
		say("the explanation is longer than %d bytes and was cut",
		    SHOWN_MAX);
	else if (error != EPERM)
		say_no_memory();
	return EXIT_REFUSED;
}

static void
explain_case(struct rules *r, const struct policy_case *c)
{
	char *text = need_alloc(SHOWN_MAX, 1);

	printf("case: ");
	safe_print(stdout, c->name);
	printf("\n");
	for (size_t i = 0; i < c->npermissions; i++) {
		struct put p;

		put_init(&p, text, SHOWN_MAX);
		safe_print(stdout, c->who);
		printf(": ");
		safe_print(stdout, c->permissions[i].shown);
		printf("\n");
		print(&p, rules_explain_request(r,
		    &c->permissions[i].request, &p));
	}
	free(text);
}

/* Whether a line begins so, to guess what kind of file it is. */
static bool
has_line(const struct buf *text, const char *start)
{
	size_t len = strlen(start);
	const char *p = (const char *)text->data, *end = p + text->len;

	while (p != NULL && (size_t)(end - p) >= len) {
		if (memcmp(p, start, len) == 0)
			return true;
		p = memchr(p, '\n', (size_t)(end - p));
		p = p == NULL ? NULL : p + 1;
	}
	return false;
}

static int
explain_cases(struct site *site, const char *file, const struct buf *text,
    const struct explain_options *o)
{
	struct doc_error e;
	struct cases cases;
	size_t shown = 0;

	if (cases_read(&cases, file, (const char *)text->data, text->len,
	    site, &e) == -1) {
		policy_say(NULL, &e, false);
		if (has_line(text, "version:"))
			say("if %s is a manifest, add --submitter NAME",
			    file);
		return EXIT_REFUSED;
	}
	for (size_t i = 0; i < cases.n; i++) {
		if (o->name != NULL &&
		    strstr(cases.list[i].name, o->name) == NULL)
			continue;
		if (shown++ != 0)
			printf("\n");
		explain_case(&site->rules, &cases.list[i]);
	}
	cases_free(&cases);
	if (shown != 0)
		return EXIT_OK;
	if (o->name == NULL)
		say("%s: has no cases; see docs/POLICY.md", file);
	else
		say("%s: no case has `%s' in its name", file, o->name);
	return EXIT_REFUSED;
}

static int
read_now(const char *text, uint64_t *now)
{
	int64_t ms;

	*now = (uint64_t)time(NULL);
	if (text == NULL)
		return 0;
	if (ext_parse_datetime(text, strlen(text), &ms) == -1 || ms < 0) {
		say("--now %s: not a time; write it like "
		    "2026-01-31T12:00:00Z", text);
		return -1;
	}
	*now = (uint64_t)ms / 1000;
	return 0;
}

static int
explain_manifest(struct rules *r, const char *file, const struct buf *text,
    const struct explain_options *o)
{
	static struct manifest m;	/* too large for a stack */
	struct rules_context context = { .boot = o->boot == NULL ?
	    CASES_BOOT : o->boot };
	struct who who = { 0 };
	struct doc_error e;
	struct put p;
	char *out;
	int rc;

	if (read_now(o->now, &context.now) == -1)
		return CMD_USAGE;
	manifest_init(&m);
	if (manifest_parse(&m, file, text->data, text->len, &e) == -1) {
		policy_say(NULL, &e, false);
		if (has_line(text, "- "))
			say("if %s has cases, leave out --submitter", file);
		manifest_free(&m);
		return EXIT_REFUSED;
	}
	sha256(text->data, text->len, who.manifest_sha256);
	snprintf(who.submitter, sizeof(who.submitter), "%s", o->submitter);
	snprintf(who.author, sizeof(who.author), "%s",
	    o->author == NULL ? o->submitter : o->author);
	out = need_alloc(SHOWN_MAX, 1);
	put_init(&p, out, SHOWN_MAX);
	rc = print(&p, rules_explain(r, &who, &m, &context, &p));
	free(out);
	manifest_free(&m);
	return rc;
}

static int
explain_file(const char *dir, const char *file, const struct explain_options *o)
{
	struct buf text = { 0 };
	struct site site;
	int fd, rc;

	if (sitefolder_load_draft(&site, dir, &fd) == -1)
		return EXIT_REFUSED;
	rc = file_read(AT_FDCWD, file, FILE_FOLLOW, file, CASES_FILE_MAX,
	    &text, NULL);
	if (rc == -1)
		rc = EXIT_REFUSED;
	else if (o->submitter == NULL)
		rc = explain_cases(&site, file, &text, o);
	else
		rc = explain_manifest(&site.rules, file, &text, o);
	buf_free(&text);
	site_free(&site);
	close(fd);
	return rc;
}

/* Checks a principal's name; NULL is valid. */
static int
check_name(const char *option, const char *name)
{
	if (name == NULL || (name[0] != '\0' && strlen(name) <= PRINCIPAL_MAX &&
	    strpbrk(name, " \"\\*?!,") == NULL))
		return 0;
	say("%s %s: not a principal's name; write it as in allowed_signers",
	    option, name);
	return -1;
}

/* Options that need or exclude each other. */
static int
check_options(const struct explain_options *o)
{
	if (o->submitter == NULL &&
	    (o->author != NULL || o->now != NULL || o->boot != NULL)) {
		say("--author, --now and --boot go with --submitter");
		return -1;
	}
	if (o->submitter != NULL && o->name != NULL) {
		say("--case is for a file of cases, --submitter for a "
		    "manifest");
		return -1;
	}
	if (check_name("--submitter", o->submitter) == -1)
		return -1;
	return check_name("--author", o->author);
}

static int
run(int argc, char *argv[])
{
	struct explain_options o = { 0 };
	const char *args[2];

	if (opts_parse(&cmd_policy_explain, &o, argc, argv, args) == -1 ||
	    check_options(&o) == -1)
		return CMD_USAGE;
	return explain_file(args[0], args[1], &o);
}

#define AT(member)	offsetof(struct explain_options, member)

static const struct opt opts[] = {
	{ "case", 0, OPT_TEXT, AT(name), "TEXT",
	    "only cases with this in their name", .forms = OPT_FORM_1 },
	{ "submitter", 0, OPT_TEXT, AT(submitter), "NAME",
	    "who would sign the command", .forms = OPT_FORM_2,
	    .needed = OPT_FORM_2 },
	{ "author", 0, OPT_TEXT, AT(author), "NAME",
	    "who signed the manifest (default: the submitter)",
	    .forms = OPT_FORM_2 },
	{ "now", 0, OPT_TEXT, AT(now), "TIME",
	    "the appliance's clock, as 2026-01-31T12:00:00Z",
	    .forms = OPT_FORM_2 },
	{ "boot", 0, OPT_WORD, AT(boot), "kept|ephemeral",
	    "with or without a data disk (default kept)",
	    .forms = OPT_FORM_2 },
	{ 0 },
};

const struct cmd cmd_policy_explain = {
	.name = "explain",
	.summary = "show how the rules decide, and why",
	.forms = { "DIR CASES", "DIR MANIFEST" },
	.min_args = 2,
	.max_args = 2,
	.opts = opts,
	.run = run,
};
