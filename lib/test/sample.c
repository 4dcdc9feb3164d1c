#include "sample.h"

#include <atf-c.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

size_t
sample_load(const char *name, char *dst, size_t cap)
{
	const char *src = getenv("CASEMATE_SRC");
	char path[4096];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", src == NULL ? "." : src, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ATF_REQUIRE_MSG(fd != -1, "%s; set CASEMATE_SRC", path);
	n = read(fd, dst, cap);
	ATF_REQUIRE(n >= 0 && (size_t)n < cap);
	close(fd);
	dst[n] = '\0';
	return (size_t)n;
}
