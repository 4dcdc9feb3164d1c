/*
 * A receipt, an appliance key and a signature, each as good and as it is after
 * what mail programs, editors and terminals do.  Each reader must refuse it
 * with the line and the damage, and must not say that it was changed.
 */
#include "damage.h"

#include <atf-c.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "base64.h"
#include "note.h"
#include "receipt.h"
#include "sshsig.h"

static struct note_key key;
static char good[3][4096];	/* of the forms, in this order: */
enum { RECEIPT, VKEY, SIGNATURE, FORMS };

static void
make_receipt(void)
{
	static const char leaf[] = "{\"specversion\":\"1.0\",\"id\":\"0\"}";
	unsigned char pub[NOTE_KEY_LEN], secret[NOTE_SECRET_LEN];
	unsigned char root[TREE_HASH];
	struct proof proof = { 0 };
	struct put text, note, p;
	char t[256], n[1024];

	crypto_sign_keypair(pub, secret);
	ATF_REQUIRE_EQ(0, note_key_init(&key, "casemate/test", pub));
	tree_hash_leaf(leaf, strlen(leaf), proof.hash[0]);
	tree_hash_children(proof.hash[0], proof.hash[0], root);
	proof.count = 1;
	put_init(&text, t, sizeof(t));
	checkpoint_format(&text, "casemate/test", 2, root);
	put_init(&note, n, sizeof(n));
	note_sign(&note, &key, secret, t, text.len);
	put_init(&p, good[RECEIPT], sizeof(good[RECEIPT]) - 1);
	receipt_format(&p, leaf, strlen(leaf), 0, &proof, n, note.len);
	ATF_REQUIRE_EQ(0, p.err);
}

static void
make_good(void)
{
	static const char blob[] = "SSHSIG\0\0\0\1";
	struct put p;

	make_receipt();
	note_format_vkey(good[VKEY], &key);
	strcat(good[VKEY], "\n");
	put_init(&p, good[SIGNATURE], sizeof(good[SIGNATURE]) - 1);
	put_raw(&p, "-----BEGIN SSH SIGNATURE-----\n", 30);
	base64_put(&p, blob, sizeof(blob) - 1);
	put_raw(&p, "\n-----END SSH SIGNATURE-----\n", 29);
}

/* Reads the text as this form.  -1 with *w. */
static int
read_form(int form, const char *text, size_t len, struct why *w)
{
	static struct receipt r;
	struct checkpoint c;
	struct note_key k;
	struct sshsig s;

	w->text[0] = '\0';
	switch (form) {
	case RECEIPT:
		if (receipt_parse(&r, text, len, w) == -1)
			return -1;
		return receipt_verify(&r, &key, &c, w);
	case VKEY:
		return note_parse_vkey(&k, text, len, w);
	default:
		return sshsig_parse(&s, text, len, w);
	}
}

/* Each line with these around it. */
static size_t
wrap_lines(char *dst, const char *from, const char *before, const char *after)
{
	char *const start = dst;

	for (const char *nl; *from != '\0'; from = nl + 1) {
		nl = strchr(from, '\n');
		dst += sprintf(dst, "%s%.*s%s", before, (int)(nl - from), from,
		    after);
	}
	return (size_t)(dst - start);
}

static size_t
replace_first(char *dst, const char *from, const char *what, const char *by)
{
	const char *at = strstr(from, what);

	if (at == NULL)
		return (size_t)sprintf(dst, "%s", from);
	return (size_t)sprintf(dst, "%.*s%s%s", (int)(at - from), from, by,
	    at + strlen(what));
}

static size_t
to_utf16(char *dst, const char *from, const char *bom, const char *unused)
{
	size_t n = 2;

	(void)unused;
	memcpy(dst, bom, 2);
	for (; *from != '\0'; from++) {
		dst[n++] = *from;
		dst[n++] = '\0';
	}
	return n;
}

static size_t
put_around(char *dst, const char *from, const char *before, const char *after)
{
	return (size_t)sprintf(dst, "%s%s%s", before, from, after);
}

static size_t
cut_newline(char *dst, const char *from, const char *a, const char *b)
{
	(void)a;
	(void)b;
	return (size_t)sprintf(dst, "%.*s", (int)strlen(from) - 1, from);
}

static size_t
put_nul(char *dst, const char *from, const char *a, const char *b)
{
	size_t n = strlen(from);

	(void)a;
	(void)b;
	memcpy(dst, from, n);
	dst[5] = '\0';
	return n;
}

