/*
 * Scripts of characters by Unicode 14 (Scripts.txt), and which may be mixed in
 * one word (Unicode Technical Standard 39, section 5.1).  The scripts are those
 * that the standard recommends for identifiers; all others count as one.
 */
#ifndef CEDAR_VALIDATE_SCRIPT_H
#define CEDAR_VALIDATE_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "cedar/data/value.h"

/* Reads the next character of valid UTF-8 and advances *p. */
uint32_t	script_decode(const char **p, const char *end);

/* The scripts of a text as a set; common characters have none. */
uint32_t	script_set(const struct str *);
/* Whether the set is one script, or those of Japanese, Korean or Chinese. */
bool		script_is_single(uint32_t set);
/* Printable ASCII, a letter of a recommended script, or an accent. */
bool		script_is_word(uint32_t ch);

#endif
