#include "indent.h"

#include <stdbool.h>

#define COLUMNS	2

static void
add_line(struct buf *out, unsigned depth)
{
	buf_add_str(out, "\n");
	for (unsigned i = 0; i < COLUMNS * depth; i++)
		buf_add_str(out, " ");
}

static size_t
string_len(const char *json, size_t len)
{
	size_t n = 1;

	while (n < len && json[n] != '"')
		n += json[n] == '\\' ? 2 : 1;
	return n + 1;
}

static bool
opens(char c)
{
	return c == '{' || c == '[';
}

static bool
closes(char c)
{
	return c == '}' || c == ']';
}

void
indent_json(struct buf *out, const char *json, size_t len)
{
	unsigned depth = 0;

	for (size_t i = 0, n; i < len; i += n) {
		char c = json[i];
		bool empty = i + 1 < len && opens(c) && closes(json[i + 1]);

		n = c == '"' ? string_len(json + i, len - i) : empty ? 2 : 1;
		if (closes(c))
			add_line(out, --depth);
		buf_add(out, json + i, n);
		if (c == ':')
			buf_add_str(out, " ");
		else if (c == ',')
			add_line(out, depth);
		else if (opens(c) && !empty)
			add_line(out, ++depth);
	}
	buf_add_str(out, "\n");
}
