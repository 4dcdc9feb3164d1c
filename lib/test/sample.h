/* Samples in testdata/ folders. */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <stddef.h>

/*
 * Reads the file `name' below CASEMATE_SRC (default: the current folder) into
 * dst and ends it with a NUL.  Returns its length.  The test fails if it cannot
 * be read or has cap bytes or more.
 */
size_t	sample_load(const char *name, char *dst, size_t cap);

#endif
