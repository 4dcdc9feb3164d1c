/*
 * Three readers of receipts and appliance keys, ours, docs/verify-receipt.sh
 * and Go's golang.org/x/mod (lib/referee/xmod.go), on one table of good and bad
 * samples.  x/mod reads the key and the note only.  Where it is less strict,
 * the row says why.  Ours and the script must refuse all that it refuses.
 */
#include <sys/wait.h>

#include <atf-c.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "client/test/rand.h"
#include "lib/base64.h"
#include "lib/receipt.h"
#include "verified.h"

#define NAME	"casemate/test"
#define DASH	"\xe2\x80\x94 "
#define NUL	"\x1a"		/* in the table: a NUL byte */
#define LEAF(id, source)						\
	"{\"specversion\":\"1.0\",\"id\":\"" id "\","			\
	"\"source\":\"" source "\","					\
	"\"type\":\"casemate.job.finished\","				\
	"\"time\":\"2026-11-22T05:22:47.424Z\",\"prev\":\"00\","	\
	"\"data\":{\"job\":\"x\"}}"

/* Others' signature lines: id and signature have 5 bytes. */
#define OTHER	DASH "witness.example AAAAAAA=\n"

static struct note_key key;
static unsigned char secret[NOTE_SECRET_LEN];
static char root_text[64], proof_text[64];

enum receipt_verdict { BAD, GOOD };

/*
 * A sample is the good receipt and key with changes.  `text' (signed) may have
 * %s for the root.
 */
struct receipt_sample {
	const char	*name;
	enum receipt_verdict	 ours, script, go;
	const char	*text;		/* the checkpoint */
	const char	*before, *after; /* our signature line */
	const char	*from, *to;	/* in the receipt, the first one */
	const char	*key_from, *key_to;	/* in the key file */
	const char	*leaf;
};

