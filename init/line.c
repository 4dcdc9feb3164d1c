#include "line.h"

#include <string.h>

#include "services.h"

static const struct {
	const char	*word;
	char		 command;
} commands[] = {
	{ "", 0 },
	{ "help", 'h' },
	{ "status", 's' },
	{ "poweroff", 'p' },
	{ "reboot", 'r' },
#define SERVICE(name, word)	{ "kill " word, '0' + SERVICE_##name },
#include "service.def"
#undef SERVICE
};

bool
line_take(struct line *l, char c)
{
	if (c == '\n' || c == '\r') {
		l->text[l->len] = '\0';
		return true;
	}
	if (c < 0x20 || c > 0x7e || l->len == LINE_LEN)
		l->over = true;
	else
		l->text[l->len++] = c;
	return false;
}

void
line_next(struct line *l)
{
	l->len = 0;
	l->over = false;
}

char
line_command(const struct line *l)
{
	if (l->over)
		return '?';
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(l->text, commands[i].word) == 0)
			return commands[i].command;
	return '?';
}
