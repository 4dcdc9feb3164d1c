/*
 * Which words may be names of attributes, types and annotations.
 */
#ifndef CEDAR_DATA_NAME_H
#define CEDAR_DATA_NAME_H

#include <stdbool.h>
#include <stddef.h>

/* The namespace that Cedar reserves. */
#define NAME_CEDAR	"__cedar"

/* Letters, digits and _, no digit first: the name of an annotation. */
bool	name_is_word(const char *, size_t len);
/* true, false, if, then, else, in, is, has, like, __cedar. */
bool	name_is_reserved(const char *, size_t len);
/* A word that is not reserved; needs no quotes after `.' and `has'. */
bool	name_is_ident(const char *, size_t len);
/* Idents with :: between them and no white space: the name of a type. */
bool	name_is_path(const char *, size_t len);
/* A path whose last ident is `Action'. */
bool	name_is_action(const char *, size_t len);

#endif
