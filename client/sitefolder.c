#include "sitefolder.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "folder.h"
#include "client/policy/telling.h"
#include "say.h"

/* What a site's folder may hold; tests/ is not packed. */
static const char *const parts[] = {
	SITE_SIGNERS, SITE_SETTINGS, RULES_ENTITIES, RULES_POLICY,
	RULES_COMPONENTS, "tests",
};

static bool
is_part(const char *name)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strcmp(name, parts[i]) == 0)
			return true;
	return false;
}

static int
check_names(int fd, const char *dir)
{
	char **names = folder_names(fd, dir);
	int ret = names == NULL ? -1 : 0;

	for (char **n = names; ret == 0 && *n != NULL; n++)
		if (!is_part(*n)) {
			say("%s/%s: is not part of a site; a site is "
			    "allowed_signers, settings.yaml, entities.yaml, "
			    "policy/, policies/ and tests/: remove it", dir,
			    *n);
			ret = -1;
		}
	folder_free_names(names);
	return ret;
}

static int
load(struct site *s, const char *dir, int *fdp,
    int (*site)(struct site *, int, const struct rules_report *),
    const struct rules_report *report)
{
	int fd;

	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1) {
		say("%s: cannot open the site's folder: %s", dir,
		    file_reason(AT_FDCWD, dir));
		return -1;
	}
	if (check_names(fd, dir) == -1 || site(s, fd, report) == -1)
		goto bad;
	if (s->absent && site == site_load) {
		say("%s: is not a site's folder; a site has " SITE_SIGNERS
		    ", a line `NAME KEY' for each who may sign", dir);
		site_free(s);
		goto bad;
	}
	*fdp = fd;
	return 0;
bad:
	close(fd);
	return -1;
}

static int
load_and_say(struct site *s, const char *dir, int *fdp,
    int (*site)(struct site *, int, const struct rules_report *))
{
	struct telling telling;
	int rc;

	telling_init(&telling, dir);
	rc = load(s, dir, fdp, site, &telling.report);
	telling_end(&telling);
	return rc;
}

int
sitefolder_load(struct site *s, const char *dir, int *fdp)
{
	return load_and_say(s, dir, fdp, site_load);
}

int
sitefolder_load_draft(struct site *s, const char *dir, int *fdp)
{
	return load_and_say(s, dir, fdp, site_load_draft);
}

int
sitefolder_check(struct site *s, const char *dir, int *fdp,
    const struct rules_report *report)
{
	return load(s, dir, fdp, site_load_draft, report);
}
