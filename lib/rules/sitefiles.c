#include "sitefiles.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/sha256.h"
#include "lib/sums.h"
#include "rules.h"
#include "site.h"

#define CHUNK	32768

_Static_assert(SITE_PATH_MAX == sizeof(RULES_COMPONENTS) + FILES_NAME_MAX,
    "the longest path is a component's");
_Static_assert(SITE_FILES_MAX >= 2 * FILES_MAX + 4, "both folders, and four");

static int
hash_open(struct sitefile *f, int fd, struct doc_error *e)
{
	static unsigned char part[CHUNK];
	struct sha256 h;
	ssize_t n;

	sha256_init(&h);
	while ((n = files_read_all(fd, part, sizeof(part))) > 0) {
		sha256_update(&h, part, (size_t)n);
		f->len += (uint64_t)n;
		if (f->len > SITE_BYTES_MAX)
			break;
	}
	if (n == -1)
		return doc_error_set(e, f->path, "cannot be read: %s",
		    strerror(errno));
	sha256_final(&h, f->sha256);
	return 0;
}

/* Room for one more file.  NULL when there is no memory. */
static struct sitefile *
grow(struct sitefiles *s)
{
	struct sitefile *list = realloc(s->list, (s->n + 1) * sizeof(*list));

	if (list == NULL)
		return NULL;
	s->list = list;
	memset(&list[s->n], 0, sizeof(*list));
	return &list[s->n];
}

/* A file that is not there is left out. */
static int
add(struct sitefiles *s, int dirfd, const char *path, struct doc_error *e)
{
	struct sitefile *f;
	int fd = files_open(dirfd, path, e), rc;

	if (fd == -1)
		return errno == ENOENT ? 0 : -1;
	f = grow(s);
	if (f == NULL) {
		close(fd);
		return doc_error_memory(e, path);
	}
	snprintf(f->path, sizeof(f->path), "%s", path);
	rc = hash_open(f, fd, e);
	close(fd);
	s->n++;
	s->names += strlen(f->path);
	s->bytes += f->len;
	if (rc == 0 && s->bytes > SITE_BYTES_MAX)
		return doc_error_set(e, path, "the site's files have more than "
		    "%u bytes up to this one; shorten them",
		    SITE_BYTES_MAX);
	return rc;
}

static int
add_folder(struct sitefiles *s, int dirfd, const char *folder, const char *end,
    const char *also, struct doc_error *e)
{
	char path[SITE_PATH_MAX + 1];
	char **names = files_list(dirfd, folder, end, also, e);
	int rc = 0;

	if (names == NULL)
		return -1;
	for (char **n = names; rc == 0 && *n != NULL; n++) {
		snprintf(path, sizeof(path), "%s/%s", folder, *n);
		rc = add(s, dirfd, path, e);
	}
	files_free(names);
	if (rc == -1 || also == NULL)
		return rc;
	snprintf(path, sizeof(path), "%s/%s", folder, also);
	return add(s, dirfd, path, e);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct sitefile *)a)->path,
	    ((const struct sitefile *)b)->path);
}

/* The digest of the lines that sha256sum prints. */
static void
hash_all(struct sitefiles *s)
{
	char line[SUMS_LINE(SITE_PATH_MAX)];
	struct sha256 h;
	struct put p;

	qsort(s->list, s->n, sizeof(*s->list), compare);
	sha256_init(&h);
	for (size_t i = 0; i < s->n; i++) {
		put_init(&p, line, sizeof(line));
		sums_put(&p, s->list[i].sha256, s->list[i].path,
		    strlen(s->list[i].path));
		sha256_update(&h, line, p.len);
	}
	sha256_final(&h, s->sha256);
}

static int
changed(const struct sitefile *f, struct doc_error *e)
{
	return doc_error_set(e, f->path, "has changed since it was read; start "
	    "the appliance again");
}

static void
unmap(struct sitefile *f)
{
	union {
		const void *in;
		void *out;
	} data = { .in = f->data };

	if (f->data != NULL)
		munmap(data.out, (size_t)f->len);
	f->data = NULL;
}

int
sitefiles_make(struct sitefiles *s, int dirfd, struct doc_error *e)
{
	memset(s, 0, sizeof(*s));
	if (add(s, dirfd, SITE_SIGNERS, e) == -1 ||
	    add(s, dirfd, SITE_SETTINGS, e) == -1 ||
	    add(s, dirfd, RULES_ENTITIES, e) == -1 ||
	    add_folder(s, dirfd, RULES_POLICY, RULES_TEXT_END, RULES_PEOPLE,
	    e) == -1 ||
	    add_folder(s, dirfd, RULES_COMPONENTS, RULES_JSON_END, NULL,
	    e) == -1) {
		sitefiles_free(s);
		return -1;
	}
	if (s->n != 0)
		hash_all(s);
	return 0;
}

void
sitefiles_free(struct sitefiles *s)
{
	for (size_t i = 0; i < s->n; i++)
		unmap(&s->list[i]);
	free(s->list);
	memset(s, 0, sizeof(*s));
}

static int
map(struct sitefile *f, int dirfd, struct doc_error *e)
{
	int fd = files_open(dirfd, f->path, e);
	struct stat st;

	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == -1 || (uint64_t)st.st_size != f->len) {
		close(fd);
		return changed(f, e);
	}
	f->data = f->len == 0 ? NULL : mmap(NULL, (size_t)f->len, PROT_READ,
	    MAP_PRIVATE, fd, 0);
	close(fd);
	if (f->data == MAP_FAILED) {
		f->data = NULL;
		return doc_error_set(e, f->path, "cannot be mapped: %s",
		    strerror(errno));
	}
	return 0;
}

int
sitefiles_map(struct sitefiles *s, int dirfd, struct doc_error *e)
{
	unsigned char digest[DIGEST_LEN];

	for (size_t i = 0; i < s->n; i++) {
		struct sitefile *f = &s->list[i];

		if (map(f, dirfd, e) == -1)
			return -1;
		sha256(f->data, (size_t)f->len, digest);
		if (memcmp(digest, f->sha256, DIGEST_LEN) != 0)
			return changed(f, e);
	}
	return 0;
}
