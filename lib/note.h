/*
 * Signed notes (c2sp.org/signed-note) with Ed25519, their verifier keys, and
 * checkpoints (c2sp.org/tlog-checkpoint), which are notes with the size and the
 * root of a tree.
 *
 * A vkey is `NAME+ID+KEY': the key's name, its id as 8 hex digits, and the
 * base 64 of 0x01 and the public key.  The appliance's vkey is its identity.
 */
#ifndef NOTE_H
#define NOTE_H

#include <stddef.h>
#include <stdint.h>

#include "why.h"
#include "wire.h"

#define NOTE_KEY_LEN	32
#define NOTE_SECRET_LEN	64	/* libsodium's: seed and public key */
#define NOTE_NAME_MAX	128	/* "casemate/" and a name need 72 */
#define NOTE_MAX	65536	/* bytes of a note that is verified */
#define NOTE_SIGS_MAX	64	/* signature lines */

struct note_key {
	char		name[NOTE_NAME_MAX + 1];
	unsigned char	pub[NOTE_KEY_LEN];
	uint32_t	id;
};

struct checkpoint {
	char		origin[NOTE_NAME_MAX + 1];
	uint64_t	size;
	unsigned char	root[32];
};

/*
 * Returns 0 when a key may have this name: 1 to NOTE_NAME_MAX bytes of
 * printable ASCII without blanks and `+'.
 */
int	note_check_name(const char *);

/* Fills the key and its id.  Returns -1 with EINVAL for a bad name. */
int	note_key_init(struct note_key *, const char *name,
	    const unsigned char pub[NOTE_KEY_LEN]);

void	note_format_vkey(char dst[VKEY_MAX + 1], const struct note_key *);
/* Reads a vkey and at most one newline.  Returns -1 with EBADMSG and *w. */
int	note_parse_vkey(struct note_key *, const char *text, size_t len,
	    struct why *w);

/*
 * Appends the whole note: the text (which ends in a newline), a blank line and
 * our signature line.
 */
void	note_sign(struct put *, const struct note_key *,
	    const unsigned char secret[NOTE_SECRET_LEN], const char *text,
	    size_t len);

/*
 * Returns 0 when the note is well formed and has this key's signature; *textlen
 * is then the length of the signed text at its start.  Ignores signatures of
 * other keys.  Else returns -1 with EBADMSG and *w.  `line' is the number of
 * the note's first line in its file.
 *
 * Stricter than Go's golang.org/x/mod/sumdb/note in four points: base 64 has
 * one spelling, each signature by the key must be good and not only its first,
 * there are at most NOTE_SIGS_MAX of them, and one has at most 8 KiB.
 */
int	note_verify(const struct note_key *, const char *note, size_t len,
	    unsigned line, size_t *textlen, struct why *w);

/*
 * The same, and it is a checkpoint of the log that the key names: *c can be
 * trusted then.
 */
int	checkpoint_verify(const struct note_key *, const char *note, size_t len,
	    unsigned line, struct checkpoint *c, struct why *w);

/* Appends the text of a checkpoint: origin, size, root. */
void	checkpoint_format(struct put *, const char *origin, uint64_t size,
	    const unsigned char root[32]);

/* Reads that text; extension lines are refused. */
int	checkpoint_parse(struct checkpoint *, const char *text, size_t len,
	    struct why *w);
/* Reads it from a note whose signatures are not checked. */
int	checkpoint_parse_note(struct checkpoint *, const char *note, size_t len,
	    struct why *w);

/* The length of a note's text, which ends at its last empty line; or 0. */
size_t	checkpoint_text_len(const char *note, size_t len);
/* A decimal number without sign or leading zero; else -1. */
int	checkpoint_parse_number(uint64_t *, const char *text, size_t len);

#endif
