/*
 * What the command says to its user, on standard error: "casemate: text\n".
 * Every byte outside printable ASCII is escaped as \xNN, since names, console
 * lines and the appliance's words all come from outside.
 *
 * Functions of client/ whose contract says "complains" have said what was
 * wrong, where and what to do when they answer -1; their callers only stop.
 */
#ifndef SAY_H
#define SAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdnoreturn.h>

/* The operation was refused or failed; see also EXIT_x in lib/log.h. */
#define EXIT_RUN_FAILED	125	/* `casemate run': refused or failed */

/* An error or a result that the user must see. */
void		say(const char *fmt, ...)
		    __attribute__((format(printf, 1, 2)));
/* The same with ": " and strerror(errno). */
void		say_errno(const char *fmt, ...)
		    __attribute__((format(printf, 1, 2)));
/* Progress; say_quiet(true) silences it. */
void		say_progress(const char *fmt, ...)
		    __attribute__((format(printf, 1, 2)));
void		say_quiet(bool);
/* One line of text from outside, escaped, after "  | ". */
void		say_quoted(const char *text, size_t len);
/* The last line that say() or say_errno() wrote, without the prefix. */
const char	*say_last(void);

noreturn void	say_die(int code, const char *fmt, ...)
		    __attribute__((format(printf, 2, 3)));
noreturn void	say_no_memory(void);

#endif
