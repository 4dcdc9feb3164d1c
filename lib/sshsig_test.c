/*
 * Signatures that ssh-keygen (OpenSSH 9.2) made, in testdata/sshsig: `message'
 * signed by each key with each hash for the namespace casemate-command, and
 * what is to be refused.
 */
#include "sshsig.h"

#include <atf-c.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base64.h"
#include "lib/msg/msg.h"
#include "lib/test/sample.h"

#define NS	NAMESPACE_COMMAND

/* A file of testdata/sshsig; returns its length. */
static size_t
load(const char *name, char *dst, size_t cap)
{
	char path[256];

	snprintf(path, sizeof(path), "lib/testdata/sshsig/%s", name);
	return sample_load(path, dst, cap);
}

/* The blob in a file "TYPE BASE64 COMMENT"; returns its length. */
static size_t
load_blob(const char *name, unsigned char *blob, size_t cap)
{
	char text[2048], *b64;
	size_t len;

	load(name, text, sizeof(text));
	b64 = strchr(text, ' ') + 1;
	ATF_REQUIRE_EQ(base64_get(blob, cap, &len, b64,
	    strcspn(b64, " \n")), 0);
	return len;
}

static void
load_key(const char *name, struct sshkey *key)
{
	unsigned char blob[1100];
	struct why w;

	ATF_REQUIRE_EQ(sshkey_parse(key, blob, load_blob(name, blob,
	    sizeof(blob)), &w), 0);
}

static const struct {
	const char	*sig, *key;
} good[] = {
	{ "ed25519.sha256.sig", "ed25519.pub" },
	{ "ed25519.sha512.sig", "ed25519.pub" },
	{ "p256.sha256.sig", "p256.pub" },
	{ "p256.sha512.sig", "p256.pub" },
};
#define NGOOD	(sizeof(good) / sizeof(good[0]))

ATF_TC_WITHOUT_HEAD(signatures_of_openssh_verify);
ATF_TC_BODY(signatures_of_openssh_verify, tc)
{
	char armor[SIG_MAX], msg[256];
	size_t len = load("message", msg, sizeof(msg));
	struct sshkey key;
	struct sshsig s;
	struct why w;

	for (size_t i = 0; i < NGOOD; i++) {
		size_t n = load(good[i].sig, armor, sizeof(armor));

		load_key(good[i].key, &key);
		ATF_REQUIRE_MSG(sshsig_parse(&s, armor, n, &w) == 0, "%s: %s",
		    good[i].sig, w.text);
		ATF_CHECK_STREQ(s.ns, NS);
		ATF_CHECK_MSG(sshsig_check(&s, &key, NS, msg, len) == 0,
		    "%s", good[i].sig);
		ATF_CHECK_ERRNO(EBADMSG, sshsig_check(&s, &key,
		    NAMESPACE_MANIFEST, msg, len) == -1);
		ATF_CHECK_ERRNO(EBADMSG, sshsig_check(&s, &key, NS, msg,
		    len - 1) == -1);
		msg[0] ^= 1;
		ATF_CHECK_ERRNO(EBADMSG, sshsig_check(&s, &key, NS, msg,
		    len) == -1);
		msg[0] ^= 1;
		load_key(strcmp(good[i].key, "p256.pub") == 0 ?
		    "ed25519.pub" : "p256.pub", &key);
		ATF_CHECK_ERRNO(EBADMSG, sshsig_check(&s, &key, NS, msg,
		    len) == -1);
	}
}

/* The blob between the armour's lines, and back. */
static size_t
unarmor(const char *armor, unsigned char *blob, size_t cap)
{
	const char *p = strchr(armor, '\n') + 1;
	char text[SIG_MAX];
	size_t n = 0, len;

	for (; *p != '-'; p++)
		if (*p != '\n')
			text[n++] = *p;
	ATF_REQUIRE_EQ(base64_get(blob, cap, &len, text, n), 0);
	return len;
}

