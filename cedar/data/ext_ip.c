#include "ext.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ext_text.h"

#define GROUPS	8	/* of 16 bits in an IPv6 address */

/* 0 to 255 without leading zeros. */
static int
get_octet(struct ext_text *t, uint8_t *out)
{
	const char *start = t->p;
	uint64_t n;
	unsigned digits = ext_number(t, &n);

	if (digits == 0 || n > 255 || (digits > 1 && *start == '0'))
		return -1;
	*out = (uint8_t)n;
	return 0;
}

static int
get_v4(struct ext_text *t, uint8_t addr[16])
{
	for (unsigned i = 0; i < 4; i++)
		if ((i > 0 && !ext_skip(t, '.')) ||
		    get_octet(t, &addr[i]) == -1)
			return -1;
	return 0;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One to four hexadecimal digits. */
static int
get_group(struct ext_text *t, uint16_t *out)
{
	unsigned n = 0, digits = 0;
	int digit;

	for (; t->p < t->end && (digit = hex_digit(*t->p)) != -1; t->p++) {
		if (++digits > 4)
			return -1;
		n = n << 4 | (unsigned)digit;
	}
	*out = (uint16_t)n;
	return digits == 0 ? -1 : 0;
}

static bool
at_gap(const struct ext_text *t)
{
	return t->end - t->p >= 2 && t->p[0] == ':' && t->p[1] == ':';
}

/*
 * Groups separated by colons, up to "::" or another character.  Returns their
 * number, or -1.
 */
static int
get_groups(struct ext_text *t, uint16_t *groups, int max)
{
	int n = 0;

	do {
		if (n == max || get_group(t, &groups[n++]) == -1)
			return -1;
	} while (!at_gap(t) && ext_skip(t, ':'));
	return n;
}

static bool
at_end(const struct ext_text *t)
{
	return t->p == t->end || *t->p == '/';
}

/* Eight groups, or up to seven with one "::". */
static int
get_v6(struct ext_text *t, uint8_t addr[16])
{
	uint16_t head[GROUPS], tail[GROUPS];
	int nhead = 0, ntail = 0;

	if (!at_gap(t) && (nhead = get_groups(t, head, GROUPS)) == -1)
		return -1;
	if (at_gap(t)) {
		t->p += 2;
		if (nhead == GROUPS || (!at_end(t) &&
		    (ntail = get_groups(t, tail, GROUPS - 1 - nhead)) == -1))
			return -1;
	} else if (nhead != GROUPS) {
		return -1;
	}
	for (int i = 0; i < nhead; i++) {
		addr[2 * i] = (uint8_t)(head[i] >> 8);
		addr[2 * i + 1] = (uint8_t)head[i];
	}
	for (int i = 0; i < ntail; i++) {
		addr[16 - 2 * (ntail - i)] = (uint8_t)(tail[i] >> 8);
		addr[16 - 2 * (ntail - i) + 1] = (uint8_t)tail[i];
	}
	return 0;
}

/* An address, or a network with /bits; no IPv4 inside IPv6. */
int
ext_parse_ip(const char *text, size_t len, struct ip *out)
{
	struct ext_text t = { text, text + len };
	uint8_t prefix;

	memset(out, 0, sizeof(*out));
	out->v6 = len > 0 && memchr(text, ':', len) != NULL;
	out->prefix = out->v6 ? 128 : 32;
	if ((out->v6 ? get_v6 : get_v4)(&t, out->addr) == -1)
		return ext_bad();
	if (ext_skip(&t, '/')) {
		if (get_octet(&t, &prefix) == -1 || prefix > out->prefix)
			return ext_bad();
		out->prefix = prefix;
	}
	return t.p == t.end ? 0 : ext_bad();
}

/* Start of the longest run of two or more zero groups, or -1. */
static int
find_gap(const unsigned groups[GROUPS], int *length)
{
	int best = -1;

	*length = 1;
	for (int i = 0, run = 0; i < GROUPS; i++) {
		run = groups[i] == 0 ? run + 1 : 0;
		if (run > *length) {
			*length = run;
			best = i + 1 - run;
		}
	}
	return best;
}

/* As in RFC 5952, but never with an IPv4 address inside. */
static int
format_v6(const uint8_t addr[16], char dst[EXT_TEXT_MAX])
{
	unsigned groups[GROUPS];
	int gap, length, n = 0;

	for (int i = 0; i < GROUPS; i++)
		groups[i] = (unsigned)addr[2 * i] << 8 | addr[2 * i + 1];
	gap = find_gap(groups, &length);
	for (int i = 0; i < GROUPS; i++) {
		if (i == gap) {
			n += snprintf(dst + n, EXT_TEXT_MAX - (size_t)n, "::");
			i += length - 1;
			continue;
		}
		n += snprintf(dst + n, EXT_TEXT_MAX - (size_t)n, "%s%x",
		    i == 0 || i == gap + length ? "" : ":", groups[i]);
	}
	return n;
}

void
ext_format_ip(const struct ip *ip, char dst[EXT_TEXT_MAX])
{
	const uint8_t *a = ip->addr;
	int n;

	if (ip->v6)
		n = format_v6(a, dst);
	else
		n = snprintf(dst, EXT_TEXT_MAX, "%u.%u.%u.%u", a[0], a[1],
		    a[2], a[3]);
	if (ip->prefix != (ip->v6 ? 128 : 32))
		snprintf(dst + n, EXT_TEXT_MAX - (size_t)n, "/%u", ip->prefix);
}
