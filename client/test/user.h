/*
 * For tests: what a user of the client has and does.  A key and a job in the
 * current folder, commands in child processes, and what they wrote.
 */
#ifndef USER_H
#define USER_H

#include <sys/types.h>

#include "client/casemate.h"

#define USER_TEXT_MAX	65536

/* What the last command wrote to standard output and standard error. */
extern char user_out[USER_TEXT_MAX], user_err[USER_TEXT_MAX];

/* That the last command said this; in a test that includes atf-c.h. */
#define USER_CHECK_ERR(text)						\
	ATF_CHECK_MSG(strstr(user_err, text) != NULL, "%s", user_err)

/* Writes or replaces a file. */
void	user_write(const char *path, const char *text, mode_t mode);
/* A whole file as text; exits with 1 when it cannot be read. */
void	user_slurp(const char *file, char dst[USER_TEXT_MAX]);

/* The private key `key', if it is not there yet. */
void	user_make_key(void);
/* That, and the folder `job' with a program of this many bytes. */
void	user_make_job(size_t size);
#define USER_JOB_SIZE	100000	/* larger than one frame */

/*
 * The folder `site', after user_make_key(): its user a has this key and may run
 * all jobs.
 */
void	user_make_site(void);

/* A file that looks like the appliance's image: a kernel's header alone. */
void	user_make_image(const char *path);
/* One that looks like a runtime: an EROFS superblock alone. */
void	user_make_runtime(const char *path);

/* Runs a command in a child process; its exit status. */
int	user_run(const struct cmd *, const char *const words[]);
/*
 * Runs a query of the appliance on the socket vm.sock, with up to three more
 * words.
 */
int	user_query(const struct cmd *, const char *a, const char *b,
	    const char *c);
/*
 * Runs the folder `job' there, which gives the file `receipt'; with up to two
 * more words.
 */
int	user_run_job(const char *a, const char *b);

#define USER_SOCKET	"vm.sock"

#define USER_NOBODY	65534
#define USER_NOBODYS	"/mnt"
/*
 * Makes this process, root's, the user nobody, for whom the current folder is
 * USER_NOBODYS: the folders above may be closed to him.
 */
void	user_become_nobody(void);

/* Waits for a child that writes to the files `out' and `err'; its status. */
int	user_wait(pid_t);

#endif
