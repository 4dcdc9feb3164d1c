#include "jsonout.h"

#include <stdio.h>
#include <string.h>

#include "lib/doc/json.h"
#include "lib/log.h"

/* A comma, unless this is the first of its object or list. */
static void
separate(struct jsonout *j)
{
	const char last = j->text.len == 0 ? '{' :
	    (char)j->text.data[j->text.len - 1];

	if (last != '{' && last != '[')
		buf_add_str(&j->text, ",");
}

static void
begin_member(struct jsonout *j, const char *name)
{
	separate(j);
	buf_add_str(&j->text, "\"");
	buf_add_str(&j->text, name);
	buf_add_str(&j->text, "\":");
}

void
jsonout_open(struct jsonout *j)
{
	separate(j);
	buf_add_str(&j->text, "{");
}

void
jsonout_close(struct jsonout *j)
{
	buf_add_str(&j->text, "}");
}

void
jsonout_open_list(struct jsonout *j, const char *name)
{
	begin_member(j, name);
	buf_add_str(&j->text, "[");
}

void
jsonout_close_list(struct jsonout *j)
{
	buf_add_str(&j->text, "]");
}

static int
put_string(struct jsonout *j, const char *value, size_t len)
{
	const size_t room = JSON_ESCAPED_MAX(len) + 2;
	struct put p;
	int ret;

	put_init(&p, buf_room(&j->text, room), room);
	ret = json_put_string(&p, value, len);
	if (ret == 0)
		j->text.len += p.len;
	return ret;
}

void
jsonout_text(struct jsonout *j, const char *name, const char *value)
{
	const size_t len = strlen(value), room = 4 * len + 8;
	struct buf escaped = { 0 };

	begin_member(j, name);
	if (put_string(j, value, len) == 0)
		return;
	escaped.len = log_escape((char *)buf_room(&escaped, room), room,
	    value, len);
	put_string(j, buf_str(&escaped), escaped.len);
	buf_free(&escaped);
}

void
jsonout_number(struct jsonout *j, const char *name, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	begin_member(j, name);
	buf_add_str(&j->text, text);
}

void
jsonout_print(struct jsonout *j)
{
	buf_add_str(&j->text, "\n");
	fwrite(j->text.data, 1, j->text.len, stdout);
	buf_free(&j->text);
}
