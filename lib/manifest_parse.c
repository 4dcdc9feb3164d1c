#include "manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"

_Static_assert(CONF_TEXT_MAX == MANIFEST_TEXT_MAX, "one limit for one text");

/* The manifest being filled, and what the file as a whole may hold. */
struct reader {
	struct manifest	*manifest;
	size_t		 text;		/* bytes of args, env and paths */
};

static const char name_todo[] =
    "use a to z, 0 to 9 and -, at most 63, not beginning with -";

static const char capability_todo[] = "leave it out; there are"
#define CAPABILITY(name, word)	" " word
#include "capability.def"
#undef CAPABILITY
;

static int
read_version(struct conf *c, void *ctx)
{
	uint64_t version;

	(void)ctx;
	return conf_get_uint(c, 1, 1, &version);
}

static int
get_name(struct conf *c, char dst[NAME_MAX_LEN + 1])
{
	if (conf_get_text(c, dst, NAME_MAX_LEN + 1) == -1)
		return -1;
	if (name_check(dst) == -1)
		return conf_error(c, "not a name", name_todo);
	return 0;
}

static int
read_name(struct conf *c, void *ctx)
{
	struct reader *r = ctx;

	return get_name(c, r->manifest->name);
}

static int
read_class(struct conf *c, void *ctx)
{
	struct reader *r = ctx;

	return get_name(c, r->manifest->class);
}

static int
read_profile(struct conf *c, void *ctx)
{
	struct reader *r = ctx;

	return get_name(c, r->manifest->profile);
}

static int
read_runtime(struct conf *c, void *ctx)
{
	struct reader *r = ctx;

	return get_name(c, r->manifest->runtime);
}

/*
 * A grant's texts fit into its message because they fit into a manifest.
 * Escapes such as "\L" must not make them longer.
 */
static int
count_text(struct conf *c, struct reader *r, size_t len)
{
	r->text += len;
	if (r->text > MANIFEST_MAX)
		return conf_error(c, "the manifest's texts have more than "
		    "65536 bytes", "shorten them");
	return 0;
}

static int
refuse_capability(struct conf *c, const char *word)
{
	char quoted[QUOTE_MAX], what[QUOTE_MAX + 32];

	snprintf(what, sizeof(what), "unknown capability `%s'",
	    doc_quote(quoted, word, strlen(word)));
	return conf_error(c, what, capability_todo);
}

static int
read_capability(struct conf *c, void *ctx)
{
	char word[NAME_MAX_LEN + 1];
	struct reader *r = ctx;
	enum capability found;

	if (conf_get_text(c, word, sizeof(word)) == -1)
		return -1;
	found = capability_find(word);
	if (found == CAPABILITY_COUNT)
		return refuse_capability(c, word);
	if (capability_has(r->manifest->capabilities, found))
		return conf_error(c, "this capability again", "keep one of "
		    "them");
	r->manifest->capabilities = capability_add(r->manifest->capabilities,
	    found);
	return 0;
}

/* The one too many is unknown or there already: better said than counted. */
static int
read_capabilities(struct conf *c, void *ctx)
{
	return conf_read_list(c, CAPABILITY_COUNT + 1, read_capability, ctx);
}

static int
read_secret(struct conf *c, void *ctx)
{
	struct reader *r = ctx;
	struct manifest *m = r->manifest;
	char *name = m->secrets[m->nsecrets];

	if (get_name(c, name) == -1)
		return -1;
	for (size_t i = 0; i < m->nsecrets; i++)
		if (strcmp(m->secrets[i], name) == 0)
			return conf_error(c, "this secret again", "keep one "
			    "of them");
	m->nsecrets++;
	return count_text(c, r, strlen(name));
}

static int
read_secrets(struct conf *c, void *ctx)
{
	return conf_read_list(c, MANIFEST_SECRETS_MAX, read_secret, ctx);
}

static int
read_arg(struct conf *c, void *ctx)
{
	struct reader *r = ctx;
	struct manifest *m = r->manifest;

	if (conf_get_copy(c, &m->args[m->nargs]) == -1)
		return -1;
	m->nargs++;
	if (m->args[0][0] == '\0')
		return conf_error(c, "the program to run is empty",
		    "name a file of the bundle or of the runtime");
	return count_text(c, r, strlen(m->args[m->nargs - 1]));
}

static int
read_argv(struct conf *c, void *ctx)
{
	struct reader *r = ctx;

	if (conf_read_list(c, MANIFEST_ARGS_MAX, read_arg, ctx) == -1)
		return -1;
	if (r->manifest->nargs == 0)
		return conf_error(c, "`argv' is empty", "name the program to "
		    "run as its first item");
	return 0;
}

static int
check_env_name(const char *name)
{
	static const char first[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
	size_t n = strspn(name, first);

	if (n == 0)
		return -1;
	while (name[n] >= '0' && name[n] <= '9')
		n += 1 + strspn(name + n + 1, first);
	return name[n] == '\0' ? 0 : -1;
}

/* Whether env already holds this name. */
static bool
env_has(const struct manifest *m, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < m->nenv; i++)
		if (strncmp(m->env[i], name, len) == 0 &&
		    m->env[i][len] == '=')
			return true;
	return false;
}

