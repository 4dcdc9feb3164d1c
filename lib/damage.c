/*
 * Each sign of damage is a row with a function that looks at one line.  The
 * first line with a sign counts, because what follows it is mostly damaged in
 * the same way.
 */
#include "damage.h"

#include <string.h>

#include "lib/doc/json.h"

#define DASH		0x2014	/* em dash */
#define WRAPPED_MIN	56	/* no program breaks lines that are shorter */

struct damage_line {
	const struct damage_form *form;
	const unsigned char	*p;
	size_t			 len;
	struct damage_before {
		const unsigned char	*p;
		size_t			 len;
	} before;			/* the line before it */
};

static bool
begins(const struct damage_line *l, const char *with)
{
	size_t n = strlen(with);

	return l->len >= n && memcmp(l->p, with, n) == 0;
}

static bool
has(const struct damage_line *l, const char *word)
{
	return memmem(l->p, l->len, word, strlen(word)) != NULL;
}

static bool
is_blank(unsigned char c)
{
	return c == ' ' || c == '\t';
}

/* Either byte order. */
static bool
utf16(const struct damage_line *l)
{
	return begins(l, "\xff\xfe") || begins(l, "\xfe\xff");
}

static bool
byte_order_mark(const struct damage_line *l)
{
	return begins(l, "\xef\xbb\xbf");
}

static bool
nul(const struct damage_line *l)
{
	return memchr(l->p, '\0', l->len) != NULL;
}

static bool
cr(const struct damage_line *l)
{
	return memchr(l->p, '\r', l->len) != NULL;
}

static bool
quoted(const struct damage_line *l)
{
	return begins(l, ">") || begins(l, "|");
}

static bool
html(const struct damage_line *l)
{
	static const char *const escapes[] = { "&gt;", "&lt;", "&amp;",
	    "&quot;", "&mdash;", "&nbsp;", "&#" };

	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
		if (has(l, escapes[i]))
			return true;
	return false;
}

static bool
quoted_printable(const struct damage_line *l)
{
	return has(l, "=3D") || has(l, "=E2=80=94") || has(l, "=2B");
}

static bool
indented(const struct damage_line *l)
{
	return l->len != 0 && is_blank(l->p[0]);
}

static bool
trailing_blank(const struct damage_line *l)
{
	return l->len != 0 && is_blank(l->p[l->len - 1]);
}

/* What programs write for an em dash, also when they mistake its encoding. */
static bool
other_dash(const struct damage_line *l)
{
	static const char *const dashes[] = { "- ", "-- ", "--- ", "? ",
	    "\xe2\x80\x93 ", "\x97 ", "\xc3\xa2\xe2\x82\xac\xe2\x80\x9d ",
	    "\xc3\xa2\xc2\x80\xc2\x94 " };

	for (size_t i = 0; i < sizeof(dashes) / sizeof(dashes[0]); i++)
		if (l->form->dash && begins(l, dashes[i]))
			return true;
	return false;
}

static bool
is_base64(const unsigned char *p, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/=";

	for (size_t i = 0; i < len; i++)
		if (memchr(digits, p[i], sizeof(digits) - 1) == NULL)
			return false;
	return len != 0;
}

/* Whether the line is a dash and a name, and its base 64 is on the next. */
static bool
lacks_base64(const struct damage_before *b)
{
	return b->len > 4 && memcmp(b->p, "\xe2\x80\x94 ", 4) == 0 &&
	    memchr(b->p + 4, ' ', b->len - 4) == NULL;
}

/* Whether its base 64 may go on: padding ends it. */
static bool
goes_on(const struct damage_before *b)
{
	return lacks_base64(b) ||
	    (b->len >= WRAPPED_MIN && b->p[b->len - 1] != '=');
}

/* Armour is broken into lines by itself. */
static bool
broken(const struct damage_line *l)
{
	return l->form->dash && is_base64(l->p, l->len) && goes_on(&l->before);
}

