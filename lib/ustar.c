#include "ustar.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "name.h"

/* The header of POSIX.1-1988: offsets and lengths of the fields. */
enum {
	NAME_AT = 0, NAME_LEN = 100,
	MODE_AT = 100, MODE_LEN = 8,
	UID_AT = 108, GID_AT = 116, ID_LEN = 8,
	SIZE_AT = 124, SIZE_LEN = 12,
	TIME_AT = 136, TIME_LEN = 12,
	SUM_AT = 148, SUM_LEN = 8,
	TYPE_AT = 156,
	MAGIC_AT = 257, MAGIC_LEN = 8,
	PREFIX_AT = 345, PREFIX_LEN = 155,
};

#define SIZE_MOST	077777777777	/* 11 octal digits */

_Static_assert(PREFIX_LEN + 1 + NAME_LEN == USTAR_NAME_MAX, "names fit");

static const unsigned char zeros[USTAR_BLOCK];

/* What a type flag stands for, when it may not be there. */
static const struct {
	char		 flag;
	const char	*what;
} refused_types[] = {
	{ '1', "a hard link" },
	{ '2', "a symbolic link" },
	{ '3', "a character device" },
	{ '4', "a block device" },
	{ '6', "a named pipe" },
	{ '7', "a contiguous file" },
	{ 'g', "a pax header; make the archive with --format=ustar" },
	{ 'x', "a pax header; make the archive with --format=ustar" },
	{ 'K', "a GNU long link; make the archive with --format=ustar" },
	{ 'L', "a GNU long name; make the archive with --format=ustar" },
	{ 'S', "a GNU sparse file; make the archive with --format=ustar" },
};

bool
ustar_is(const void *data, size_t len)
{
	return len >= USTAR_BLOCK &&
	    memcmp((const char *)data + MAGIC_AT, "ustar", 5) == 0;
}

void
ustar_init(struct ustar *u, const void *tar, size_t len)
{
	u->start = u->next = tar;
	u->left = len;
	u->headers = 0;
}

/*
 * An octal number: digits, then only spaces and NULs to the end of the field.
 * -1 for anything else, GNU's base-256 numbers included.
 */
static int
parse_octal(const unsigned char *field, size_t len, uint64_t *vp)
{
	uint64_t v = 0;
	size_t i = 0;

	while (i < len && field[i] >= '0' && field[i] <= '7')
		v = v << 3 | (uint64_t)(field[i++] - '0');
	if (i == 0 || i == len)
		return -1;
	for (; i < len; i++)
		if (field[i] != ' ' && field[i] != '\0')
			return -1;
	*vp = v;
	return 0;
}

/* The sum of all bytes, those of the sum itself taken as spaces. */
static unsigned
sum_header(const unsigned char *h)
{
	unsigned sum = 0;

	for (size_t i = 0; i < USTAR_BLOCK; i++)
		sum += i >= SUM_AT && i < SUM_AT + SUM_LEN ? ' ' : h[i];
	return sum;
}

static bool
checksum_agrees(const unsigned char *h)
{
	uint64_t want;

	return parse_octal(h + SUM_AT, SUM_LEN, &want) == 0 &&
	    want == sum_header(h);
}

/* A mode that is no number has no bits. */
static bool
is_executable(const unsigned char *h)
{
	uint64_t mode;

	return parse_octal(h + MODE_AT, MODE_LEN, &mode) == 0 &&
	    (mode & 0100) != 0;
}

static void
join_name(const unsigned char *h, char name[USTAR_NAME_MAX + 1])
{
	size_t prefix = strnlen((const char *)h + PREFIX_AT, PREFIX_LEN);
	size_t len = strnlen((const char *)h + NAME_AT, NAME_LEN);
	size_t n = 0;

	if (prefix != 0) {
		memcpy(name, h + PREFIX_AT, prefix);
		name[prefix] = '/';
		n = prefix + 1;
	}
	memcpy(name + n, h + NAME_AT, len);
	name[n + len] = '\0';
}

