#include "program.h"

#include <elf.h>
#include <string.h>

#define HEADERS_MAX	65536	/* bytes of program headers: the kernel's */

/* The kernel looks at the magic, not at class and byte order. */
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

bool
program_wants_exec_memory(const void *data, size_t len)
{
	const unsigned char *p = data;
	Elf64_Ehdr h;
	Elf64_Phdr ph;

	if (!read_header(&h, p, len))
		return false;
	for (size_t i = 0; i < h.e_phnum; i++) {
		memcpy(&ph, p + h.e_phoff + i * sizeof(ph), sizeof(ph));
		if (ph.p_type == PT_GNU_STACK && (ph.p_flags & PF_X) != 0)
			return true;
		if (ph.p_type == PT_LOAD &&
		    (ph.p_flags & (PF_W | PF_X)) == (PF_W | PF_X))
			return true;
	}
	return false;
}
