/*
 * What a program's ELF headers ask of the kernel.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stddef.h>

enum program_memory {
	PROGRAM_PLAIN,
	PROGRAM_STACK,		/* PT_GNU_STACK with PF_X */
	PROGRAM_BOTH,		/* PT_LOAD with PF_W and PF_X */
	PROGRAM_REST,		/* PT_LOAD with PF_X, p_memsz over p_filesz */
	PROGRAM_MEMORY_COUNT
};

/*
 * Finds the first program header for which the kernel would map memory that is
 * both writable and executable, and stores its index, from 0, in *np.
 * PR_SET_MDWE and noexec.seccomp check system calls, not headers; and where a
 * segment is longer in memory than in the file, the kernel makes the rest
 * writable.  Reads the headers of a program or an interpreter (PT_INTERP) as
 * the kernel does.  Returns PROGRAM_PLAIN for what the kernel would not run.
 */
enum program_memory	program_memory(const void *, size_t len, unsigned *np);

#endif