/*
 * "member N of the bundle ...": without its name, since who sends a bundle may
 * see it in his own copy, and a refusal may be kept where others read it.
 */
__attribute__((format(printf, 3, 4)))
static int
refuse(const struct ustar *u, struct why *why, const char *fmt, ...)
{
	char text[TEXT_MAX - 64];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return why_set(why, "member %lu of the bundle %s", u->headers, text);
}

/* Says what is wrong with a name that name_check_path() does not take. */
static int
refuse_name(const struct ustar *u, const char *name, struct why *why)
{
	const char *part = name;

	if (name[0] == '\0')
		return refuse(u, why, "has no name");
	if (name[0] == '/')
		return refuse(u, why, "has an absolute path; names in a bundle "
		    "are relative");
	if (strncmp(name, "./", 2) == 0)
		return refuse(u, why, "has a name that begins with \"./\"; "
		    "name the files to tar without it");
	for (; part != NULL; part = strchr(part, '/')) {
		part += part != name;
		if (strncmp(part, "..", 2) == 0 &&
		    (part[2] == '/' || part[2] == '\0'))
			return refuse(u, why, "leads out of the bundle with "
			    "\"..\"");
	}
	return refuse(u, why, "has no clean name: at most 255 bytes of UTF-8, "
	    "no control characters, no empty or \".\" part");
}

static int
check_type(const struct ustar *u, const unsigned char *h,
    struct ustar_member *m, struct why *why)
{
	char type = (char)h[TYPE_AT];

	m->is_dir = type == '5';
	if (type == '0' || type == '\0' || type == '5')
		return 0;
	for (size_t i = 0; i < sizeof(refused_types) / sizeof(*refused_types);
	    i++)
		if (refused_types[i].flag == type)
			return refuse(u, why, "is %s; a bundle has only "
			    "regular files and folders",
			    refused_types[i].what);
	return refuse(u, why, "has the unknown type 0x%02x; a bundle has only "
	    "regular files and folders", (unsigned)h[TYPE_AT]);
}

static int
check_name(const struct ustar *u, struct ustar_member *m, struct why *why)
{
	size_t len = strlen(m->name);

	/* A folder may end in one slash, which is not part of its name. */
	if (m->is_dir && len > 1 && m->name[len - 1] == '/')
		m->name[len - 1] = '\0';
	if (name_check_path(m->name) == -1)
		return refuse_name(u, m->name, why);
	return 0;
}

static int
check_header(const struct ustar *u, const unsigned char *h, struct why *why)
{
	if (memcmp(h + MAGIC_AT, "ustar\0" "00", MAGIC_LEN) == 0) {
		if (checksum_agrees(h))
			return 0;
		return refuse(u, why, "has a header with a wrong checksum");
	}
	if (memcmp(h + MAGIC_AT, "ustar  \0", MAGIC_LEN) == 0)
		return why_set(why, "the bundle is in GNU tar's format; make "
		    "the archive with --format=ustar");
	return refuse(u, why, "has no ustar header");
}

/* Takes the content and its padding. */
static int
take_content(struct ustar *u, const unsigned char *h, struct ustar_member *m,
    struct why *why)
{
	uint64_t size, padded;

	if (parse_octal(h + SIZE_AT, SIZE_LEN, &size) == -1)
		return refuse(u, why, "has a size that is no octal number");
	if (m->is_dir && size != 0)
		return refuse(u, why, "is a folder and has content");
	padded = (size + USTAR_BLOCK - 1) / USTAR_BLOCK * USTAR_BLOCK;
	if (padded > u->left)
		return refuse(u, why, "is cut off: %zu bytes of %llu are "
		    "there", u->left, (unsigned long long)size);
	m->data = u->next;
	m->size = (size_t)size;
	u->next += padded;
	u->left -= (size_t)padded;
	if (memcmp(m->data + size, zeros, (size_t)(padded - size)) != 0)
		return refuse(u, why, "is followed by padding that is not "
		    "zero");
	return 0;
}

