#include "bundle.h"

#include <sys/mman.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void
bundle_init(struct bundle *b, struct bundle_budget *budget)
{
	memset(b, 0, sizeof(*b));
	b->budget = budget;
	b->fd = -1;
}

int
bundle_open(struct bundle *b, uint64_t len)
{
	struct bundle_budget *budget = b->budget;

	if (len > BUNDLE_MAX || len > budget->total) {
		errno = EMSGSIZE;
		return -1;
	}
	b->fd = memfd_create("bundle", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (b->fd == -1)
		return -1;
	b->len = len;
	b->got = 0;
	sha256_init(&b->hash);
	return 0;
}

int
bundle_append(struct bundle *b, const void *data, size_t len)
{
	const unsigned char *p = data;
	size_t left = len;

	if (len > b->len - b->got) {
		errno = EMSGSIZE;
		return -1;
	}
	if (len > b->budget->total - b->budget->used) {
		errno = EBUSY;
		return -1;
	}
	b->budget->used += len;		/* bundle_close() gives it back */
	b->got += len;
	while (left != 0) {
		ssize_t n = write(b->fd, p, left);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n == 0 ? EIO : errno;
			return -1;
		}
		p += n;
		left -= (size_t)n;
	}
	sha256_update(&b->hash, data, len);
	return 0;
}

int
bundle_seal(struct bundle *b, const unsigned char want[DIGEST_LEN])
{
	unsigned char got[DIGEST_LEN];

	if (fcntl(b->fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK |
	    F_SEAL_GROW | F_SEAL_WRITE) == -1)
		return -1;
	sha256_final(&b->hash, got);
	if (memcmp(got, want, sizeof(got)) != 0) {
		errno = EBADMSG;
		return -1;
	}
	return 0;
}

void
bundle_close(struct bundle *b)
{
	if (b->fd == -1)
		return;
	close(b->fd);
	b->fd = -1;
	b->budget->used -= b->got;
	b->len = b->got = 0;
}
