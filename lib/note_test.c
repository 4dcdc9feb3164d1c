/*
 * Signed notes.  The example of c2sp.org/signed-note is not reproduced here:
 * its public key is not in the specification.  NOTE was signed by OpenSSL and
 * its key id computed by Python, so that another hand agrees.
 */
#include "note.h"

#include <atf-c.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "base64.h"

#define VKEY \
	"example.org/by-openssl+778a015e+AbkEW/N8SE5uDJatS0s96M3+C2" \
	"uCavroSAUP0lKfvHPH"
#define NOTE \
	"Casemate reads this note.\n\nIt was signed by OpenSSL.\n\n" \
	"\xe2\x80\x94 example.org/by-openssl " \
	"d4oBXiCqmZ8ucrKUVxBNheF+XbzCFhfFL3L0Xkf1zhtMpHCktpve6TuTpi" \
	"6Za0zjKkhj3TwHCIU4xMaaZOa4qREnCQE=" \
	"\n"

static const char text[] = "casemate/test\n7\n"
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n";

static struct note_key key;
static unsigned char secret[NOTE_SECRET_LEN];
static char note[8192];

static void
make_key(const char *name, int byte)
{
	unsigned char seed[32], pub[NOTE_KEY_LEN];

	memset(seed, byte, sizeof(seed));
	crypto_sign_seed_keypair(pub, secret, seed);
	ATF_REQUIRE_EQ(note_key_init(&key, name, pub), 0);
}

/* Signs this text; returns the note's length. */
static size_t
sign(const char *t)
{
	struct put p;

	put_init(&p, note, sizeof(note) - 1);
	note_sign(&p, &key, secret, t, strlen(t));
	ATF_REQUIRE_EQ(p.err, 0);
	note[p.len] = '\0';
	return p.len;
}

static int
verify(const char *n, size_t len, size_t *textlen)
{
	char *copy = malloc(len + 1);
	struct why w;
	int rc;

	memcpy(copy, n, len);
	rc = note_verify(&key, copy, len, 1, textlen, &w);
	if (rc == -1)
		fprintf(stderr, "%s\n", w.text);
	free(copy);
	return rc;
}

ATF_TC_WITHOUT_HEAD(what_is_signed_verifies);
ATF_TC_BODY(what_is_signed_verifies, tc)
{
	size_t n, textlen;

	make_key("casemate/test", 1);
	n = sign(text);
	ATF_REQUIRE_EQ(verify(note, n, &textlen), 0);
	ATF_CHECK_EQ(textlen, strlen(text));
	n = sign("a\n\nb\n");		/* an empty line in the text */
	ATF_REQUIRE_EQ(verify(note, n, &textlen), 0);
	ATF_CHECK_EQ(textlen, 5);
}

ATF_TC_WITHOUT_HEAD(another_hand_s_note_verifies);
ATF_TC_BODY(another_hand_s_note_verifies, tc)
{
	char again[VKEY_MAX + 1];
	size_t textlen;
	struct why w;

	ATF_REQUIRE_MSG(note_parse_vkey(&key, VKEY, strlen(VKEY), &w) == 0,
	    "%s", w.text);
	ATF_CHECK_EQ(verify(NOTE, strlen(NOTE), &textlen), 0);
	note_format_vkey(again, &key);
	ATF_CHECK_STREQ(again, VKEY);
}

ATF_TC_WITHOUT_HEAD(no_changed_byte_verifies);
ATF_TC_BODY(no_changed_byte_verifies, tc)
{
	size_t n, textlen;

	make_key("casemate/test", 1);
	n = sign(text);
	for (size_t i = 0; i < n; i++) {
		note[i] ^= 1;
		ATF_CHECK_MSG(verify(note, n, &textlen) == -1, "byte %zu", i);
		note[i] ^= 1;
	}
	for (size_t cut = 0; cut < n; cut++)
		ATF_CHECK_EQ(verify(note, cut, &textlen), -1);
	note[n] = '\n';
	ATF_CHECK_EQ(verify(note, n + 1, &textlen), -1);
}

ATF_TC_WITHOUT_HEAD(other_keys_signatures_are_passed_over);
ATF_TC_BODY(other_keys_signatures_are_passed_over, tc)
{
	static const char other[] =
	    "\xe2\x80\x94 witness.example AAAAAAAA\n";
	char both[sizeof(note) + sizeof(other)];
	size_t n, textlen, at = strlen(text) + 1;

	make_key("casemate/test", 1);
	n = sign(text);
	snprintf(both, sizeof(both), "%.*s%s%s", (int)at, note, other,
	    note + at);
	ATF_CHECK_EQ(verify(both, n + strlen(other), &textlen), 0);
	snprintf(both, sizeof(both), "%.*s%s", (int)at, note, other);
	ATF_CHECK_EQ(verify(both, at + strlen(other), &textlen), -1);
	make_key("casemate/other", 1);
	ATF_CHECK_EQ(verify(note, n, &textlen), -1);
	make_key("casemate/test", 2);
	ATF_CHECK_EQ(verify(note, n, &textlen), -1);
}

