/*
 * A site's rules, read and checked: its Cedar policies, its people, and the
 * schema of all requests.  keyd decides by them; the host's command reads the
 * same files with the same code before they go into an image.
 *
 *	policy/NAME.cedar		rules as text, in order of their names
 *	policy/people.cedarschema	its own types of people (optional)
 *	policies/COMPONENT.cedar.json	rules that a component brings, as JSON
 *	entities.yaml			roles, personas, people (optional)
 *
 * Each signer in allowed_signers is a User, even if entities.yaml does not list
 * him.
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

/* Callback for each error and warning, in the order of the files. */
struct rules_report {
	void	(*report)(void *ctx, const struct doc_error *, bool warning);
	void	*ctx;
	/*
	 * May be NULL.  Returns true to leave out a finding with this text.
	 * It is called before the finding's place is looked up, which takes
	 * long when there are very many.
	 */
	bool	(*skip)(void *ctx, const char *text, bool warning);
};

struct rules {
	struct schema	 schema;
	struct entities	 entities;
	struct policies	 policies;
	struct decider	 decider;
	size_t		 nfiles;	/* with rules; 0: nothing is allowed */
};

/*
 * Reads all rules below the site's folder.  Errors are: what does not parse,
 * what strict validation finds; and, unless the settings' `wildcards' name it,
 * a rule that permits any principal or any action, and a name with `*'.
 * Returns 0, or -1 when an error was reported; nothing is to be freed then.
 */
int	rules_load(struct rules *, int sitefd, const struct signers *,
	    const struct settings *, const struct rules_report *);
void	rules_free(struct rules *);

/* The rules of no site: nothing is allowed.  Returns -1 with ENOMEM. */
int	rules_none(struct rules *);

#define RULES_PLACE_MAX	(DOC_FILE_MAX + 16)

/* "policy/10-run.cedar:4".  Returns dst. */
const char *rules_place(const struct policy *, char dst[RULES_PLACE_MAX]);

#endif
