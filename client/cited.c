#include "cited.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/doc/doc.h"
#include "lib/manifest.h"
#include "lib/ustar.h"
#include "say.h"

#define MANIFEST	"manifest.yaml"
#define NODES_MAX	4096	/* as of a manifest */
#define DIGITS		"0123456789"
#define PATH_CHARS	"abcdefghijklmnopqrstuvwxyz_.[]" DIGITS
#define CITED_MAX	1024	/* a longer text is cut */
#define FIELD_MAX	64	/* "files[255].executable" has 21 */

/* The digits at s as a number; *end is behind them. */
static unsigned long
number(const char *s, const char **end)
{
	char *e;
	unsigned long n = *s < '0' || *s > '9' ? 0 : strtoul(s, &e, 10);

	*end = s + strspn(s, DIGITS);
	return n;
}

/* The text behind these words of the message, or NULL. */
static const char *
behind(const char *message, const char *words)
{
	const char *at = strstr(message, words);

	return at == NULL ? NULL : at + strlen(words);
}

/* Where the lines go. */
typedef void cited_found(const char *text);

__attribute__((format(printf, 2, 3)))
static void
tell(cited_found *found, const char *fmt, ...)
{
	char text[CITED_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	found(text);
}

/* The manifest's line with this number. */
static void
find_line(const struct pack *p, unsigned long nr, cited_found *found)
{
	const char *text = (const char *)p->manifest.data;
	const char *end = text + p->manifest.len, *nl;

	for (; text != NULL && text < end && nr > 0; nr--) {
		nl = memchr(text, '\n', (size_t)(end - text));
		if (nr == 1)
			tell(found, "this line is: %.*s",
			    (int)((nl == NULL ? end : nl) - text), text);
		text = nl == NULL ? NULL : nl + 1;
	}
}

/* Without the end of a sentence. */
static size_t
path_len(const char *path)
{
	size_t len = strspn(path, PATH_CHARS);

	while (len != 0 && path[len - 1] == '.')
		len--;
	return len > FIELD_MAX ? FIELD_MAX : len;
}

/* Takes "NAME" or "[N]" from the path.  0: there is no such child. */
static uint32_t
find_child(const struct doc *d, uint32_t node, const char **path)
{
	char key[32];
	size_t n = strcspn(*path, ".[");
	unsigned long nr;
	uint32_t child;

	if (n != 0 && n < sizeof(key)) {
		memcpy(key, *path, n);
		key[n] = '\0';
		*path += n;
		return doc_get(d, node, key);
	}
	if (n != 0 || (*path)[0] != '[' || strspn(*path + 1, DIGITS) == 0 ||
	    d->nodes[node].kind != DOC_ARRAY)
		return 0;
	nr = number(*path + 1, path);
	if (*(*path)++ != ']')
		return 0;
	child = doc_first(d, node);
	for (; child != 0 && nr != 0; nr--)
		child = doc_next(d, node, child);
	return child;
}

/* The node of "argv[0]" or "limits.tmp_mib"; 0 when there is none. */
static uint32_t
find_node(const struct doc *d, const char *path)
{
	uint32_t node = 0;

	do {
		path += *path == '.';
		node = find_child(d, node, &path);
	} while (node != 0 && *path != '\0');
	return node;
}

/* A text, or the path of a file. */
static void
find_field(const struct pack *p, const char *words, cited_found *found)
{
	char path[FIELD_MAX + 1];
	struct doc_error e;
	uint32_t node, name;
	struct doc d;

	snprintf(path, sizeof(path), "%.*s", (int)path_len(words), words);
	if (doc_read_yaml_text(&d, MANIFEST, (const char *)p->manifest.data,
	    p->manifest.len, MANIFEST_READ_MAX, NODES_MAX, &e) == -1)
		return;
	node = find_node(&d, path);
	name = node == 0 ? 0 : doc_get(&d, node, "path");
	node = name == 0 ? node : name;
	if (node != 0 && d.nodes[node].kind == DOC_STRING)
		tell(found, "%s is \"%s\"", path,
		    d.nodes[node].str->bytes);
	doc_free(&d);
}

static void
find_member(const struct pack *p, unsigned long nr, cited_found *found)
{
	struct why w = { "" };
	struct ustar_member m;
	struct ustar u;
	int got;

	ustar_init(&u, p->tar.data, p->tar.len);
	do
		got = ustar_next(&u, &m, &w);
	while (got == 1 && m.number < nr);
	if (nr != 0 && m.number == nr && m.name[0] != '\0')
		tell(found, "member %lu is \"%s\"", nr, m.name);
}

void
cited_find(const struct pack *p, const char *message, cited_found *found)
{
	const char *line = behind(message, MANIFEST ":");
	const char *field = behind(message, "the manifest's ");
	const char *member = behind(message, "member ");
	unsigned long nr;

	if (line != NULL)
		find_line(p, number(line, &line), found);
	if (field != NULL)
		find_field(p, field, found);
	if (member == NULL)
		return;
	nr = number(member, &member);
	if (strncmp(member, " of the bundle", 14) == 0)
		find_member(p, nr, found);
}

static void
say_text(const char *text)
{
	say("%s", text);
}

void
cited_say(const struct pack *p, const char *message)
{
	cited_find(p, message, say_text);
}
