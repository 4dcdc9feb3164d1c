/*
 * Reading the fields of a file that people write by hand and whose fields are
 * known.  The caller describes each mapping by a table; fields_read() walks it
 * and calls the reader of each field that is there, in the order of the text.
 * The document comes from doc_read_yaml_text(), so that a reader decides what
 * type its scalar has.
 *
 * Every function returns -1 after an error, with errno EBADMSG or ENOMEM and
 * the error record filled: what was wrong, where, and what to write instead.
 */
#ifndef DOC_FIELDS_H
#define DOC_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "doc.h"

/* One value of the document. */
struct fields_value {
	const struct doc	*doc;
	uint32_t		 node;
	const char		*field;	/* its name in messages */
	const struct fields_row	*outer;	/* of the mapping around its own */
	struct doc_error	*error;
};

/* A row of a table; the last one's name is NULL. */
struct fields_row {
	const char	*name;
	bool		 required;
	int		(*read)(const struct fields_value *, void *ctx);
	const struct fields_row *inner;	/* if its value is a mapping of these */
};

/* A mapping of these fields. */
int	fields_read(const struct fields_value *, const struct fields_row *,
	    void *ctx);

/* A list of at most max items, with `item' for each. */
int	fields_list(const struct fields_value *, size_t max,
	    int (*item)(const struct fields_value *, void *ctx), void *ctx);

/* A mapping of at most max names of the author's choice. */
int	fields_names(const struct fields_value *, size_t max,
	    int (*entry)(const struct fields_value *, const char *name,
	    void *ctx), void *ctx);

/* A text of at most max bytes without NUL, or NULL. */
const char *fields_text(const struct fields_value *, size_t max);
/* Copies a text of at most cap - 1 bytes. */
int	fields_copy(const struct fields_value *, char *dst, size_t cap);
/* A decimal number of this range, without sign, quotes or leading zeros. */
int	fields_uint(const struct fields_value *, uint64_t min, uint64_t max,
	    uint64_t *);
/* Exactly true or false. */
int	fields_bool(const struct fields_value *, bool *);

/* The value is not what its field takes: "a name"; and what to do. */
int	fields_error_value(const struct fields_value *, const char *kind,
	    const char *todo);
/* An error at the value's place; at its name's. */
int	fields_error(const struct fields_value *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
int	fields_error_name(const struct fields_value *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

#endif