static size_t
rearmor(char armor[SIG_MAX], const unsigned char *blob, size_t len)
{
	struct put p;

	put_init(&p, armor, SIG_MAX);
	put_raw(&p, "-----BEGIN SSH SIGNATURE-----\n", 30);
	base64_put(&p, blob, len);
	put_raw(&p, "\n-----END SSH SIGNATURE-----\n", 29);
	ATF_REQUIRE_EQ(p.err, 0);
	return p.len;
}

/* Whether this blob is taken for the key's signature. */
static bool
accepted(const unsigned char *blob, size_t len, const struct sshkey *key,
    const char *msg, size_t msglen)
{
	char armor[SIG_MAX];
	struct sshsig s;
	struct why w;
	size_t n = rearmor(armor, blob, len);

	return sshsig_parse(&s, armor, n, &w) == 0 &&
	    sshsig_check(&s, key, NS, msg, msglen) == 0;
}

ATF_TC_WITHOUT_HEAD(no_changed_byte_verifies);
ATF_TC_BODY(no_changed_byte_verifies, tc)
{
	unsigned char blob[1024];
	char armor[SIG_MAX], msg[256];
	size_t msglen = load("message", msg, sizeof(msg));
	struct sshkey key;

	for (size_t i = 0; i < NGOOD; i++) {
		size_t len;

		load(good[i].sig, armor, sizeof(armor));
		load_key(good[i].key, &key);
		len = unarmor(armor, blob, sizeof(blob));
		ATF_REQUIRE(accepted(blob, len, &key, msg, msglen));
		for (size_t at = 0; at < len; at++) {
			blob[at] ^= 1;
			ATF_CHECK_MSG(!accepted(blob, len, &key, msg, msglen),
			    "%s: byte %zu", good[i].sig, at);
			blob[at] ^= 1;
		}
	}
}

ATF_TC_WITHOUT_HEAD(nothing_shorter_or_longer_verifies);
ATF_TC_BODY(nothing_shorter_or_longer_verifies, tc)
{
	unsigned char blob[1024] = { 0 };
	char armor[SIG_MAX], msg[256];
	size_t msglen = load("message", msg, sizeof(msg));
	struct sshkey key;

	for (size_t i = 0; i < NGOOD; i++) {
		size_t len;

		load(good[i].sig, armor, sizeof(armor));
		load_key(good[i].key, &key);
		len = unarmor(armor, blob, sizeof(blob));
		for (size_t cut = 0; cut < len; cut++)
			ATF_CHECK(!accepted(blob, cut, &key, msg, msglen));
		blob[len] = 0;
		ATF_CHECK(!accepted(blob, len + 1, &key, msg, msglen));
	}
}

static void
refused(const char *armor, size_t len, const char *words)
{
	struct sshsig s;
	struct why w = { "" };

	ATF_CHECK_ERRNO(EBADMSG, sshsig_parse(&s, armor, len, &w) == -1);
	ATF_CHECK_MSG(strstr(w.text, words) != NULL, "%s: %s", words, w.text);
}

ATF_TC_WITHOUT_HEAD(armour_is_strict);
ATF_TC_BODY(armour_is_strict, tc)
{
	char good_armor[SIG_MAX], armor[2 * SIG_MAX];
	size_t len = load("ed25519.sha512.sig", good_armor, SIG_MAX);
	struct sshsig s;
	struct why w;

	refused("", 0, "there is no signature");
	memset(armor, 'A', sizeof(armor));
	refused(armor, SIG_MAX + 1, "at most 4096");
	refused("hello\n", 6, "not an SSH signature");
	refused("-----BEGIN SSH SIGNATURE-----\n", 30, "last line");
	ATF_CHECK_EQ(sshsig_parse(&s, good_armor, len - 1, &w), 0);
	for (size_t cut = 0; cut < len - 1; cut++)
		ATF_CHECK_EQ(sshsig_parse(&s, good_armor, cut, &w), -1);
	memcpy(armor, good_armor, len);
	armor[len] = '\n';
	refused(armor, len + 1, "damaged");		/* more after it */
	armor[99] = '\r';
	refused(armor, len, "damaged");
	memcpy(armor, good_armor, len);
	memmove(armor + 31, armor + 30, len - 30);	/* an empty line */
	armor[30] = '\n';
	refused(armor, len + 1, "damaged");
}

