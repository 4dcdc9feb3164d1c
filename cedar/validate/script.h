/*
 * Scripts of characters, after Unicode 14 (Scripts.txt), and which of them
 * belong into one word (Unicode Technical Standard 39, section 5.1).  The
 * scripts are those that the standard recommends for identifiers; all others
 * count as one.
 */
#ifndef CEDAR_VALIDATE_SCRIPT_H
#define CEDAR_VALIDATE_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "cedar/data/value.h"

/* The next character of UTF-8 that was found to be good; advances *p. */
uint32_t	script_decode(const char **p, const char *end);

/* The scripts of a text, as a set; what all scripts share is in none. */
uint32_t	script_set(const struct str *);
/*
 * Whether they are one, or those that Japanese, Korean or Chinese are written
 * in.
 */
bool		script_is_single(uint32_t set);
/* Printable ASCII, a letter of a recommended script, or an accent. */
bool		script_is_word(uint32_t ch);

#endif
