/*
 * A strict reader of YAML over libyaml's events, for files whose fields are
 * known: no anchors, aliases, tags, directives or second documents, no field
 * twice, none unknown, and every scalar is read as the type that its field
 * expects (`123' is text where text is expected).  Nothing recurses: what no
 * field asks for is an error at once.
 *
 * The caller describes each mapping by a table of fields; conf_read_map()
 * walks it and calls each field's reader, which takes exactly one value with
 * one of the conf_get/read functions.  Every function answers -1 after an
 * error, and the error's text is in *w as
 * "FILE:LINE:COL: what was wrong; what to do".
 */
#ifndef CONF_H
#define CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "why.h"

#define CONF_TEXT_MAX	4096	/* MANIFEST_TEXT_MAX: one argument */
#define CONF_NAME_MAX	127	/* a field's or a variable's name */
#define CONF_FIELDS_MAX	16	/* in one table */

struct conf;

struct conf_field {
	const char	*name;
	bool		 required;
	int		(*read)(struct conf *, void *ctx);
};

/*
 * Reads all of a text that is one mapping of these fields (name NULL ends the
 * table).  `file' is its name in messages.  -1: EBADMSG with *w, or ENOMEM.
 */
int	conf_read(const char *file, const void *text, size_t len,
	    const struct conf_field *, void *ctx, struct why *w);

/* The next value is a mapping of these fields. */
int	conf_read_map(struct conf *, const struct conf_field *, void *ctx);

/* A list of at most max items; `item' takes each. */
int	conf_read_list(struct conf *, size_t max,
	    int (*item)(struct conf *, void *ctx), void *ctx);

/*
 * A mapping of at most max names that the file's author chose; `entry' takes
 * each value and looks for repeated names itself.
 */
int	conf_read_names(struct conf *, size_t max,
	    int (*entry)(struct conf *, const char *name, void *ctx),
	    void *ctx);

/*
 * The next value as text of at most cap - 1 bytes (and CONF_TEXT_MAX), UTF-8
 * without NUL.
 */
int	conf_get_text(struct conf *, char *dst, size_t cap);
/* The same in memory of its own, which free() releases. */
int	conf_get_copy(struct conf *, char **dstp);
/* A decimal number of this range, without sign, quotes or leading zeros. */
int	conf_get_uint(struct conf *, uint64_t min, uint64_t max, uint64_t *np);
/* Exactly true or false. */
int	conf_get_bool(struct conf *, bool *);

/* Fails at the value last taken: "what; todo".  Always -1 with EBADMSG. */
int	conf_error(struct conf *, const char *what, const char *todo);

#endif