ATF_TC_WITHOUT_HEAD(other_key_types_are_refused_by_name);
ATF_TC_BODY(other_key_types_are_refused_by_name, tc)
{
	static const struct {
		const char *file, *words;
	} others[] = {
		{ "rsa.sig", "key type ssh-rsa cannot be used" },
		{ "p384.sig", "key type ecdsa-sha2-nistp384 cannot be used" },
		{ "sk-ed25519.sig", "security keys (sk-ssh-ed25519@" },
		{ "sk-p256.sig", "security keys (sk-ecdsa-sha2-nistp256@" },
	};
	char armor[SIG_MAX];

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		size_t n = load(others[i].file, armor, sizeof(armor));

		refused(armor, n, others[i].words);
	}
}

/* A signature blob of these parts around an Ed25519 key. */
static size_t
forge(unsigned char *dst, size_t cap, uint32_t version, const char *ns,
    const char *reserved, const char *hash)
{
	unsigned char key[128];
	size_t keylen = load_blob("ed25519.pub", key, sizeof(key));
	struct put p;

	put_init(&p, dst, cap);
	put_raw(&p, "SSHSIG", 6);
	put_u32(&p, version);
	put_string(&p, key, keylen);
	put_cstr(&p, ns);
	put_cstr(&p, reserved);
	put_cstr(&p, hash);
	put_cstr(&p, "signature");
	ATF_REQUIRE_EQ(p.err, 0);
	return p.len;
}

static void
forged(uint32_t version, const char *ns, const char *reserved,
    const char *hash, const char *words)
{
	unsigned char blob[512];
	char armor[SIG_MAX];
	size_t len = forge(blob, sizeof(blob), version, ns, reserved, hash);

	refused(armor, rearmor(armor, blob, len), words);
}

ATF_TC_WITHOUT_HEAD(every_field_is_checked);
ATF_TC_BODY(every_field_is_checked, tc)
{
	unsigned char blob[512];
	char armor[SIG_MAX], ns[SSHSIG_NAMESPACE_MAX + 2];
	struct sshsig s;
	struct why w;
	size_t len = forge(blob, sizeof(blob), 1, "a", "", "sha256");

	ATF_CHECK_EQ(sshsig_parse(&s, armor, rearmor(armor, blob, len), &w),
	    0);
	forged(2, "a", "", "sha256", "version 2");
	forged(1, "", "", "sha256", "malformed");
	forged(1, "a\nb", "", "sha256", "malformed");
	forged(1, "a", "x", "sha256", "malformed");
	forged(1, "a", "", "sha1", "malformed");
	memset(ns, 'n', sizeof(ns));
	ns[sizeof(ns) - 1] = '\0';
	forged(1, ns, "", "sha256", "malformed");
	blob[0] = 's';
	refused(armor, rearmor(armor, blob, len), "not an SSH signature");
}

/* A P-256 signature's two numbers. */
static void
split_p256(const struct sshsig *s, unsigned char n[2][40], size_t len[2])
{
	const void *inner, *p;
	struct get g;
	size_t l;

	get_init(&g, s->sig, s->siglen);
	get_string(&g, &l, 64);
	inner = get_string(&g, &l, 128);
	get_init(&g, inner, l);
	for (int i = 0; i < 2; i++) {
		p = get_string(&g, &len[i], 33);
		memcpy(n[i], p, len[i]);
	}
	ATF_REQUIRE_EQ(get_end(&g), 0);
}

/* Whether these two numbers are taken for the signature. */
static int
verify_p256(const struct sshsig *s, unsigned char n[2][40],
    const size_t len[2], const struct sshkey *key)
{
	struct sshsig again = *s;
	unsigned char inner[96];
	char msg[256];
	struct put p;
	size_t l;

	put_init(&p, inner, sizeof(inner));
	put_string(&p, n[0], len[0]);
	put_string(&p, n[1], len[1]);
	ATF_REQUIRE_EQ(p.err, 0);
	l = p.len;
	put_init(&p, again.sig, sizeof(again.sig));
	put_cstr(&p, "ecdsa-sha2-nistp256");
	put_string(&p, inner, l);
	ATF_REQUIRE_EQ(p.err, 0);
	again.siglen = p.len;
	return sshsig_check(&again, key, NS, msg, load("message", msg,
	    sizeof(msg)));
}

