/*
 * A site's rules, whole and checked: its Cedar policies, its people and the
 * schema of what can be asked here.  keyd decides by them; the host's command
 * reads the same files with the same code before they go into an image.
 *
 *	policy/NAME.cedar		rules as text, in order of their names
 *	policy/people.cedarschema	the site's own types of people (optional)
 *	policies/COMPONENT.cedar.json	rules that a component brings, as JSON
 *	entities.yaml			roles, personas, people (optional)
 *
 * Everybody whom allowed_signers names is a User, also when entities.yaml
 * does not say so.
 */
#ifndef RULES_H
#define RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/doc/error.h"
#include "cedar/eval/decider.h"
#include "cedar/data/entities.h"
#include "cedar/data/policy.h"
#include "cedar/schema/schema.h"
#include "lib/settings.h"
#include "lib/signers.h"

#define RULES_POLICY		"policy"
#define RULES_PEOPLE		"people.cedarschema"
#define RULES_COMPONENTS	"policies"
#define RULES_ENTITIES		"entities.yaml"
#define RULES_TEXT_END		".cedar"
#define RULES_JSON_END		".cedar.json"

/*
 * Whom to tell of each error or warning, in the order of the files.  An error
 * without a file has its place in its text.
 */
struct rules_report {
	void	(*tell)(void *ctx, const struct doc_error *, bool warning);
	void	*ctx;
};

struct rules {
	struct schema	 schema;
	struct entities	 entities;
	struct policies	 policies;
	struct decider	 decider;
	size_t		 nfiles;	/* with rules; 0: nothing is allowed */
};

/*
 * Reads everything below the site's folder.  Refused: what does not parse,
 * what strict validation finds, a rule that permits to anybody or anything at
 * all and a role with `*' in its name, unless the settings' `wildcards' name
 * it.  0, or -1 when something was told or memory ran out; then there is
 * nothing to free.  Signers and settings are only read.
 */
int	rules_load(struct rules *, int sitefd, const struct signers *,
	    const struct settings *, const struct rules_report *);
void	rules_free(struct rules *);

/* A site without any file: nothing is allowed.  -1 with ENOMEM. */
int	rules_none(struct rules *);

#define RULE_PLACE_MAX	(DOC_FILE_MAX + 16)

/* "policy/10-run.cedar:4", or for a rule from JSON its file; answers dst. */
const char *rule_place(const struct policy *, char dst[RULE_PLACE_MAX]);

#endif
