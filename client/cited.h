/*
 * A refusal is kept in the ledger, so it names a place and has no text of the
 * manifest or of the bundle: "manifest.yaml:4:1", "the manifest's argv[0]",
 * "member 3 of the bundle".  This finds the text at such a place.
 */
#ifndef CITED_H
#define CITED_H

#include "pack.h"

/*
 * Calls `found' with a line of text for the first place of each kind in the
 * message, which may have any bytes.
 */
void	cited_find(const struct pack *, const char *message,
	    void (*found)(const char *text));

/* Prints these lines. */
void	cited_say(const struct pack *, const char *message);

#endif