ATF_TC_WITHOUT_HEAD(numbers_of_a_signature_have_one_spelling);
ATF_TC_BODY(numbers_of_a_signature_have_one_spelling, tc)
{
	unsigned char n[2][40];
	char armor[SIG_MAX];
	struct sshkey key;
	struct sshsig s;
	struct why w;
	size_t len[2];

	ATF_REQUIRE_EQ(sshsig_parse(&s, armor, load("p256.sha512.sig", armor,
	    sizeof(armor)), &w), 0);
	load_key("p256.pub", &key);
	for (int i = 0; i < 2; i++) {
		split_p256(&s, n, len);
		ATF_REQUIRE_EQ(verify_p256(&s, n, len, &key), 0);
		memmove(n[i] + 1, n[i], len[i]++);
		n[i][0] = 0;			/* a zero too many */
		ATF_CHECK_EQ(verify_p256(&s, n, len, &key), -1);
		split_p256(&s, n, len);
		len[i] = 0;			/* zero */
		ATF_CHECK_EQ(verify_p256(&s, n, len, &key), -1);
		len[i] = 1;
		n[i][0] = 0;
		ATF_CHECK_EQ(verify_p256(&s, n, len, &key), -1);
		n[i][0] = 0x80;			/* negative */
		ATF_CHECK_EQ(verify_p256(&s, n, len, &key), -1);
		split_p256(&s, n, len);
		while (n[i][0] == 0)		/* without its sign's zero */
			memmove(n[i], n[i] + 1, --len[i]);
		if (n[i][0] & 0x80)
			ATF_CHECK_EQ(verify_p256(&s, n, len, &key), -1);
	}
}

ATF_TC_WITHOUT_HEAD(a_point_off_the_curve_is_no_key);
ATF_TC_BODY(a_point_off_the_curve_is_no_key, tc)
{
	unsigned char blob[128];
	size_t len = load_blob("p256.pub", blob, sizeof(blob));
	struct sshkey key;
	struct why w;

	ATF_REQUIRE_EQ(sshkey_parse(&key, blob, len, &w), 0);
	blob[len - 1] ^= 1;
	ATF_CHECK_EQ(sshkey_parse(&key, blob, len, &w), -1);
	ATF_CHECK(strstr(w.text, "malformed") != NULL);
	ATF_CHECK(sshkey_type_name(&key) == NULL);
}

ATF_TC_WITHOUT_HEAD(fingerprints_are_those_of_ssh_keygen);
ATF_TC_BODY(fingerprints_are_those_of_ssh_keygen, tc)
{
	char shown[SSHKEY_FINGERPRINT_LEN + 1], want[256];
	unsigned char blob[128];
	size_t len = load_blob("ed25519.pub", blob, sizeof(blob));

	load("ed25519.fingerprint", want, sizeof(want));
	want[strcspn(want, "\n")] = '\0';
	sshkey_fingerprint(shown, blob, len);
	ATF_CHECK_STREQ(shown, want);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, signatures_of_openssh_verify);
	ATF_TP_ADD_TC(tp, no_changed_byte_verifies);
	ATF_TP_ADD_TC(tp, nothing_shorter_or_longer_verifies);
	ATF_TP_ADD_TC(tp, armour_is_strict);
	ATF_TP_ADD_TC(tp, other_key_types_are_refused_by_name);
	ATF_TP_ADD_TC(tp, every_field_is_checked);
	ATF_TP_ADD_TC(tp, numbers_of_a_signature_have_one_spelling);
	ATF_TP_ADD_TC(tp, a_point_off_the_curve_is_no_key);
	ATF_TP_ADD_TC(tp, fingerprints_are_those_of_ssh_keygen);
	return atf_no_error();
}