static const struct receipt_sample samples[] = {
	{ "good", GOOD, GOOD, GOOD, .text = NULL },

	/* the note as a whole */
	{ "a stray line at the end", BAD, BAD, BAD, .after = "stray\n" },
	{ "a stray line before", BAD, BAD, BAD, .before = "stray\n" },
	{ "a newline at the end", BAD, BAD, BAD, .after = "\n" },
	{ "two newlines at the end", BAD, BAD, BAD, .after = "\n\n" },
	{ "a newline between signatures", BAD, BAD, BAD,
	    .after = "\n" OTHER },
	{ "no newline at the end", BAD, BAD, BAD, .from = "=\n$", .to = "=" },
	{ "a NUL in another's name", BAD, BAD, BAD,
	    .after = DASH "a" NUL "b AAAAAAA=\n" },
	{ "a NUL at the end", BAD, BAD, BAD, .after = NUL },
	{ "a NUL in the root", BAD, BAD, BAD, .text = NAME "\n2\n%s" NUL
	    "\n" },
	{ "a NUL before the receipt", BAD, BAD, GOOD, .from = "c2sp",
	    .to = NUL "c2sp" },
	{ "a NUL in the leaf's base 64", BAD, BAD, GOOD, .from = "extra ",
	    .to = "extra " NUL },
	{ "a CR at the end of a line", BAD, BAD, BAD, .from = "\n2\n",
	    .to = "\n2\r\n" },
	{ "a tab", BAD, BAD, BAD, .after = DASH "a\tb AAAAAAA=\n" },
	{ "bytes that are not UTF-8", BAD, BAD, BAD,
	    .after = DASH "a\xff AAAAAAA=\n" },
	{ "a part of a character", BAD, BAD, BAD,
	    .after = DASH "\xe2\x80 AAAAAAA=\n" },
	{ "no signature", BAD, BAD, BAD, .from = DASH, .to = NULL },
	{ "a changed size", BAD, BAD, BAD, .from = "\n2\n", .to = "\n3\n" },
	{ "a hyphen for the dash", BAD, BAD, BAD, .from = DASH, .to = "- " },
	{ "two blanks", BAD, BAD, BAD, .from = DASH, .to = DASH " " },
	{ "a blank at the end", BAD, BAD, BAD, .from = "=\n$", .to = "= \n" },

	/* others' signatures */
	{ "another before", GOOD, GOOD, GOOD, .before = OTHER },
	{ "another after", GOOD, GOOD, GOOD, .after = OTHER },
	{ "our name, another id", GOOD, GOOD, GOOD,
	    .after = DASH NAME " AAAAAAA=\n" },
	{ "a plus in the name", BAD, BAD, BAD,
	    .after = DASH "a+b AAAAAAA=\n" },
	{ "U+00A0 in the name", BAD, BAD, BAD,
	    .after = DASH "a\xc2\xa0" "b AAAAAAA=\n" },
	{ "U+0085 in the name", BAD, BAD, BAD,
	    .after = DASH "a\xc2\x85" "b AAAAAAA=\n" },
	{ "U+3000 in the name", BAD, BAD, BAD,
	    .after = DASH "\xe3\x80\x80" " AAAAAAA=\n" },
	{ "U+2028 in the name", BAD, BAD, BAD,
	    .after = DASH "\xe2\x80\xa8 AAAAAAA=\n" },
	/* the script knows no UTF-8 */
	{ "U+00E9 in the name", GOOD, BAD, GOOD,
	    .after = DASH "\xc3\xa9 AAAAAAA=\n" },
	{ "U+2014 as the name", GOOD, BAD, GOOD,
	    .after = DASH DASH "AAAAAAA=\n" },
	{ "no name", BAD, BAD, BAD, .after = DASH " AAAAAAA=\n" },
	{ "no base 64", BAD, BAD, BAD, .after = DASH "a\n" },
	{ "empty base 64", BAD, BAD, BAD, .after = DASH "a \n" },
	{ "four bytes of base 64", BAD, BAD, BAD,
	    .after = DASH "a AAAAAA==\n" },
	{ "base 64 without padding", BAD, BAD, BAD,
	    .after = DASH "a AAAAAAA\n" },
	{ "URL's base 64", BAD, BAD, BAD, .after = DASH "a ____AAA=\n" },
	{ "a blank in base 64", BAD, BAD, BAD, .after = DASH "a AAAA AAA=\n" },
	/* Go's StdEncoding ignores the bits that padding cuts off */
	{ "bits under the padding", BAD, BAD, GOOD,
	    .after = DASH "a AAAAAAB=\n" },
	{ "our signature twice", GOOD, GOOD, GOOD, .after = "SIG" },
	/* x/mod looks at the first signature of a key only */
	{ "a bad one of ours after it", BAD, BAD, GOOD, .after = "WRONG" },
	{ "a bad one of ours before it", BAD, BAD, BAD, .before = "WRONG" },
	/* 100 are its most, ours 64 */
	{ "65 signatures", BAD, BAD, GOOD, .after = "MANY" },

	/* the checkpoint, which x/mod does not read */
	{ "another origin", BAD, BAD, GOOD,
	    .text = "casemate/other\n2\n%s\n" },
	{ "an extension line", BAD, BAD, GOOD, .text = NAME "\n2\n%s\nx\n" },
	{ "an empty extension line", BAD, BAD, GOOD,
	    .text = NAME "\n2\n%s\n\n" },
	{ "a leading zero", BAD, BAD, GOOD, .text = NAME "\n02\n%s\n" },
	{ "a sign", BAD, BAD, GOOD, .text = NAME "\n+2\n%s\n" },
	{ "a hexadecimal size", BAD, BAD, GOOD, .text = NAME "\n0x2\n%s\n" },
	{ "a blank after the size", BAD, BAD, GOOD, .text = NAME "\n2 \n%s\n" },
	{ "a blank before the origin", BAD, BAD, GOOD,
	    .text = " " NAME "\n2\n%s\n" },
	{ "a blank after the root", BAD, BAD, GOOD, .text = NAME "\n2\n%s \n" },
	{ "an empty root", BAD, BAD, GOOD, .text = NAME "\n2\n\n" },
	{ "a short root", BAD, BAD, GOOD, .text = NAME "\n2\nAAAA\n" },
	{ "a size of 2^64", BAD, BAD, GOOD,
	    .text = NAME "\n18446744073709551616\n%s\n" },

	/* the receipt around the note, which x/mod does not read either */
	{ "another version", BAD, BAD, GOOD, .from = "@v1", .to = "@v2" },
	{ "a blank after the version", BAD, BAD, GOOD, .from = "@v1",
	    .to = "@v1 " },
	{ "a byte order mark", BAD, BAD, GOOD, .from = "c2sp",
	    .to = "\xef\xbb\xbf" "c2sp" },
	{ "a line before", BAD, BAD, GOOD, .from = "c2sp", .to = "\nc2sp" },
	{ "extra without a blank", BAD, BAD, GOOD, .from = "extra ",
	    .to = "extra" },
	{ "extra with two blanks", BAD, BAD, GOOD, .from = "extra ",
	    .to = "extra  " },
	{ "a blank after extra's base 64", BAD, BAD, GOOD,
	    .from = "\nindex", .to = " \nindex" },
	{ "a leading zero of the index", BAD, BAD, GOOD, .from = "index 0",
	    .to = "index 00" },
	{ "a sign of the index", BAD, BAD, GOOD, .from = "index 0",
	    .to = "index -0" },
	{ "no index", BAD, BAD, GOOD, .from = "index 0", .to = "index " },
	{ "index without a blank", BAD, BAD, GOOD, .from = "index 0",
	    .to = "index0" },
	{ "the other index", BAD, BAD, GOOD, .from = "index 0",
	    .to = "index 1" },
	{ "an index of the size", BAD, BAD, GOOD, .from = "index 0",
	    .to = "index 2" },
	{ "a hash too much", BAD, BAD, GOOD, .from = "PROOF",
	    .to = "PROOFPROOF" },
	{ "a hash too few", BAD, BAD, GOOD, .from = "PROOF", .to = "" },
	{ "a hash of 3 bytes", BAD, BAD, GOOD, .from = "PROOF",
	    .to = "AAAA\n" },
	{ "a line that is no hash", BAD, BAD, GOOD, .from = "PROOF",
	    .to = "PROOFx\n" },
	{ "a blank in place of the empty line", BAD, BAD, BAD,
	    .from = "PROOF\n", .to = "PROOF \n" },

	/* the leaf, which is signed */
	{ "a leaf of another index", BAD, BAD, GOOD,
	    .leaf = LEAF("7", NAME) },
	{ "a leaf of another source", BAD, BAD, GOOD,
	    .leaf = LEAF("0", "casemate/other") },

	/* the key file */
	{ "a key without a newline", GOOD, GOOD, GOOD, .key_from = "\n",
	    .key_to = "" },
	/* Go's base 64 skips CR and LF */
	{ "a key and two newlines", BAD, BAD, GOOD, .key_from = "\n",
	    .key_to = "\n\n" },
	{ "a key and a CR", BAD, BAD, GOOD, .key_from = "\n",
	    .key_to = "\r\n" },
	{ "a key and another line", BAD, BAD, BAD, .key_from = "\n",
	    .key_to = "\nx\n" },
	{ "a key and a NUL", BAD, BAD, BAD, .key_from = "\n",
	    .key_to = NUL "\n" },
	{ "a key and a blank", BAD, BAD, BAD, .key_from = "\n",
	    .key_to = " \n" },
	{ "a blank before the key", BAD, BAD, BAD, .key_from = NAME,
	    .key_to = " " NAME },
	{ "a blank in the key's name", BAD, BAD, BAD, .key_from = NAME,
	    .key_to = "casemate/ test" },
	{ "no key's name", BAD, BAD, BAD, .key_from = NAME, .key_to = "" },
	{ "another name", BAD, BAD, BAD, .key_from = NAME, .key_to = "x" },
	{ "a key with a plus too much", BAD, BAD, BAD, .key_from = "+",
	    .key_to = "++" },
	{ "an empty key file", BAD, BAD, BAD, .key_from = "ALL",
	    .key_to = "" },
};

