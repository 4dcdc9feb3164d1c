/*
 * Queries about one leaf: `casemate ledger evidence', `disclose' and `forget'.
 */
#ifndef ONELEAF_H
#define ONELEAF_H

#include "client/query.h"
#include "client/verified.h"

struct oneleaf {
	struct client_query	 query;
	uint64_t		 leaf;
	const char		*field;		/* NULL: all of the leaf */
	const char		*output;	/* option, or NULL */
	/* The answer's first parts: */
	struct query_data	 receipt, disclosures;
	struct verified		 verified;
};

/* Reads N, and for two words FIELD.  Complains and returns -1. */
int	oneleaf_parse(struct oneleaf *, const char *const words[], int n);

/*
 * Sends the query, and verifies the receipt and disclosures with which its
 * answer begins.  Complains and returns -1.
 */
int	oneleaf_ask(struct oneleaf *, enum verb);

/* Frees, and returns the exit code for `ret'. */
int	oneleaf_exit(struct oneleaf *, int ret);

#endif
