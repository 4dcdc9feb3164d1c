#include "name.h"

#include <errno.h>
#include <string.h>

#include "lib/doc/utf8.h"

int
name_check(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t len = strlen(name);

	if (len == 0 || len > NAME_MAX_LEN || name[0] == '-' ||
	    strspn(name, allowed) != len) {
		errno = EINVAL;
		return -1;
	}
	return 0;
}

int
name_check_path(const char *path)
{
	size_t len = strlen(path);
	const char *part = path;

	if (len == 0 || len > NAME_PATH_MAX || utf8_check(path, len) == -1)
		goto bad;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)path[i] < 0x20 || path[i] == 0x7f)
			goto bad;
	for (;;) {
		size_t n = strcspn(part, "/");

		if (n == 0 || (n == 1 && part[0] == '.') ||
		    (n == 2 && part[0] == '.' && part[1] == '.'))
			goto bad;
		if (part[n] == '\0')
			return 0;
		part += n + 1;
	}
bad:
	errno = EINVAL;
	return -1;
}
