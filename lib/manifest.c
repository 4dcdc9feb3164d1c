#include "manifest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void
manifest_init(struct manifest *m)
{
	memset(m, 0, sizeof(*m));
	strcpy(m->class, MANIFEST_LABEL);
	strcpy(m->profile, MANIFEST_LABEL);
	limits_init(&m->limits);
}

/* NULL is a text that was not read. */
static void
wipe_text(char *text)
{
	if (text != NULL)
		explicit_bzero(text, strlen(text));
	free(text);
}

void
manifest_free(struct manifest *m)
{
	for (size_t i = 0; i < m->nargs; i++)
		wipe_text(m->args[i]);
	for (size_t i = 0; i < m->nenv; i++)
		wipe_text(m->env[i]);
	for (size_t i = 0; i < m->nfiles; i++)
		wipe_text(m->files[i].path);
	explicit_bzero(m, sizeof(*m));
}

bool
manifest_has_folder(const struct manifest *m, const char *path)
{
	const size_t len = strlen(path);

	for (size_t i = 0; i < m->nfiles; i++)
		if (strncmp(m->files[i].path, path, len) == 0 &&
		    m->files[i].path[len] == '/')
			return true;
	return false;
}

static void
put_texts(struct put *p, char *const texts[], size_t n)
{
	put_u32(p, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		put_cstr(p, texts[i]);
}

void
manifest_put(struct put *p, const struct manifest *m)
{
	put_cstr(p, m->name);
	put_cstr(p, m->class);
	put_cstr(p, m->profile);
	put_cstr(p, m->runtime);
	capability_put(p, m->capabilities);
	put_u32(p, (uint32_t)m->nsecrets);
	for (size_t i = 0; i < m->nsecrets; i++)
		put_cstr(p, m->secrets[i]);
	put_texts(p, m->args, m->nargs);
	put_texts(p, m->env, m->nenv);
	put_u32(p, (uint32_t)m->nfiles);
	for (size_t i = 0; i < m->nfiles; i++) {
		put_cstr(p, m->files[i].path);
		put_string(p, m->files[i].sha256, DIGEST_LEN);
		put_u8(p, m->files[i].executable);
	}
	limits_put(p, &m->limits);
}

/* A copied string, or NULL with g->err set. */
static char *
get_text(struct get *g, size_t max)
{
	char text[MANIFEST_TEXT_MAX + 1];
	char *copy;

	get_cstr(g, text, max + 1);
	copy = strdup(text);
	explicit_bzero(text, sizeof(text));
	if (copy == NULL)
		g->err = ENOMEM;
	return copy;
}

static void
get_texts(struct get *g, char *texts[], size_t *np, size_t max)
{
	uint32_t n = get_u32(g);

	if (n > max)
		g->err = EBADMSG;
	while (g->err == 0 && *np < n) {
		texts[*np] = get_text(g, MANIFEST_TEXT_MAX);
		if (texts[*np] != NULL)
			(*np)++;
	}
}

static void
get_secrets(struct get *g, struct manifest *m)
{
	uint32_t n = get_u32(g);

	if (n > MANIFEST_SECRETS_MAX)
		g->err = EBADMSG;
	while (g->err == 0 && m->nsecrets < n)
		get_cstr(g, m->secrets[m->nsecrets++],
		    sizeof(m->secrets[0]));
}

static void
get_files(struct get *g, struct manifest *m)
{
	uint32_t n = get_u32(g);

	if (n > MANIFEST_FILES_MAX)
		g->err = EBADMSG;
	while (g->err == 0 && m->nfiles < n) {
		struct manifest_file *f = &m->files[m->nfiles];
		uint8_t executable;

		f->path = get_text(g, NAME_PATH_MAX);
		if (f->path == NULL)
			return;
		m->nfiles++;
		get_fixed(g, f->sha256, DIGEST_LEN);
		executable = get_u8(g);
		f->executable = executable != 0;
		if (executable > 1 || (g->err == 0 &&
		    name_check_path(f->path) == -1))
			g->err = EBADMSG;
	}
}

void
manifest_get(struct get *g, struct manifest *m)
{
	get_cstr(g, m->name, sizeof(m->name));
	get_cstr(g, m->class, sizeof(m->class));
	get_cstr(g, m->profile, sizeof(m->profile));
	get_cstr(g, m->runtime, sizeof(m->runtime));
	m->capabilities = capability_get(g);
	get_secrets(g, m);
	get_texts(g, m->args, &m->nargs, MANIFEST_ARGS_MAX);
	get_texts(g, m->env, &m->nenv, MANIFEST_ENV_MAX);
	get_files(g, m);
	limits_get(g, &m->limits);
	if (g->err == 0 && m->nargs == 0)
		g->err = EBADMSG;
}
