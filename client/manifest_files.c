#include "manifest_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/doc/json.h"
#include "need.h"
#include "say.h"
#include "lib/sha256.h"

#define SHOWN_MAX	10	/* differences in full */

static void
hex(char dst[2 * DIGEST_LEN + 1], const unsigned char *digest)
{
	for (size_t i = 0; i < DIGEST_LEN; i++)
		snprintf(dst + 2 * i, 3, "%02x", digest[i]);
}

static const struct manifest_file *
listed(const struct manifest *m, const char *path)
{
	for (size_t i = 0; i < m->nfiles; i++)
		if (strcmp(m->files[i].path, path) == 0)
			return &m->files[i];
	return NULL;
}

/* True when a row and its file differ; says how unless `quiet'. */
static bool
differs(const char *where, const struct manifest_file *row,
    const struct folder_file *f, bool quiet)
{
	char want[2 * DIGEST_LEN + 1], is[2 * DIGEST_LEN + 1];

	if (f == NULL) {
		if (!quiet)
			say("%s: manifest.yaml lists the file %s, which is "
			    "missing", where, row->path);
		return true;
	}
	if (memcmp(row->sha256, f->sha256, DIGEST_LEN) != 0) {
		hex(want, row->sha256);
		hex(is, f->sha256);
		if (!quiet)
			say("%s: files/%s has sha256 %s, but manifest.yaml "
			    "says %s", where, row->path, is, want);
		return true;
	}
	if (row->executable == f->executable)
		return false;
	if (!quiet)
		say("%s: files/%s is %sexecutable, but manifest.yaml says "
		    "executable: %s", where, row->path,
		    f->executable ? "" : "not ",
		    row->executable ? "true" : "false");
	return true;
}

int
manifest_files_check(const char *where, const struct manifest *m,
    const struct job_folder *f)
{
	size_t bad = 0;

	for (size_t i = 0; i < m->nfiles; i++)
		bad += differs(where, &m->files[i],
		    folder_find(f, m->files[i].path), bad >= SHOWN_MAX);
	for (size_t i = 0; i < f->n; i++) {
		if (listed(m, f->files[i].path) != NULL)
			continue;
		if (bad++ < SHOWN_MAX)
			say("%s: files/%s is not in manifest.yaml's list of "
			    "files", where, f->files[i].path);
	}
	if (bad == 0)
		return 0;
	say("%s: %zu difference%s between manifest.yaml and files/; correct "
	    "the list, or remove the `files:' section and casemate bundle "
	    "writes it", where, bad, bad == 1 ? "" : "s");
	return -1;
}

/* What helps when arguments were written into the program's name. */
static const char *
blank_advice(const char *program)
{
	return strchr(program, ' ') == NULL ? "" : "; it contains a blank: "
	    "write each argument as an item of its own, [PROGRAM, ARGUMENT]";
}

/* A program that the appliance has, if it exists. */
static int
check_foreign(const char *where, const struct manifest *m)
{
	const char *program = m->args[0];

	if (program[0] == '/' && m->runtime[0] == '\0' &&
	    strncmp(program, "/job/", 5) != 0 &&
	    strncmp(program, "/proc/", 6) != 0) {
		say("%s: argv[0] is %s, and manifest.yaml names no runtime "
		    "that has it; name one, or a file of the bundle%s", where,
		    program, blank_advice(program));
		return -1;
	}
	if (m->nargs == 1 && *blank_advice(program) != '\0')
		say("%s: argv[0] is %s%s", where, program,
		    blank_advice(program));
	return 0;
}

