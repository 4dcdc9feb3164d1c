#include "suggest.h"

#include <stdio.h>
#include <string.h>

#include "error.h"

#define LEN_MAX		48	/* longer names are not compared */
#define BEGIN_MIN	3	/* letters that a name begins with */

static int
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static unsigned
least(unsigned a, unsigned b, unsigned c)
{
	if (a < b)
		return a < c ? a : c;
	return b < c ? b : c;
}

/* The number of letters to change, add or drop. */
static unsigned
distance(const char *a, size_t alen, const char *b, size_t blen)
{
	unsigned row[LEN_MAX + 1], corner, above;

	for (unsigned j = 0; j <= blen; j++)
		row[j] = j;
	for (unsigned i = 1; i <= alen; i++) {
		corner = row[0];
		row[0] = i;
		for (unsigned j = 1; j <= blen; j++) {
			above = row[j];
			row[j] = least(above + 1, row[j - 1] + 1, corner +
			    (lower(a[i - 1]) != lower(b[j - 1])));
			corner = above;
		}
	}
	return row[blen];
}

void
suggest_init(struct suggest *s, const char *given, size_t len)
{
	*s = (struct suggest){ .given = given, .len = len,
	    .distance = LEN_MAX };
}

/* Whether one of the two begins with the other: memory, memory_mib. */
static int
begins(const struct suggest *s, const char *name, size_t len)
{
	const size_t n = len < s->len ? len : s->len;

	return n >= BEGIN_MIN &&
	    distance(s->given, n, name, n) <= (n > 2 * BEGIN_MIN - 1);
}

/* Lists a name; what does not fit becomes "...". */
static void
list_name(struct suggest *s, const char *name, size_t len)
{
	static const char more[] = ", ...";
	const size_t used = strlen(s->list);
	char quoted[QUOTE_MAX];

	doc_quote(quoted, name, len);
	if (used + strlen(quoted) + sizeof(", ") + sizeof(more) <
	    SUGGEST_LIST_MAX)
		snprintf(s->list + used, SUGGEST_LIST_MAX - used, "%s%s",
		    used == 0 ? "" : ", ", quoted);
	else if (used < sizeof(more) ||
	    strcmp(s->list + used + 1 - sizeof(more), more) != 0)
		snprintf(s->list + used, SUGGEST_LIST_MAX - used, "%s", more);
}

void
suggest_try(struct suggest *s, const char *name, size_t len, const void *item)
{
	unsigned d;

	list_name(s, name, len);
	if (len > LEN_MAX || s->len > LEN_MAX)
		return;
	d = distance(s->given, s->len, name, len);
	if (d > 1 && begins(s, name, len))
		d = 1;
	if (d >= s->distance || d > 1 + s->len / 3 || d >= len)
		return;
	s->meant = name;
	s->meant_len = len;
	s->item = item;
	s->distance = d;
}

const char *
suggest_text(const struct suggest *s, char dst[SUGGEST_TEXT_MAX])
{
	char quoted[QUOTE_MAX];

	dst[0] = '\0';
	if (s->meant != NULL)
		snprintf(dst, SUGGEST_TEXT_MAX, "did you mean `%s'? ",
		    doc_quote(quoted, s->meant, s->meant_len));
	return dst;
}

const char *
suggest_hint(const struct suggest *s, char dst[SUGGEST_TEXT_MAX])
{
	char quoted[QUOTE_MAX];

	if (s->meant != NULL)
		snprintf(dst, SUGGEST_TEXT_MAX, "did you mean `%s'?",
		    doc_quote(quoted, s->meant, s->meant_len));
	else
		snprintf(dst, SUGGEST_TEXT_MAX, "%s%s", s->list[0] == '\0' ?
		    "there are none" : "there are ", s->list);
	return dst;
}