#define SAMPLES	(sizeof(samples) / sizeof(samples[0]))

/* Replaces the first `from' of a buffer; "x$" is the x at its end. */
static size_t
edit(char *dst, const char *src, size_t len, const char *from, const char *to)
{
	size_t n = strlen(from), at;
	bool last = n != 0 && from[n - 1] == '$';

	n -= last;
	at = last ? len - n : (size_t)((const char *)memmem(src, len, from, n) -
	    src);
	ATF_REQUIRE_MSG(memcmp(src + at, from, n) == 0, "%s", from);
	memcpy(dst, src, at);
	memcpy(dst + at, to, strlen(to));
	memcpy(dst + at + strlen(to), src + at + n, len - at - n);
	return len - n + strlen(to);
}

static void
put_nuls(char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] == NUL[0])
			text[i] = '\0';
}

/* Our signature line over the text. */
static void
sign_line(char line[256], const char *text, size_t len)
{
	char note[8192];
	struct put p;

	put_init(&p, note, sizeof(note));
	note_sign(&p, &key, secret, text, len);
	ATF_REQUIRE_EQ(0, p.err);
	snprintf(line, 256, "%.*s", (int)(p.len - len - 1), note + len + 1);
}

/* What stands before or after our signature line. */
static size_t
put_more(char *dst, const char *what, const char *line)
{
	char wrong[256];
	size_t n = 0;

	if (what == NULL)
		return 0;
	if (strcmp(what, "SIG") == 0)
		return (size_t)sprintf(dst, "%s", line);
	if (strcmp(what, "WRONG") == 0) {
		sign_line(wrong, "other\n", 6);
		return (size_t)sprintf(dst, "%s", wrong);
	}
	if (strcmp(what, "MANY") != 0)
		return (size_t)sprintf(dst, "%s", what);
	for (int i = 0; i < NOTE_SIGS_MAX; i++)
		n += (size_t)sprintf(dst + n, "%s", OTHER);
	return n;
}

