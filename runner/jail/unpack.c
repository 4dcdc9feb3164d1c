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

/*
 * The number of a file in the manifest.  Messages name files by it: they go
 * into the ledger, where no text of a manifest or of a bundle belongs.
 */
static int
number_of(const struct unpacker *u, const struct manifest_file *f)
{
	return (int)(f - u->grant->manifest.files);
}

/* Like why_set(), for failures that are not the bundle's fault. */
static int
fail(const struct unpacker *u, const char *what, const struct manifest_file *f)
{
	int saved = errno;

	why_set(u->why, "cannot %s the manifest's files[%d] in the job's "
	    "folder: %s", what, number_of(u, f), strerror(saved));
	errno = saved == EBADMSG ? EIO : saved;
	return -1;
}

static bool
has_digest(const struct ustar_member *m, const unsigned char want[DIGEST_LEN])
{
	unsigned char got[DIGEST_LEN];

	sha256(m->data, m->size, got);
	return memcmp(got, want, sizeof(got)) == 0;
}

/* Makes the folders that lead to path, if they are missing. */
static int
make_parents(const struct unpacker *u, const struct manifest_file *f)
{
	const char *path = f->path;
	char dir[NAME_PATH_MAX + 1];

	for (const char *s = path; (s = strchr(s, '/')) != NULL; s++) {
		size_t len = (size_t)(s - path);

		memcpy(dir, path, len);
		dir[len] = '\0';
		if (mkdirat(u->dir, dir, 0755) == -1 && errno != EEXIST)
			return fail(u, "make a folder of", f);
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
	if (make_parents(u, f) == -1)
		return -1;
	fd = openat(u->dir, f->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, 0600);
	if (fd == -1)
		return fail(u, "make", f);
	if (write_all(fd, m->data, m->size) == -1)
		fail(u, "write", f);
	else if (fchmod(fd, f->executable ? 0555 : 0444) == -1)
		fail(u, "set the mode of", f);
	else
		rc = 0;
	close(fd);
	return rc;
}

/* A folder is allowed only if it leads to a file of the grant. */
static int
take_dir(const struct unpacker *u, const struct ustar_member *m)
{
	if (strcmp(m->name, FILES) == 0 ||
	    (strncmp(m->name, FILES_SLASH, sizeof(FILES_SLASH) - 1) == 0 &&
	    manifest_has_folder(&u->grant->manifest,
	    m->name + sizeof(FILES_SLASH) - 1)))
		return 0;
	return why_set(u->why, "member %lu of the bundle is a folder that "
	    "leads to no file of the manifest; leave it out", m->number);
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
	enum program_memory asks;
	unsigned n = 0;

	if (!f->executable || capability_has(u->grant->manifest.capabilities,
	    CAPABILITY_EXEC_MEMORY))
		return 0;
	asks = program_memory(m->data, m->size, &n);
	if (asks == PROGRAM_PLAIN)
		return 0;
	return why_set(u->why, "the program in the manifest's files[%d] asks "
	    "for memory that it may both write and run: line %u of the program "
	    "headers that readelf -l shows is %s; %s, or name the capability "
	    "exec-memory", number_of(u, f), n + 1, asked[asks].what,
	    asked[asks].instead);
}

/* The file that the manifest has at this place of its list. */
static int
take_listed(struct unpacker *u, size_t i, const struct ustar_member *m)
{
	const struct manifest_file *f = &u->grant->manifest.files[i];

	if (u->seen[i])
		return why_set(u->why, "member %lu of the bundle is there a "
		    "second time; leave one out", m->number);
	u->seen[i] = true;
	if (!has_digest(m, f->sha256))
		return why_set(u->why, "member %lu of the bundle has another "
		    "SHA-256 than the manifest's files[%zu]; bundle the file "
		    "that was signed, or sign the manifest again", m->number,
		    i);
	if (check_memory(u, f, m) == -1)
		return -1;
	return write_file(u, f, m);
}

static int
take_file(struct unpacker *u, const struct ustar_member *m)
{
	const struct manifest *manifest = &u->grant->manifest;
	const char *path;

	if (strncmp(m->name, FILES_SLASH, sizeof(FILES_SLASH) - 1) != 0)
		return why_set(u->why, "member %lu of the bundle is not "
		    "beneath " FILES_SLASH "; put it there, or leave it out",
		    m->number);
	path = m->name + sizeof(FILES_SLASH) - 1;
	for (size_t i = 0; i < manifest->nfiles; i++)
		if (strcmp(manifest->files[i].path, path) == 0)
			return take_listed(u, i, m);
	return why_set(u->why, "member %lu of the bundle is not in the "
	    "manifest; list it there, or leave it out", m->number);
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
	return why_set(u->why, "%s is not where a bundle has it: the first two "
	    "members are the files manifest.yaml and manifest.yaml.sig; make "
	    "the bundle with `casemate bundle'", name);
}

static int
take_head(const struct unpacker *u, struct ustar *tar)
{
	struct ustar_member m;

	if (take_named(u, tar, "manifest.yaml", &m) == -1)
		return -1;
	if (!has_digest(&m, u->grant->who.manifest_sha256))
		return why_set(u->why, "manifest.yaml in the bundle has "
		    "another SHA-256 than the manifest that came with the "
		    "command; bundle the manifest that was signed");
	/* Not read: keyd has verified the one that came with the command. */
	return take_named(u, tar, "manifest.yaml.sig", &m);
}

static int
check_complete(const struct unpacker *u)
{
	for (size_t i = 0; i < u->grant->manifest.nfiles; i++)
		if (!u->seen[i])
			return why_set(u->why, "the manifest's files[%zu] is "
			    "not in the bundle; add it, or take it from the "
			    "list", i);
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
