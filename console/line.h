/*
 * A line of input, built byte by byte, with a maximal length.  Editing is done
 * here and not by the kernel's terminal (see lib/tty.h): Backspace and Delete
 * remove a byte, Ctrl-C and Ctrl-U the whole line; other control bytes are
 * ignored.
 */
#ifndef LINE_H
#define LINE_H

#include <stdbool.h>
#include <stddef.h>

#define LINE_LEN	32	/* the longest command has 12 letters */
#define LINE_ECHO	4	/* with its NUL */

struct line {
	char	text[LINE_LEN + 1];
	size_t	len;		/* as typed; above LINE_LEN: no command */
};

/*
 * Returns true when `c' ends the line; text then holds all of it until
 * line_next().  Stores what the terminal must show for the byte in echo.
 */
bool	line_take(struct line *, char c, char echo[LINE_ECHO]);
void	line_next(struct line *);

/*
 * Returns the line's command: 'h' help, 's' status, 'p' power off, 'r' reboot,
 * '0' and up: kill that service, 0 for an empty line, '?' for an unknown
 * command.
 */
char	line_command(const struct line *);

#endif
