#include "image.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/file.h"
#include "client/need.h"
#include "lib/filekind.h"

#define EROFS_MAGIC_AT	1024	/* in its superblock, little-endian */

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

/* A runtime is a file or, like a disk, a block device. */
static int
open_runtime(const char *path, struct why *w)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd == -1 || fstat(fd, &st) == -1)
		why_set(w, "cannot open the runtime: %s",
		    file_reason(AT_FDCWD, path));
	else if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		why_set(w, "is %s; a runtime is a file with an EROFS image",
		    filekind_word(st.st_mode));
	else
		return fd;
	if (fd != -1)
		close(fd);
	return -1;
}

int
image_check_runtime(const char *path, struct why *w)
{
	static const unsigned char want[] = { 0xe2, 0xe1, 0xf5, 0xe0 };
	unsigned char magic[sizeof(want)] = { 0 };
	int fd = open_runtime(path, w);
	ssize_t n;

	if (fd == -1)
		return -1;
	n = pread(fd, magic, sizeof(magic), EROFS_MAGIC_AT);
	close(fd);
	if (n == (ssize_t)sizeof(magic) && memcmp(magic, want, sizeof(want))
	    == 0)
		return 0;
	return why_set(w, "is not an EROFS image; make a runtime with "
	    "mkfs.erofs");
}
