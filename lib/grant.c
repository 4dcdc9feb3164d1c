#include "grant.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/doc/json.h"

void
grant_init(struct grant *g)
{
	memset(g, 0, sizeof(*g));
	strcpy(g->class, GRANT_LABEL);
	strcpy(g->profile, GRANT_LABEL);
	g->limits = (struct grant_limits){
		.cpu_millis = 1000,
		.memory_bytes = 256u << 20,
		.processes = 64,
		.wall_ms = 60 * 1000,
		.output_bytes = 1u << 20,
		.tmp_bytes = 64u << 20,
	};
}

/* NULL is a text that was not read any more. */
static void
wipe_text(char *text)
{
	if (text != NULL)
		explicit_bzero(text, strlen(text));
	free(text);
}

void
grant_free(struct grant *g)
{
	for (size_t i = 0; i < g->nargs; i++)
		wipe_text(g->args[i]);
	for (size_t i = 0; i < g->nenv; i++)
		wipe_text(g->env[i]);
	for (size_t i = 0; i < g->nfiles; i++)
		wipe_text(g->files[i].path);
	explicit_bzero(g, sizeof(*g));
}

static const char *const words[CAPABILITY_COUNT] = {
#define CAPABILITY(name, word)	[CAPABILITY_##name] = word,
#include "capability.def"
#undef CAPABILITY
};

_Static_assert(CAPABILITY_COUNT <= 32, "one bit each of a uint32_t");
_Static_assert(0
#define CAPABILITY(name, word)	+ sizeof(word)
#include "capability.def"
#undef CAPABILITY
    <= CAPABILITIES_TEXT_MAX, "all of them at once");

const char *
capability_word(enum capability c)
{
	return words[c];
}

enum capability
capability_find(const char *word)
{
	int c = 0;

	while (c < CAPABILITY_COUNT && strcmp(words[c], word) != 0)
		c++;
	return (enum capability)c;
}

bool
grant_has(const struct grant *g, enum capability c)
{
	return (g->capabilities >> c & 1) != 0;
}

const char *
grant_capabilities(const struct grant *g, char text[CAPABILITIES_TEXT_MAX])
{
	size_t len = 0;

	text[0] = '\0';
	for (int c = 0; c < CAPABILITY_COUNT; c++)
		if (grant_has(g, (enum capability)c))
			len += (size_t)snprintf(text + len,
			    CAPABILITIES_TEXT_MAX - len, "%s%s",
			    len == 0 ? "" : ",", words[c]);
	return text;
}

static void
put_capabilities(struct put *p, uint32_t set)
{
	uint32_t n = 0;

	for (int c = 0; c < CAPABILITY_COUNT; c++)
		n += set >> c & 1;
	put_u32(p, n);
	for (int c = 0; c < CAPABILITY_COUNT; c++)
		if (set >> c & 1)
			put_cstr(p, words[c]);
}

static void
put_texts(struct put *p, char *const texts[], size_t n)
{
	put_u32(p, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		put_cstr(p, texts[i]);
}

void
grant_put(struct put *p, const struct grant *g)
{
	put_cstr(p, g->job);
	put_cstr(p, g->name);
	put_cstr(p, g->author);
	put_cstr(p, g->submitter);
	put_string(p, g->command_sha256, DIGEST_LEN);
	put_string(p, g->manifest_sha256, DIGEST_LEN);
	put_string(p, g->bundle_sha256, DIGEST_LEN);
	put_u64(p, g->bundle_len);
	put_cstr(p, g->class);
	put_cstr(p, g->profile);
	put_cstr(p, g->runtime);
	put_string(p, g->runtime_sha256, DIGEST_LEN);
	put_capabilities(p, g->capabilities);
	put_u32(p, (uint32_t)g->nsecrets);
	for (size_t i = 0; i < g->nsecrets; i++)
		put_cstr(p, g->secrets[i]);
	put_texts(p, g->args, g->nargs);
	put_texts(p, g->env, g->nenv);
	put_u32(p, (uint32_t)g->nfiles);
	for (size_t i = 0; i < g->nfiles; i++) {
		put_cstr(p, g->files[i].path);
		put_string(p, g->files[i].sha256, DIGEST_LEN);
		put_u8(p, g->files[i].executable);
	}
	put_u32(p, g->limits.cpu_millis);
	put_u64(p, g->limits.memory_bytes);
	put_u32(p, g->limits.processes);
	put_u64(p, g->limits.wall_ms);
	put_u64(p, g->limits.output_bytes);
	put_u64(p, g->limits.tmp_bytes);
}

/* A copied string, or NULL with g->err set. */
static char *
get_text(struct get *g, size_t max)
{
	char text[GRANT_TEXT_MAX + 1];
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
		texts[*np] = get_text(g, GRANT_TEXT_MAX);
		if (texts[*np] != NULL)
			(*np)++;
	}
}

