#include "cpio.h"

#include <sys/stat.h>

#include <stdio.h>
#include <string.h>

static void
pad(struct buf *b, size_t to)
{
	buf_add_zeros(b, (to - b->len % to) % to);
}

/* Header, name and padding; see "newc" in cpio(5). */
static void
add_header(struct cpio *c, const char *name, unsigned inode, unsigned mode,
    unsigned links, size_t len)
{
	char header[111];

	snprintf(header, sizeof(header),
	    "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
	    inode, mode, 0u, 0u, links, 0u, (unsigned)len, 0u, 0u, 0u, 0u,
	    (unsigned)strlen(name) + 1, 0u);
	buf_add(c->out, header, 110);
	buf_add(c->out, name, strlen(name) + 1);
	pad(c->out, 4);
}

void
cpio_init(struct cpio *c, struct buf *out)
{
	c->out = out;
	c->inode = 0;
}

void
cpio_add_dir(struct cpio *c, const char *name)
{
	add_header(c, name, ++c->inode, S_IFDIR | 0755, 2, 0);
}

void
cpio_add_file(struct cpio *c, const char *name, const void *data, size_t len)
{
	add_header(c, name, ++c->inode, S_IFREG | 0644, 1, len);
	buf_add(c->out, data, len);
	pad(c->out, 4);
}

void
cpio_end(struct cpio *c)
{
	add_header(c, "TRAILER!!!", 0, 0, 1, 0);
	pad(c->out, 512);
}
