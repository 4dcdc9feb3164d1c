/*
 * For tests, as root: a process with its own mounts, network and processes.
 * It is process 1 there, and its root is the folder `root' of the current one,
 * so that what it does to the system stays in it.
 */
#ifndef NS_H
#define NS_H

#include <sys/types.h>

/* What the last process wrote to descriptor 2, the log. */
extern char ns_said[16384];

/* Makes a file root/PATH and the folders above it. */
void	ns_file(const char *path, const char *text, mode_t mode);
/* Makes a folder root/PATH and those above it. */
void	ns_folder(const char *path);

/* Copies a program of build/bin to root/bin. */
void	ns_program(const char *name);

/* Runs body, then exits with 0; its status for wait(2). */
int	ns_run(void (*body)(void));
/*
 * The same in a user namespace, with all capabilities, which root may lack, and
 * with no power over what other namespaces own.
 */
int	ns_run_user(void (*body)(void));

/* In the body: says what is wrong and exits with 77. */
#define NS_CHECK(expr)	ns_check((expr) ? 1 : 0, __FILE__, __LINE__, #expr)
void	ns_check(int ok, const char *file, int line, const char *expr);

/* The body came to its end, or that is the failure. */
#define NS_RUN(body)		NS_CHECK_STATUS(ns_run(body))
#define NS_RUN_USER(body)	NS_CHECK_STATUS(ns_run_user(body))
#define NS_CHECK_STATUS(run) do {					\
	int status_ = (run);						\
									\
	ATF_CHECK_MSG(status_ == 0, "status %#x: %s", status_, ns_said); \
} while (0)
#define NS_CHECK_SAID(text)						\
	ATF_CHECK_MSG(strstr(ns_said, text) != NULL, "not \"%s\" in: %s", \
	    text, ns_said)

/* A test that needs root. */
#define NS_TC(name)							\
ATF_TC(name);								\
ATF_TC_HEAD(name, tc)							\
{									\
	atf_tc_set_md_var(tc, "require.user", "root");			\
}									\
ATF_TC_BODY(name, tc)

#endif
