#include "line.h"

#include <string.h>

#include "init/services.h"

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
#include "init/service.def"
#undef SERVICE
};

#define ERASE		"\b \b"
#define CTRL(letter)	((letter) - '@')
#define DELETE		0x7f

static void
erase(struct line *l, char echo[LINE_ECHO])
{
	if (l->len == 0)
		return;
	l->len--;
	strcpy(echo, ERASE);
}

/* A byte that is not ASCII takes one column and matches no command. */
static void
add(struct line *l, char c, char echo[LINE_ECHO])
{
	if (l->len < LINE_LEN)
		l->text[l->len] = c;
	l->len++;
	echo[0] = c < ' ' ? '?' : c;
	echo[1] = '\0';
}

bool
line_take(struct line *l, char c, char echo[LINE_ECHO])
{
	unsigned char byte = (unsigned char)c;

	echo[0] = '\0';
	if (c == '\n' || c == '\r') {
		l->text[l->len <= LINE_LEN ? l->len : 0] = '\0';
		strcpy(echo, "\n");
		return true;
	}
	if (c == '\b' || byte == DELETE) {
		erase(l, echo);
	} else if (byte == CTRL('C') || byte == CTRL('U')) {
		line_next(l);
		strcpy(echo, "\n");
	} else if (byte >= ' ') {
		add(l, c, echo);
	}
	return false;
}

void
line_next(struct line *l)
{
	l->len = 0;
}

char
line_command(const struct line *l)
{
	if (l->len > LINE_LEN)
		return '?';
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(l->text, commands[i].word) == 0)
			return commands[i].command;
	return '?';
}
