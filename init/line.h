/*
 * An operator's line, put together from bytes as they come.  Lines have a
 * bound; control bytes end nothing and mean nothing.
 */
#ifndef LINE_H
#define LINE_H

#include <stdbool.h>
#include <stddef.h>

#define LINE_LEN	32	/* the longest command has 12 letters */

struct line {
	char	text[LINE_LEN + 1];
	size_t	len;
	bool	over;		/* longer than LINE_LEN, or not plain text */
};

/* True when `c' ends the line: text is whole until line_next(). */
bool	line_take(struct line *, char c);
void	line_next(struct line *);

/*
 * What the line asks for: 'h' help, 's' status, 'p' power off, 'r' reboot,
 * '0' and on: kill that service, 0 nothing (an empty line), '?' no such
 * command.
 */
char	line_command(const struct line *);

#endif
