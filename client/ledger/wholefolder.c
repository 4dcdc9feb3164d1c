#include "wholefolder.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/file.h"
#include "client/need.h"
#include "client/save.h"
#include "client/say.h"
#include "lib/filekind.h"

/* The path without slashes at its end. */
static char *
trim(const char *dir)
{
	size_t len = strlen(dir);

	while (len > 1 && dir[len - 1] == '/')
		len--;
	return need_printf("%.*s", (int)len, dir);
}

/*
 * The folder to be, beside the one that is meant.  Complains and returns NULL.
 */
static char *
make_beside(const char *dir)
{
	char *path = trim(dir), *beside = need_printf("%s.XXXXXX", path);

	free(path);
	if (mkdtemp(beside) != NULL)
		return beside;
	say_errno("%s: cannot make a folder beside it", dir);
	free(beside);
	return NULL;
}

static bool
has_files(const char *dir)
{
	DIR *d = opendir(dir);
	int n = 0;

	while (d != NULL && readdir(d) != NULL)
		n++;
	if (d != NULL)
		closedir(d);
	return n > 2;			/* "." and ".." */
}

static int
check_place(const char *dir, const char *path)
{
	struct stat st;

	if (strcmp(path, "-") == 0) {
		say("cannot write -: give the name of a new folder, or ./- for "
		    "one of this name");
		return -1;
	}
	if (lstat(path, &st) == -1)
		return 0;		/* or make_beside() complains */
	if (S_ISDIR(st.st_mode) && !has_files(path))
		return 0;
	say("%s: is %s%s; give the name of a new folder", dir,
	    filekind_word(st.st_mode), S_ISDIR(st.st_mode) ?
	    " with files in it" : "");
	return -1;
}

int
wholefolder_check(const char *dir)
{
	char *path = trim(dir), *beside = NULL;
	int ret = check_place(dir, path);

	if (ret == 0 && (beside = make_beside(dir)) == NULL)
		ret = -1;
	if (beside != NULL)
		rmdir(beside);
	free(beside);
	free(path);
	return ret;
}

/* Makes the folders between `dir' and the file. */
static int
make_parents(const char *dir, const char *path)
{
	for (const char *at = path; (at = strchr(at, '/')) != NULL; at++) {
		char *parent = need_printf("%s/%.*s", dir, (int)(at - path),
		    path);
		const int ret = mkdir(parent, 0700);

		if (ret == -1 && errno != EEXIST) {
			say_errno("%s: cannot make the folder", parent);
			free(parent);
			return -1;
		}
		free(parent);
	}
	return 0;
}

static int
save_file(const char *dir, const struct wholefolder_file *f)
{
	char *path;
	int ret;

	if (make_parents(dir, f->path) == -1)
		return -1;
	path = need_printf("%s/%s", dir, f->path);
	ret = file_save(path, f->data, f->len, 0600);
	free(path);
	return ret;
}

/* The file and the folders above it that are empty then. */
static void
remove_file(const char *dir, const struct wholefolder_file *f)
{
	char *path = need_printf("%s/%s", dir, f->path), *slash;

	unlink(path);
	while ((slash = strrchr(path, '/')) != NULL &&
	    (size_t)(slash - path) > strlen(dir)) {
		*slash = '\0';
		rmdir(path);
	}
	free(path);
}

static int
fill(const char *beside, const char *dir, const struct wholefolder_file *f,
    size_t n)
{
	char *path;
	int ret;

	for (size_t i = 0; i < n; i++)
		if (save_file(beside, &f[i]) == -1)
			return -1;
	path = trim(dir);
	ret = rename(beside, path);
	if (ret == -1)
		say_errno("%s: cannot be put in its place", dir);
	free(path);
	return ret;
}

int
wholefolder_save(const char *dir, const struct wholefolder_file *f, size_t n)
{
	char *beside;
	sigset_t old;
	int ret = -1;

	save_hold_signals(&old);
	beside = make_beside(dir);
	if (beside != NULL)
		ret = fill(beside, dir, f, n);
	if (beside != NULL && ret == -1) {
		for (size_t i = n; i-- > 0;)
			remove_file(beside, &f[i]);
		rmdir(beside);
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	free(beside);
	return ret;
}
