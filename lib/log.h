/*
 * Log lines on descriptor 2: "name: text\n", one write(2) each, at most 512
 * bytes, with every byte outside printable ASCII escaped as \xNN, so that no
 * outside byte reaches the console raw.  Never log a secret.
 */
#ifndef LOG_H
#define LOG_H

#include <stddef.h>
#include <stdnoreturn.h>

/* The name must stay valid. */
void		log_init(const char *name);
void		log_info(const char *fmt, ...)
		    __attribute__((format(printf, 1, 2)));

/*
 * Writes len bytes of text to dst as a C string, cut to fit into cap (at least
 * 1), each byte outside printable ASCII as \xNN.  A backslash stays as it is:
 * messages quote what to write.  Returns its length.
 */
size_t		log_escape(char *dst, size_t cap, const char *src, size_t len);

/* Exit codes of every program of ours. */
enum {
	EXIT_OK = 0,
	EXIT_REFUSED = 1,	/* the operation was refused or failed */
	EXIT_USAGE = 100,
	EXIT_BUG = 101,		/* cannot happen */
	EXIT_PEER = 110,	/* a peer broke the protocol */
	EXIT_SYSTEM = 111,	/* a system call failed */
};

/* Logs and exits with `code'.  die_errno adds ": " and strerror(errno). */
noreturn void	die(int code, const char *fmt, ...)
		    __attribute__((format(printf, 2, 3)));
noreturn void	die_errno(const char *fmt, ...)
		    __attribute__((format(printf, 1, 2)));	/* exit 111 */

#endif
