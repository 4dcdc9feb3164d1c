#include "say.h"

#include <stdio.h>
#include <string.h>

#include "client/say.h"

#define TEXT_LEN	1024	/* FILE:LINE:COL: text */

static void
say_picture(const struct doc_error *e)
{
	char caret[DOC_SOURCE_MAX + 1];
	size_t col = e->col;

	if (e->source[0] == '\0' || col == 0 || col > DOC_SOURCE_MAX)
		return;
	memset(caret, ' ', col - 1);
	caret[col - 1] = '^';
	say_quoted(e->source, strlen(e->source));
	say_quoted(caret, col);
}

void
policy_say(const char *dir, const struct doc_error *e, int warning)
{
	char text[TEXT_LEN];

	doc_error_format(e, 0, text, sizeof(text));
	say("%s%s%s%s", dir == NULL ? "" : dir, dir == NULL ? "" : "/", text,
	    warning ? " (warning)" : "");
	say_picture(e);
}
