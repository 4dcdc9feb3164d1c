#include "site.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "state.h"

/* The file's bytes, which the caller frees, or NULL with errno and *w. */
static char *
load(int dirfd, const char *name, size_t max, size_t *lenp, struct why *w)
{
	char *text = malloc(max);

	if (text == NULL) {
		why_set(w, "out of memory");
		return NULL;
	}
	if (state_read(dirfd, name, text, max, lenp, w) == -1) {
		int saved = errno;

		free(text);
		errno = saved;
		return NULL;
	}
	return text;
}

/*
 * No file at all is no site: nobody is trusted, and the appliance still comes
 * up to say so.  Settings without signers are a site with a hole in it.
 */
static int
load_signers(struct site *s, int dirfd, struct why *w)
{
	size_t len;
	char *text = load(dirfd, SITE_SIGNERS, SIGNERS_FILE_MAX, &len, w);
	bool missing;
	int rc;

	missing = text == NULL && errno == ENOENT;
	s->absent = missing && faccessat(dirfd, SITE_SETTINGS, F_OK, 0) == -1 &&
	    errno == ENOENT;
	if (s->absent)
		return 0;
	if (missing)
		return why_set(w, SITE_SIGNERS ": not in the site, which has "
		    SITE_SETTINGS "; make the site with `casemate site DIR'");
	if (text == NULL)
		return -1;
	w->text[0] = '\0';
	rc = signers_parse(&s->signers, SITE_SIGNERS, text, len, w);
	free(text);
	return rc;
}

static int
load_settings(struct site *s, int dirfd, struct why *w)
{
	size_t len;
	char *text = load(dirfd, SITE_SETTINGS, SETTINGS_FILE_MAX, &len, w);
	int rc;

	settings_init(&s->settings);
	if (text == NULL)
		return errno == ENOENT ? 0 : -1;
	rc = settings_parse(&s->settings, SITE_SETTINGS, text, len, w);
	free(text);
	return rc;
}

int
site_load(struct site *s, int dirfd, struct why *w)
{
	memset(s, 0, sizeof(*s));
	if (load_signers(s, dirfd, w) == -1)
		return -1;
	if (load_settings(s, dirfd, w) == 0)
		return 0;
	site_free(s);
	return -1;
}

void
site_free(struct site *s)
{
	signers_free(&s->signers);
}