static int
read_variable(struct conf *c, const char *name, void *ctx)
{
	char value[MANIFEST_TEXT_MAX + 1], pair[MANIFEST_TEXT_MAX + 1];
	struct reader *r = ctx;
	struct manifest *m = r->manifest;
	int n;

	if (check_env_name(name) == -1)
		return conf_error(c, "not the name of a variable", "use "
		    "letters, digits and _, not beginning with a digit");
	if (env_has(m, name))
		return conf_error(c, "this variable again", "keep one of "
		    "them");
	if (conf_get_text(c, value, sizeof(value)) == -1)
		return -1;
	n = snprintf(pair, sizeof(pair), "%s=%s", name, value);
	if (n >= (int)sizeof(pair))
		return conf_error(c, "name and value have more than 4096 "
		    "bytes", "shorten them");
	m->env[m->nenv] = strdup(pair);
	if (m->env[m->nenv] == NULL)
		return -1;
	m->nenv++;
	return count_text(c, r, (size_t)n);
}

static int
read_env(struct conf *c, void *ctx)
{
	return conf_read_names(c, MANIFEST_ENV_MAX, read_variable, ctx);
}

/* Whether one path is the other, or a folder of it. */
static bool
paths_clash(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] != '\0' && a[n] == b[n])
		n++;
	return (a[n] == '\0' && (b[n] == '\0' || b[n] == '/')) ||
	    (b[n] == '\0' && a[n] == '/');
}

static int
read_path(struct conf *c, void *ctx)
{
	char path[NAME_PATH_MAX + 1];
	struct reader *r = ctx;
	struct manifest *m = r->manifest;

	if (conf_get_text(c, path, sizeof(path)) == -1)
		return -1;
	if (name_check_path(path) == -1)
		return conf_error(c, "not a path of a bundle's file", "write "
		    "it relative, without `..', `.', `//' and control "
		    "characters");
	for (size_t i = 0; i + 1 < m->nfiles; i++)
		if (paths_clash(m->files[i].path, path))
			return conf_error(c, "this path is already in the "
			    "list, as itself or as a folder", "keep one of "
			    "them");
	m->files[m->nfiles - 1].path = strdup(path);
	if (m->files[m->nfiles - 1].path == NULL)
		return -1;
	return count_text(c, r, strlen(path));
}

static int
hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *p = strchr(digits, c);

	return p == NULL || c == '\0' ? -1 : (int)(p - digits);
}

static int
read_sha256(struct conf *c, void *ctx)
{
	struct reader *r = ctx;
	struct manifest_file *f = &r->manifest->files[r->manifest->nfiles - 1];
	char hex[2 * DIGEST_LEN + 1];
	size_t i;

	if (conf_get_text(c, hex, sizeof(hex)) == -1)
		return -1;
	for (i = 0; i < DIGEST_LEN && hex_digit(hex[2 * i]) != -1 &&
	    hex_digit(hex[2 * i + 1]) != -1; i++)
		f->sha256[i] = (unsigned char)(hex_digit(hex[2 * i]) << 4 |
		    hex_digit(hex[2 * i + 1]));
	if (i != DIGEST_LEN)
		return conf_error(c, "not a SHA-256", "write the 64 "
		    "lower-case hex digits that sha256sum(1) prints");
	return 0;
}

static int
read_executable(struct conf *c, void *ctx)
{
	struct reader *r = ctx;

	return conf_get_bool(c,
	    &r->manifest->files[r->manifest->nfiles - 1].executable);
}

static const struct conf_field file_fields[] = {
	{ "path", true, read_path },
	{ "sha256", true, read_sha256 },
	{ "executable", false, read_executable },
	{ NULL, false, NULL },
};

static int
read_file(struct conf *c, void *ctx)
{
	struct reader *r = ctx;

	r->manifest->nfiles++;	/* its path may stay NULL; the list is freed */
	return conf_read_map(c, file_fields, ctx);
}

static int
read_files(struct conf *c, void *ctx)
{
	return conf_read_list(c, MANIFEST_FILES_MAX, read_file, ctx);
}

static int
read_limit(struct conf *c, struct limits *l, enum limit limit)
{
	const struct limit_info *info = limit_info(limit);
	uint64_t n;

	if (conf_get_uint(c, info->least, info->most, &n) == -1)
		return -1;
	limit_set(l, limit, n);
	return 0;
}

#define LIMIT(id, name, member, unit, least, most, usual, what) \
static int \
read_limit_##id(struct conf *c, void *ctx) \
{ \
	struct reader *r = ctx; \
\
	return read_limit(c, &r->manifest->limits, LIMIT_##id); \
}
#include "limit.def"
#undef LIMIT

static const struct conf_field limit_fields[] = {
#define LIMIT(id, name, member, unit, least, most, usual, what) \
	{ name, false, read_limit_##id },
#include "limit.def"
#undef LIMIT
	{ NULL, false, NULL },
};

static int
read_limits(struct conf *c, void *ctx)
{
	return conf_read_map(c, limit_fields, ctx);
}

static const struct conf_field fields[] = {
	{ "version", true, read_version },
	{ "name", true, read_name },
	{ "class", false, read_class },
	{ "profile", false, read_profile },
	{ "runtime", false, read_runtime },
	{ "capabilities", false, read_capabilities },
	{ "secrets", false, read_secrets },
	{ "argv", true, read_argv },
	{ "files", false, read_files },
	{ "env", false, read_env },
	{ "limits", false, read_limits },
	{ NULL, false, NULL },
};

/*
 * The fields come first: in a file that is too large, the line that made it so
 * helps more than its size.
 */
int
manifest_parse(struct manifest *m, const char *file, const void *text,
    size_t len, struct why *w)
{
	struct reader r = { .manifest = m };

	if (conf_read(file, text, len, fields, &r, w) == -1)
		return -1;
	if (len > MANIFEST_MAX)
		return why_set(w, "%s: %zu bytes; a manifest may have %d: "
		    "remove comments or files", file, len, MANIFEST_MAX);
	return 0;
}
