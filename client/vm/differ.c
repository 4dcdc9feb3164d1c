#include "differ.h"

#include <sys/stat.h>

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "client/buf.h"

void
differ_stamp(const char *path, char stamp[STAMP_MAX])
{
	struct stat st;

	if (stat(path, &st) == -1) {
		strcpy(stamp, "0");
		return;
	}
	snprintf(stamp, STAMP_MAX, "%llx-%llx-%llx-%llx-%lx",
	    (unsigned long long)st.st_dev, (unsigned long long)st.st_ino,
	    (unsigned long long)st.st_size,
	    (unsigned long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

static void add(struct buf *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
add(struct buf *b, const char *fmt, ...)
{
	char text[2 * PATH_MAX + 64];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (b->len != 0)
		buf_add_str(b, ", ");
	buf_add_str(b, text);
}

static void
add_word(struct buf *b, const char *option, const char *runs,
    const char *asked)
{
	if (strcmp(runs, asked) != 0)
		add(b, "--%s %s and not %s", option, runs, asked);
}

static void
add_number(struct buf *b, const char *option, uint64_t runs, uint64_t asked)
{
	if (runs != asked)
		add(b, "--%s %llu and not %llu", option,
		    (unsigned long long)runs, (unsigned long long)asked);
}

static void
add_image(struct buf *b, const struct vm_state *runs,
    const struct vm_state *asked)
{
	if (strcmp(runs->image, asked->image) != 0)
		add(b, "the image %s", runs->image);
	else if (strcmp(runs->image_stamp, asked->image_stamp) != 0)
		add(b, "the image %s as it was before it changed",
		    runs->image);
}

static void
add_disk(struct buf *b, const char *runs, const char *asked)
{
	if (strcmp(runs, asked) == 0)
		return;
	if (*runs == '\0')
		add(b, "no data disk (--ephemeral)");
	else
		add(b, "the data disk %s", runs);
}

char *
differ_text(const struct vm_state *runs, const struct vm_state *asked)
{
	struct buf b = { 0 };

	add_word(&b, "machine", runs->machine, asked->machine);
	if (asked->accel[0] != '\0')
		add_word(&b, "accel", runs->accel, asked->accel);
	add_number(&b, "memory", runs->memory_mib, asked->memory_mib);
	add_number(&b, "cpus", runs->cpus, asked->cpus);
	if (strcmp(runs->site, asked->site) != 0)
		add(&b, "another site");
	add_image(&b, runs, asked);
	add_disk(&b, runs->disk, asked->disk);
	if (strcmp(runs->runtimes, asked->runtimes) != 0)
		add(&b, "%s", runs->runtimes[0] == '\0' ? "no runtimes" :
		    "other runtimes");
	buf_str(&b);
	return (char *)b.data;
}
