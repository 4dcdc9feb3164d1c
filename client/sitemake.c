#include "sitemake.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/vm/cpio.h"
#include "lib/rules/files.h"
#include "say.h"
#include "sitefolder.h"

#define NO_SETTINGS	"version: 1\n"
#define PATH_LEN	256

/* One archive being made from the files of one folder. */
struct making {
	struct cpio	 cpio;
	const char	*dir;
	int		 fd;
};

static int
complain(const struct making *m, const struct doc_error *e)
{
	char line[512];

	say("%s/%s", m->dir, doc_error_format(e, 0, line, sizeof(line)));
	return -1;
}

/* Adds one file; `missing' (or NULL) is its text when it is not there. */
static int
add_file(struct making *m, const char *path, size_t max, const char *missing)
{
	char name[PATH_LEN];
	struct doc_error e;
	size_t len;
	char *text = files_read(m->fd, path, max, &len, &e);

	snprintf(name, sizeof(name), "site/%s", path);
	if (text == NULL && errno == ENOENT) {
		if (missing != NULL)
			cpio_add_file(&m->cpio, name, missing,
			    strlen(missing));
		return 0;
	}
	if (text == NULL)
		return complain(m, &e);
	cpio_add_file(&m->cpio, name, text, len);
	free(text);
	return 0;
}

/* Adds the files of one folder, if it has any. */
static int
add_folder(struct making *m, const char *folder, const char *end,
    const char *also, size_t max)
{
	char path[PATH_LEN];
	struct doc_error e;
	char **names = files_list(m->fd, folder, end, also, &e);
	int rc = 0;

	if (names == NULL)
		return complain(m, &e);
	snprintf(path, sizeof(path), "site/%s", folder);
	cpio_add_dir(&m->cpio, path);
	for (char **n = names; rc == 0 && *n != NULL; n++) {
		snprintf(path, sizeof(path), "%s/%s", folder, *n);
		rc = add_file(m, path, max, NULL);
	}
	files_free(names);
	if (rc == -1 || also == NULL)
		return rc;
	snprintf(path, sizeof(path), "%s/%s", folder, also);
	return add_file(m, path, max, NULL);
}

static int
add_all(struct making *m)
{
	cpio_add_dir(&m->cpio, "site");
	if (add_file(m, SITE_SIGNERS, SIGNERS_FILE_MAX, NULL) == -1 ||
	    add_file(m, SITE_SETTINGS, SETTINGS_FILE_MAX, NO_SETTINGS) == -1 ||
	    add_file(m, RULES_ENTITIES, CEDAR_ENTITIES_MAX, NULL) == -1 ||
	    add_folder(m, RULES_POLICY, RULES_TEXT_END, RULES_PEOPLE,
	    CEDAR_SET_MAX) == -1 ||
	    add_folder(m, RULES_COMPONENTS, RULES_JSON_END, NULL,
	    CEDAR_SET_MAX) == -1)
		return -1;
	cpio_end(&m->cpio);
	return 0;
}

int
sitemake_cpio(const char *dir, struct buf *cpio, struct settings *st)
{
	struct making m = { .dir = dir };
	struct site site;
	int rc;

	if (sitefolder_load(&site, dir, &m.fd) == -1)
		return -1;
	*st = site.settings;
	if (site.rules.nfiles == 0)
		say("%s: has no rules, so every job will be refused; see "
		    "docs/POLICY.md", dir);
	site_free(&site);
	cpio_init(&m.cpio, cpio);
	rc = add_all(&m);
	close(m.fd);
	return rc;
}
