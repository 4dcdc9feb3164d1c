/*
 * What the appliance keeps beside a leaf, as files, held against the digests
 * in the leaf.
 */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include "client/query.h"
#include "client/verified.h"

struct evidence_file {
	char		*name;
	struct buf	 data;
	const char	*digest;	/* what has its digest, or NULL */
};

struct evidence {
	struct evidence_file	*file;
	size_t			 n;
};

#define EVIDENCE_FILES_MAX	4096	/* a site's are far fewer */

/*
 * Reads the files from the rest of the answer.  Refuses names that no leaf's
 * evidence has: others than command, command.sig, manifest.yaml,
 * manifest.yaml.sig and paths below site/, and one that came before.  -1 with
 * *w.  evidence_free() in any case.
 */
int	evidence_read(struct evidence *, struct client_query *, struct why *w);
void	evidence_free(struct evidence *);

/* The file, or NULL. */
const struct evidence_file *evidence_find(const struct evidence *,
	    const char *name);

/*
 * Checks that the leaf has the digests of the command, the manifest and the
 * site, as far as these came.  Adds the site's list of digests as
 * site/SHA256SUMS.  -1 with *w.
 */
int	evidence_check(struct evidence *, const struct parsed_leaf *,
	    struct why *w);

#endif
