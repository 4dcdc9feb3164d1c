/*
 * The guest's memory, which the front end shares: up to eight regions, each
 * with a descriptor to map.  This code checks every address from the guest or
 * the front end and turns it into a part of a mapping.
 */
#ifndef MEM_H
#define MEM_H

#include <sys/uio.h>

#include <stddef.h>
#include <stdint.h>

enum { MEM_REGIONS_MAX = 8 };	/* vhost-user's limit without slots */

struct mem_region {
	uint64_t	 gpa;		/* guest physical */
	uint64_t	 size;
	uint64_t	 ua;		/* the front end's own address */
	uint64_t	 offset;	/* into the descriptor */
	uint8_t		*map;		/* of offset 0; NULL: not mapped */
	size_t		 map_len;
};

struct mem {
	struct mem_region	region[MEM_REGIONS_MAX];
	unsigned		count;
};

/*
 * Maps `fd' as the region given by gpa, size, ua and offset in `r'.  The caller
 * keeps the descriptor.  Returns -1 with EINVAL for impossible numbers, ENOSPC
 * if the file is shorter than the region, or mmap's errno.
 */
int	mem_add(struct mem *, const struct mem_region *r, int fd);
void	mem_free(struct mem *);

/* Maps `len' bytes at the front end's address; NULL if not in one region. */
void	*mem_from_ua(const struct mem *, uint64_t ua, uint64_t len);

/*
 * Splits `len' bytes of guest memory into at most `max' pieces.  Returns their
 * number, or -1 if a byte is not mapped (EFAULT) or `max' is too small (E2BIG).
 */
int	mem_iov(const struct mem *, uint64_t gpa, uint64_t len,
	    struct iovec *, unsigned max);

#endif
