/*
 * What a program asks of the kernel before its first instruction.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stddef.h>

enum program_memory {
	PROGRAM_PLAIN,
	PROGRAM_STACK,		/* PT_GNU_STACK with PF_X */
	PROGRAM_BOTH,		/* PT_LOAD with PF_W and PF_X */
	PROGRAM_REST,		/* PT_LOAD with PF_X, longer than in the file */
	PROGRAM_MEMORY_COUNT
};

/*
 * The first of the program's headers for which the kernel would give it memory
 * that it may both write and run, and in *np which one that is, from 0.
 * PR_SET_MDWE and noexec.seccomp look at calls, not at headers: of a segment
 * that is longer in memory the kernel adds PF_W to the rest.  Reads headers as
 * the kernel does, of a program as of an interpreter (PT_INTERP); what it
 * would not run is plain.
 */
enum program_memory	program_memory(const void *, size_t len, unsigned *np);

#endif