/* In the table's order, so each at most once. */
static void
get_capabilities(struct get *g, uint32_t *set)
{
	uint32_t n = get_u32(g);
	char word[NAME_MAX_LEN + 1];
	int least = 0;

	if (n > CAPABILITY_COUNT)
		g->err = EBADMSG;
	for (uint32_t i = 0; g->err == 0 && i < n; i++) {
		enum capability c;

		get_cstr(g, word, sizeof(word));
		c = capability_find(word);
		if (c == CAPABILITY_COUNT || (int)c < least) {
			g->err = EBADMSG;
			return;
		}
		*set |= UINT32_C(1) << c;
		least = (int)c + 1;
	}
}

static void
get_secrets(struct get *g, struct grant *grant)
{
	uint32_t n = get_u32(g);

	if (n > GRANT_SECRETS_MAX)
		g->err = EBADMSG;
	while (g->err == 0 && grant->nsecrets < n)
		get_cstr(g, grant->secrets[grant->nsecrets++],
		    sizeof(grant->secrets[0]));
}

static void
get_files(struct get *g, struct grant *grant)
{
	uint32_t n = get_u32(g);

	if (n > GRANT_FILES_MAX)
		g->err = EBADMSG;
	while (g->err == 0 && grant->nfiles < n) {
		struct grant_file *f = &grant->files[grant->nfiles];
		uint8_t executable;

		f->path = get_text(g, GRANT_PATH_MAX);
		if (f->path == NULL)
			return;
		grant->nfiles++;
		get_fixed(g, f->sha256, DIGEST_LEN);
		executable = get_u8(g);
		f->executable = executable != 0;
		if (executable > 1 || (g->err == 0 &&
		    grant_check_path(f->path) == -1))
			g->err = EBADMSG;
	}
}

int
grant_get(struct get *g, struct grant *grant)
{
	get_cstr(g, grant->job, sizeof(grant->job));
	get_cstr(g, grant->name, sizeof(grant->name));
	get_cstr(g, grant->author, sizeof(grant->author));
	get_cstr(g, grant->submitter, sizeof(grant->submitter));
	get_fixed(g, grant->command_sha256, DIGEST_LEN);
	get_fixed(g, grant->manifest_sha256, DIGEST_LEN);
	get_fixed(g, grant->bundle_sha256, DIGEST_LEN);
	grant->bundle_len = get_u64(g);
	get_cstr(g, grant->class, sizeof(grant->class));
	get_cstr(g, grant->profile, sizeof(grant->profile));
	get_cstr(g, grant->runtime, sizeof(grant->runtime));
	get_fixed(g, grant->runtime_sha256, DIGEST_LEN);
	get_capabilities(g, &grant->capabilities);
	get_secrets(g, grant);
	get_texts(g, grant->args, &grant->nargs, GRANT_ARGS_MAX);
	get_texts(g, grant->env, &grant->nenv, GRANT_ENV_MAX);
	get_files(g, grant);
	grant->limits.cpu_millis = get_u32(g);
	grant->limits.memory_bytes = get_u64(g);
	grant->limits.processes = get_u32(g);
	grant->limits.wall_ms = get_u64(g);
	grant->limits.output_bytes = get_u64(g);
	grant->limits.tmp_bytes = get_u64(g);
	if (g->err == 0 && grant->nargs == 0)
		g->err = EBADMSG;
	if (g->err == 0)
		return 0;
	errno = g->err;
	return -1;
}

int
grant_check_path(const char *path)
{
	size_t len = strlen(path);
	const char *part = path;

	if (len == 0 || len > GRANT_PATH_MAX || utf8_check(path, len) == -1)
		goto bad;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)path[i] < 0x20 || path[i] == 0x7f)
			goto bad;
	for (;;) {
		size_t n = strcspn(part, "/");

		if (n == 0 || (n == 1 && part[0] == '.') ||
		    (n == 2 && part[0] == '.' && part[1] == '.'))
			goto bad;
		if (part[n] == '\0')
			return 0;
		part += n + 1;
	}
bad:
	errno = EINVAL;
	return -1;
}

int
grant_check_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t len = strlen(name);

	if (len == 0 || len > NAME_MAX_LEN || name[0] == '-' ||
	    strspn(name, allowed) != len) {
		errno = EINVAL;
		return -1;
	}
	return 0;
}
