/*
 * The checkpoints of an appliance's ledger that this user has seen, as whole
 * signed notes.  They are in a folder for each key,
 * ${XDG_STATE_HOME:-~/.local/state}/casemate/.checkpoints/NAME+ID, where each
 * `/' of the name is written `%2F':
 *
 *	proved	the last one that the appliance has shown on a connection
 *	newest	the newest one, from there or from a receipt
 *	refused	one that contradicts these two
 *	lock	held by a casemate that compares or writes them
 *
 * Another key has another folder.
 */
#ifndef CHECKPOINTS_H
#define CHECKPOINTS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/note.h"

struct seen_checkpoint {
	bool			 there;
	struct checkpoint	 c;	/* all zeros when not */
};

struct checkpoints {
	struct note_key		 key;
	char			*folder;	/* NULL: no place for state */
	int			 lock;		/* -1: nothing can be kept */
	struct seen_checkpoint	 proved, newest;
};

/*
 * Makes and locks the folder of this vkey, and loads both checkpoints.  If
 * nothing can be kept, warns once; what is there is still loaded.
 * Complains and returns -1 when a file is damaged, or another casemate does not
 * release the lock.  checkpoints_close() in any case.
 */
int	checkpoints_open(struct checkpoints *, const char *vkey);
void	checkpoints_close(struct checkpoints *);

/*
 * Each replaces the file if something can be kept.  Complains when it cannot be
 * written.
 */
void	checkpoints_put_proved(struct checkpoints *, const char *note,
	    size_t len);
void	checkpoints_put_newest(struct checkpoints *, const char *note,
	    size_t len);
void	checkpoints_put_refused(struct checkpoints *, const char *note,
	    size_t len);

#endif