int
manifest_files_check_program(const char *where, const struct manifest *m)
{
	const char *program = m->args[0];
	const struct manifest_file *f;

	if (strncmp(program, "/job/", 5) == 0)
		program += 5;
	if (name_check_path(program) == -1)
		return check_foreign(where, m);
	f = listed(m, program);
	if (f == NULL)
		say("%s: argv[0] is %s, which is not a file of the bundle; "
		    "add it to files/, or write the whole path of a program of "
		    "the runtime%s", where, m->args[0],
		    blank_advice(program));
	else if (!f->executable)
		say("%s: argv[0] is %s, which is not executable; `chmod +x' it "
		    "and say \"executable: true\" in manifest.yaml, if its "
		    "files are listed there", where, m->args[0]);
	return f != NULL && f->executable ? 0 : -1;
}

static void
append_json_string(struct buf *b, const char *text)
{
	size_t cap = 6 * strlen(text) + 3;	/* \u00XX for every byte */
	struct put p;

	put_init(&p, buf_room(b, cap), cap);
	json_put_string(&p, text, strlen(text));
	b->len += p.len;
}

void
manifest_files_append(struct buf *manifest, const struct job_folder *f)
{
	char digest[2 * DIGEST_LEN + 1];

	if (manifest->len != 0 && manifest->data[manifest->len - 1] != '\n')
		buf_add_str(manifest, "\n");
	buf_add_str(manifest, "files:\n");
	for (size_t i = 0; i < f->n; i++) {
		const struct folder_file *file = &f->files[i];

		hex(digest, file->sha256);
		buf_add_str(manifest, "  - path: ");
		append_json_string(manifest, file->path);
		buf_add_str(manifest, "\n    sha256: ");
		buf_add_str(manifest, digest);
		buf_add_str(manifest, "\n    executable: ");
		buf_add_str(manifest, file->executable ? "true\n" : "false\n");
	}
}

int
manifest_files_next(const char *where, struct ustar *u,
    struct ustar_member *m)
{
	const unsigned char *header = u->next;
	struct why w = { "" };
	int got = ustar_next(u, m, &w);

	if (got == -1)
		say("%s: byte %zu%s%s: %s", where, (size_t)(header - u->start),
		    m->name[0] == '\0' ? "" : ", ", m->name, w.text);
	return got;
}

static int
add_found(struct job_folder *found, const char *where,
    const struct ustar_member *m)
{
	const char *path = m->name + strlen("files/");
	struct folder_file *f;

	if (folder_find(found, path) != NULL) {
		say("%s: member %s is there twice; make the bundle again with "
		    "`casemate bundle'", where, m->name);
		return -1;
	}
	f = reallocarray(found->files, found->n + 1, sizeof(*f));
	if (f == NULL)
		say_no_memory();
	found->files = f;
	f = &found->files[found->n++];
	memset(f, 0, sizeof(*f));
	f->path = need_str(path);
	f->executable = m->is_executable;
	sha256(m->data, m->size, f->sha256);
	return 0;
}

static int
check_folder(const char *where, const struct manifest *manifest,
    const struct ustar_member *m)
{
	if (strcmp(m->name, "files") == 0 ||
	    manifest_has_folder(manifest, m->name + strlen("files/")))
		return 0;
	say("%s: the folder %s leads to no file of the manifest; make the "
	    "bundle again with `casemate bundle'", where, m->name);
	return -1;
}

int
manifest_files_read(struct job_folder *found, const char *where,
    const struct manifest *manifest, struct ustar *u)
{
	struct ustar_member m;
	int got;

	while ((got = manifest_files_next(where, u, &m)) == 1) {
		const bool below = strncmp(m.name, "files/", 6) == 0;

		if (m.is_dir && (below || strcmp(m.name, "files") == 0)) {
			if (check_folder(where, manifest, &m) == -1)
				return -1;
			continue;
		}
		if (!below || m.is_dir) {
			say("%s: member %s: a bundle holds only regular files "
			    "below files/", where, m.name);
			return -1;
		}
		if (found->n == MANIFEST_FILES_MAX) {
			say("%s: has more than %d files", where,
			    MANIFEST_FILES_MAX);
			return -1;
		}
		if (add_found(found, where, &m) == -1)
			return -1;
	}
	return got;
}
