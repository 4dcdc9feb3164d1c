/*
 * What ledgerd knows, and the steps of its turn; each step is a file.
 */
#ifndef LEDGERD_H
#define LEDGERD_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/msg/chan.h"
#include "lib/note.h"
#include "queue.h"
#include "store.h"

/*
 * A job that was accepted must find room for its end, so that much stays free
 * for it: 8 jobs run at a time, and the end of each is a leaf, at most 5 pages.
 * The rest is for some starts on a full disk, which the operator then sees.
 */
#define RESERVE		(64u << 12)

#define BOOT_ID_MAX	64		/* the kernel's has 36 characters */

/* The last answer of keyd to CHECKPOINT_SIGN. */
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
	bool			 keyd_there;	/* a conversation is on */
	bool			 ready;
	char			 source[NOTE_NAME_MAX + 1];	/* "": not known */
	struct queue		 queue;
	char			 damage[512];	/* why nothing is appended */
	struct signed_tree	 checkpoint;
	bool			 asked;		/* keyd owes an answer for */
	uint64_t		 asked_size;	/* this size and root */
	unsigned char		 asked_root[TREE_HASH];
};

/* runner.c: takes in requests; answers the settled ones, in order. */
void	runner_read(struct ledgerd *);
bool	runner_may_ask(const struct ledgerd *);	/* else: not read now */
void	runner_answer(struct ledgerd *);

/* keyd.c: asks for a checkpoint when somebody needs one; takes the answer. */
void	keyd_ask(struct ledgerd *);
void	keyd_read(struct ledgerd *);

/* commit.c: one transaction for all that wait; the event of this boot. */
void	commit_waiting(struct ledgerd *);
void	commit_started(struct ledgerd *);

#endif
