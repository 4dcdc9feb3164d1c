/*
 * Collecting findings without duplicates.
 */
#ifndef CEDAR_VALIDATE_REPORT_H
#define CEDAR_VALIDATE_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "cedar/data/policy.h"
#include "validate.h"
#include "cedar/data/value.h"

struct reporter {
	struct findings		*out;
	const struct policy	*policy;
	uint32_t		 index;		/* of the policy */
	size_t			 first;		/* its first finding */
	size_t nerrors; /* of the policy, also dropped */
	uint32_t		 pos[2 * FINDINGS_MAX];	/* of its findings */
	bool			 failed;	/* out of memory */
};

void	report_start(struct reporter *, struct findings *out,
	    const struct policy *, uint32_t index);
/*
 * Adds a finding at byte pos of the policy's source.  `where' (or NULL) is the
 * environment; the same finding in another one is not added again.
 */
void	report(struct reporter *, enum finding_kind, uint32_t pos,
	    const char *where, const char *fmt, ...)
	    __attribute__((format(printf, 5, 6)));

#define SHOWN_MAX	64	/* bytes of a name or an entity in a message */

/* Type::"id" or a name, cut to fit.  Returns dst. */
const char	*report_uid(const struct uid *, char dst[SHOWN_MAX]);
const char	*report_str(const struct str *, char dst[SHOWN_MAX]);

#endif
