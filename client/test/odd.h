/*
 * For tests: what a user may give as a file by mistake or on purpose, to any
 * argument of the program.
 */
#ifndef ODD_H
#define ODD_H

#include <sys/stat.h>

#include <stdbool.h>

#include "fake_appliance.h"

#define ODD	"odd"	/* the argument's name */
#define ODD_LIMIT_S	20	/* far more than a run needs */

/* What the argument leads to; ODD_LINK is to the right thing. */
enum odd_kind {
	ODD_LINK,
	ODD_NULL,
	ODD_FULL,
	ODD_ZERO,
	ODD_FIFO,
	ODD_DANGLING,
	ODD_LOOP,
	ODD_FOLDER,
	ODD_NO_FOLDER,
	ODD_SOCKET,
	ODD_MISSING,
	ODD_EMPTY,
	ODD_FORBIDDEN,
	ODD_READ_ONLY,
	ODD_N
};

extern const char *const odd_names[ODD_N];

/* One argument of one command: `@' stands for it in the words. */
struct odd_row {
	const char	*good;		/* what belongs there */
	const char	*words[14];
	unsigned	 accepts;	/* kinds that it may take, as bits */
	bool		 appliance;	/* one runs the job */
};

#define ODD_BIT(kind)	(1u << ODD_##kind)

/* One good thing of each kind, in the current folder. */
void	odd_make_things(void);

/* Makes it; returns the argument. */
const char *odd_make(enum odd_kind, const char *good);
/* Removes it, and what a good run makes. */
void	odd_clean(void);

/* How many files there are, without what a good run makes, which goes. */
int	odd_count_files(void);
/* 0 when it is not there. */
mode_t	odd_mode(const char *path);

/*
 * Runs it with each `@' replaced; its status, or 128 and a signal.  The word
 * `recipe' stands for docs/verify-receipt.sh.
 */
int	odd_run(const struct odd_row *, const char *argument, bool unprivileged);

/* That the run failed soon and named the argument. */
void	odd_check_refused(const struct odd_row *, enum odd_kind,
	    const char *argument, int status);

/* An appliance that runs one job. */
void	odd_start_appliance(struct fake *);

#endif