/* Names by c2sp.org/signed-note: no Unicode spaces, no plus, not empty. */
ATF_TC_WITHOUT_HEAD(a_malformed_name_of_another_key_spoils_the_note);
ATF_TC_BODY(a_malformed_name_of_another_key_spoils_the_note, tc)
{
	static const char *const names[] = { "", "a+b", "+", "a\xc2\xa0" "b",
	    "a\xc2\x85", "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x8a",
	    "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf",
	    "\xe2\x81\x9f", "\xe3\x80\x80" };
	static const char *const fine[] = { "a", "\xc3\xa9", "\xe2\x80\x8b",
	    "x/y" };
	char both[2 * sizeof(note)];
	size_t textlen;

	make_key("casemate/test", 1);
	sign(text);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(both, sizeof(both), "%s\xe2\x80\x94 %s AAAAAAA=\n",
		    note, names[i]);
		ATF_CHECK_MSG(verify(both, strlen(both), &textlen) == -1, "%s",
		    names[i]);
	}
	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
		snprintf(both, sizeof(both), "%s\xe2\x80\x94 %s AAAAAAA=\n",
		    note, fine[i]);
		ATF_CHECK_MSG(verify(both, strlen(both), &textlen) == 0, "%s",
		    fine[i]);
	}
}

ATF_TC_WITHOUT_HEAD(a_bad_signature_of_ours_spoils_the_note);
ATF_TC_BODY(a_bad_signature_of_ours_spoils_the_note, tc)
{
	char both[2 * sizeof(note)];
	size_t n, textlen, at = strlen(text) + 1;

	make_key("casemate/test", 1);
	n = sign(text);
	snprintf(both, sizeof(both), "%s%s", note, note + at);
	ATF_CHECK_EQ(verify(both, strlen(both), &textlen), 0);
	both[n + 30] = both[n + 30] == 'A' ? 'B' : 'A';
	ATF_CHECK_EQ(verify(both, strlen(both), &textlen), -1);
}