static size_t
make_note(char *dst, const struct receipt_sample *s)
{
	const char *form = s->text == NULL ? NAME "\n2\n%s\n" : s->text;
	char text[512], line[256];
	const char *at = strstr(form, "%s");
	size_t len, n;

	if (at == NULL)
		at = form + strlen(form);
	len = (size_t)sprintf(text, "%.*s%s%s", (int)(at - form), form,
	    *at == '\0' ? "" : root_text, *at == '\0' ? "" : at + 2);
	put_nuls(text, len);
	sign_line(line, text, len);
	memcpy(dst, text, len);
	n = len;
	dst[n++] = '\n';
	n += put_more(dst + n, s->before, line);
	n += (size_t)sprintf(dst + n, "%s", line);
	return n + put_more(dst + n, s->after, line);
}

/* A tree of two leaves, of which the receipt has the first. */
static size_t
make_receipt(char *dst, const struct receipt_sample *s)
{
	const char *leaf = s->leaf == NULL ? LEAF("0", NAME) : s->leaf;
	unsigned char root[TREE_HASH], hash[TREE_HASH];
	static char note[16384];
	struct proof proof = { .count = 1 };
	struct put p;

	memset(proof.hash[0], 7, TREE_HASH);
	tree_hash_leaf(leaf, strlen(leaf), hash);
	tree_hash_children(hash, proof.hash[0], root);
	put_init(&p, root_text, sizeof(root_text) - 1);
	base64_put(&p, root, sizeof(root));
	root_text[p.len] = '\0';
	put_init(&p, proof_text, sizeof(proof_text) - 1);
	base64_put(&p, proof.hash[0], TREE_HASH);
	put_raw(&p, "\n", 2);
	put_init(&p, dst, RECEIPT_MAX);
	receipt_format(&p, leaf, strlen(leaf), 0, &proof, note,
	    make_note(note, s));
	ATF_REQUIRE_EQ(0, p.err);
	return p.len;
}

