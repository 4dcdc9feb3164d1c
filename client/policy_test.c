/* casemate policy test DIR [FILE]... */
#include "policy.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "cases.h"
#include "casemate.h"
#include "file.h"
#include "log.h"
#include "opts.h"
#include "rules/files.h"
#include "say.h"
#include "sitefolder.h"

#define FILES_ARGS_MAX	64
#define PATH_LEN	256

/* What was counted over all files. */
struct count {
	size_t	held, failed;
};

/* "rule a (policy/x.cedar:3)", "no rule". */
static void
put_rules(char *dst, size_t cap, const struct rules *r,
    const struct answer *a)
{
	char place[RULE_PLACE_MAX];
	const struct policy *p;

	if (a->ndetermining == 0) {
		snprintf(dst, cap, "no rule");
		return;
	}
	p = r->policies.items[a->determining[0]];
	snprintf(dst, cap, "%srule %.100s (%s)", a->ndetermining > 1 ?
	    "several rules, one the " : "", p->id->bytes,
	    rule_place(p, place));
}

static void
say_failed(const char *file, const struct policy_case *c,
    const struct rules *r, const struct verdict *v)
{
	char rules[256];

	put_rules(rules, sizeof(rules), r, &v->answer);
	say("%s:%u: %s: expected %s%s%s%s%s, but `%s' is %s by %s", file,
	    c->line, c->name, c->allow ? "allow" : "deny",
	    c->thing == NULL ? "" : " of ", c->thing == NULL ? "" : c->thing,
	    c->rule == NULL ? "" : " by rule ",
	    c->rule == NULL ? "" : c->rule, v->ask->shown,
	    v->allow ? "allowed" : "refused", rules);
	if (v->answer.nerrors != 0)
		say("    %s failed: %s", r->policies.items[
		    v->answer.errors[0].policy]->id->bytes,
		    v->answer.errors[0].text);
}

static int
test_text(const char *file, const struct buf *text, struct rules *r,
    struct count *count)
{
	struct cedar_error e;
	struct cases cases;
	struct verdict v;
	char line[1024];
	size_t held = 0;

	if (cases_read(&cases, file, (const char *)text->data, text->len, r,
	    &e) == -1) {
		say("%s", cedar_error_format(&e, 0, line, sizeof(line)));
		return -1;
	}
	for (size_t i = 0; i < cases.n; i++) {
		case_decide(&cases.list[i], r, &v);
		if (case_holds(&cases.list[i], r, &v))
			held++;
		else
			say_failed(file, &cases.list[i], r, &v);
	}
	printf("%s: %zu of %zu hold\n", file, held, cases.n);
	count->held += held;
	count->failed += cases.n - held;
	cases_free(&cases);
	return 0;
}

static int
test_file(int dirfd, const char *path, const char *shown, struct rules *r,
    struct count *count)
{
	struct buf text = { 0 };
	int rc = file_read(dirfd, path, FILE_FOLLOW, shown, CASES_FILE_MAX,
	    &text, NULL);

	if (rc == 0)
		rc = test_text(shown, &text, r, count);
	buf_free(&text);
	return rc;
}

/* All of the site's own. */
static int
test_folder(int fd, const char *dir, struct rules *r, struct count *count)
{
	char path[PATH_LEN], shown[2 * PATH_LEN], line[512];
	struct cedar_error e;
	char **names = files_list(fd, "tests", ".yaml", NULL, &e);
	int rc = 0;

	if (names == NULL) {
		say("%s/%s", dir, cedar_error_format(&e, 0, line,
		    sizeof(line)));
		return -1;
	}
	for (char **n = names; *n != NULL; n++) {
		snprintf(path, sizeof(path), "tests/%s", *n);
		snprintf(shown, sizeof(shown), "%s/%s", dir, path);
		if (test_file(fd, path, shown, r, count) == -1)
			rc = -1;
	}
	files_free(names);
	return rc;
}

static int
finish(const char *dir, const struct count *count, int rc)
{
	if (rc == 0 && count->held + count->failed == 0) {
		say("%s/tests: has no cases; see docs/POLICY.md", dir);
		return EXIT_REFUSED;
	}
	printf("%zu hold, %zu do not\n", count->held, count->failed);
	return rc == 0 && count->failed == 0 ? EXIT_OK : EXIT_REFUSED;
}

int
policy_test(int argc, char *argv[])
{
	static const struct opt table[] = { { 0 } };
	const char *args[FILES_ARGS_MAX];
	struct count count = { 0, 0 };
	struct site site;
	int n, fd, rc = 0;

	n = opts_parse(table, argc, argv, args, 1, FILES_ARGS_MAX);
	if (n == -1)
		return CMD_USAGE;
	if (sitefolder_load_draft(&site, args[0], &fd) == -1)
		return EXIT_REFUSED;
	if (n == 1)
		rc = test_folder(fd, args[0], &site.rules, &count);
	for (int i = 1; i < n; i++)
		if (test_file(AT_FDCWD, args[i], args[i], &site.rules, &count)
		    == -1)
			rc = -1;
	rc = finish(args[0], &count, rc);
	site_free(&site);
	close(fd);
	return rc;
}
