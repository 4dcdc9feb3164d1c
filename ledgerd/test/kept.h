/*
 * For tests: the real ledgerd in the folder "ledger", asked for what is kept
 * beside leaves.  One request at a time; its reply is kept.a.
 */
#ifndef KEPT_H
#define KEPT_H

#include "peers.h"

#define KEPT_MANIFEST	60000	/* bytes of a manifest: more than one part */

struct kept {
	struct ledgerd_play	 p;
	struct answer		 a;
	uint32_t		 seq;	/* of the last request */
};

extern struct kept kept;

/* Makes the folder, and starts it. */
void	kept_start(void);
/* Waits for the reply, and fails the test when it is another. */
void	kept_expect(enum msg);

/* A manifest with the tag at its end. */
const char	*kept_manifest(const char *tag);
/*
 * Appends a tagged event with a command of TAG, its signature and, unless its
 * tag is NULL, a manifest.  Returns its leaf.
 */
uint64_t	kept_append(enum event, const char *tag,
		    const char *manifest_tag);

/* The same without waiting for the reply. */
void	kept_send(enum event, const char *tag, const char *manifest_tag);

/* Reads a leaf, with the disclosures of these fields. */
void	kept_read(uint64_t leaf, uint32_t mask);
/* Orders the disclosure of one. */
void	kept_disclose(uint64_t leaf, enum withheld);
/* Checks that each line is in the receipt's leaf; returns how many they are. */
unsigned	kept_check_lines(void);
/* The JSON of the first of these lines. */
const char	*kept_decoded(const char *lines);
/* It must have this text. */
void	kept_check_line(const char *text);
/* The reply must be that it is not kept, with this text. */
void	kept_check_refused(const char *text);

/* All parts of a file; *lenp are its bytes. */
const char	*kept_evidence(uint64_t leaf, uint32_t file, size_t *lenp);
void	kept_check_file(uint64_t leaf, uint32_t file, const char *name,
	    const char *text);

void	kept_check_manifest(uint64_t leaf, const char *tag);

/* How often the bytes are in data.mdb. */
unsigned	kept_count_raw(const void *, size_t len);
unsigned	kept_count(const char *text);

#endif