/* Of all characters beyond ASCII the formats have only the em dash. */
static bool
foreign(const struct damage_line *l)
{
	for (size_t at = 0; at < l->len;) {
		uint32_t rune = 0;
		size_t n = utf8_get(l->p + at, l->len - at, &rune);

		if (n == 0 || rune < 0x20 || rune == 0x7f || (rune > 0x7f &&
		    !(l->form->dash && at == 0 && rune == DASH)))
			return true;
		at += n;
	}
	return false;
}

static const struct damage_sign {
	bool		(*found)(const struct damage_line *);
	const char	*what;
} signs[] = {
	{ utf16, "is in UTF-16 instead of UTF-8" },
	{ byte_order_mark, "begins with a byte order mark" },
	{ nul, "has a NUL byte" },
	{ cr, "has a CR; lines end in LF alone" },
	{ quoted, "is quoted as in a mail" },
	{ html, "has an HTML escape" },
	{ quoted_printable, "is encoded as quoted-printable" },
	{ indented, "begins with a blank" },
	{ trailing_blank, "ends in a blank" },
	{ other_dash, "begins with another dash than U+2014" },
	{ broken, "is the end of the line before it, which was broken in two" },
	{ foreign, "has a character that does not belong there" },
};

static int
tell(const struct damage_form *f, unsigned line, const char *what,
    struct why *w)
{
	return why_set(w, "line %u %s: the %s was damaged on its way; get it "
	    "again, as an attachment", line, what, f->what);
}

static int
check_line(const struct damage_line *l, unsigned nr, struct why *w)
{
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (signs[i].found(l))
			return tell(l->form, nr, signs[i].what, w);
	return 0;
}

static int
check_ends(const struct damage_form *f, const char *text, size_t len,
    unsigned first, unsigned last, struct why *w)
{
	if (f->newline && text[len - 1] != '\n')
		return tell(f, last, "has no newline, so that the end is "
		    "missing", w);
	if (text[0] == '\n')
		return tell(f, first, "is empty", w);
	if (len > 1 && text[len - 1] == '\n' && text[len - 2] == '\n')
		return tell(f, last, "is empty", w);
	return 0;
}

/* Whether the text is of this form at all. */
static bool
is_of_form(const struct damage_form *f, const char *text, size_t len)
{
	const struct damage_line l = { .p = (const unsigned char *)text,
	    .len = len };

	return f->first == NULL || utf16(&l) || has(&l, f->first);
}

/* Whether the form's first line stands further down. */
static int
check_start(const struct damage_form *f, const char *text, size_t len,
    unsigned line, struct why *w)
{
	size_t n = f->first == NULL ? 0 : strlen(f->first);
	unsigned at = 0;

	for (const char *p = text, *end = text + len; n != 0; at++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		if ((size_t)(end - p) >= n && memcmp(p, f->first, n) == 0)
			break;
		if (nl == NULL)
			return 0;
		p = nl + 1;
	}
	if (at == 0)
		return 0;
	return why_set(w, "line %u is not of the %s, which begins at line %u; "
	    "remove what is before it", line, f->what, line + at);
}

int
damage_check(const struct damage_form *f, const char *text, size_t len,
    unsigned line, struct why *w)
{
	struct damage_line l = { .form = f,
	    .p = (const unsigned char *)text };
	const unsigned char *nl, *end = l.p + len;
	unsigned nr = line;

	if (len == 0)
		return why_set(w, "the %s is empty; get it again", f->what);
	if (!is_of_form(f, text, len))
		return 0;
	if (check_start(f, text, len, line, w) == -1)
		return -1;
	for (; l.p < end; nr++) {
		nl = memchr(l.p, '\n', (size_t)(end - l.p));
		l.len = (size_t)((nl == NULL ? end : nl) - l.p);
		if (nl == NULL && f->newline && !utf16(&l))
			break;	/* cut anywhere */
		if (check_line(&l, nr, w) == -1)
			return -1;
		l.before.p = l.p;
		l.before.len = l.len;
		l.p += l.len + (nl != NULL);
	}
	return check_ends(f, text, len, line, l.p < end ? nr : nr - 1, w);
}
