/*
 * A bundle to submit: made from a job's folder, or read from a finished file.
 */
#ifndef PACK_H
#define PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "lib/command.h"
#include "lib/msg/msg.h"
#include "lib/codes.h"

struct pack {
	struct buf	manifest;	/* as signed */
	bool		listed;		/* it got a `files:' section here */
	struct buf	sig;		/* armoured */
	struct buf	tar;		/* the whole bundle */
	char		name[NAME_MAX_LEN + 1];	/* the job's; "": unchecked */
	uint64_t	wall_ms;	/* its limit; 0: unchecked */
};

enum pack_check {
	PACK_CHECK,	/* refuse here what an appliance would refuse */
	PACK_AS_IS,	/* leave all checks to the appliance */
};

/*
 * Packs DIR: manifest.yaml, signed with `key' unless DIR has a
 * manifest.yaml.sig already, and files/.  A manifest without a `files:'
 * section gets one (PACK_CHECK only).  Without a key (NULL) it is checked, but
 * not signed or packed.  Complains and returns -1.
 */
int	pack_folder(struct pack *, const char *dir, const char *key,
	    enum pack_check);

/* Reads a finished bundle.  Complains and returns -1. */
int	pack_bundle(struct pack *, const char *file, enum pack_check);

/* How much output its job may have; of an unreadable manifest the maximum. */
uint64_t pack_output_max(const struct pack *);

/* The fields of a command to do this with the bundle. */
void	pack_command(const struct pack *, enum verb, struct command *);

void	pack_free(struct pack *);

#endif
