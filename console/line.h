/*
 * An operator's line, put together from bytes as they come.  Lines have a
 * bound.  The line's editing is here and not in the kernel's terminal, see
 * tty.h: Backspace and Delete take back a byte, Ctrl-C and Ctrl-U the whole
 * line; other control bytes are ignored.
 */
#ifndef LINE_H
#define LINE_H

#include <stdbool.h>
#include <stddef.h>

#define LINE_LEN	32	/* the longest command has 12 letters */
#define LINE_ECHO	4	/* with its NUL */

struct line {
	char	text[LINE_LEN + 1];
	size_t	len;		/* as typed; above LINE_LEN it is no command */
};

/*
 * True when `c' ends the line: text is whole until line_next().  echo gets
 * what the operator's terminal is to show for the byte.
 */
bool	line_take(struct line *, char c, char echo[LINE_ECHO]);
void	line_next(struct line *);

/*
 * What the line asks for: 'h' help, 's' status, 'p' power off, 'r' reboot,
 * '0' and on: kill that service, 0 nothing (an empty line), '?' no such
 * command.
 */
char	line_command(const struct line *);

#endif
