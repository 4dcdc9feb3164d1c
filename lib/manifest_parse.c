#include "manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hex.h"
#include "lib/doc/fields.h"
#include "lib/doc/suggest.h"

/* A manifest as large as can be has 1,224 values. */
#define NODES_MAX	4096

/* The manifest being filled. */
struct manifest_reader {
	struct manifest	*manifest;
	size_t		 text;		/* bytes of its texts so far */
};

static int
read_version(const struct fields_value *v, void *ctx)
{
	uint64_t version;

	(void)ctx;
	return fields_uint(v, 1, 1, &version);
}

static int
get_name(const struct fields_value *v, char dst[NAME_MAX_LEN + 1])
{
	if (fields_copy(v, dst, NAME_MAX_LEN + 1) == -1)
		return -1;
	if (name_check(dst) == -1)
		return fields_error_value(v, "a name", NAME_ADVICE);
	return 0;
}

static int
read_name(const struct fields_value *v, void *ctx)
{
	struct manifest_reader *r = ctx;

	return get_name(v, r->manifest->name);
}

static int
read_class(const struct fields_value *v, void *ctx)
{
	struct manifest_reader *r = ctx;

	return get_name(v, r->manifest->class);
}

static int
read_profile(const struct fields_value *v, void *ctx)
{
	struct manifest_reader *r = ctx;

	return get_name(v, r->manifest->profile);
}

static int
read_runtime(const struct fields_value *v, void *ctx)
{
	struct manifest_reader *r = ctx;

	return get_name(v, r->manifest->runtime);
}

/*
 * A grant's texts fit into its message because they fit into a manifest.
 * Escapes such as "\L" must not make them longer.
 */
static int
count_text(const struct fields_value *v, struct manifest_reader *r, size_t len)
{
	r->text += len;
	if (r->text > MANIFEST_MAX)
		return fields_error(v, "the manifest's texts have more than "
		    "%d bytes; shorten them", MANIFEST_MAX);
	return 0;
}

static int
copy_text(const struct fields_value *v, struct manifest_reader *r,
    const char *text, char **dst)
{
	*dst = strdup(text);
	if (*dst == NULL)
		return doc_error_memory(v->error, v->doc->source.file);
	return count_text(v, r, strlen(text));
}

static int
error_capability(const struct fields_value *v, const char *word)
{
	char hint[SUGGEST_TEXT_MAX];
	struct suggest s;

	suggest_init(&s, word, strlen(word));
	for (enum capability c = 0; c < CAPABILITY_COUNT; c++)
		suggest_try(&s, capability_word(c),
		    strlen(capability_word(c)), NULL);
	fields_error(v, "unknown capability `'; %s%s",
	    s.meant == NULL ? "leave it out; " : "", suggest_hint(&s, hint));
	return doc_error_word(v->error, word, strlen(word));
}

static int
read_capability(const struct fields_value *v, void *ctx)
{
	char word[NAME_MAX_LEN + 1];
	struct manifest_reader *r = ctx;
	struct manifest *m = r->manifest;
	enum capability found;

	if (fields_copy(v, word, sizeof(word)) == -1)
		return -1;
	found = capability_find(word);
	if (found == CAPABILITY_COUNT)
		return error_capability(v, word);
	if (capability_has(m->capabilities, found))
		return fields_error(v, "duplicate capability; keep one of "
		    "them");
	m->capabilities = capability_add(m->capabilities, found);
	return 0;
}

/* One more than there are: it is unknown or a duplicate, and named so. */
static int
read_capabilities(const struct fields_value *v, void *ctx)
{
	return fields_list(v, CAPABILITY_COUNT + 1, read_capability, ctx);
}

static int
read_secret(const struct fields_value *v, void *ctx)
{
	struct manifest_reader *r = ctx;
	struct manifest *m = r->manifest;
	char *name = m->secrets[m->nsecrets];

	if (get_name(v, name) == -1)
		return -1;
	for (size_t i = 0; i < m->nsecrets; i++)
		if (strcmp(m->secrets[i], name) == 0)
			return fields_error(v, "duplicate secret; keep one of "
			    "them");
	m->nsecrets++;
	return count_text(v, r, strlen(name));
}

