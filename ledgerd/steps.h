/*
 * Steps of the machine's clock, seen by comparing it with the time since the
 * kernel started, which cannot be set.
 *
 * Both clocks run at the same speed, so that their difference stays the same
 * until the clock is set.  A change of STEP_MS or more is a step: less would
 * not matter to a leaf's order or a key's validity, which are in seconds, and
 * small steps add up, because the difference is compared with that of the last
 * recorded step.  Between two boots the machine's clock chip keeps the time,
 * in whole seconds: only a clock that shows STEP_CHIP_MS or more before the
 * last leaf's time was stepped.
 */
#ifndef STEPS_H
#define STEPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STEP_MS		100
#define STEP_CHIP_MS	1000

/* One moment on both clocks, in ms. */
struct moment {
	int64_t	wall;		/* since 1970 */
	int64_t	uptime;		/* since the kernel started */
};

struct clock_step {
	int64_t	from, to;	/* wall: without the step, and with it */
};

void	moment_now(struct moment *);

/* Compares two moments of one boot.  True with *s for a step. */
bool	step_between(const struct moment *before, const struct moment *now,
	    struct clock_step *s);

/* Compares with the last leaf of another boot.  True with *s for a step. */
bool	step_since(int64_t leaf_wall, const struct moment *now,
	    struct clock_step *s);

/*
 * Reads the moment of a leaf and whether it is of this boot.  A leaf from
 * before these members were added has no `boot' and no `uptime': it counts as
 * one of another boot.  Returns -1 with EBADMSG if it has no time.
 */
int	moment_of_leaf(const char *text, size_t len, const char *boot_id,
	    struct moment *, bool *this_boot);

#endif
