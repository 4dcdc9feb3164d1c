/*
 * What libyaml's words mean for the author of a file, and what to do.
 */
#ifndef DOC_YAML_PROBLEM_H
#define DOC_YAML_PROBLEM_H

#include "error.h"

/* What libyaml said, with the bytes of its two places in the text. */
struct yaml_problem {
	const struct doc_source	*source;
	const char		*problem;	/* may be NULL */
	size_t			 at;
	size_t			 from;		/* of what it was reading */
};

/* Always returns -1 with *e and EBADMSG. */
int	yaml_problem_error(const struct yaml_problem *, struct doc_error *);

#endif