static int
read_secrets(const struct fields_value *v, void *ctx)
{
	return fields_list(v, MANIFEST_SECRETS_MAX, read_secret, ctx);
}

static int
read_arg(const struct fields_value *v, void *ctx)
{
	const char *text = fields_text(v, MANIFEST_TEXT_MAX);
	struct manifest_reader *r = ctx;
	struct manifest *m = r->manifest;

	if (text == NULL)
		return -1;
	if (m->nargs == 0 && text[0] == '\0')
		return fields_error(v, "the program to run is empty; name a "
		    "file of the bundle or of the runtime");
	return copy_text(v, r, text, &m->args[m->nargs++]);
}

static int
read_argv(const struct fields_value *v, void *ctx)
{
	struct manifest_reader *r = ctx;
	struct manifest *m = r->manifest;

	if (fields_list(v, MANIFEST_ARGS_MAX, read_arg, ctx) == -1)
		return -1;
	if (m->nargs == 0)
		return fields_error(v, "`argv' is empty; name the program to "
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

static int
read_variable(const struct fields_value *v, const char *name, void *ctx)
{
	char pair[MANIFEST_TEXT_MAX + 1];
	struct manifest_reader *r = ctx;
	struct manifest *m = r->manifest;
	const char *value;
	int n, rc;

	if (strlen(name) > MANIFEST_VARIABLE_MAX)
		return fields_error_name(v, "a name of more than %d bytes; "
		    "shorten it", MANIFEST_VARIABLE_MAX);
	if (check_env_name(name) == -1)
		return fields_error_name(v, "not the name of a variable; use "
		    "letters, digits and _, not beginning with a digit");
	if (strncmp(name, LIMIT_VARIABLE, sizeof(LIMIT_VARIABLE) - 1) == 0)
		return fields_error_name(v, "names that begin with "
		    LIMIT_VARIABLE " are the appliance's own; choose another");
	value = fields_text(v, MANIFEST_TEXT_MAX);
	if (value == NULL)
		return -1;
	n = snprintf(pair, sizeof(pair), "%s=%s", name, value);
	if (n >= (int)sizeof(pair))
		return fields_error(v, "name and value have more than %d "
		    "bytes; shorten them", MANIFEST_TEXT_MAX);
	rc = copy_text(v, r, pair, &m->env[m->nenv++]);
	explicit_bzero(pair, sizeof(pair));
	return rc;
}

static int
read_env(const struct fields_value *v, void *ctx)
{
	return fields_names(v, MANIFEST_ENV_MAX, read_variable, ctx);
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
read_path(const struct fields_value *v, void *ctx)
{
	const char *path = fields_text(v, MANIFEST_PATH_MAX);
	struct manifest_reader *r = ctx;
	struct manifest *m = r->manifest;

	if (path == NULL)
		return -1;
	if (name_check_path(path) == -1)
		return fields_error_value(v, "the path of a bundle's file",
		    "write it relative, without `..', `.', `//' and control "
		    "characters");
	for (size_t i = 0; i + 1 < m->nfiles; i++)
		if (paths_clash(m->files[i].path, path))
			return fields_error(v, "this path is already in the "
			    "list, as itself or as a folder; keep one of "
			    "them");
	return copy_text(v, r, path, &m->files[m->nfiles - 1].path);
}

static int
read_sha256(const struct fields_value *v, void *ctx)
{
	struct manifest_reader *r = ctx;
	struct manifest *m = r->manifest;
	struct manifest_file *f = &m->files[m->nfiles - 1];
	char hex[2 * DIGEST_LEN + 1];

	if (fields_copy(v, hex, sizeof(hex)) == -1)
		return -1;
	if (hex_get(f->sha256, DIGEST_LEN, hex) == -1)
		return fields_error_value(v, "a SHA-256", "write the 64 "
		    "lower-case hex digits that sha256sum(1) prints");
	return 0;
}

static int
read_executable(const struct fields_value *v, void *ctx)
{
	struct manifest_reader *r = ctx;
	struct manifest *m = r->manifest;

	return fields_bool(v, &m->files[m->nfiles - 1].executable);
}

static const struct fields_row file_rows[] = {
	{ "path", true, read_path, NULL },
	{ "sha256", true, read_sha256, NULL },
	{ "executable", false, read_executable, NULL },
	{ NULL, false, NULL, NULL },
};

static int
read_file(const struct fields_value *v, void *ctx)
{
	struct manifest_reader *r = ctx;
	struct manifest *m = r->manifest;

	m->nfiles++;	/* an error may leave its path NULL */
	return fields_read(v, file_rows, ctx);
}

static int
read_files(const struct fields_value *v, void *ctx)
{
	return fields_list(v, MANIFEST_FILES_MAX, read_file, ctx);
}

static int
read_limit(const struct fields_value *v, struct limits *l, enum limit limit)
{
	const struct limit_info *info = limit_info(limit);
	uint64_t n;

	if (fields_uint(v, info->least, info->most, &n) == -1)
		return -1;
	limit_set(l, limit, n);
	return 0;
}

#define LIMIT(id, name, member, unit, least, most, usual, what) \
static int \
read_limit_##id(const struct fields_value *v, void *ctx) \
{ \
	struct manifest_reader *r = ctx; \
\
	return read_limit(v, &r->manifest->limits, LIMIT_##id); \
}
#include "limit.def"
#undef LIMIT

static const struct fields_row limit_rows[] = {
#define LIMIT(id, name, member, unit, least, most, usual, what) \
	{ name, false, read_limit_##id, NULL },
#include "limit.def"
#undef LIMIT
	{ NULL, false, NULL, NULL },
};

static int
read_limits(const struct fields_value *v, void *ctx)
{
	return fields_read(v, limit_rows, ctx);
}

/* What rules are asked about, and all that a case says of a manifest. */
#define ASKED_ROWS \
	{ "name", true, read_name, NULL }, \
	{ "class", false, read_class, NULL }, \
	{ "profile", false, read_profile, NULL }, \
	{ "runtime", false, read_runtime, NULL }, \
	{ "capabilities", false, read_capabilities, NULL }, \
	{ "secrets", false, read_secrets, NULL }, \
	{ "limits", false, read_limits, limit_rows }

static const struct fields_row rows[] = {
	{ "version", true, read_version, NULL },
	ASKED_ROWS,
	{ "argv", true, read_argv, NULL },
	{ "files", false, read_files, NULL },
	{ "env", false, read_env, NULL },
	{ NULL, false, NULL, NULL },
};

static const struct fields_row case_rows[] = {
	ASKED_ROWS,
	{ NULL, false, NULL, NULL },
};

/* Fields come first: the line that makes a file too large helps most. */
int
manifest_parse(struct manifest *m, const char *file, const void *text,
    size_t len, struct doc_error *e)
{
	struct doc doc;
	const struct fields_value root = { &doc, 0, "manifest", NULL, e };
	struct manifest_reader r = { .manifest = m };
	int rc;

	if (doc_read_yaml_text(&doc, file, text, len, MANIFEST_READ_MAX,
	    NODES_MAX, e) == -1)
		return -1;
	rc = fields_read(&root, rows, &r);
	doc_free(&doc);
	if (rc == -1)
		return -1;
	if (len > MANIFEST_MAX)
		return doc_error_set(e, file, "%zu bytes; a manifest may have "
		    "%d: remove comments or files", len, MANIFEST_MAX);
	return 0;
}

int
manifest_parse_case(struct manifest *m, const struct doc *doc, uint32_t node,
    struct doc_error *e)
{
	const struct fields_value v = { doc, node, "manifest", NULL, e };
	struct manifest_reader r = { .manifest = m };

	return fields_read(&v, case_rows, &r);
}
