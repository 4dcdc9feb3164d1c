/*
 * The guest's memory as the front end shares it: up to eight regions, each
 * with a descriptor to map.  Everything the guest or the front end gives as
 * an address goes through here and comes out as a checked piece of a mapping.
 */
#ifndef MEM_H
#define MEM_H

#include <sys/uio.h>

#include <stddef.h>
#include <stdint.h>

enum { MEM_REGIONS_MAX = 8 };	/* vhost-user's number without slots */

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
 * Map `fd' as the region described by gpa, size, ua and offset in `r'.  The
 * caller keeps the descriptor.  -1 with EINVAL for impossible numbers, ENOSPC
 * when the descriptor is shorter than the region says, or mmap's errno.
 */
int	mem_add(struct mem *, const struct mem_region *r, int fd);
void	mem_free(struct mem *);

/* `len' bytes at the front end's address, or NULL if not in one region. */
void	*mem_from_ua(const struct mem *, uint64_t ua, uint64_t len);

/*
 * `len' bytes of guest memory as at most `max' pieces; returns how many, or
 * -1 if a byte is not mapped (EFAULT) or the pieces do not suffice (E2BIG).
 */
int	mem_iov(const struct mem *, uint64_t gpa, uint64_t len,
	    struct iovec *, unsigned max);

#endif
