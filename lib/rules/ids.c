#include "ids.h"

#include <stdio.h>
#include <string.h>

#include "cedar/format/emit.h"

#define CUT	"..."

void
rule_ids_init(struct rule_ids *ids)
{
	ids->text[0] = '\0';
	ids->full = false;
}

static void
format(char dst[RULE_ID_MAX + 1], const struct str *id)
{
	struct put p;

	put_init(&p, dst, RULE_ID_MAX - (sizeof(CUT) - 1));
	if (id->len == 0)
		emit(&p, "\"\"");
	emit_escaped(&p, id->bytes, id->len, false);
	strcpy(dst + p.len, p.err != 0 ? CUT : "");
}

static bool
has_line(const char *text, const char *line)
{
	size_t len = strlen(line), n;

	for (const char *s = text; *s != '\0'; s += n + (s[n] == '\n')) {
		n = strcspn(s, "\n");
		if (n == len && memcmp(s, line, len) == 0)
			return true;
	}
	return false;
}

void
rule_ids_add(struct rule_ids *ids, const struct policy *p)
{
	size_t len = strlen(ids->text);
	char id[RULE_ID_MAX + 1];

	if (ids->full)
		return;
	format(id, p->id);
	if (has_line(ids->text, id))
		return;
	/* Room for the line of dots stays, in case this is not the last id. */
	ids->full = len + 1 + strlen(id) + sizeof("\n" CUT) >
	    sizeof(ids->text);
	snprintf(ids->text + len, sizeof(ids->text) - len, "%s%s",
	    len == 0 ? "" : "\n", ids->full ? CUT : id);
}
