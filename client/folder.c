#include "folder.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "lib/manifest.h"
#include "need.h"
#include "say.h"
#include "lib/sha256.h"

/* A walk in progress; todo: folders (paths below files/) still to read. */
struct folder_walk {
	const char	*shown;		/* DIR/files */
	int		 root;
	char		**todo;
	size_t		 ntodo;
	struct job_folder	*folder;
	size_t		 bytes;
};

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
compare_files(const void *a, const void *b)
{
	const struct folder_file *x = a, *y = b;

	return strcmp(x->path, y->path);
}

static void *
grow(void *array, size_t n, size_t size)
{
	void *p = reallocarray(array, n + 1, size);

	if (p == NULL)
		say_no_memory();
	return p;
}

char **
folder_names(int dirfd, const char *shown)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd == -1 ? NULL : fdopendir(fd);
	char **names = NULL;
	struct dirent *e;
	size_t n = 0;

	if (d == NULL) {
		say_errno("%s: cannot list", shown);
		return NULL;
	}
	while ((e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		names = grow(names, n + 1, sizeof(*names));
		names[n++] = need_str(e->d_name);
	}
	closedir(d);
	names = grow(names, n, sizeof(*names));
	names[n] = NULL;
	qsort(names, n, sizeof(*names), compare_names);
	return names;
}

void
folder_free_names(char **names)
{
	for (char **p = names; p != NULL && *p != NULL; p++)
		free(*p);
	free(names);
}

static int
add_file(struct folder_walk *w, const char *path, const char *shown)
{
	struct job_folder *f = w->folder;
	struct folder_file *file;

	if (f->n == MANIFEST_FILES_MAX) {
		say("%s: is one file too many; a job has at most %d", shown,
		    MANIFEST_FILES_MAX);
		return -1;
	}
	f->files = grow(f->files, f->n, sizeof(*f->files));
	file = &f->files[f->n++];
	memset(file, 0, sizeof(*file));
	file->path = need_str(path);
	if (file_read(w->root, path, FILE_NOFOLLOW, shown, BUNDLE_MAX,
	    &file->data, &file->executable) == -1)
		return -1;
	w->bytes += file->data.len;
	if (w->bytes > BUNDLE_MAX) {
		say("%s: the files together have more than %u bytes, the most "
		    "that a job may have", shown, BUNDLE_MAX);
		return -1;
	}
	sha256(file->data.data, file->data.len, file->sha256);
	return 0;
}

static int
add_entry(struct folder_walk *w, const char *path)
{
	char *shown = need_printf("%s/%s", w->shown, path);
	struct stat st;
	int ret = -1;

	if (fstatat(w->root, path, &st, AT_SYMLINK_NOFOLLOW) == -1) {
		say_errno("%s", shown);
	} else if (name_check_path(path) == -1 ||
	    strlen(path) > MANIFEST_PATH_MAX) {
		say("%s: a job cannot have a file of this name; names are "
		    "UTF-8 without control characters, at most %d bytes with "
		    "their folders: rename it", shown, MANIFEST_PATH_MAX);
	} else if (S_ISDIR(st.st_mode)) {
		w->todo = grow(w->todo, w->ntodo, sizeof(*w->todo));
		w->todo[w->ntodo++] = need_str(path);
		ret = 0;
	} else {
		ret = add_file(w, path, shown);
	}
	free(shown);
	return ret;
}

/* Reads one folder; "" is files/ itself. */
static int
walk_one(struct folder_walk *w, const char *path)
{
	char *shown = need_printf("%s%s%s", w->shown,
	    *path == '\0' ? "" : "/", path);
	int fd = openat(w->root, *path == '\0' ? "." : path,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	char **names = NULL;
	int ret = -1;

	if (fd == -1) {
		say_errno("%s: cannot open", shown);
		goto out;
	}
	if ((names = folder_names(fd, shown)) == NULL)
		goto out;
	ret = 0;
	for (char **n = names; ret == 0 && *n != NULL; n++) {
		char *below = need_printf("%s%s%s", path,
		    *path == '\0' ? "" : "/", *n);

		ret = add_entry(w, below);
		free(below);
	}
out:
	if (fd != -1)
		close(fd);
	folder_free_names(names);
	free(shown);
	return ret;
}

int
folder_load(struct job_folder *f, const char *dir)
{
	char *shown = need_printf("%s/files", dir);
	struct folder_walk w = { .shown = shown, .folder = f };
	int ret = 0;

	memset(f, 0, sizeof(*f));
	w.root = open(shown, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (w.root == -1) {
		if (errno != ENOENT) {
			say_errno("%s: must be a folder with the job's files",
			    shown);
			ret = -1;
		}
		goto out;
	}
	ret = walk_one(&w, "");
	while (ret == 0 && w.ntodo > 0) {
		char *path = w.todo[--w.ntodo];

		ret = walk_one(&w, path);
		free(path);
	}
	while (w.ntodo > 0)
		free(w.todo[--w.ntodo]);
	if (f->n != 0)
		qsort(f->files, f->n, sizeof(*f->files), compare_files);
out:
	free(w.todo);
	if (w.root != -1)
		close(w.root);
	free(shown);
	return ret;
}

void
folder_free(struct job_folder *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->files[i].path);
		buf_free(&f->files[i].data);
	}
	free(f->files);
	memset(f, 0, sizeof(*f));
}

const struct folder_file *
folder_find(const struct job_folder *f, const char *path)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->files[i].path, path) == 0)
			return &f->files[i];
	return NULL;
}
