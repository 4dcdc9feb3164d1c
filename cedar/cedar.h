/*
 * Cedar, the policy language of https://docs.cedarpolicy.com (language version
 * 4): what every part of the library shares.  The parts:
 *
 *	doc.h		a JSON or YAML text as a tree with line numbers
 *	value.h		values, sets, records, entity names, extension types
 *	policy.h	policies as text or JSON, in their immutable form
 *	entities.h	entities and their hierarchy; requests
 *	decide.h	the decision, and its explanation
 *	schema.h	schemas as text or JSON, and checks of data against them
 *	validate.h	strict validation of policies
 *	format.h	policies back to canonical text and to JSON
 *	analyse.h	rules that change nothing, or too much
 *
 * Loading allocates from an arena and fails with a struct cedar_error; a
 * decision allocates nothing.  Nothing recurses on the depth of its input.
 */
#ifndef CEDAR_H
#define CEDAR_H

#include <stddef.h>
#include <stdint.h>

#define CEDAR_POLICY_MAX	10240		/* bytes of one policy; AVP's */
/* Nodes of one policy; a text of the above size cannot have more. */
#define CEDAR_NODES_MAX		CEDAR_POLICY_MAX
#define CEDAR_SET_MAX		(1024 * 1024)	/* bytes of a set's texts */
#define CEDAR_POLICIES_MAX	4096		/* policies and links in a set */
#define CEDAR_REQUEST_MAX	(1024 * 1024)	/* bytes of a context's JSON */
#define CEDAR_ENTITIES_MAX	(4 * 1024 * 1024) /* bytes of entity JSON */
#define CEDAR_ENTITY_COUNT_MAX	65536		/* entities in one store */
#define CEDAR_SCHEMA_MAX	(256 * 1024)	/* bytes of a schema */
/*
 * Nesting of expressions, of JSON and of types.  The official engine, whose
 * reader recurses, gives up at some depth too; nobody writes 64 parentheses.
 */
#define CEDAR_DEPTH_MAX		64

#define CEDAR_FILE_MAX		128		/* a file's name in messages */
#define CEDAR_MESSAGE_MAX	384
#define CEDAR_SOURCE_MAX	120		/* of the offending line */

/*
 * Why something was not read.  The text says what was wrong and what was
 * expected instead; line 0: the place is not known (out of memory, a whole
 * file too large).
 */
struct cedar_error {
	char		file[CEDAR_FILE_MAX];
	uint32_t	line, col;		/* from 1; col counts bytes */
	char		text[CEDAR_MESSAGE_MAX];
	char		source[CEDAR_SOURCE_MAX]; /* the line, escaped; or "" */
};

/* A text that is being read, for error messages. */
struct cedar_source {
	const char	*file;
	const char	*text;
	size_t		 len;
};

/*
 * Fills *e with the line and column of byte `pos' of the source (which may be
 * its end) and the message.  Always -1 with EBADMSG.
 */
int	cedar_error_at(struct cedar_error *, const struct cedar_source *,
	    size_t pos, const char *fmt, ...)
	    __attribute__((format(printf, 4, 5)));
/* The same without a place. */
int	cedar_error_set(struct cedar_error *, const char *file,
	    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* "FILE: out of memory".  Always -1 with ENOMEM. */
int	cedar_error_memory(struct cedar_error *, const char *file);

/*
 * "FILE:LINE:COL: message" in one line, cut to fit; without a file the message
 * alone.  Answers dst.  With
 * `picture' two more lines: the source line and a caret under the column.
 */
const char	*cedar_error_format(const struct cedar_error *, int picture,
		    char *dst, size_t cap);

#endif
