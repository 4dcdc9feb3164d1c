/*
 * An operator's site: who may sign, the settings, the rules.  keyd loads it at
 * start; the host's command loads it before it packs it.
 */
#ifndef SITE_H
#define SITE_H

#include <stdbool.h>

#include "rules.h"
#include "sitefiles.h"
#include "lib/settings.h"
#include "lib/signers.h"

#define SITE_SIGNERS	"allowed_signers"
#define SITE_SETTINGS	"settings.yaml"

struct site {
	struct signers	signers;
	struct settings	settings;
	struct rules	rules;
	struct sitefiles files;		/* what all of this was read from */
	bool		absent;		/* neither signers nor settings */
};

/*
 * Reads allowed_signers, settings.yaml (optional) and the rules from a
 * directory, and lists its files.  Without signers and settings there is no
 * site: no signature is trusted, all settings are the defaults.  Reports every
 * error that it finds.  Returns -1 after an error; nothing is to be freed then.
 */
int	site_load(struct site *, int dirfd, const struct rules_report *);
/* The same for a draft, which may have no signers. */
int	site_load_draft(struct site *, int dirfd,
	    const struct rules_report *);
void	site_free(struct site *);

#endif
