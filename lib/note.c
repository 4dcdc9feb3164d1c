#include "note.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "base64.h"
#include "damage.h"
#include "lib/doc/json.h"
#include "sha256.h"

#define KEY_TYPE	0x01		/* Ed25519 */
#define DASH		"\xe2\x80\x94 "	/* em dash, space */
#define DASH_LEN	4
#define ID_LEN		4
#define ID_DIGITS	8
#define SIG_LEN		(ID_LEN + crypto_sign_BYTES)
#define LARGEST_SIG	8192		/* post-quantum ones have 5 kB */

int
note_check_name(const char *name)
{
	size_t len = strlen(name);

	errno = EINVAL;
	if (len == 0 || len > NOTE_NAME_MAX)
		return -1;
	for (size_t i = 0; i < len; i++)
		if (name[i] < 0x21 || name[i] > 0x7e || name[i] == '+')
			return -1;
	return 0;
}

int
note_key_init(struct note_key *k, const char *name,
    const unsigned char pub[NOTE_KEY_LEN])
{
	static const unsigned char between[2] = { '\n', KEY_TYPE };
	unsigned char hash[SHA256_LEN];
	struct sha256 ctx;

	memset(k, 0, sizeof(*k));
	if (note_check_name(name) == -1)
		return -1;
	snprintf(k->name, sizeof(k->name), "%s", name);
	memcpy(k->pub, pub, NOTE_KEY_LEN);
	sha256_init(&ctx);
	sha256_update(&ctx, name, strlen(name));
	sha256_update(&ctx, between, sizeof(between));
	sha256_update(&ctx, pub, NOTE_KEY_LEN);
	sha256_final(&ctx, hash);
	k->id = (uint32_t)hash[0] << 24 | (uint32_t)hash[1] << 16 |
	    (uint32_t)hash[2] << 8 | hash[3];
	return 0;
}

void
note_format_vkey(char dst[VKEY_MAX + 1], const struct note_key *k)
{
	unsigned char typed[1 + NOTE_KEY_LEN] = { KEY_TYPE };
	char text[BASE64_LEN(sizeof(typed)) + 1] = "";
	struct put p;

	memcpy(typed + 1, k->pub, NOTE_KEY_LEN);
	put_init(&p, text, sizeof(text) - 1);
	base64_put(&p, typed, sizeof(typed));
	snprintf(dst, VKEY_MAX + 1, "%s+%08" PRIx32 "+%s", k->name, k->id,
	    text);
}

/* Looks at the first line only, since any file may be given for a key. */
static int
check_vkey_damage(const char *text, size_t len, struct why *w)
{
	static const struct damage_form form = { .what = "appliance key" };
	const char *nl = memchr(text, '\n', len);
	size_t first = nl == NULL ? len : (size_t)(nl - text) + 1;

	return damage_check(&form, text, first, 1, w);
}

static int
refuse_vkey(const char *text, size_t len, struct why *w)
{
	if (check_vkey_damage(text, len, w) == -1)
		return -1;
	return why_set(w, "this is not an appliance key, which is one line "
	    "NAME+8 hex digits+base 64; `casemate status' shows it");
}

int
note_parse_vkey(struct note_key *k, const char *text, size_t len, struct why *w)
{
	const char *const all = text;
	const size_t all_len = len;
	unsigned char typed[1 + NOTE_KEY_LEN];
	char name[NOTE_NAME_MAX + 1], again[VKEY_MAX + 1];
	const char *plus;
	size_t n;

	if (len != 0 && text[len - 1] == '\n')
		len--;
	plus = memchr(text, '+', len);
	if (plus == NULL || (n = (size_t)(plus - text)) > NOTE_NAME_MAX ||
	    len - n < 2 + ID_DIGITS || memchr(text, '\0', n) != NULL)
		return refuse_vkey(all, all_len, w);
	memcpy(name, text, n);
	name[n] = '\0';
	n += 2 + ID_DIGITS;
	if (base64_get(typed, sizeof(typed), &n, text + n, len - n) == -1 ||
	    n != sizeof(typed) || typed[0] != KEY_TYPE ||
	    note_key_init(k, name, typed + 1) == -1)
		return refuse_vkey(all, all_len, w);
	note_format_vkey(again, k);	/* one spelling, and the right id */
	if (strlen(again) == len && memcmp(again, text, len) == 0)
		return 0;
	if (check_vkey_damage(text, len, w) == -1)
		return -1;
	return why_set(w, "the id in the appliance key is not that of its "
	    "name and key; copy the whole line");
}

void
note_sign(struct put *p, const struct note_key *k,
    const unsigned char secret[NOTE_SECRET_LEN], const char *text, size_t len)
{
	unsigned char sig[SIG_LEN];
	struct put s;

	put_init(&s, sig, sizeof(sig));
	put_u32(&s, k->id);
	crypto_sign_detached(sig + ID_LEN, NULL, (const unsigned char *)text,
	    len, secret);
	put_raw(p, text, len);
	put_raw(p, "\n" DASH, 1 + DASH_LEN);
	put_raw(p, k->name, strlen(k->name));
	put_raw(p, " ", 1);
	base64_put(p, sig, sizeof(sig));
	put_raw(p, "\n", 1);
}