/* The word PROOF in a sample is the hash's line. */
static void
expand(char dst[512], const char *word)
{
	size_t n = 0;

	for (; *word != '\0'; word++) {
		if (strncmp(word, "PROOF", 5) == 0) {
			n += (size_t)sprintf(dst + n, "%s", proof_text);
			word += 4;
		} else {
			dst[n++] = *word;
		}
	}
	dst[n] = '\0';
}

static size_t
make_text(char *dst, const struct receipt_sample *s)
{
	static char whole[RECEIPT_MAX];
	char from[512], to[512];
	size_t len = make_receipt(whole, s);

	if (s->from == NULL) {
		memcpy(dst, whole, len);
	} else if (s->to == NULL) {	/* all from there on is missing */
		len = (size_t)((char *)memmem(whole, len, s->from,
		    strlen(s->from)) - whole);
		memcpy(dst, whole, len);
	} else {
		expand(from, s->from);
		expand(to, s->to);
		len = edit(dst, whole, len, from, to);
	}
	put_nuls(dst, len);
	return len;
}

static size_t
make_key(char *dst, const struct receipt_sample *s)
{
	char vkey[VKEY_MAX + 2];
	size_t len;

	note_format_vkey(vkey, &key);
	strcat(vkey, "\n");
	len = strlen(vkey);
	if (s->key_from == NULL)
		memcpy(dst, vkey, len);
	else if (strcmp(s->key_from, "ALL") == 0)
		len = (size_t)sprintf(dst, "%s", s->key_to);
	else
		len = edit(dst, vkey, len, s->key_from, s->key_to);
	put_nuls(dst, len);
	return len;
}

static void
write_file(const char *name, const void *data, size_t len)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	ATF_REQUIRE(fd != -1);
	ATF_REQUIRE_EQ((ssize_t)len, write(fd, data, len));
	close(fd);
}

/* The verdict of a program: exit 0 good, 1 bad, and nothing else. */
static enum receipt_verdict
ask(const char *const argv[])
{
	union {
		const char *const *in;
		char *const *out;
	} v = { .in = argv };
	int status;
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		int fd = open("out", O_RDWR | O_CREAT | O_TRUNC, 0600);

		dup2(fd, 1);
		dup2(fd, 2);
		execv(argv[0], v.out);
		_exit(99);
	}
	ATF_REQUIRE_EQ(pid, waitpid(pid, &status, 0));
	ATF_REQUIRE(WIFEXITED(status) && WEXITSTATUS(status) < 2);
	return WEXITSTATUS(status) == 0 ? GOOD : BAD;
}

/* A file below the folder that a variable of the environment names. */
static const char *
path_in(const char *variable, const char *usual, const char *file)
{
	static char path[4096];
	const char *dir = getenv(variable);

	snprintf(path, sizeof(path), "%s/%s", dir == NULL ? usual : dir,
	    file);
	return path;
}

static enum receipt_verdict
ask_script(const char *receipt, const char *vkey)
{
	const char *argv[] = { "/bin/sh", path_in("CASEMATE_SRC", ".",
	    "docs/verify-receipt.sh"), receipt, vkey, NULL };

	return ask(argv);
}

static enum receipt_verdict
ask_go(const char *receipt, const char *vkey)
{
	const char *argv[] = { path_in("CASEMATE_BUILD", "build", "xmod"),
	    "receipt", vkey, receipt, NULL };

	return ask(argv);
}

static enum receipt_verdict
ask_ours(const char *text, size_t len, const char *keyfile)
{
	char vkey[VKEY_MAX + 1];
	struct verified v = { 0 };
	enum receipt_verdict verdict = BAD;
	struct why w = { "" };

	if (verified_load_key(keyfile, vkey) == 0) {
		if (verified_check(&v, text, len, vkey, &w) == 0)
			verdict = GOOD;
		else
			printf("%s\n", w.text);
		verified_free(&v);
	}
	return verdict;
}

