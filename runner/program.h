/*
 * What a program asks of the kernel before its first instruction.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether the kernel would give this program memory that it may both write and
 * run: a stack (PT_GNU_STACK) or a segment.  PR_SET_MDWE does not look at the
 * stack.  Reads headers as the kernel does; what it would not run asks for
 * nothing.
 */
bool	program_wants_exec_memory(const void *, size_t len);

#endif