ATF_TC_WITHOUT_HEAD(malformed_notes_are_refused);
ATF_TC_BODY(malformed_notes_are_refused, tc)
{
	static const char *const bad[] = {
		"", "\n", "\n\n", "a\n", "a\n\n", "a\n\nb\n",
		"a\n\n\xe2\x80\x94 x\n", "a\n\n\xe2\x80\x94  AAAAAAAA\n",
		"a\n\n\xe2\x80\x94 x AAAA\n", "a\n\n\xe2\x80\x94 x !\n",
		"a\n\n- x AAAAAAAA\n", "a\r\n\n\xe2\x80\x94 x AAAAAAAA\n",
		"\xff\n\n\xe2\x80\x94 x AAAAAAAA\n",
	};
	size_t textlen;

	make_key("casemate/test", 1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ATF_CHECK_MSG(verify(bad[i], strlen(bad[i]), &textlen) == -1,
		    "%zu", i);
}

ATF_TC_WITHOUT_HEAD(vkeys_have_one_spelling);
ATF_TC_BODY(vkeys_have_one_spelling, tc)
{
	char vkey[VKEY_MAX + 1], bad[2 * VKEY_MAX];
	struct note_key k;
	struct why w;
	size_t len;

	make_key("casemate/test", 1);
	note_format_vkey(vkey, &key);
	len = strlen(vkey);
	ATF_REQUIRE_EQ(note_parse_vkey(&k, vkey, len, &w), 0);
	ATF_CHECK_EQ(memcmp(&k, &key, sizeof(k)), 0);
	snprintf(bad, sizeof(bad), "%s\n", vkey);
	ATF_CHECK_EQ(note_parse_vkey(&k, bad, len + 1, &w), 0);
	snprintf(bad, sizeof(bad), "%s\n\n", vkey);
	ATF_CHECK_EQ(note_parse_vkey(&k, bad, len + 2, &w), -1);
	for (size_t cut = 0; cut < len; cut++)
		ATF_CHECK_ERRNO(EBADMSG, note_parse_vkey(&k, vkey, cut, &w) ==
		    -1);
	for (size_t i = 0; i < len; i++) {
		vkey[i] ^= 0x20;	/* also: another case of the hex */
		ATF_CHECK_MSG(note_parse_vkey(&k, vkey, len, &w) == -1, "%s",
		    vkey);
		vkey[i] ^= 0x20;
	}
}

ATF_TC_WITHOUT_HEAD(names_are_printable_and_short);
ATF_TC_BODY(names_are_printable_and_short, tc)
{
	char name[NOTE_NAME_MAX + 2];

	ATF_CHECK_EQ(note_check_name("example.com/a"), 0);
	ATF_CHECK_ERRNO(EINVAL, note_check_name("") == -1);
	ATF_CHECK_ERRNO(EINVAL, note_check_name("a b") == -1);
	ATF_CHECK_ERRNO(EINVAL, note_check_name("a+b") == -1);
	ATF_CHECK_ERRNO(EINVAL, note_check_name("a\n") == -1);
	ATF_CHECK_ERRNO(EINVAL, note_check_name("\xc2\xa0") == -1);
	memset(name, 'a', sizeof(name));
	name[NOTE_NAME_MAX + 1] = '\0';
	ATF_CHECK_ERRNO(EINVAL, note_check_name(name) == -1);
	name[NOTE_NAME_MAX] = '\0';
	ATF_CHECK_EQ(note_check_name(name), 0);
	make_key(name, 1);	/* its vkey fits */
	note_format_vkey(note, &key);
	ATF_CHECK(strlen(note) < VKEY_MAX);
}

ATF_TC_WITHOUT_HEAD(checkpoints_are_three_lines);
ATF_TC_BODY(checkpoints_are_three_lines, tc)
{
	unsigned char root[32];
	struct checkpoint c;
	char out[256];
	struct why w;
	struct put p;

	for (int i = 0; i < 32; i++)
		root[i] = (unsigned char)i;
	put_init(&p, out, sizeof(out));
	checkpoint_format(&p, "casemate/test", 7, root);
	ATF_REQUIRE_EQ(p.len, strlen(text));
	ATF_CHECK(memcmp(out, text, p.len) == 0);
	ATF_REQUIRE_EQ(checkpoint_parse(&c, out, p.len, &w), 0);
	ATF_CHECK_STREQ(c.origin, "casemate/test");
	ATF_CHECK_EQ(c.size, 7);
	ATF_CHECK(memcmp(c.root, root, 32) == 0);
	for (size_t cut = 0; cut < p.len; cut++)
		ATF_CHECK_EQ(checkpoint_parse(&c, out, cut, &w), -1);
}

#define ROOT	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"

ATF_TC_WITHOUT_HEAD(malformed_checkpoints_are_refused);
ATF_TC_BODY(malformed_checkpoints_are_refused, tc)
{
	static const char *const bad[] = {
		"\n7\n" ROOT, "a\n\n" ROOT, "a\n07\n" ROOT, "a\n-7\n" ROOT,
		"a\n+7\n" ROOT, "a\n 7\n" ROOT, "a\n7 \n" ROOT,
		"a\n18446744073709551616\n" ROOT, "a\n0x7\n" ROOT,
		"a\n7\nAAAA\n", "a\n7\n\n", "a\n7\n" ROOT "ext\n",
		"a\n7\n" ROOT "\n",
	};
	static const char max[] = "a\n18446744073709551615\n" ROOT;
	static const char zero[] = "a\n0\n" ROOT;
	struct checkpoint c;
	struct why w;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ATF_CHECK_MSG(checkpoint_parse(&c, bad[i], strlen(bad[i]),
		    &w) == -1, "%s", bad[i]);
	ATF_REQUIRE_EQ(checkpoint_parse(&c, max, strlen(max), &w), 0);
	ATF_CHECK_EQ(c.size, UINT64_MAX);
	ATF_REQUIRE_EQ(checkpoint_parse(&c, zero, strlen(zero), &w), 0);
	ATF_CHECK_EQ(c.size, 0);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, what_is_signed_verifies);
	ATF_TP_ADD_TC(tp, another_hand_s_note_verifies);
	ATF_TP_ADD_TC(tp, no_changed_byte_verifies);
	ATF_TP_ADD_TC(tp, other_keys_signatures_are_passed_over);
	ATF_TP_ADD_TC(tp, a_malformed_name_of_another_key_spoils_the_note);
	ATF_TP_ADD_TC(tp, a_bad_signature_of_ours_spoils_the_note);
	ATF_TP_ADD_TC(tp, malformed_notes_are_refused);
	ATF_TP_ADD_TC(tp, vkeys_have_one_spelling);
	ATF_TP_ADD_TC(tp, names_are_printable_and_short);
	ATF_TP_ADD_TC(tp, checkpoints_are_three_lines);
	ATF_TP_ADD_TC(tp, malformed_checkpoints_are_refused);
	return atf_no_error();
}
