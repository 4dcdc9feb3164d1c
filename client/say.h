/*
 * Messages to the user, on standard error: "casemate: text\n".  Bytes that are
 * not printable ASCII are escaped as \xNN, since names, console lines and the
 * appliance's texts come from outside.
 *
 * "Complains and returns -1" in client/ means that the function has printed
 * what was wrong, where, and what to do; its callers only stop.
 */
#ifndef SAY_H
#define SAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdnoreturn.h>

/* Exit codes are in lib/log.h; `casemate run' has one more. */
#define EXIT_RUN_FAILED	125	/* refused or failed */

/* An error, or a result that the user must see. */
void		say(const char *fmt, ...)
		    __attribute__((format(printf, 1, 2)));
/* The same with ": " and strerror(errno). */
void		say_errno(const char *fmt, ...)
		    __attribute__((format(printf, 1, 2)));
/* Progress; not printed after say_quiet(true). */
void		say_progress(const char *fmt, ...)
		    __attribute__((format(printf, 1, 2)));
void		say_quiet(bool);
/* One line of text from outside, escaped, after "  | ". */
void		say_quoted(const char *text, size_t len);
/* The last line of say() or say_errno(), without the prefix. */
const char	*say_last(void);

noreturn void	say_die(int code, const char *fmt, ...)
		    __attribute__((format(printf, 2, 3)));
noreturn void	say_no_memory(void);

#endif
