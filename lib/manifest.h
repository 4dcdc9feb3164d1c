/*
 * A manifest: what one job is, in strict YAML (casemate-manifest(5)).  Its
 * reader fills a grant's name, runtime, argv, env, files and limits; the rest
 * of the grant is the command's and keyd's.
 */
#ifndef MANIFEST_H
#define MANIFEST_H

#include <stddef.h>

#include "grant.h"
#include "why.h"

/*
 * Reads a manifest called `file' in messages into a grant that grant_init()
 * made.  -1: EBADMSG with *w as "FILE:LINE:COL: what was wrong; what to do",
 * or ENOMEM.  The caller frees the grant in any case.
 */
int	manifest_parse(struct grant *, const char *file, const void *text,
	    size_t len, struct why *w);

#endif
