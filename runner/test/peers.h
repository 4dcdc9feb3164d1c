/*
 * The runner's loop among played peers.  gate, keyd and ledgerd are the other
 * ends of real pipes; a job's processes, its control group and the clock are
 * the test's own.
 */
#ifndef RUNNER_PEERS_H
#define RUNNER_PEERS_H

#include <atf-c.h>

#include "runner/jail/report.h"
#include "runner/runner.h"

#define PLAY_CPUS	0xf	/* the machine's processors */

/* A job's processes, as the test plays them. */
struct played_child {
	bool	 started, killed, alive;
	bool	 stubborn;		/* ends by play_die() alone */
	bool	 empty_stays;		/* its group cannot be removed */
	uint32_t cpu_millis;		/* its limit; 0 while it is built */
	uint64_t cpus;			/* its processors */
	int	 go, report, out[2], life;	/* the job's ends */
	struct cgroup_figures figures;
};

struct play {
	struct runner	 r;
	struct chan	 gate, keyd, ledgerd;		/* the peers' ends */
	int		 pipes[12];
	int		 measurer, signals;		/* the test's ends */
	uint64_t	 now;
	struct played_child child[JOB_SLOTS];
	bool		 spawn_fails, kill_fails, limit_fails;
	uint8_t		 full;		/* in the reports: enum report_full */
};

extern struct play play;

void	play_start(void);
/* A new keyd, ledgerd or gate on the same pipes. */
void	play_restart(struct chan *);
/* One pass of the runner's loop. */
void	play_turn(void);
/* Turns until a message comes; the test fails when it is another or none. */
struct get play_expect(struct chan *, enum msg);
/* The same, and reads it: PLAY_EXPECT(&play.gate, job_output, &m). */
#define PLAY_EXPECT(chan, name, m) do {					\
	struct get g_ = play_expect(chan, (enum msg)MSG_NUMBER_##name);	\
									\
	ATF_REQUIRE_EQ(msg_get_##name(&g_, (m)), 0);			\
} while (0)
/* Turns a few times; the test fails when a message comes. */
void	play_expect_none(struct chan *);
/* The peer sends PLAY_SEND(&play.keyd, job_measure, ...), and a turn. */
#define PLAY_SEND(chan, name, ...) do {					\
	MSG_SEND(chan, name, __VA_ARGS__);				\
	play_turn();							\
} while (0)
/* SIGTERM. */
void	play_stop(void);
void	play_report(unsigned slot, enum report_kind, enum reason, uint32_t,
	    const char *text);
void	play_write(unsigned slot, int stream, const void *, size_t);
void	play_die(unsigned slot);
/* The index of the runtime that is to be measured; -1 when none is. */
int	play_asked_to_measure(void);
/* The measurer's answer: a digest of these bytes, or errno. */
void	play_measured(unsigned i, int err, int byte);
/* True when the job was told to begin. */
bool	play_told_to_go(unsigned slot);

#endif
