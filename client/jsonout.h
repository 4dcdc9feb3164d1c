/* Lines of JSON to standard output, one object each. */
#ifndef JSONOUT_H
#define JSONOUT_H

#include <stdint.h>

#include "buf.h"

struct jsonout {
	struct buf	text;
};

/* An object, also as the next value of a list. */
void	jsonout_open(struct jsonout *);
void	jsonout_close(struct jsonout *);
/* A list as the object's member. */
void	jsonout_open_list(struct jsonout *, const char *name);
void	jsonout_close_list(struct jsonout *);

/*
 * Members of the object.  Control characters are escaped.  A text that is not
 * UTF-8 has its bytes beyond ASCII as \xNN.
 */
void	jsonout_text(struct jsonout *, const char *name, const char *value);
void	jsonout_number(struct jsonout *, const char *name, uint64_t value);

/* Prints the line and frees. */
void	jsonout_print(struct jsonout *);

#endif
