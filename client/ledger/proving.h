/*
 * Commands of public tools that prove who signed what a leaf is about.
 */
#ifndef PROVING_H
#define PROVING_H

#include "evidence.h"

/*
 * Prints them to standard output, as lines for a shell: one `ssh-keygen -Y
 * verify' in the folder for each signature that has its file and its
 * allowed_signers.  Each stands alone, so that those of more leaves can be in
 * one file.  Names on standard error what cannot be proved.
 */
void	proving_print(const char *dir, const struct evidence *,
	    const struct verified *);

#endif
