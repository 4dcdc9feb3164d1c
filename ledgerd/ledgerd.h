/* ledgerd's state, and the steps of its turn; each step is a file. */
#ifndef LEDGERD_H
#define LEDGERD_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/msg/chan.h"
#include "lib/note.h"
#include "queue.h"
#include "recent.h"
#include "store.h"

/*
 * Bytes that stay free for the ends of accepted jobs: 8 jobs run at a time, and
 * the end of each is a leaf of at most 7 pages.  The rest is for some boots on
 * a full disk, so that the operator sees that it is full.
 */
#define RESERVE		(96u << 12)

#define BOOT_ID_MAX	64		/* the kernel's has 36 characters */

/* keyd's last reply to CHECKPOINT_SIGN. */
struct signed_tree {
	uint64_t	size;
	unsigned char	root[TREE_HASH];
	bool		denied;		/* no receipts up to this size */
	char		note[NOTE_TEXT_MAX];
	size_t		note_len;
	bool		stored;		/* in the store's meta table */
};

struct ledgerd {
	const char		*mode;		/* kept or ephemeral */
	const char		*boot_id;
	struct store		 store;
	struct chan		 runner, keyd;
	bool			 keyd_there;	/* a conversation has started */
	bool			 site_there;	/* keyd has told the site */
	uint32_t		 heartbeat_s;	/* its setting */
	bool			 ready;
	char			 source[NOTE_NAME_MAX + 1];	/* "": none */
	unsigned char		 site[DIGEST_LEN];	/* zeros: no site */
	struct queue		 queue;
	struct recent		 recent;
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

/* keyd.c: asks for a checkpoint when a receipt needs one; takes the reply. */
void	keyd_ask(struct ledgerd *);
void	keyd_read(struct ledgerd *);

/* commit.c: one transaction for all that wait; the event of this boot. */
void	commit_waiting(struct ledgerd *);
void	commit_started(struct ledgerd *);

#endif
