/* ledgerd's state, and the steps of its turn; each step is a file. */
#ifndef LEDGERD_H
#define LEDGERD_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/msg/chan.h"
#include "lib/msg/event.h"
#include "lib/note.h"
#include "queue.h"
#include "recent.h"
#include "site_take.h"
#include "steps.h"
#include "store.h"

/*
 * Bytes that stay free for the ends of accepted jobs: 8 jobs run at a time, and
 * the end of each is a leaf of at most 7 pages.  The rest of RESERVE is for
 * some boots and stops on a full disk, so that the operator sees that it is
 * full, and for ends of services.
 */
#define RESERVE		(96u << 12)
#define RESERVE_JOBS	(56u << 12)

#define BOOT_ID_MAX	64		/* the kernel's has 36 characters */
#define INIT_MARK_MAX	(BOOT_ID_MAX + 12)	/* and a number */

/* What init says of this boot. */
struct boot_facts {
	char		image[IMAGE_TEXT_MAX + 1];
	unsigned char	image_sha256[DIGEST_LEN];
	unsigned char	build_sha256[DIGEST_LEN];
	char		runtimes[BOOT_RUNTIMES_MAX + 1];
	char		command_line[COMMAND_LINE_MAX + 1];
	uint32_t	cpus;
	uint64_t	memory_bytes;
};

/* init's event; it sends the next one after the reply. */
struct init_event {
	enum {
		INIT_EVENT_NONE,
		INIT_EVENT_WAITS,
		INIT_EVENT_SETTLED,	/* written, or not, for `failure' */
	}			 state;
	uint32_t		 seq;
	const struct event_info	*info;
	struct leaf_data	 data;
	const char		*failure;	/* or NULL */
};

/* keyd's last reply to CHECKPOINT_SIGN. */
struct signed_tree {
	uint64_t	size;
	unsigned char	root[TREE_HASH];
	bool		denied;		/* no receipts up to this size */
	char		note[NOTE_TEXT_MAX];
	size_t		note_len;
	bool		stored;		/* in the store's meta table */
};

struct erase;

struct ledgerd {
	const char		*mode;		/* kept or ephemeral */
	const char		*boot_id;
	struct store		 store;
	struct chan		 runner, keyd, init;
	struct boot_facts	 boot;
	bool			 boot_there;	/* init has sent the facts */
	struct init_event	 init_event;
	bool			 stopped;	/* the last leaf is written */
	struct moment		 last;		/* the clocks before any step */
	uint64_t		 last_commit_ms;
	uint64_t		 want_size;	/* a checkpoint must cover it */
	bool			 own_failing;
	bool			 damage_noted;	/* once in a process */
	bool			 damage_due;	/* to be recorded */
	char			 damage_text[TEXT_MAX + 1];
	bool			 keyd_there;	/* a conversation has started */
	bool			 site_named;	/* keyd has sent its digest */
	bool			 site_there;	/* and the files that are due */
	struct site_take	 site_take;
	uint32_t		 heartbeat_s;	/* its setting */
	bool			 ready;
	char			 source[NOTE_NAME_MAX + 1];	/* "": none */
	unsigned char		 site[DIGEST_LEN];	/* zeros: no site */
	struct queue		 queue;
	struct recent		 recent;
	char			 copies[TEXT_MAX]; /* may be left; or "" */
	size_t			 most_leaves;	/* in one transaction */
	char			 damage[512];	/* why nothing is appended */
	struct signed_tree	 checkpoint;
	bool			 asked;		/* keyd is to sign */
	uint64_t		 asked_size;	/* this size and root */
	unsigned char		 asked_root[TREE_HASH];
};

/* runner.c: takes requests; replies to the settled ones, in order. */
void	runner_read(struct ledgerd *);
/* Whether runner_read() would read now. */
bool	runner_may_send(const struct ledgerd *);
void	runner_answer(struct ledgerd *);

/* read.c: requests to read. */
void	read_leaf(void *ctx, const struct msg_ledger_read *);
void	read_field(void *ctx, const struct msg_ledger_disclose *);
void	read_evidence(void *ctx, const struct msg_ledger_evidence *);
void	read_fsck(void *ctx, const struct msg_ledger_fsck *);
/*
 * Formats the receipt of a committed leaf into buf.  -1 when the leaf or its
 * proof is damaged on the disk; store_error() has the message.
 */
int	read_receipt(struct ledgerd *, uint64_t index, char buf[RECEIPT_MAX],
	    size_t *lenp);
/*
 * What discloses the leaf's fields in the mask, until the next call.  What
 * cannot be read is left out and logged: the leaf and its proof are whole
 * without it.
 */
struct bytes	read_disclosures(struct ledgerd *, uint64_t index,
		    uint32_t mask);

/* forget.c: an order to forget; whether copies of the last one may be left. */
void	forget_order(void *ctx, const struct msg_ledger_forget *);
void	forget_result(void *ctx, const struct msg_ledger_erased *);
/*
 * The steps of its commit: before the transaction (-1: it sets the append's
 * failure), in it, behind its leaf (-1 as store_put()), and after it.
 */
int	forget_plan(struct ledgerd *, struct append *, struct erase *);
int	forget_apply(struct ledgerd *, const struct append *, struct erase *);
void	forget_copies(struct ledgerd *);
/* At the start: overwrites copies again that may have been left. */
void	forget_resume(struct ledgerd *);

/* keyd.c: asks for a checkpoint when a receipt needs one; takes the reply. */
void	keyd_ask(struct ledgerd *);
void	keyd_read(struct ledgerd *);

/* init.c: takes init's events; records and replies to them, one at a time. */
void	init_read(struct ledgerd *);
void	init_record(struct ledgerd *);
void	init_answer(struct ledgerd *);

/* commit.c: one transaction for all that wait. */
void	commit_waiting(struct ledgerd *);

#endif
