/*
 * A disk that fails when told to: the calls that keyd's files are made with
 * are replaced at link time (--wrap).
 */
#ifndef TESTFAULT_H
#define TESTFAULT_H

/* The nth call from now fails with ENOSPC; 0: none does. */
void	fault_arm(int nth);
/* Whether it has come to that. */
int	fault_fired(void);

/* Runs a story in a child whose nth call fails; returns its exit code. */
int	fault_live(int (*story)(int dirfd), int dirfd, int nth);

/*
 * The calls since fault_trace_start(), a letter each: o openat, w pwrite, d
 * fdatasync, s fsync, r renameat, u unlinkat, t ftruncate.
 */
extern char	fault_trace[64];
void		fault_trace_start(void);

#endif
