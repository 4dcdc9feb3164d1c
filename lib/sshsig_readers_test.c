/*
 * Two readers of SSH signatures, ours and `ssh-keygen -Y check-novalidate', on
 * one table of good and bad samples.  Ours must refuse all that ssh-keygen
 * refuses; where ssh-keygen is less strict, the row says why.
 */
#include "sshsig.h"

#include <sys/wait.h>

#include <atf-c.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base64.h"
#include "lib/msg/msg.h"
#include "lib/test/sample.h"

#define BEGIN	"-----BEGIN SSH SIGNATURE-----"
#define END	"-----END SSH SIGNATURE-----"
#define NUL	"\x1a"		/* in the table: a NUL byte */

enum sig_verdict { BAD, GOOD };

/* What each sample's armour is made of. */
#define ED25519	"ed25519.sha512.sig"

/*
 * A signature file with an edit: the first `from' becomes `to' ("x$" is the x
 * at the end), in the armour, or (blob) in the bytes inside.
 */
static const struct sig_sample {
	const char	*name;
	enum sig_verdict	 ours, theirs;
	const char	*file;
	const char	*from, *to;
	const char	*blob_from, *blob_to;
} samples[] = {
	{ "ed25519, SHA-512", GOOD, GOOD, .file = ED25519 },
	{ "ed25519, SHA-256", GOOD, GOOD, .file = "ed25519.sha256.sig" },
	{ "P-256, SHA-512", GOOD, GOOD, .file = "p256.sha512.sig" },
	{ "P-256, SHA-256", GOOD, GOOD, .file = "p256.sha256.sig" },
	/* key types that we do not use */
	{ "RSA", BAD, GOOD, .file = "rsa.sig" },
	{ "P-384", BAD, GOOD, .file = "p384.sig" },

	/* armour */
	{ "no newline at the end", GOOD, GOOD, .from = "\n$", .to = "" },
	{ "a CR in the first line", BAD, BAD, .from = BEGIN,
	    .to = BEGIN "\r" },
	{ "a blank in the first line", BAD, BAD, .from = BEGIN,
	    .to = BEGIN " " },
	{ "a blank before", BAD, BAD, .from = BEGIN, .to = " " BEGIN },
	{ "a byte order mark", BAD, BAD, .from = BEGIN,
	    .to = "\xef\xbb\xbf" BEGIN },
	{ "a line before", BAD, BAD, .from = BEGIN, .to = "hello\n" BEGIN },
	{ "no end", BAD, BAD, .from = END, .to = "" },
	{ "an end cut short", BAD, BAD, .from = "-----\n$", .to = "----\n" },
	{ "an end not at a line's start", BAD, BAD, .from = "\n" END,
	    .to = END },
	{ "nothing inside", BAD, BAD, .from = "INSIDE", .to = "" },
	{ "a changed digit", BAD, BAD, .from = "U1NI", .to = "U1NJ" },
	{ "a digit too few", BAD, BAD, .from = "U1NI", .to = "U1N" },
	{ "a foreign character", BAD, BAD, .from = "U1NI", .to = "U1N-" },
	{ "a NUL", BAD, BAD, .from = "U1NI", .to = "U1NI" NUL },
	{ "a digit after the padding", BAD, BAD, .file = "p256.sha512.sig",
	    .from = "=\n", .to = "=A\n" },
	{ "bits under the padding", BAD, BAD, .file = "p256.sha512.sig",
	    .from = "Q==", .to = "R==" },
	/* ssh-keygen skips blanks in base 64 and ignores what is after END */
	{ "lines of another length", GOOD, GOOD, .from = "U1NI",
	    .to = "U1NI\n" },
	{ "an empty line", BAD, GOOD, .from = "U1NI", .to = "\nU1NI" },
	{ "a blank inside", BAD, GOOD, .from = "U1NI", .to = "U1 NI" },
	{ "a blank at a line's end", BAD, GOOD, .from = "U1NI",
	    .to = "U1NI \n" },
	{ "a CR at a line's end", BAD, GOOD, .from = "U1NI",
	    .to = "U1NI\r\n" },
	{ "a line after the end", BAD, GOOD, .from = END, .to = END "\nhello" },
	{ "an empty line after the end", BAD, GOOD, .from = END,
	    .to = END "\n" },
	{ "a CR after the end", BAD, GOOD, .from = END, .to = END "\r" },
	{ "a blank after the end", BAD, GOOD, .from = END, .to = END " " },

	/* the blob */
	{ "another magic", BAD, BAD, .blob_from = "SSHSIG",
	    .blob_to = "SSHSIh" },
	{ "version 2", BAD, BAD, .blob_from = "SIG" NUL NUL NUL "\1",
	    .blob_to = "SIG" NUL NUL NUL "\2" },
	/* ssh-keygen takes all versions up to 1, of which there is only 1 */
	{ "version 0", BAD, GOOD, .blob_from = "SIG" NUL NUL NUL "\1",
	    .blob_to = "SIG" NUL NUL NUL NUL },
	{ "another namespace", BAD, BAD, .blob_from = "casemate-command",
	    .blob_to = "casemate-commanD" },
	{ "another hash's name", BAD, BAD, .blob_from = "sha512",
	    .blob_to = "sha256" },
	{ "an unknown hash", BAD, BAD, .blob_from = "sha512",
	    .blob_to = "sha384" },
	{ "another key type", BAD, BAD, .blob_from = "ssh-ed25519",
	    .blob_to = "ssh-ed25518" },
	{ "a changed signature", BAD, BAD, .blob_from = "LAST",
	    .blob_to = "" },
	{ "a byte at the end", BAD, BAD, .blob_from = "LAST",
	    .blob_to = "more" },
};

#define SAMPLES	(sizeof(samples) / sizeof(samples[0]))

