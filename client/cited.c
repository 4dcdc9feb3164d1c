#include "cited.h"

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

/* The manifest's line with this number. */
static void
say_line(const struct pack *p, unsigned long nr)
{
	const char *text = (const char *)p->manifest.data;
	const char *end = text + p->manifest.len, *nl;

	for (; text != NULL && text < end && nr > 0; nr--) {
		nl = memchr(text, '\n', (size_t)(end - text));
		if (nr == 1)
			say("this line is: %.*s",
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
say_field(const struct pack *p, const char *words)
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
		say("%s is \"%s\"", path, d.nodes[node].str->bytes);
	doc_free(&d);
}

static void
say_member(const struct pack *p, unsigned long nr)
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
		say("member %lu is \"%s\"", nr, m.name);
}

void
cited_say(const struct pack *p, const char *message)
{
	const char *line = behind(message, MANIFEST ":");
	const char *field = behind(message, "the manifest's ");
	const char *member = behind(message, "member ");
	unsigned long nr;

	if (line != NULL)
		say_line(p, number(line, &line));
	if (field != NULL)
		say_field(p, field);
	if (member == NULL)
		return;
	nr = number(member, &member);
	if (strncmp(member, " of the bundle", 14) == 0)
		say_member(p, nr);
}
