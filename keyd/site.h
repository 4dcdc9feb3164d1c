/*
 * The operator's site as keyd needs it: who may sign, and the appliance's
 * name.
 */
#ifndef SITE_H
#define SITE_H

#include <stdbool.h>

#include "settings.h"
#include "signers.h"
#include "why.h"

#define SITE_SIGNERS	"allowed_signers"
#define SITE_SETTINGS	"settings.yaml"

struct site {
	struct signers	signers;
	struct settings	settings;
	bool		absent;		/* no file of it is there */
};

/*
 * Reads allowed_signers, which must be there, and settings.yaml, which may
 * be, from a directory.  Neither is no site: nobody may sign, all settings
 * are the defaults.  -1 with *w, naming file and line.
 */
int	site_load(struct site *, int dirfd, struct why *w);
void	site_free(struct site *);

#endif
