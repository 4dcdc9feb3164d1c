/*
 * Codes that more than one format uses, with their words, each from a table:
 * how a job ended (outcome.def), why it was refused (reason.def), what a
 * command is for (verb.def), and the client protocol's frames (client.def).
 */
#ifndef CODES_H
#define CODES_H

#include <stddef.h>

#include "lib/msg/msg.h"

enum outcome {
#define OUTCOME(name, nr, word, exit)	OUTCOME_##name = nr,
#include "outcome.def"
#undef OUTCOME
};

enum reason {
#define REASON(name, nr, word)	REASON_##name = nr,
#include "reason.def"
#undef REASON
};

enum verb {
#define VERB(name, nr, word, fields)	VERB_##name = nr,
#include "verb.def"
#undef VERB
};

enum client_msg {
#define CLIENT(NAME, name, nr, max, fields)	CLIENT_##NAME = nr,
#include "lib/msg/client.def"
#undef CLIENT
};

#define CLIENT_VERSION	2
#define CLIENT_PORT	1024	/* the appliance's vsock port */

/* What a READ_DATA has. */
enum query_stream {
	QUERY_DATA = 1,		/* text, a receipt, standard output */
	QUERY_LOST = 2,		/* why a leaf cannot be read, standard error */
	QUERY_DISCLOSURES = 3,	/* of the receipt before it */
	QUERY_NAME = 4,		/* of a file, which begins */
	QUERY_BYTES = 5,	/* of that file */
};

/* The word for a number, or NULL when there is none. */
const char	*outcome_word(unsigned);
const char	*reason_word(unsigned);
const char	*verb_word(unsigned);
/* The number of a word, or 0 when there is none. */
unsigned	 verb_find(const char *word);

/* What `casemate run' exits with for an outcome and the job's status. */
int		 outcome_exit(enum outcome, unsigned status);

/* The largest payload of a client frame, or 0 when no frame has this number. */
size_t		 client_max(unsigned nr);

#endif
