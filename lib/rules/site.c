#include "site.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"

static int
report(const struct rules_report *r, const struct doc_error *e)
{
	r->report(r->ctx, e, false);
	return -1;
}

/*
 * Without both files there is no site: no signature is trusted, and the
 * appliance starts and says so.  Settings without signers are an error.
 */
static int
load_signers(struct site *s, int dirfd, const struct rules_report *r)
{
	struct doc_error e;
	size_t len;
	char *text = files_read(dirfd, SITE_SIGNERS, SIGNERS_FILE_MAX, &len,
	    &e);
	bool missing = text == NULL && errno == ENOENT;
	int rc;

	s->absent = missing && faccessat(dirfd, SITE_SETTINGS, F_OK, 0) == -1 &&
	    errno == ENOENT;
	if (s->absent)
		return 0;
	if (missing)
		doc_error_set(&e, SITE_SIGNERS, "missing, and the site has "
		    SITE_SETTINGS "; add it with a line `NAME KEY' for each "
		    "person who may sign");
	if (text == NULL)
		return report(r, &e);
	rc = signers_parse(&s->signers, SITE_SIGNERS, text, len, &e);
	free(text);
	return rc == 0 ? 0 : report(r, &e);
}

static int
load_settings(struct site *s, int dirfd, const struct rules_report *r)
{
	struct doc_error e;
	size_t len;
	char *text = files_read(dirfd, SITE_SETTINGS, SETTINGS_FILE_MAX, &len,
	    &e);
	int rc;

	settings_init(&s->settings);
	if (text == NULL)
		return errno == ENOENT ? 0 : report(r, &e);
	rc = settings_parse(&s->settings, SITE_SETTINGS, text, len, &e);
	free(text);
	return rc == 0 ? 0 : report(r, &e);
}

static int
load_rules(struct site *s, int dirfd, const struct rules_report *r)
{
	struct doc_error e;

	if (!s->absent)
		return rules_load(&s->rules, dirfd, &s->signers, &s->settings,
		    r);
	if (rules_none(&s->rules) == 0)
		return 0;
	doc_error_memory(&e, RULES_POLICY);
	return report(r, &e);
}

/* Whether a file has a line that is neither empty nor a comment. */
static bool
has_line(const char *text, size_t len)
{
	bool start = true;

	for (size_t i = 0; i < len; i++) {
		if (start && strchr("# \t\r\n", text[i]) == NULL)
			return true;
		start = text[i] == '\n' ||
		    (start && (text[i] == ' ' || text[i] == '\t'));
	}
	return false;
}

static bool
has_signers(int dirfd)
{
	struct doc_error e;
	size_t len;
	char *text = files_read(dirfd, SITE_SIGNERS, SIGNERS_FILE_MAX, &len,
	    &e);
	bool has = text == NULL ? errno != ENOENT : has_line(text, len);

	free(text);
	return has;
}

static int
list_files(struct site *s, int dirfd, const struct rules_report *r)
{
	struct doc_error e;

	if (s->absent || sitefiles_make(&s->files, dirfd, &e) == 0)
		return 0;
	return report(r, &e);
}

static int
load(struct site *s, int dirfd, bool draft, const struct rules_report *r)
{
	int rc = 0;

	memset(s, 0, sizeof(*s));
	if (!draft || has_signers(dirfd))
		rc = load_signers(s, dirfd, r);
	/* Settings are read in any case, to report errors of both files. */
	if (load_settings(s, dirfd, r) == 0 && rc == 0 &&
	    load_rules(s, dirfd, r) == 0) {
		if (list_files(s, dirfd, r) == 0)
			return 0;
		rules_free(&s->rules);
	}
	signers_free(&s->signers);
	return -1;
}

int
site_load(struct site *s, int dirfd, const struct rules_report *r)
{
	return load(s, dirfd, false, r);
}

int
site_load_draft(struct site *s, int dirfd, const struct rules_report *r)
{
	return load(s, dirfd, true, r);
}

void
site_free(struct site *s)
{
	signers_free(&s->signers);
	rules_free(&s->rules);
	sitefiles_free(&s->files);
}