/* Which of the forms a damage can meet, as bits. */
#define R	(1 << RECEIPT)
#define V	(1 << VKEY)
#define S	(1 << SIGNATURE)

static const struct {
	size_t		(*make)(char *, const char *, const char *,
			    const char *);
	const char	*a, *b;
	int		 forms;
	const char	*words;		/* of the message */
} damages[] = {
	{ wrap_lines, "", "\r\n", R | V | S, "line 1 has a CR" },
	{ wrap_lines, "> ", "\n", R | V | S, "line 1 is quoted" },
	{ wrap_lines, ">", "\n", R | V | S, "line 1 is quoted" },
	{ wrap_lines, "    ", "\n", R | V | S, "line 1 begins with a blank" },
	{ wrap_lines, "", " \n", R | V | S, "line 1 ends in a blank" },
	{ wrap_lines, "", "\t\n", R | V | S, "line 1 ends in a blank" },
	{ put_around, "\xef\xbb\xbf", "", R | V | S, "line 1 begins with a "
	    "byte order mark" },
	{ to_utf16, "\xff\xfe", NULL, R | V | S, "line 1 is in UTF-16" },
	{ put_nul, NULL, NULL, V, "line 1 has a NUL byte" },
	{ put_around, "Hi Dana,\n\n", "", R | S, "begins at line 3" },
	{ put_around, "```\n", "```\n", R | S, "begins at line 2" },
	{ put_around, "On Monday Dana wrote:\n", "", R | S,
	    "begins at line 2" },
	{ put_around, "", "\n", R | S, "is empty" },
	{ put_around, "", "-- \nDana\n", R | S, "ends in a blank" },
	{ cut_newline, NULL, NULL, R, "has no newline, so that the end is "
	    "missing" },
	{ replace_first, "+", "=2B", V, "encoded as quoted-printable" },
	{ replace_first, "\xe2\x80\x94", "=E2=80=94", R,
	    "line 10 is encoded as quoted-printable" },
	{ replace_first, "\xe2\x80\x94", "&mdash;", R,
	    "line 10 has an HTML escape" },
	{ replace_first, "+", "&#43;", V, "line 1 has an HTML escape" },
	{ replace_first, "\xe2\x80\x94", "-", R, "line 10 begins with another "
	    "dash than U+2014" },
	{ replace_first, "\xe2\x80\x94", "--", R, "line 10 begins with another "
	    "dash than U+2014" },
	{ replace_first, "\xe2\x80\x94", "\xe2\x80\x93", R, "line 10 begins "
	    "with another dash than U+2014" },
	{ replace_first, "\xe2\x80\x94", "\xc3\xa2\xe2\x82\xac\xe2\x80\x9d", R,
	    "line 10 begins with another dash than U+2014" },
	{ replace_first, "\xe2\x80\x94", "\x97", R, "line 10 begins with "
	    "another dash than U+2014" },
	{ replace_first, "casemate/test ", "casemate/test\n", R, "line 11 is "
	    "the end of the line before it" },
	{ replace_first, "\n2\n", "\n2 \n", R, "line 7 ends in a blank" },
	{ replace_first, "casemate/test", "casemate/\xe2\x80\x8btest", R | V,
	    "has a character that does not belong there" },
	{ replace_first, " ", "\xc2\xa0", R, "line 2 has a character that does "
	    "not belong there" },
};

static void
check_damage(size_t i, int form)
{
	static char text[16384];
	size_t len = damages[i].make(text, good[form], damages[i].a,
	    damages[i].b);
	struct why w;

	ATF_CHECK_MSG(read_form(form, text, len, &w) == -1 && errno == EBADMSG,
	    "damage %zu, form %d", i, form);
	ATF_CHECK_MSG(strstr(w.text, damages[i].words) != NULL,
	    "damage %zu, form %d: %s", i, form, w.text);
	ATF_CHECK_MSG(strstr(w.text, "changed") == NULL, "%s", w.text);
}

ATF_TC_WITHOUT_HEAD(damage_is_named_with_its_line);
ATF_TC_BODY(damage_is_named_with_its_line, tc)
{
	struct why w;

	make_good();
	ATF_REQUIRE_EQ_MSG(0, read_form(RECEIPT, good[RECEIPT],
	    strlen(good[RECEIPT]), &w), "%s", w.text);
	ATF_REQUIRE_EQ_MSG(0, read_form(VKEY, good[VKEY], strlen(good[VKEY]),
	    &w), "%s", w.text);
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++)
		for (int form = 0; form < FORMS; form++)
			if (damages[i].forms & 1 << form)
				check_damage(i, form);
}

