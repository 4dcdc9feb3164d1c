#include "site.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"

static int
tell(const struct rules_report *report, const struct doc_error *e)
{
	report->tell(report->ctx, e, false);
	return -1;
}

/*
 * No file at all is no site: nobody is trusted, and the appliance still comes
 * up to say so.  Settings without signers are a site with a hole in it.
 */
static int
load_signers(struct site *s, int dirfd, const struct rules_report *report)
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
		doc_error_set(&e, SITE_SIGNERS, "not in the site, which has "
		    SITE_SETTINGS "; it has a line `NAME KEY' for each who "
		    "may sign");
	if (text == NULL)
		return tell(report, &e);
	rc = signers_parse(&s->signers, SITE_SIGNERS, text, len, &e);
	free(text);
	return rc == 0 ? 0 : tell(report, &e);
}

static int
load_settings(struct site *s, int dirfd, const struct rules_report *report)
{
	struct doc_error e;
	size_t len;
	char *text = files_read(dirfd, SITE_SETTINGS, SETTINGS_FILE_MAX, &len,
	    &e);
	int rc;

	settings_init(&s->settings);
	if (text == NULL)
		return errno == ENOENT ? 0 : tell(report, &e);
	rc = settings_parse(&s->settings, SITE_SETTINGS, text, len, &e);
	free(text);
	return rc == 0 ? 0 : tell(report, &e);
}

static int
load_rules(struct site *s, int dirfd, const struct rules_report *report)
{
	struct doc_error e;

	if (!s->absent)
		return rules_load(&s->rules, dirfd, &s->signers, &s->settings,
		    report);
	if (rules_none(&s->rules) == 0)
		return 0;
	doc_error_memory(&e, RULES_POLICY);
	return tell(report, &e);
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
load(struct site *s, int dirfd, bool draft, const struct rules_report *report)
{
	int rc = 0;

	memset(s, 0, sizeof(*s));
	if (!draft || has_signers(dirfd))
		rc = load_signers(s, dirfd, report);
	/* Settings are looked at in any case: both files' errors are told. */
	if (load_settings(s, dirfd, report) == 0 && rc == 0 &&
	    load_rules(s, dirfd, report) == 0)
		return 0;
	signers_free(&s->signers);
	return -1;
}

int
site_load(struct site *s, int dirfd, const struct rules_report *report)
{
	return load(s, dirfd, false, report);
}

int
site_load_draft(struct site *s, int dirfd, const struct rules_report *report)
{
	return load(s, dirfd, true, report);
}

void
site_free(struct site *s)
{
	signers_free(&s->signers);
	rules_free(&s->rules);
}
