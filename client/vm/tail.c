#include "tail.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/say.h"
#include "state.h"

#define TAIL_BYTES 4096
#define TAIL_LINES 12

int
tail_read(const char *name, const char *file, struct buf *out)
{
	char *path = state_file(name, file);
	/* O_NONBLOCK: a FIFO would block. */
	int fd = path == NULL ? -1 :
	    open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	ssize_t n = -1;

	if (fd != -1 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		n = pread(fd, buf_room(out, TAIL_BYTES), TAIL_BYTES,
		    st.st_size > TAIL_BYTES ? st.st_size - TAIL_BYTES : 0);
		out->len += n > 0 ? (size_t)n : 0;
	}
	if (fd != -1)
		close(fd);
	free(path);
	return n == -1 ? -1 : 0;
}

bool
tail_has(const char *name, const char *file, const char *text)
{
	struct buf b = { 0 };
	bool has;

	tail_read(name, file, &b);
	has = b.len > 0 && memmem(b.data, b.len, text, strlen(text)) != NULL;
	buf_free(&b);
	return has;
}

/* Where the last TAIL_LINES lines begin. */
static size_t
find_lines(const struct buf *b)
{
	size_t at = b->len, lines = 0;

	while (at > 0) {
		if (b->data[at - 1] == '\n' && at != b->len &&
		    ++lines == TAIL_LINES)
			break;
		at--;
	}
	return at;
}

void
tail_show(const char *name, const char *whose, const char *file)
{
	struct buf b = { 0 };
	size_t at;

	tail_read(name, file, &b);
	at = find_lines(&b);
	say("%s: %s said%s", name, whose, at < b.len ? ":" : " nothing");
	while (at < b.len) {
		const char *line = (const char *)b.data + at;
		const char *end = memchr(line, '\n', b.len - at);
		size_t len = end == NULL ? b.len - at : (size_t)(end - line);

		at += len + 1;
		while (len > 0 && line[len - 1] == '\r')
			len--;
		if (len > 0)
			say_quoted(line, len);
	}
	buf_free(&b);
}