static void
check_sample(size_t i)
{
	const struct receipt_sample *s = &samples[i];
	static char text[2 * RECEIPT_MAX];
	char keyfile[32], receipt[32];
	size_t len;

	snprintf(keyfile, sizeof(keyfile), "%zu.key", i);
	snprintf(receipt, sizeof(receipt), "%zu.receipt", i);
	len = make_key(text, s);
	write_file(keyfile, text, len);
	len = make_text(text, s);
	write_file(receipt, text, len);
	ATF_CHECK_EQ_MSG(s->ours, ask_ours(text, len, keyfile), "%s", s->name);
	ATF_CHECK_EQ_MSG(s->script, ask_script(receipt, keyfile), "%s",
	    s->name);
	ATF_CHECK_EQ_MSG(s->go, ask_go(receipt, keyfile), "%s", s->name);
	ATF_CHECK_MSG(s->go == GOOD || (s->ours == BAD && s->script == BAD),
	    "%s", s->name);
}

static void
make_signer(void)
{
	unsigned char pub[NOTE_KEY_LEN];

	ATF_REQUIRE(sodium_init() != -1);
	crypto_sign_keypair(pub, secret);
	ATF_REQUIRE_EQ(0, note_key_init(&key, NAME, pub));
}

ATF_TC(readers_of_receipts_agree);
ATF_TC_HEAD(readers_of_receipts_agree, tc)
{
	atf_tc_set_md_var(tc, "require.progs", "openssl base64 sha256sum od");
}
ATF_TC_BODY(readers_of_receipts_agree, tc)
{
	make_signer();
	for (size_t i = 0; i < SAMPLES; i++)
		check_sample(i);
}

/* Puts a word somewhere, mostly behind a newline, or takes bytes away. */
static size_t
change_at_random(char *text, size_t len)
{
	static const char *const words[] = { OTHER, "\n", " ", "\r", "\t", "A",
	    "=", "0", "-", DASH, DASH NAME " ", "extra ", "\xc2\xa0", NUL,
	    "AAAA\n", "+" };
	const char *word = words[rand_below(sizeof(words) / sizeof(*words))];
	size_t at = rand_below(len + 1), n = strlen(word);

	while (rand_below(4) != 0 && at != len && at != 0 &&
	    text[at - 1] != '\n')
		at++;
	if (rand_below(4) == 0 && at < len) {
		n = 1 + rand_below(len - at < 50 ? len - at : 50);
		memmove(text + at, text + at + n, len - at - n);
		return len - n;
	}
	memmove(text + at + n, text + at, len - at);
	memcpy(text + at, word, n);
	put_nuls(text + at, n);
	return len + n;
}

ATF_TC(readers_agree_on_random_changes);
ATF_TC_HEAD(readers_agree_on_random_changes, tc)
{
	atf_tc_set_md_var(tc, "require.progs", "openssl base64 sha256sum od");
	atf_tc_set_md_var(tc, "timeout", "86400");
}
ATF_TC_BODY(readers_agree_on_random_changes, tc)
{
	static char text[2 * RECEIPT_MAX], vkey[VKEY_MAX + 2];
	const uint64_t rounds = rand_init(30);

	make_signer();
	write_file("key", vkey, make_key(vkey, &samples[0]));
	for (uint64_t i = 0; i < rounds; i++) {
		size_t len = make_text(text, &samples[0]);
		enum receipt_verdict ours;

		len = change_at_random(text, len);
		write_file("receipt", text, len);
		ours = ask_ours(text, len, "key");
		ATF_CHECK_MSG(ask_script("receipt", "key") == ours &&
		    (ours == BAD || ask_go("receipt", "key") == GOOD),
		    "seed %llu, round %llu", (unsigned long long)rand_seed(),
		    (unsigned long long)i);
	}
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, readers_of_receipts_agree);
	ATF_TP_ADD_TC(tp, readers_agree_on_random_changes);
	return atf_no_error();
}
