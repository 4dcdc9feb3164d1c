/*
 * The site's settings.yaml: what the operator chooses for one appliance.
 *
 *	version: 1
 *	name: demo		# the appliance's name; default casemate
 *	data: required		# no data disk: refuse to start; or optional
 *	heartbeat_seconds: 3600	# a leaf after so long without one; 0: never
 *	wildcards: [ops-all]	# rules for anybody, and names with `*'
 *	shares:			# of one signer; all of share.def, each optional
 *	  jobs: 4
 */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/doc/error.h"
#include "lib/msg/msg.h"
#include "share.h"

#define SETTINGS_FILE_MAX	16384	/* a screen of lines and comments */
#define SETTINGS_KEY_PREFIX	"casemate/"
#define SETTINGS_WILDCARDS_MAX	16	/* each is an exception; a few */
#define SETTINGS_HEARTBEAT_S	3600	/* by default */
#define SETTINGS_HEARTBEAT_MAX_S 86400	/* a day without a sign is long */
#define SETTINGS_WILDCARD_MAX	127	/* a rule's or a role's name */

struct settings {
	char	name[NAME_MAX_LEN + 1];
	char	key_name[sizeof(SETTINGS_KEY_PREFIX) + NAME_MAX_LEN];
	bool	data_required;
	uint32_t heartbeat_s;		/* 0: never */
	size_t	nwildcards;
	char	wildcards[SETTINGS_WILDCARDS_MAX][SETTINGS_WILDCARD_MAX + 1];
	struct shares shares;
};

/* The defaults. */
void	settings_init(struct settings *);

/*
 * Fills the settings from a text, called `file' in messages.  Returns -1 with
 * *e and EBADMSG or ENOMEM.
 */
int	settings_parse(struct settings *, const char *file, const void *text,
	    size_t len, struct doc_error *e);

#endif
