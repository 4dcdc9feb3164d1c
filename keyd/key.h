/*
 * The appliance's own Ed25519 key.  At rest: the file `key' of the state
 * directory.  In memory: one guarded, locked, read-only allocation, never
 * copied.  It signs checkpoints and nothing else.
 */
#ifndef KEY_H
#define KEY_H

#include "lib/note.h"
#include "lib/why.h"

struct key {
	struct note_key		 note;		/* name, public key, id */
	unsigned char		*secret;	/* NOTE_SECRET_LEN, locked */
};

/* Whether the directory holds a key.  -1 with *w when it cannot be told. */
int	key_exists(int dirfd, struct why *w);

/* Draws a key and saves it.  -1 with *w. */
int	key_create(int dirfd, struct why *w);

/*
 * Loads it under this key name.  -1 with *w when it is damaged or memory
 * cannot be locked.
 */
int	key_load(struct key *, int dirfd, const char *name, struct why *w);

/* Wipes and frees. */
void	key_free(struct key *);

#endif
