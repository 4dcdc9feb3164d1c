#include "pack.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "folder.h"
#include "lib/manifest.h"
#include "manifest_files.h"
#include "need.h"
#include "say.h"
#include "sign.h"
#include "lib/sha256.h"
#include "lib/sshsig.h"
#include "lib/ustar.h"

#define ERROR_LEN	1024	/* FILE:LINE:COL: text */

#define MANIFEST	"manifest.yaml"
#define SIGNATURE	"manifest.yaml.sig"
#define FILES		"files"

/* A folder that is being packed. */
struct source {
	const char	*dir;
	int		 fd;
	bool		 is_signed;
	struct job_folder	 folder;
	struct manifest	 manifest;
};

static int
check_names(const struct source *s)
{
	char **names = folder_names(s->fd, s->dir);
	int ret = names == NULL ? -1 : 0;

	for (char **n = names; ret == 0 && *n != NULL; n++) {
		if (strcmp(*n, MANIFEST) == 0 || strcmp(*n, SIGNATURE) == 0 ||
		    strcmp(*n, FILES) == 0)
			continue;
		say("%s/%s: is not part of a job; a job has manifest.yaml and "
		    "its files in %s/files: move it there, or out of the "
		    "folder", s->dir, *n, s->dir);
		ret = -1;
	}
	folder_free_names(names);
	return ret;
}

static int
read_member(const struct source *s, const char *name, size_t max,
    struct buf *out)
{
	char *shown = need_printf("%s/%s", s->dir, name);
	int ret;

	ret = file_read(s->fd, name, FILE_NOFOLLOW, shown, max, out, NULL);
	if (ret == -1 && faccessat(s->fd, name, F_OK, AT_SYMLINK_NOFOLLOW)
	    == -1)
		say("%s: is not a job's folder; a job has a " MANIFEST
		    ", see casemate-manifest(5)", s->dir);
	free(shown);
	return ret;
}

static int
parse_manifest(struct pack *p, struct manifest *m, const char *where)
{
	char text[ERROR_LEN];
	struct doc_error e;

	manifest_free(m);
	manifest_init(m);
	if (manifest_parse(m, MANIFEST, p->manifest.data, p->manifest.len, &e)
	    == -1) {
		say("%s: %s", where, doc_error_format(&e, 0, text,
		    sizeof(text)));
		return -1;
	}
	strcpy(p->name, m->name);
	p->wall_ms = m->limits.wall_ms;
	return 0;
}

/* The manifest has no `files:' section: makes it from files/. */
static int
complete_manifest(struct pack *p, struct source *s)
{
	char text[ERROR_LEN];
	struct doc_error e;

	if (s->is_signed) {
		say("%s/%s: lists no files, and is signed already (%s), so "
		    "casemate cannot add them; list them and sign again, or "
		    "remove the signature", s->dir, MANIFEST,
		    SIGNATURE);
		return -1;
	}
	manifest_files_append(&p->manifest, &s->folder);
	if (p->manifest.len > MANIFEST_MAX) {
		say("%s/%s: with its %zu files the manifest would have more "
		    "than %d bytes; use fewer files", s->dir, MANIFEST,
		    s->folder.n, MANIFEST_MAX);
		return -1;
	}
	manifest_free(&s->manifest);
	manifest_init(&s->manifest);
	p->listed = true;
	if (manifest_parse(&s->manifest, MANIFEST, p->manifest.data,
	    p->manifest.len, &e) == 0)
		return 0;
	say("%s: adding a `files:' section for the %zu files of %s/files gives "
	    "no valid manifest: %s; remove an empty `files:', use block style "
	    "(no braces around the whole), or list the files yourself",
	    s->dir, s->folder.n, s->dir, doc_error_format(&e, 0, text,
	    sizeof(text)));
	return -1;
}

static int
check_source(struct pack *p, struct source *s)
{
	if (parse_manifest(p, &s->manifest, s->dir) == -1)
		return -1;
	if (s->manifest.nfiles == 0 && s->folder.n != 0)
		return complete_manifest(p, s);
	return manifest_files_check(s->dir, &s->manifest, &s->folder);
}

