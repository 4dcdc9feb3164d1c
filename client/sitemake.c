#include "sitemake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpio.h"
#include "file.h"
#include "folder.h"
#include "say.h"
#include "signers.h"

#define SIGNERS_NAME	"allowed_signers"
#define SETTINGS_NAME	"settings.yaml"
#define NO_SETTINGS	"version: 1\n"

static int
check_names(int fd, const char *dir, bool *has_settings)
{
	char **names = folder_names(fd, dir);
	int ret = names == NULL ? -1 : 0;

	*has_settings = false;
	for (char **n = names; ret == 0 && *n != NULL; n++) {
		if (strcmp(*n, SETTINGS_NAME) == 0) {
			*has_settings = true;
		} else if (strcmp(*n, SIGNERS_NAME) != 0) {
			say("%s/%s: is not part of a site; a site is "
			    "allowed_signers and settings.yaml: remove it",
			    dir, *n);
			ret = -1;
		}
	}
	folder_free_names(names);
	return ret;
}

static int
read_part(int fd, const char *dir, const char *name, size_t max,
    struct buf *out)
{
	char *shown = need_printf("%s/%s", dir, name);
	int ret = file_read(fd, name, FILE_NOFOLLOW, shown, max, out, NULL);

	free(shown);
	return ret;
}

static int
check_signers(const char *dir, const struct buf *text)
{
	struct signers s = { 0 };
	struct why w = { "" };
	int ret;

	ret = signers_parse(&s, SIGNERS_NAME, (const char *)text->data,
	    text->len, &w);
	if (ret == -1)
		say("%s/%s", dir, w.text);
	signers_free(&s);
	return ret;
}

static int
check_settings(const char *dir, const struct buf *text, struct settings *st)
{
	struct why w = { "" };

	settings_init(st);
	if (settings_parse(st, SETTINGS_NAME, text->data, text->len, &w) == 0)
		return 0;
	say("%s/%s", dir, w.text);
	return -1;
}

static void
write_cpio(struct buf *out, const struct buf *signers,
    const struct buf *settings)
{
	struct cpio c;

	cpio_init(&c, out);
	cpio_add_dir(&c, "site");
	cpio_add_file(&c, "site/" SIGNERS_NAME, signers->data, signers->len);
	cpio_add_file(&c, "site/" SETTINGS_NAME, settings->data,
	    settings->len);
	cpio_end(&c);
}

int
site_make(const char *dir, struct buf *cpio, struct settings *st)
{
	struct buf signers = { 0 }, settings = { 0 };
	int fd, ret = -1;
	bool has_settings;

	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1) {
		say_errno("%s: cannot open the site's folder", dir);
		return -1;
	}
	if (check_names(fd, dir, &has_settings) == -1)
		goto out;
	if (faccessat(fd, SIGNERS_NAME, F_OK, AT_SYMLINK_NOFOLLOW) == -1)
		say("%s: is not a site's folder; a site has " SIGNERS_NAME
		    ", a line `NAME KEY' for each who may sign", dir);
	if (read_part(fd, dir, SIGNERS_NAME, SIGNERS_FILE_MAX, &signers) == -1)
		goto out;
	if (!has_settings)
		buf_add_str(&settings, NO_SETTINGS);
	else if (read_part(fd, dir, SETTINGS_NAME, SETTINGS_FILE_MAX,
	    &settings) == -1)
		goto out;
	if (check_signers(dir, &signers) == -1 ||
	    check_settings(dir, &settings, st) == -1)
		goto out;
	write_cpio(cpio, &signers, &settings);
	ret = 0;
out:
	close(fd);
	buf_free(&signers);
	buf_free(&settings);
	return ret;
}
