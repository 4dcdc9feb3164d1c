/*
 * An operator's site, whole: who may sign, the appliance's name, the rules.
 * keyd loads it at start; the host's command loads it before it makes one.
 */
#ifndef SITE_H
#define SITE_H

#include <stdbool.h>

#include "rules.h"
#include "lib/settings.h"
#include "lib/signers.h"

#define SITE_SIGNERS	"allowed_signers"
#define SITE_SETTINGS	"settings.yaml"

struct site {
	struct signers	signers;
	struct settings	settings;
	struct rules	rules;
	bool		absent;		/* neither signers nor settings */
};

/*
 * Reads allowed_signers, which must be there, settings.yaml, which may be, and
 * the rules from a directory.  Neither signers nor settings is no site: nobody
 * may sign, all settings are the defaults.  Tells every error that it finds;
 * -1 when there was one, and then there is nothing to free.
 */
int	site_load(struct site *, int dirfd, const struct rules_report *);
/* The same for a site that is being written: nobody need be able to sign. */
int	site_load_draft(struct site *, int dirfd,
	    const struct rules_report *);
void	site_free(struct site *);

#endif
