/*
 * What init knows of this boot, for the ledger's first leaf of it.
 */
#ifndef FACTS_H
#define FACTS_H

#include <stdbool.h>

#include "lib/msg/codec.h"

#define FACTS_IMAGE	"casemate.image="	/* on the command line */
#define FACTS_BUILD	"/build.sha256"		/* a digest in hex */

struct init_facts {
	struct msg_init_boot boot;	/* points to the rest */
	char		image[IMAGE_TEXT_MAX + 1];
	unsigned char	image_sha256[DIGEST_LEN];
	unsigned char	build_sha256[DIGEST_LEN];
	char		command_line[COMMAND_LINE_MAX + 1];
};

/* Whether this is one of the words of a command line, between blanks. */
bool	facts_has_word(const char *command_line, const char *word);

/*
 * Fills it: `command_line' is the kernel's, from which bytes other than
 * printable ASCII become `?'; `runtimes' stays the caller's.  A digest that
 * is not there or not one becomes zeros.
 */
void	facts_find(struct init_facts *, const char *command_line,
	    const char *build_file, const char *runtimes);

#endif
