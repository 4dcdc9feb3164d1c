/*
 * The boot plan: a table (boot_plan.c) of the mounts, folders and kernel
 * settings that must be in place before any service starts, and its interpreter.
 */
#ifndef PLAN_H
#define PLAN_H

#include <sys/types.h>

#include <stddef.h>

enum plan_kind {
	PLAN_MOUNT,		/* a file system of this type; text: options */
	PLAN_DIR,		/* make a folder with this mode and owner */
	PLAN_OWN,		/* change the owner to uid */
	PLAN_WRITE,		/* write text in one write(2) */
	PLAN_TRY,		/* the same, if the file exists */
};

struct plan_step {
	enum plan_kind	 kind;
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
 * Carries out the steps in order.  Returns 0, or -1 after the first that
 * fails, which is logged.
 */
int	plan_run(const struct plan_step *, size_t n);

/* One PLAN_WRITE.  Returns 0, or -1 with errno. */
int	plan_write(const char *path, const char *text);

#endif
