#include "statefile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/need.h"
#include "client/number.h"
#include "lib/hex.h"

#define MAGIC	"casemate-state "
#define VERSION	"2\n"

enum state_line_kind {
	LINE_PROC,	/* struct proc: two numbers */
	LINE_NUMBER,	/* uint64_t */
	LINE_WORD,	/* char array of a to z, 0 to 9 and - */
	LINE_TEXT,	/* char array; \ and unprintable bytes as \xNN */
};

struct state_line {
	const char		*name;
	enum state_line_kind	 kind;
	size_t			 at, size;
};

#define LINE(kind, member)						\
	{ #member, LINE_##kind, offsetof(struct vm_state, member),	\
	    sizeof(((struct vm_state *)NULL)->member) }

/* In the order of the file. */
static const struct state_line lines[] = {
	LINE(WORD, boot_id),
	LINE(PROC, qemu),
	LINE(PROC, device),
	LINE(NUMBER, cid),
	LINE(WORD, machine),
	LINE(WORD, accel),
	LINE(NUMBER, memory_mib),
	LINE(NUMBER, cpus),
	LINE(WORD, site),
	LINE(TEXT, image),
	LINE(WORD, image_stamp),
	LINE(TEXT, disk),
	LINE(TEXT, runtimes),
	LINE(NUMBER, ready),
};

#define NLINES	(sizeof(lines) / sizeof(lines[0]))

static void
add_text(struct buf *b, const char *text)
{
	char byte[8];

	for (; *text != '\0'; text++) {
		const unsigned char c = (unsigned char)*text;

		snprintf(byte, sizeof(byte), c < ' ' || c > '~' || c == '\\' ?
		    "\\x%02x" : "%c", c);
		buf_add_str(b, byte);
	}
}

static void
add_line(struct buf *b, const struct state_line *l, const void *member)
{
	const struct proc *p = member;
	char text[64] = "";

	switch (l->kind) {
	case LINE_PROC:
		snprintf(text, sizeof(text), "%ld %llu", (long)p->pid,
		    (unsigned long long)p->start);
		break;
	case LINE_NUMBER:
		snprintf(text, sizeof(text), "%llu",
		    (unsigned long long)*(const uint64_t *)member);
		break;
	case LINE_WORD:
	case LINE_TEXT:
		break;
	}
	buf_add_str(b, l->name);
	buf_add_str(b, " ");
	if (l->kind == LINE_WORD || l->kind == LINE_TEXT)
		add_text(b, member);
	else
		buf_add_str(b, text);
	buf_add_str(b, "\n");
}

void
statefile_format(struct buf *b, const struct vm_state *s)
{
	buf_add_str(b, MAGIC VERSION);
	for (size_t i = 0; i < NLINES; i++)
		add_line(b, &lines[i], (const char *)s + lines[i].at);
}

/* What add_text() wrote; -1 when it is longer than the member. */
static int
parse_text(char *dst, size_t size, const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++) {
		if (n + 1 == size)
			return -1;
		if (*text == '\\') {
			int high = text[1] == 'x' ? hex_digit(text[2]) : -1;
			int low = high == -1 ? -1 : hex_digit(text[3]);

			if (low == -1 || (high | low) == 0)
				return -1;
			dst[n++] = (char)(high << 4 | low);
			text += 3;
		} else {
			dst[n++] = *text;
		}
	}
	dst[n] = '\0';
	return 0;
}

static int
parse_word(char *dst, size_t size, const char *text)
{
	const size_t len = strlen(text);

	if (len >= size || strspn(text,
	    "abcdefghijklmnopqrstuvwxyz0123456789-") != len)
		return -1;
	memcpy(dst, text, len + 1);
	return 0;
}

static int
parse_proc(struct proc *p, char *text)
{
	char *space = strchr(text, ' ');
	uint64_t pid;

	if (space == NULL)
		return -1;
	*space = '\0';
	if (number_parse(text, INT32_MAX, &pid) == -1 ||
	    number_parse(space + 1, UINT64_MAX, &p->start) == -1)
		return -1;
	p->pid = (pid_t)pid;
	return 0;
}

static int
parse_value(const struct state_line *l, void *member, char *text)
{
	switch (l->kind) {
	case LINE_PROC:
		return parse_proc(member, text);
	case LINE_NUMBER:
		return number_parse(text, UINT64_MAX, member);
	case LINE_WORD:
		return parse_word(member, l->size, text);
	case LINE_TEXT:
		return parse_text(member, l->size, text);
	}
	return -1;
}

/* One line at *textp, which moves behind it. */
static int
parse_line(const struct state_line *l, void *member, char **textp)
{
	const size_t len = strlen(l->name);
	char *text = *textp, *end = strchr(text, '\n');

	if (end == NULL || strncmp(text, l->name, len) != 0 ||
	    text[len] != ' ')
		return -1;
	*end = '\0';
	*textp = end + 1;
	return parse_value(l, member, text + len + 1);
}

static int
parse_lines(struct vm_state *s, char *text)
{
	for (size_t i = 0; i < NLINES; i++)
		if (parse_line(&lines[i], (char *)s + lines[i].at, &text)
		    == -1)
			return -1;
	return *text == '\0' && s->qemu.pid > 0 && s->boot_id[0] != '\0' &&
	    s->machine[0] != '\0' && s->accel[0] != '\0' ? 0 : -1;
}

int
statefile_parse(struct vm_state *s, const char *text)
{
	const size_t magic = sizeof(MAGIC) - 1, version = sizeof(VERSION) - 1;
	char *copy;
	int ret;

	memset(s, 0, sizeof(*s));
	errno = EBADMSG;
	if (strncmp(text, MAGIC, magic) != 0)
		return -1;
	if (strncmp(text + magic, VERSION, version) != 0) {
		if (strchr(text, '\n') != NULL)
			errno = EPROTONOSUPPORT;
		return -1;
	}
	copy = need_str(text + magic + version);
	ret = parse_lines(s, copy);
	free(copy);
	errno = EBADMSG;
	return ret;
}
