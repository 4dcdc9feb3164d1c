#include "mem.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>

int
mem_add(struct mem *m, const struct mem_region *r, int fd)
{
	struct mem_region *n;
	struct stat st;
	uint64_t end;

	if (m->count == MEM_REGIONS_MAX || r->size == 0 ||
	    r->gpa + r->size < r->gpa || r->ua + r->size < r->ua ||
	    __builtin_add_overflow(r->offset, r->size, &end) ||
	    end > PTRDIFF_MAX) {
		errno = EINVAL;
		return -1;
	}
	if (fstat(fd, &st) == -1)
		return -1;
	if (st.st_size < 0 || (uint64_t)st.st_size < end) {
		errno = ENOSPC;		/* would be SIGBUS later */
		return -1;
	}
	n = &m->region[m->count];
	*n = *r;
	n->map_len = (size_t)end;
	/* From offset 0: huge pages do not allow any offset. */
	n->map = mmap(NULL, n->map_len, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_NORESERVE, fd, 0);
	if (n->map == MAP_FAILED)
		return -1;
	m->count++;
	return 0;
}

void
mem_free(struct mem *m)
{
	for (unsigned i = 0; i < m->count; i++)
		(void)munmap(m->region[i].map, m->region[i].map_len);
	m->count = 0;
}

void *
mem_from_ua(const struct mem *m, uint64_t ua, uint64_t len)
{
	for (unsigned i = 0; i < m->count; i++) {
		const struct mem_region *r = &m->region[i];
		uint64_t at = ua - r->ua;

		if (ua >= r->ua && at < r->size && len <= r->size - at)
			return r->map + r->offset + at;
	}
	return NULL;
}

int
mem_iov(const struct mem *m, uint64_t gpa, uint64_t len, struct iovec *iov,
    unsigned max)
{
	unsigned n = 0;

	while (len > 0) {
		const struct mem_region *r = NULL;
		uint64_t at, part;

		for (unsigned i = 0; i < m->count; i++) {
			if (gpa - m->region[i].gpa < m->region[i].size) {
				r = &m->region[i];
				break;
			}
		}
		if (r == NULL) {
			errno = EFAULT;
			return -1;
		}
		if (n == max) {
			errno = E2BIG;
			return -1;
		}
		at = gpa - r->gpa;
		part = r->size - at < len ? r->size - at : len;
		iov[n].iov_base = r->map + r->offset + at;
		iov[n].iov_len = (size_t)part;
		n++;
		gpa += part;
		len -= part;
	}
	return (int)n;
}
