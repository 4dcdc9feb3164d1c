#include "unpack.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "program.h"
#include "lib/sha256.h"
#include "lib/ustar.h"

#define FILES		"files"
#define FILES_SLASH	"files/"

struct unpacker {
	const struct grant	*grant;
	int			 dir;
	bool			 seen[MANIFEST_FILES_MAX];
	struct why		*why;
};

/* Like why_set(), for failures that are not the bundle's fault. */
static int
fail(const struct unpacker *u, const char *what, const char *path)
{
	char quoted[QUOTE_MAX];
	int saved = errno;

	why_set(u->why, "cannot %s \"%s\" in the job's folder: %s", what,
	    doc_quote(quoted, path, strlen(path)), strerror(saved));
	errno = saved == EBADMSG ? EIO : saved;
	return -1;
}

static int
check_digest(const struct unpacker *u, const struct ustar_member *m,
    const unsigned char want[DIGEST_LEN])
{
	unsigned char got[DIGEST_LEN];
	char quoted[QUOTE_MAX];

	sha256(m->data, m->size, got);
	if (memcmp(got, want, sizeof(got)) == 0)
		return 0;
	return why_set(u->why, "the SHA-256 of \"%s\" is %02x%02x%02x%02x..., "
	    "not the %02x%02x%02x%02x... of the manifest; bundle the file that "
	    "was signed, or sign the manifest again",
	    doc_quote(quoted, m->name, strlen(m->name)), got[0], got[1],
	    got[2], got[3], want[0], want[1], want[2], want[3]);
}

/* Makes the folders that lead to path, if they are missing. */
static int
make_parents(const struct unpacker *u, const char *path)
{
	char dir[NAME_PATH_MAX + 1];

	for (const char *s = path; (s = strchr(s, '/')) != NULL; s++) {
		size_t len = (size_t)(s - path);

		memcpy(dir, path, len);
		dir[len] = '\0';
		if (mkdirat(u->dir, dir, 0755) == -1 && errno != EEXIST)
			return fail(u, "make the folder", dir);
	}
	return 0;
}

static int
write_all(int fd, const unsigned char *data, size_t left)
{
	while (left != 0) {
		ssize_t n = write(fd, data, left);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		data += n;
		left -= (size_t)n;
	}
	return 0;
}

static int
write_file(const struct unpacker *u, const struct manifest_file *f,
    const struct ustar_member *m)
{
	int fd, rc = -1;

	if (u->dir == UNPACK_NO_DIR)
		return 0;
	if (make_parents(u, f->path) == -1)
		return -1;
	fd = openat(u->dir, f->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, 0600);
	if (fd == -1)
		return fail(u, "make the file", f->path);
	if (write_all(fd, m->data, m->size) == -1)
		fail(u, "write the file", f->path);
	else if (fchmod(fd, f->executable ? 0555 : 0444) == -1)
		fail(u, "set the mode of", f->path);
	else
		rc = 0;
	close(fd);
	return rc;
}

/* A folder is allowed only if it leads to a file of the grant. */
static int
take_dir(const struct unpacker *u, const struct ustar_member *m)
{
	char quoted[QUOTE_MAX];

	if (strcmp(m->name, FILES) == 0 ||
	    (strncmp(m->name, FILES_SLASH, sizeof(FILES_SLASH) - 1) == 0 &&
	    manifest_has_folder(&u->grant->manifest,
	    m->name + sizeof(FILES_SLASH) - 1)))
		return 0;
	return why_set(u->why, "the folder \"%s\" is in the bundle and leads "
	    "to no file of the manifest",
	    doc_quote(quoted, m->name, strlen(m->name)));
}

static const struct {
	const char	*what, *instead;
} asked[PROGRAM_MEMORY_COUNT] = {
	[PROGRAM_STACK] = { "its stack (PT_GNU_STACK, flags RWE)",
	    "link it with -z noexecstack" },
	[PROGRAM_BOTH] = { "a segment (LOAD, flags RWE)",
	    "link it without -N, and with -z separate-code" },
	[PROGRAM_REST] = { "the end of a segment (LOAD, flags R E, MemSiz over "
	    "FileSiz)", "link .bss into a segment without E, as the linker's "
	    "own script does" },
};