/* Two blocks of zeros, then nothing but zeros. */
static int
take_end(struct ustar *u, struct why *why)
{
	if (u->left < 2 * USTAR_BLOCK)
		return why_set(why, "the bundle is cut off: the second of the "
		    "two zero blocks at its end is missing");
	for (; u->left >= USTAR_BLOCK; u->left -= USTAR_BLOCK) {
		if (memcmp(u->next, zeros, USTAR_BLOCK) != 0)
			return why_set(why, "the bundle goes on after the zero "
			    "blocks at its end");
		u->next += USTAR_BLOCK;
	}
	if (u->left != 0)
		return why_set(why, "the bundle's length is no multiple of "
		    "%d bytes", USTAR_BLOCK);
	return 0;
}

static int
take(struct ustar *u, struct ustar_member *m, struct why *why)
{
	const unsigned char *h = u->next;

	memset(m, 0, sizeof(*m));
	if (u->left == 0)
		return why_set(why, "the bundle is cut off: the two zero "
		    "blocks at its end are missing");
	if (u->left < USTAR_BLOCK)
		return why_set(why, "the bundle is cut off in the middle of a "
		    "header: %zu bytes of %d", u->left, USTAR_BLOCK);
	if (memcmp(h, zeros, USTAR_BLOCK) == 0)
		return take_end(u, why);
	u->headers++;
	u->next += USTAR_BLOCK;
	u->left -= USTAR_BLOCK;
	if (check_header(u, h, why) == -1)
		return -1;
	join_name(h, m->name);
	m->is_executable = is_executable(h);
	m->number = u->headers;
	if (check_type(u, h, m, why) == -1 || check_name(u, m, why) == -1 ||
	    take_content(u, h, m, why) == -1)
		return -1;
	return 1;
}

int
ustar_next(struct ustar *u, struct ustar_member *m, struct why *why)
{
	static const char advice[] = "; make it with `casemate bundle'";
	int got = take(u, m, why);
	size_t len;

	if (got != -1)
		return got;
	len = strlen(why->text);
	if (len < sizeof(why->text) - sizeof(advice))
		memcpy(why->text + len, advice, sizeof(advice));
	return -1;
}

/* Splits a long name at a slash so that both parts fit. */
static int
put_name(unsigned char *h, const char *name)
{
	size_t len = strlen(name), cut;

	if (len <= NAME_LEN) {
		memcpy(h + NAME_AT, name, len);
		return 0;
	}
	for (cut = len - NAME_LEN - 1; cut <= PREFIX_LEN && cut < len; cut++) {
		if (name[cut] != '/' || cut == 0 || cut + 1 == len)
			continue;
		memcpy(h + PREFIX_AT, name, cut);
		memcpy(h + NAME_AT, name + cut + 1, len - cut - 1);
		return 0;
	}
	errno = ENAMETOOLONG;
	return -1;
}

/* Digits to the end of the field, but for its last byte, which stays 0. */
static void
put_octal(unsigned char *field, int len, unsigned long long v)
{
	char text[16];

	snprintf(text, sizeof(text), "%0*llo", len - 1, v);
	memcpy(field, text, (size_t)len - 1);
}

int
ustar_put_header(unsigned char h[USTAR_BLOCK], const char *name,
    unsigned mode, size_t size)
{
	memset(h, 0, USTAR_BLOCK);
	if (size > SIZE_MOST) {
		errno = EFBIG;
		return -1;
	}
	if (put_name(h, name) == -1)
		return -1;
	put_octal(h + MODE_AT, MODE_LEN, mode);
	put_octal(h + UID_AT, ID_LEN, 0);
	put_octal(h + GID_AT, ID_LEN, 0);
	put_octal(h + SIZE_AT, SIZE_LEN, size);
	put_octal(h + TIME_AT, TIME_LEN, 0);
	h[TYPE_AT] = '0';
	memcpy(h + MAGIC_AT, "ustar\0" "00", MAGIC_LEN);
	/* By custom six digits, a NUL and a space. */
	put_octal(h + SUM_AT, SUM_LEN - 1, sum_header(h));
	h[SUM_AT + SUM_LEN - 1] = ' ';
	return 0;
}