static int
check_chars(const char *note, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)note[i] < 0x20 && note[i] != '\n')
			return -1;
	return utf8_check(note, len);
}

/* Unicode's White_Space in UTF-8, beyond the control characters. */
static const char *const spaces[] = { " ", "\xc2\x85", "\xc2\xa0",
    "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81", "\xe2\x80\x82",
    "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86",
    "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a",
    "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f",
    "\xe3\x80\x80" };

/* The name of any signer's key: not empty, no Unicode spaces, no plus. */
static int
check_signer(const char *name, size_t len)
{
	if (len == 0 || memchr(name, '+', len) != NULL)
		return -1;
	for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++)
		if (memmem(name, len, spaces[i], strlen(spaces[i])) != NULL)
			return -1;
	return 0;
}

enum sig {
	SIG_GOOD,
	SIG_ANOTHERS,
	SIG_MALFORMED,
	SIG_WRONG,		/* of this key, but not over this text */
};

/* One signature line without its newline. */
static enum sig
check_sig(const struct note_key *k, const char *line, size_t len,
    const char *text, size_t textlen)
{
	unsigned char sig[LARGEST_SIG];
	const char *name = line + DASH_LEN, *space;
	size_t n, namelen;
	uint32_t id;
	struct get g;

	if (len < DASH_LEN || memcmp(line, DASH, DASH_LEN) != 0)
		return SIG_MALFORMED;
	space = memchr(name, ' ', len - DASH_LEN);
	if (space == NULL)
		return SIG_MALFORMED;
	namelen = (size_t)(space - name);
	n = len - DASH_LEN - namelen - 1;
	if (check_signer(name, namelen) == -1 || base64_get(sig, sizeof(sig),
	    &n, space + 1, n) == -1 || n <= ID_LEN)
		return SIG_MALFORMED;
	get_init(&g, sig, n);
	id = get_u32(&g);
	if (namelen != strlen(k->name) ||
	    memcmp(name, k->name, namelen) != 0 || id != k->id)
		return SIG_ANOTHERS;
	if (n != SIG_LEN || crypto_sign_verify_detached(sig + ID_LEN,
	    (const unsigned char *)text, textlen, k->pub) != 0)
		return SIG_WRONG;
	return SIG_GOOD;
}

static int
refuse_sig(const struct note_key *k, enum sig sig, unsigned line,
    struct why *w)
{
	if (sig == SIG_WRONG)
		return why_set(w, "line %u: the signature of %s+%08" PRIx32
		    " does not match the text above: one of the two was "
		    "changed", line, k->name, k->id);
	return why_set(w, "line %u is not a signature, which is a dash "
	    "(U+2014), a name and base 64; get the note again", line);
}

/* The signature lines, from `p' on; `line' is the number of the first. */
static int
check_sigs(const struct note_key *k, const char *note, size_t textlen,
    const char *end, unsigned line, struct why *w)
{
	const unsigned most = line + NOTE_SIGS_MAX;
	bool good = false;

	for (const char *p = note + textlen + 1; p < end; line++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		enum sig sig = check_sig(k, p, (size_t)(nl - p), note,
		    textlen);

		if (line == most)
			return why_set(w, "line %u: the note has more than %d "
			    "signatures", line, NOTE_SIGS_MAX);
		if (sig == SIG_MALFORMED || sig == SIG_WRONG)
			return refuse_sig(k, sig, line, w);
		good = good || sig == SIG_GOOD;
		p = nl + 1;
	}
	if (good)
		return 0;
	return why_set(w, "the note is not signed by %s+%08" PRIx32 "; check "
	    "that the key is of this appliance", k->name, k->id);
}

static unsigned
count_lines(const char *text, size_t len)
{
	unsigned n = 0;

	for (size_t i = 0; i < len; i++)
		n += text[i] == '\n';
	return n;
}

static int
verify(const struct note_key *k, const char *note, size_t len, unsigned line,
    size_t *textlen, struct why *w)
{
	const char *const end = note + len;

	if (len > NOTE_MAX || len == 0 || end[-1] != '\n' ||
	    check_chars(note, len) == -1 ||
	    (*textlen = checkpoint_text_len(note, len)) == 0)
		return why_set(w, "the note that begins at line %u lacks the "
		    "empty line and the signatures after it: its end is "
		    "missing; get it again", line);
	line += count_lines(note, *textlen + 1);
	return check_sigs(k, note, *textlen, end, line, w);
}

int
note_verify(const struct note_key *k, const char *note, size_t len,
    unsigned line, size_t *textlen, struct why *w)
{
	static const struct damage_form form = { .what = "note", .dash = true,
	    .newline = true };

	if (verify(k, note, len, line, textlen, w) == 0)
		return 0;
	damage_check(&form, note, len, line, w);
	errno = EBADMSG;
	return -1;
}

int
checkpoint_verify(const struct note_key *key, const char *note, size_t len,
    unsigned line, struct checkpoint *c, struct why *w)
{
	size_t text_len;

	if (note_verify(key, note, len, line, &text_len, w) == -1 ||
	    checkpoint_parse(c, note, text_len, w) == -1)
		return -1;
	if (strcmp(c->origin, key->name) == 0)
		return 0;
	return why_set(w, "the checkpoint is of another log than %s, whose key "
	    "signed it: an appliance signs only its own log", key->name);
}