/* Mail programs break lines at 72 to 78 characters. */
ATF_TC_WITHOUT_HEAD(broken_lines_are_named);
ATF_TC_BODY(broken_lines_are_named, tc)
{
	char text[4096];
	struct why w;

	make_good();
	for (int width = 60; width < 80; width++) {
		const char *last = strstr(good[RECEIPT], "\xe2\x80\x94");
		int n = (int)(last - good[RECEIPT]) + width;
		int len = sprintf(text, "%.*s\n%s", n, good[RECEIPT],
		    good[RECEIPT] + n);

		ATF_CHECK_EQ(-1, read_form(RECEIPT, text, (size_t)len, &w));
		ATF_CHECK_MSG(strstr(w.text, "line 11 is the end of the line "
		    "before it") != NULL, "%d: %s", width, w.text);
	}
}

/* No cut of a receipt and no other file is taken for a forgery. */
ATF_TC_WITHOUT_HEAD(a_missing_end_is_named);
ATF_TC_BODY(a_missing_end_is_named, tc)
{
	struct why w;

	make_good();
	for (size_t n = 30; n < strlen(good[RECEIPT]); n++) {
		ATF_CHECK_EQ(-1, read_form(RECEIPT, good[RECEIPT], n, &w));
		ATF_CHECK_MSG(strstr(w.text, "missing") != NULL ||
		    strstr(w.text, "is empty") != NULL, "%zu: %s", n, w.text);
		ATF_CHECK_MSG(strstr(w.text, "changed") == NULL, "%s", w.text);
	}
	for (size_t n = 30; n < strlen(good[SIGNATURE]) - 1; n++) {
		ATF_CHECK_EQ(-1, read_form(SIGNATURE, good[SIGNATURE], n, &w));
		ATF_CHECK_MSG(strstr(w.text, "is missing") != NULL, "%zu: %s",
		    n, w.text);
	}
}

ATF_TC_WITHOUT_HEAD(another_file_is_not_called_damaged);
ATF_TC_BODY(another_file_is_not_called_damaged, tc)
{
	static const char *const texts[] = { "hello \n", "> hello\n",
	    "\t\r\n", "", "\n" };
	char text[4096 + 8];
	struct why w;

	make_good();
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		size_t len = strlen(texts[i]);

		ATF_CHECK_EQ(-1, read_form(RECEIPT, texts[i], len, &w));
		ATF_CHECK_MSG(strstr(w.text, "damaged") == NULL, "%s", w.text);
		ATF_CHECK_EQ(-1, read_form(SIGNATURE, texts[i], len, &w));
		ATF_CHECK_MSG(strstr(w.text, "damaged") == NULL, "%s", w.text);
	}
	snprintf(text, sizeof(text), "%sstray\n", good[RECEIPT]);
	ATF_CHECK_EQ(-1, read_form(RECEIPT, text, strlen(text), &w));
	ATF_CHECK_MSG(strstr(w.text, "line 11 is not a signature") != NULL,
	    "%s", w.text);
	ATF_CHECK_EQ(-1, read_form(VKEY, good[RECEIPT], strlen(good[RECEIPT]),
	    &w));
	ATF_CHECK_MSG(strstr(w.text, "not an appliance key") != NULL, "%s",
	    w.text);
}

/* Only a well formed note with a wrong signature was changed. */
ATF_TC_WITHOUT_HEAD(a_wrong_signature_is_a_change);
ATF_TC_BODY(a_wrong_signature_is_a_change, tc)
{
	char text[4096];
	struct why w;

	make_good();
	replace_first(text, good[RECEIPT], "\n2\n", "\n3\n");
	ATF_CHECK_EQ(-1, read_form(RECEIPT, text, strlen(text), &w));
	ATF_CHECK_MSG(strstr(w.text, "line 10: the signature of casemate/test+")
	    != NULL && strstr(w.text, "was changed") != NULL, "%s", w.text);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, damage_is_named_with_its_line);
	ATF_TP_ADD_TC(tp, broken_lines_are_named);
	ATF_TP_ADD_TC(tp, a_missing_end_is_named);
	ATF_TP_ADD_TC(tp, another_file_is_not_called_damaged);
	ATF_TP_ADD_TC(tp, a_wrong_signature_is_a_change);
	return atf_no_error();
}
