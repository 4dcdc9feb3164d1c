#include "files.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/why.h"

#define NOT_REGULAR	"is not a regular file; put the file itself here"

/* Plain names, so that no message and no rule's id needs escapes. */
static bool
is_plain(const char *name)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t len = strlen(name);

	return len <= FILES_NAME_MAX && strspn(name, chars) == len &&
	    name[0] != '.';
}

static bool
ends_with(const char *name, const char *end)
{
	size_t len = strlen(name), endlen = strlen(end);

	return len > endlen && strcmp(name + len - endlen, end) == 0;
}

static int
check_name(const char *folder, const char *name, const char *end,
    const char *also, struct doc_error *e)
{
	char quoted[QUOTE_MAX];

	if (also != NULL && strcmp(name, also) == 0)
		return 0;
	if (is_plain(name) && ends_with(name, end))
		return 0;
	return doc_error_set(e, folder, "the file %s does not belong here; "
	    "use names of letters, digits, `-', `_' and `.' that end in %s%s%s"
	    ", or remove it", doc_quote(quoted, name, strlen(name)), end,
	    also == NULL ? "" : ", or ", also == NULL ? "" : also);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
collect(DIR *d, const char *folder, const char *end, const char *also,
    char **names, struct doc_error *e)
{
	struct dirent *entry;
	size_t n = 0;

	while ((entry = readdir(d)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		if (check_name(folder, entry->d_name, end, also, e) == -1)
			return -1;
		if (also != NULL && strcmp(entry->d_name, also) == 0)
			continue;
		if (n == FILES_MAX)
			return doc_error_set(e, folder, "more than %d "
			    "files; join some of them", FILES_MAX);
		names[n] = strdup(entry->d_name);
		if (names[n++] == NULL)
			return doc_error_memory(e, folder);
	}
	qsort(names, n, sizeof(*names), compare);
	return 0;
}

static DIR *
open_folder(int sitefd, const char *folder)
{
	int fd = openat(sitefd, folder,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW), saved;
	DIR *d;

	if (fd == -1)
		return NULL;
	d = fdopendir(fd);
	if (d == NULL) {
		saved = errno;
		close(fd);
		errno = saved;
	}
	return d;
}

char **
files_list(int sitefd, const char *folder, const char *end, const char *also,
    struct doc_error *e)
{
	char **names = calloc(FILES_MAX + 1, sizeof(*names));
	DIR *d;
	int rc;

	if (names == NULL) {
		doc_error_memory(e, folder);
		return NULL;
	}
	d = open_folder(sitefd, folder);
	if (d == NULL && errno == ENOENT)
		return names;
	if (d == NULL) {
		doc_error_set(e, folder, "cannot be read: %s",
		    strerror(errno));
		free(names);
		return NULL;
	}
	rc = collect(d, folder, end, also, names, e);
	closedir(d);
	if (rc == 0)
		return names;
	files_free(names);
	return NULL;
}

void
files_free(char **names)
{
	for (char **n = names; n != NULL && *n != NULL; n++)
		free(*n);
	free(names);
}

ssize_t
files_read_all(int fd, void *buf, size_t cap)
{
	unsigned char *p = buf;
	size_t done = 0;

	while (done < cap) {
		ssize_t n = read(fd, p + done, cap - done);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

static int
read_open(int fd, const char *path, size_t max, char *text, size_t *lenp,
    struct doc_error *e)
{
	ssize_t n = files_read_all(fd, text, max + 1);

	if (n == -1)
		return doc_error_set(e, path, "cannot be read: %s",
		    strerror(errno));
	if ((size_t)n > max)
		return doc_error_set(e, path, "more than %zu bytes, which "
		    "is too large; shorten it", max);
	*lenp = (size_t)n;
	return 0;
}

static int
check_regular(int fd, const char *path, struct doc_error *e)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return 0;
	return doc_error_set(e, path, "%s", NOT_REGULAR);
}

int
files_open(int dirfd, const char *path, struct doc_error *e)
{
	/* A FIFO would keep the opener waiting. */
	int fd = openat(dirfd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC), saved = errno;

	if (fd == -1) {
		if (saved == ELOOP)
			doc_error_set(e, path, "%s", NOT_REGULAR);
		else
			doc_error_set(e, path, "cannot be opened: %s",
			    strerror(saved));
		errno = saved == ENOENT ? ENOENT : EBADMSG;
		return -1;
	}
	if (check_regular(fd, path, e) == 0)
		return fd;
	close(fd);
	errno = EBADMSG;
	return -1;
}

char *
files_read(int dirfd, const char *path, size_t max, size_t *lenp,
    struct doc_error *e)
{
	int fd = files_open(dirfd, path, e), rc;
	char *text;

	if (fd == -1)
		return NULL;
	text = malloc(max + 1);
	rc = text == NULL ? doc_error_memory(e, path) :
	    read_open(fd, path, max, text, lenp, e);
	close(fd);
	if (rc == 0)
		return text;
	free(text);
	errno = EBADMSG;
	return NULL;
}
