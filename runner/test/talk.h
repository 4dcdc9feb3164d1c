/*
 * What gate, keyd and ledgerd send to the runner, what they expect from it, and
 * the way of one job to each of its states.
 */
#ifndef RUNNER_TALK_H
#define RUNNER_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/grant.h"
#include "lib/kept_jobs.h"
#include "lib/msg/event.h"
#include "lib/runtimes.h"
#include "lib/share_left.h"
#include "lib/codes.h"

#define CONN		7
#define BUNDLE		"not really an archive"
#define OUTPUT_LIMIT	1024		/* bytes: output_kib is 1 */
#define LEAF_BYTES	1000		/* of room, each */

bool	is_text(struct bytes, const char *text);

void	send_cancel(uint32_t conn);
void	submit(uint32_t conn);
void	submit_query(uint32_t conn);
void	send_data(uint32_t conn, const void *data, size_t len);
void	send_credit(uint32_t conn, uint32_t bytes);
void	expect_refused(enum reason reason, const char *text,
	    const char *receipt);
void	expect_finished(enum outcome outcome, uint32_t status,
	    const char *text, const char *receipt);
/* The connection of the next JOB_REFUSED, and of the next JOB_EXPLANATION. */
uint32_t	refused_conn(void);
uint32_t	explained_conn(void);
/* What keyd was told of shares with the last request. */
extern struct share_left play_left;
uint32_t	expect_decide(void);
/* Decided on with this runtime in this state, of digests of that byte. */
uint32_t	expect_decide_with(const char *name, enum runtime_state,
		    int byte);
/* Sets *jobs, unless it is NULL, to what keyd is told of kept output. */
uint32_t	expect_query_decide(struct kept_jobs *jobs);
void	send_measure(uint32_t seq, const char *name);
struct grant	*make_grant(void);
void	send_grant(uint32_t seq, struct grant *g);
void	send_explained(uint32_t seq, bool allowed, const char *text);
/* Of a job whose manifest was not read; and of make_grant()'s. */
void	send_deny(uint32_t seq, enum reason reason, const char *message,
	    bool is_signed);
void	send_deny_read(uint32_t seq, enum reason reason, struct grant *g);
uint32_t	expect_append(enum event want, const char *text);
/* What it had beside it, a line "NAME CONTENT" for each file. */
extern char	play_evidence[1024];
void	send_appended(uint32_t seq, const char *receipt);
void	send_disclosed(uint32_t seq, const char *receipt,
	    const char *disclosures);
void	send_failed(uint32_t seq, const char *message);
void	to_receive(struct grant *g);
void	to_build(struct grant *g);
uint32_t	to_accept(struct grant *g);
void	to_run(struct grant *g);
void	check_refusal(enum reason reason, const char *text);
void	check_end(enum outcome outcome, uint32_t status, const char *text);
void	check_silent_end(const char *outcome);

#endif