static int
add_member(struct buf *tar, const char *name, bool executable,
    const struct buf *data)
{
	unsigned char header[USTAR_BLOCK];

	if (ustar_put_header(header, name, executable ? 0755 : 0644,
	    data->len) == -1) {
		say_errno("%s: does not fit into a ustar header; use a shorter "
		    "name or folder", name);
		return -1;
	}
	buf_add(tar, header, sizeof(header));
	buf_add(tar, data->data, data->len);
	buf_add_zeros(tar, (USTAR_BLOCK - data->len % USTAR_BLOCK) %
	    USTAR_BLOCK);
	return 0;
}

static int
make_tar(struct pack *p, const struct source *s)
{
	int ret;

	ret = add_member(&p->tar, MANIFEST, false, &p->manifest);
	if (ret == 0)
		ret = add_member(&p->tar, SIGNATURE, false, &p->sig);
	for (size_t i = 0; ret == 0 && i < s->folder.n; i++) {
		const struct folder_file *f = &s->folder.files[i];
		char *name = need_printf("%s/%s", FILES, f->path);

		ret = add_member(&p->tar, name, f->executable, &f->data);
		free(name);
	}
	buf_add_zeros(&p->tar, 2 * USTAR_BLOCK);
	if (ret == 0 && p->tar.len > BUNDLE_MAX) {
		say("%s: the bundle would have %zu bytes; at most %u are "
		    "allowed", s->dir, p->tar.len, BUNDLE_MAX);
		ret = -1;
	}
	return ret;
}

/* A signature that was not made now; `where' is its folder or bundle. */
static int
check_signature(const struct pack *p, const char *where)
{
	struct sshsig sig;
	struct sshkey key;
	struct why w = { "" };

	if (sshsig_parse(&sig, p->sig.data, p->sig.len, &w) == 0 &&
	    sshkey_parse(&key, sig.key, sig.keylen, &w) == 0 &&
	    sshsig_check(&sig, &key, NAMESPACE_MANIFEST, p->manifest.data,
	    p->manifest.len) == -1) {
		if (strcmp(sig.ns, NAMESPACE_MANIFEST) == 0)
			why_set(&w, "does not match " MANIFEST ": one of the "
			    "two was changed after signing; sign it again");
		else
			why_set(&w, "is for the namespace %s; sign with "
			    "`ssh-keygen -Y sign -n " NAMESPACE_MANIFEST "'",
			    sig.ns);
	} else if (w.text[0] == '\0') {
		return 0;
	}
	say("%s/" SIGNATURE ": %s", where, w.text);
	return -1;
}

static int
open_source(struct source *s, const char *dir)
{
	struct stat st;

	s->dir = dir;
	manifest_init(&s->manifest);
	s->fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->fd == -1) {
		say("%s: cannot open the job's folder: %s", dir,
		    file_reason(AT_FDCWD, dir));
		return -1;
	}
	s->is_signed = fstatat(s->fd, SIGNATURE, &st, AT_SYMLINK_NOFOLLOW) == 0;
	return 0;
}

int
pack_folder(struct pack *p, const char *dir, const char *key,
    enum pack_check check)
{
	struct source s = { 0 };
	int ret = -1;

	memset(p, 0, sizeof(*p));
	if (open_source(&s, dir) == -1)
		goto out;
	if (check == PACK_CHECK && check_names(&s) == -1)
		goto out;
	if (read_member(&s, MANIFEST, MANIFEST_READ_MAX, &p->manifest) == -1)
		goto out;
	if (folder_load(&s.folder, dir) == -1)
		goto out;
	if (check == PACK_CHECK && check_source(p, &s) == -1)
		goto out;
	if (key == NULL) {		/* only the rules are asked */
		ret = 0;
		goto out;
	}
	if (check == PACK_CHECK && manifest_files_check_program(dir,
	    &s.manifest) == -1)
		goto out;
	if (s.is_signed)
		ret = read_member(&s, SIGNATURE, SIG_MAX, &p->sig);
	else
		ret = sign_data(key, NAMESPACE_MANIFEST, p->manifest.data,
		    p->manifest.len, &p->sig);
	if (ret == 0 && s.is_signed && check == PACK_CHECK)
		ret = check_signature(p, dir);
	if (ret == 0)
		ret = make_tar(p, &s);
out:
	if (s.fd != -1)
		close(s.fd);
	folder_free(&s.folder);
	manifest_free(&s.manifest);
	return ret;
}

