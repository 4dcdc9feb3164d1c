/* casemate policy test */
#include "client/casemate.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/buf.h"
#include "cases.h"
#include "client/file.h"
#include "lib/log.h"
#include "lib/rules/files.h"
#include "client/say.h"
#include "client/sitefolder.h"
#include "say.h"
#include "verdict.h"

#define FILES_ARGS_MAX	64
#define PATH_LEN	256

/* Counts over all files. */
struct test_count {
	size_t	held, failed, unread;
};

static int
test_text(const char *file, const struct buf *text, struct site *site,
    struct test_count *count)
{
	struct rules *r = &site->rules;
	struct doc_error e;
	struct cases cases;
	struct case_verdict v;
	size_t held = 0;

	if (cases_read(&cases, file, (const char *)text->data, text->len,
	    site, &e) == -1) {
		policy_say(NULL, &e, false);
		return -1;
	}
	for (size_t i = 0; i < cases.n; i++) {
		const struct policy_case *c = &cases.list[i];

		verdict_decide(c, r, &v);
		if (verdict_holds(c, r, &v))
			held++;
		else
			verdict_complain(c, file, r, &v);
	}
	printf("%s: %zu of %zu hold\n", file, held, cases.n);
	count->held += held;
	count->failed += cases.n - held;
	cases_free(&cases);
	return 0;
}

static void
test_file(int dirfd, const char *path, const char *shown, struct site *site,
    struct test_count *count)
{
	struct buf text = { 0 };

	if (file_read(dirfd, path, FILE_FOLLOW, shown, CASES_FILE_MAX, &text,
	    NULL) == -1 || test_text(shown, &text, site, count) == -1)
		count->unread++;
	buf_free(&text);
}

/* The files in the site's tests/. */
static int
test_folder(int fd, const char *dir, struct site *site,
    struct test_count *count)
{
	char path[PATH_LEN], shown[2 * PATH_LEN], line[512];
	struct doc_error e;
	char **names = files_list(fd, "tests", ".yaml", NULL, &e);

	if (names == NULL) {
		say("%s/%s", dir, doc_error_format(&e, 0, line,
		    sizeof(line)));
		return -1;
	}
	for (char **n = names; *n != NULL; n++) {
		snprintf(path, sizeof(path), "tests/%s", *n);
		snprintf(shown, sizeof(shown), "%s/%s", dir, path);
		test_file(fd, path, shown, site, count);
	}
	files_free(names);
	return 0;
}

static int
finish(const char *dir, const struct test_count *c)
{
	if (c->held + c->failed + c->unread == 0) {
		say("%s/tests: has no cases; see docs/POLICY.md", dir);
		return EXIT_REFUSED;
	}
	printf("%zu hold, %zu do not", c->held, c->failed);
	if (c->unread != 0)
		printf("; %zu file%s not read", c->unread,
		    c->unread == 1 ? "" : "s");
	printf("\n");
	if (c->failed != 0)
		say("why: casemate policy explain %s FILE --case TEXT", dir);
	return c->failed == 0 && c->unread == 0 ? EXIT_OK : EXIT_REFUSED;
}

static int
run(int argc, char *argv[])
{
	const char *args[FILES_ARGS_MAX];
	struct test_count count = { 0 };
	struct site site;
	int n, fd, rc = 0;

	n = opts_parse(&cmd_policy_test, NULL, argc, argv, args);
	if (n == -1)
		return CMD_USAGE;
	if (sitefolder_load_draft(&site, args[0], &fd) == -1)
		return EXIT_REFUSED;
	if (n == 1)
		rc = test_folder(fd, args[0], &site, &count);
	for (int i = 1; i < n; i++)
		test_file(AT_FDCWD, args[i], args[i], &site, &count);
	rc = rc == -1 ? EXIT_REFUSED : finish(args[0], &count);
	site_free(&site);
	close(fd);
	return rc;
}

const struct cmd cmd_policy_test = {
	.name = "test",
	.summary = "decide cases and compare with what they expect",
	.forms = { "DIR [CASES]..." },
	.min_args = 1,
	.max_args = FILES_ARGS_MAX,
	.run = run,
};
