#include "program.h"

#include <elf.h>
#include <stdbool.h>
#include <string.h>

#define HEADERS_MAX	65536	/* bytes; the kernel's limit */

/* Like the kernel, checks the magic and not class and byte order. */
static bool
read_header(Elf64_Ehdr *h, const unsigned char *p, size_t len)
{
	size_t all;

	if (len < sizeof(*h))
		return false;
	memcpy(h, p, sizeof(*h));
	all = (size_t)h->e_phnum * sizeof(Elf64_Phdr);
	return memcmp(h->e_ident, ELFMAG, SELFMAG) == 0 &&
	    h->e_phentsize == sizeof(Elf64_Phdr) && all <= HEADERS_MAX &&
	    h->e_phoff <= len && all <= len - h->e_phoff;
}

/*
 * A 64-bit program without PT_GNU_STACK gets a stack that is not executable,
 * and no READ_IMPLIES_EXEC.  Overlapping segments are separate mappings: a
 * later one replaces an earlier one, and writes go to its own copy.
 */
static enum program_memory
header_memory(const Elf64_Phdr *ph)
{
	if (!(ph->p_flags & PF_X))
		return PROGRAM_PLAIN;
	if (ph->p_type == PT_GNU_STACK)
		return PROGRAM_STACK;
	if (ph->p_type != PT_LOAD)
		return PROGRAM_PLAIN;
	if (ph->p_flags & PF_W)
		return PROGRAM_BOTH;
	return ph->p_memsz > ph->p_filesz ? PROGRAM_REST : PROGRAM_PLAIN;
}

enum program_memory
program_memory(const void *data, size_t len, unsigned *np)
{
	enum program_memory rc = PROGRAM_PLAIN;
	const unsigned char *p = data;
	Elf64_Ehdr h;
	Elf64_Phdr ph;

	if (!read_header(&h, p, len))
		return PROGRAM_PLAIN;
	for (*np = 0; *np < h.e_phnum; ++*np) {
		memcpy(&ph, p + h.e_phoff + *np * sizeof(ph), sizeof(ph));
		rc = header_memory(&ph);
		if (rc != PROGRAM_PLAIN)
			break;
	}
	return rc;
}
