/*
 * The appliance's own Ed25519 key.  On disk it is the file `key' in the state
 * directory; in memory, one guarded, locked, read-only allocation, which is
 * never copied.  It signs only checkpoints.
 */
#ifndef KEY_H
#define KEY_H

#include "lib/note.h"
#include "lib/why.h"

struct key {
	struct note_key		 note;		/* name, public key, id */
	unsigned char		*secret;	/* NOTE_SECRET_LEN, locked */
};

/* Returns 1 if the directory holds a key, 0 if not, -1 with *w on error. */
int	key_exists(int dirfd, struct why *w);

/* Generates a key and saves it.  Returns 0, or -1 with *w. */
int	key_create(int dirfd, struct why *w);

/*
 * Loads it under this key name.  Returns -1 with *w if it is damaged or memory
 * cannot be locked.
 */
int	key_load(struct key *, int dirfd, const char *name, struct why *w);

/* Wipes and frees the key. */
void	key_free(struct key *);

#endif