static char message[256];
static size_t message_len;

static size_t
load(const char *name, char *dst, size_t cap)
{
	char path[256];

	snprintf(path, sizeof(path), "lib/testdata/sshsig/%s", name);
	return sample_load(path, dst, cap);
}

static size_t
to_nuls(char dst[64], const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i < n; i++)
		dst[i] = word[i] == NUL[0] ? '\0' : word[i];
	return n;
}

/* Replaces the first `from'; returns the new length. */
static size_t
edit(char *text, size_t len, const char *from, const char *to)
{
	char a[64], b[64];
	size_t n = strlen(from), m = to_nuls(b, to);
	const int last = n > 1 && from[n - 1] == '$';
	char *at;

	to_nuls(a, from);
	n -= (size_t)last;
	at = last ? text + len - n : memmem(text, len, a, n);
	ATF_REQUIRE_MSG(at != NULL && memcmp(at, a, n) == 0, "%s", from);
	memmove(at + m, at + n, len - (size_t)(at - text) - n);
	memcpy(at, b, m);
	return len - n + m;
}

/* The text between the armour's lines, joined and decoded. */
static size_t
unarmor(const char *armor, char *blob, size_t cap)
{
	const char *p = strchr(armor, '\n') + 1;
	char text[SIG_MAX];
	size_t n = 0, len;

	for (; *p != '-'; p++)
		if (*p != '\n')
			text[n++] = *p;
	ATF_REQUIRE_EQ(0, base64_get(blob, cap, &len, text, n));
	return len;
}

static size_t
rearmor(char armor[SIG_MAX], const char *blob, size_t len)
{
	struct put p;

	put_init(&p, armor, SIG_MAX);
	put_raw(&p, BEGIN "\n", strlen(BEGIN) + 1);
	base64_put(&p, blob, len);
	put_raw(&p, "\n" END "\n", strlen(END) + 2);
	ATF_REQUIRE_EQ(0, p.err);
	return p.len;
}

static size_t
edit_blob(char armor[SIG_MAX], const struct sig_sample *s)
{
	char blob[SIG_MAX];
	size_t len = unarmor(armor, blob, sizeof(blob) - 64);

	if (strcmp(s->blob_from, "LAST") != 0) {
		len = edit(blob, len, s->blob_from, s->blob_to);
	} else if (s->blob_to[0] == '\0') {
		blob[len - 1] ^= 1;
	} else {
		memcpy(blob + len, s->blob_to, strlen(s->blob_to));
		len += strlen(s->blob_to);
	}
	return rearmor(armor, blob, len);
}

static size_t
make(char armor[2 * SIG_MAX], const struct sig_sample *s)
{
	size_t len = load(s->file == NULL ? ED25519 : s->file, armor, SIG_MAX);

	if (s->blob_from != NULL)
		return edit_blob(armor, s);
	if (s->from == NULL)
		return len;
	if (strcmp(s->from, "INSIDE") == 0)
		return (size_t)sprintf(armor, BEGIN "\n" END "\n");
	return edit(armor, len, s->from, s->to);
}

static enum sig_verdict
ask_ours(const char *armor, size_t len)
{
	struct sshkey key;
	struct sshsig s;
	struct why w;

	if (sshsig_parse(&s, armor, len, &w) == -1 ||
	    sshkey_parse(&key, s.key, s.keylen, &w) == -1) {
		printf("%s\n", w.text);
		return BAD;
	}
	return sshsig_check(&s, &key, NAMESPACE_COMMAND, message, message_len)
	    == 0 ? GOOD : BAD;
}

static enum sig_verdict
ask_keygen(const char *armor, size_t len)
{
	const char *const argv[] = { "ssh-keygen", "-Y", "check-novalidate",
	    "-n", NAMESPACE_COMMAND, "-s", "sig", NULL };
	int fd = open("sig", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	union {
		const char *const *in;
		char **out;
	} v = { .in = argv };
	int status;
	pid_t pid;

	ATF_REQUIRE_EQ((ssize_t)len, write(fd, armor, len));
	close(fd);
	pid = fork();
	if (pid == 0) {
		dup2(open("message", O_RDONLY), 0);
		dup2(open("out", O_WRONLY | O_CREAT | O_APPEND, 0600), 1);
		dup2(1, 2);
		execvp(v.out[0], v.out);
		_exit(99);
	}
	ATF_REQUIRE_EQ(pid, waitpid(pid, &status, 0));
	ATF_REQUIRE(WIFEXITED(status) && WEXITSTATUS(status) != 99);
	return WEXITSTATUS(status) == 0 ? GOOD : BAD;
}

ATF_TC(readers_of_ssh_signatures_agree);
ATF_TC_HEAD(readers_of_ssh_signatures_agree, tc)
{
	atf_tc_set_md_var(tc, "require.progs", "ssh-keygen");
}
ATF_TC_BODY(readers_of_ssh_signatures_agree, tc)
{
	static char armor[2 * SIG_MAX];
	int fd = open("message", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	message_len = load("message", message, sizeof(message));
	ATF_REQUIRE_EQ((ssize_t)message_len, write(fd, message, message_len));
	close(fd);
	for (size_t i = 0; i < SAMPLES; i++) {
		const struct sig_sample *s = &samples[i];
		size_t len = make(armor, s);

		ATF_CHECK_EQ_MSG(s->ours, ask_ours(armor, len), "%s", s->name);
		ATF_CHECK_EQ_MSG(s->theirs, ask_keygen(armor, len), "%s",
		    s->name);
		ATF_CHECK_MSG(s->theirs == GOOD || s->ours == BAD, "%s",
		    s->name);
	}
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, readers_of_ssh_signatures_agree);
	return atf_no_error();
}
