/*
 * The boot plan: what the file tree and the kernel's settings must be before
 * any service starts, as a table (init.c), and the small interpreter of it.
 */
#ifndef PLAN_H
#define PLAN_H

#include <sys/types.h>

#include <stddef.h>

enum plan_step {
	PLAN_MOUNT,		/* arg is the type, text its options */
	PLAN_DIR,		/* made with mode, owned by uid */
	PLAN_OWN,		/* given to uid */
	PLAN_WRITE,		/* text, written in one write(2) */
	PLAN_TRY,		/* the same, where the file exists */
};

struct plan {
	enum plan_step	 step;
	const char	*path;
	const char	*text;
	const char	*type;
	unsigned long	 flags;
	mode_t		 mode;
	uid_t		 uid;
};

#define MOUNT(path, type, flags, options)	\
	{ PLAN_MOUNT, path, options, type, flags, 0, 0 }
#define DIRECTORY(path, mode, uid)	\
	{ PLAN_DIR, path, NULL, NULL, 0, mode, uid }
#define OWNER(path, uid)	{ PLAN_OWN, path, NULL, NULL, 0, 0, uid }
#define SET(path, text)		{ PLAN_WRITE, path, text, NULL, 0, 0, 0 }
#define TRY(path, text)		{ PLAN_TRY, path, text, NULL, 0, 0, 0 }

/*
 * Carries out the steps in order.  0, or -1 at the first that fails, which is
 * said on the log with what it means.
 */
int	plan_run(const struct plan *, size_t n);

/* One PLAN_WRITE.  0, or -1 with errno. */
int	plan_write(const char *path, const char *text);

#endif
