/*
 * A refusal names what it is about by place, without any text of the manifest
 * or of the bundle, since it is kept in the ledger: "manifest.yaml:4:1", "the
 * manifest's argv[0]", "member 3 of the bundle".  These are what is there.
 */
#ifndef CITED_H
#define CITED_H

#include "pack.h"

/*
 * Calls `found' with a line of text for the first place of each kind that the
 * message, which is the appliance's, names.
 */
void	cited_find(const struct pack *, const char *message,
	    void (*found)(const char *text));

/* Says these lines. */
void	cited_say(const struct pack *, const char *message);

#endif