/*
 * Checks every executable file: the program, those that it starts later, and
 * interpreters that others name.
 */
static int
check_memory(const struct unpacker *u, const struct manifest_file *f,
    const struct ustar_member *m)
{
	char quoted[QUOTE_MAX];
	enum program_memory asks;
	unsigned n = 0;

	if (!f->executable || capability_has(u->grant->manifest.capabilities,
	    CAPABILITY_EXEC_MEMORY))
		return 0;
	asks = program_memory(m->data, m->size, &n);
	if (asks == PROGRAM_PLAIN)
		return 0;
	return why_set(u->why, "the program \"%s\" asks for memory that it "
	    "may both write and run: line %u of the program headers that "
	    "readelf -l shows is %s; %s, or name the capability exec-memory",
	    doc_quote(quoted, f->path, strlen(f->path)), n + 1,
	    asked[asks].what, asked[asks].instead);
}

static int
take_file(struct unpacker *u, const struct ustar_member *m)
{
	const struct manifest *manifest = &u->grant->manifest;
	char quoted[QUOTE_MAX];
	const char *path;

	doc_quote(quoted, m->name, strlen(m->name));
	if (strncmp(m->name, FILES_SLASH, sizeof(FILES_SLASH) - 1) != 0)
		return why_set(u->why, "the member \"%s\" is not beneath "
		    FILES_SLASH, quoted);
	path = m->name + sizeof(FILES_SLASH) - 1;
	for (size_t i = 0; i < manifest->nfiles; i++) {
		if (strcmp(manifest->files[i].path, path) != 0)
			continue;
		if (u->seen[i])
			return why_set(u->why, "the member \"%s\" is in the "
			    "bundle twice", quoted);
		u->seen[i] = true;
		if (check_digest(u, m, manifest->files[i].sha256) == -1 ||
		    check_memory(u, &manifest->files[i], m) == -1)
			return -1;
		return write_file(u, &manifest->files[i], m);
	}
	return why_set(u->why, "\"%s\" is in the bundle and not in the "
	    "manifest", quoted);
}

/* The next member must be the file of this name. */
static int
take_named(const struct unpacker *u, struct ustar *tar, const char *name,
    struct ustar_member *m)
{
	int rc = ustar_next(tar, m, u->why);

	if (rc == -1)
		return -1;
	if (rc == 1 && !m->is_dir && strcmp(m->name, name) == 0)
		return 0;
	return why_set(u->why, "%s is not where a bundle has it: the first "
	    "two members are manifest.yaml and manifest.yaml.sig", name);
}

static int
take_head(const struct unpacker *u, struct ustar *tar)
{
	struct ustar_member m;

	if (take_named(u, tar, "manifest.yaml", &m) == -1 ||
	    check_digest(u, &m, u->grant->who.manifest_sha256) == -1)
		return -1;
	/* Not read: keyd has verified the one that came with the command. */
	return take_named(u, tar, "manifest.yaml.sig", &m);
}

static int
check_complete(const struct unpacker *u)
{
	char quoted[QUOTE_MAX];

	for (size_t i = 0; i < u->grant->manifest.nfiles; i++) {
		const char *path = u->grant->manifest.files[i].path;

		if (!u->seen[i])
			return why_set(u->why, "\"" FILES_SLASH "%s\" is in "
			    "the manifest and not in the bundle",
			    doc_quote(quoted, path, strlen(path)));
	}
	return 0;
}

int
unpack(const void *tar, size_t len, const struct grant *grant, int dir,
    struct why *why)
{
	struct unpacker u = { .grant = grant, .dir = dir, .why = why };
	struct ustar_member m;
	struct ustar archive;
	int rc;

	ustar_init(&archive, tar, len);
	if (take_head(&u, &archive) == -1)
		return -1;
	while ((rc = ustar_next(&archive, &m, why)) == 1)
		if ((m.is_dir ? take_dir(&u, &m) : take_file(&u, &m)) == -1)
			return -1;
	if (rc == -1)
		return -1;
	return check_complete(&u);
}