/* One of the first two members, which are also sent on their own. */
static int
take_member(struct ustar *u, const char *file, const char *name, size_t max,
    struct buf *out)
{
	const size_t at = (size_t)(u->next - u->start);
	struct ustar_member m;
	int got = manifest_files_next(file, u, &m);

	if (got == -1)
		return -1;
	if (got == 0 || strcmp(m.name, name) != 0 || m.is_dir) {
		say("%s: byte %zu: the bundle's next member must be the file "
		    "%s, and there is %s%s; make the bundle with `casemate "
		    "bundle'", file, at, name, got == 0 ? "none" :
		    m.is_dir ? "the folder " : "the file ", m.name);
		return -1;
	}
	if (m.size > max) {
		say("%s: %s has %zu bytes; at most %zu are allowed", file,
		    name, m.size, max);
		return -1;
	}
	buf_add(out, m.data, m.size);
	return 0;
}

static int
check_bundle(struct pack *p, struct ustar *u, const char *file)
{
	struct job_folder found = { 0 };
	struct manifest m;
	int ret = -1;

	manifest_init(&m);
	if (parse_manifest(p, &m, file) == 0 && check_signature(p, file) == 0 &&
	    manifest_files_read(&found, file, &m, u) == 0 &&
	    manifest_files_check(file, &m, &found) == 0)
		ret = manifest_files_check_program(file, &m);
	folder_free(&found);
	manifest_free(&m);
	return ret;
}

int
pack_bundle(struct pack *p, const char *file, enum pack_check check)
{
	struct ustar u;

	memset(p, 0, sizeof(*p));
	if (file_read(AT_FDCWD, file, FILE_FOLLOW, file, BUNDLE_MAX, &p->tar,
	    NULL) == -1)
		return -1;
	if (!ustar_is(p->tar.data, p->tar.len)) {
		say("%s: is not a bundle, which is a ustar archive that is not "
		    "compressed; give the job's folder, with manifest.yaml and "
		    "its files in files/, or what `casemate bundle' made of "
		    "it", file);
		return -1;
	}
	ustar_init(&u, p->tar.data, p->tar.len);
	if (take_member(&u, file, MANIFEST, MANIFEST_MAX, &p->manifest) == -1 ||
	    take_member(&u, file, SIGNATURE, SIG_MAX, &p->sig) == -1)
		return -1;
	return check == PACK_CHECK ? check_bundle(p, &u, file) : 0;
}

uint64_t
pack_output_max(const struct pack *p)
{
	const struct limit_info *limit = limit_info(LIMIT_OUTPUT);
	uint64_t most = limit->most * limit->unit;
	struct manifest m;
	struct doc_error e;

	manifest_init(&m);
	if (manifest_parse(&m, MANIFEST, p->manifest.data, p->manifest.len, &e)
	    == 0)
		most = m.limits.output_bytes;
	manifest_free(&m);
	return most;
}

void
pack_command(const struct pack *p, enum verb verb, struct command *c)
{
	memset(c, 0, sizeof(*c));
	c->verb = verb;
	sha256(p->manifest.data, p->manifest.len, c->manifest_sha256);
	sha256(p->tar.data, p->tar.len, c->bundle_sha256);
	c->bundle_len = p->tar.len;
}

void
pack_free(struct pack *p)
{
	buf_free(&p->manifest);
	buf_free(&p->sig);
	buf_free(&p->tar);
}
