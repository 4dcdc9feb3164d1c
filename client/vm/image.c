#include "image.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/file.h"
#include "client/need.h"
#include "lib/filekind.h"
#include "le.h"

#define SECTOR		512	/* of a virtio disk */
#define EROFS_AT	1024	/* its superblock */
#define EROFS_MAGIC	0xe0f5e1e2

char *
image_program_folder(void)
{
	char self[PATH_MAX], *slash;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[n > 0 ? n : 0] = '\0';
	if ((slash = strrchr(self, '/')) != NULL)
		*slash = '\0';
	return need_str(self);
}

char *
image_find(void)
{
	static const char *const places[] = { IMAGE_NAME, "../" IMAGE_NAME,
	    "../share/casemate/" IMAGE_NAME };
	char *folder = image_program_folder(), *path = NULL;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		path = need_printf("%s/%s", folder, places[i]);
		if (access(path, R_OK) == 0)
			break;
		free(path);
		path = NULL;
	}
	free(folder);
	return path;
}

/* Opens a file or, like a disk, a block device; -1 with *w. */
static int
open_file(const char *path, const char *what, uint64_t *size, struct why *w)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	off_t end;

	if (fd == -1 || fstat(fd, &st) == -1)
		why_set(w, "cannot open the %s: %s", what,
		    file_reason(AT_FDCWD, path));
	else if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		why_set(w, "is %s; the %s must be a file",
		    filekind_word(st.st_mode), what);
	else if ((end = lseek(fd, 0, SEEK_END)) == -1)
		why_set(w, "cannot read the %s: %s", what, strerror(errno));
	else {
		*size = (uint64_t)end;
		return fd;
	}
	if (fd != -1)
		close(fd);
	return -1;
}

static int
refuse_short(uint64_t have, uint64_t size, struct why *w)
{
	return why_set(w, "is cut short: it has %llu bytes of an image of "
	    "%llu; make or copy it again", (unsigned long long)have,
	    (unsigned long long)size);
}

/* Linux' boot protocol: Documentation/arch/x86/boot.rst. */
int
image_check_kernel(const char *path, struct why *w)
{
	unsigned char h[0x206] = { 0 };
	uint64_t have, size;
	ssize_t n;
	int fd = open_file(path, "image", &have, w);

	if (fd == -1)
		return -1;
	n = pread(fd, h, sizeof(h), 0);
	close(fd);
	if (n != (ssize_t)sizeof(h) || le_get(h + 0x1fe, 2) != 0xaa55 ||
	    memcmp(h + 0x202, "HdrS", 4) != 0)
		return why_set(w, "is not a Linux bzImage; `make image' makes "
		    "build/" IMAGE_NAME);
	size = ((h[0x1f1] == 0 ? 4 : h[0x1f1]) + UINT64_C(1)) * 512 +
	    le_get(h + 0x1f4, 4) * 16;
	return have >= size ? 0 : refuse_short(have, size, w);
}

int
image_digest(const char *path, char hex[2 * SHA256_LEN + 1], struct why *w)
{
	unsigned char part[16384], digest[SHA256_LEN];
	struct sha256 hash;
	uint64_t size, at = 0;
	ssize_t n;
	int fd = open_file(path, "image", &size, w);

	if (fd == -1)
		return -1;
	sha256_init(&hash);
	for (; (n = pread(fd, part, sizeof(part), (off_t)at)) > 0;
	    at += (uint64_t)n)
		sha256_update(&hash, part, (size_t)n);
	if (n == -1)
		why_set(w, "cannot read the image: %s", strerror(errno));
	close(fd);
	sha256_final(&hash, digest);
	sha256_hex(digest, hex);
	return n == -1 ? -1 : 0;
}

/* Its superblock: fs/erofs/erofs_fs.h. */
int
image_check_runtime(const char *path, struct why *w)
{
	unsigned char sb[40] = { 0 };
	uint64_t have, size;
	ssize_t n;
	int fd = open_file(path, "runtime", &have, w);

	if (fd == -1)
		return -1;
	n = pread(fd, sb, sizeof(sb), EROFS_AT);
	close(fd);
	if (n < 4 || le_get(sb, 4) != EROFS_MAGIC)
		return why_set(w, "is not an EROFS image; make a runtime with "
		    "mkfs.erofs");
	size = le_get(sb + 36, 4) << (sb[12] & 31);
	if (n != (ssize_t)sizeof(sb) || have < size)
		return refuse_short(have, size, w);
	if (have % SECTOR == 0)
		return 0;
	return why_set(w, "does not fill its last sector of %d bytes, so that "
	    "an appliance would measure another SHA-256 than sha256sum; pad "
	    "it with `truncate -s %%%d'", SECTOR, SECTOR);
}
