/*
 * Two readers of bundles, the client's check before it sends one and the
 * appliance's unpacker, on one table of good and bad samples, and on random
 * changes.  Both use lib/ustar.h and check the members on their own.  The
 * table's last column is GNU tar: what ours take, `tar tf' must read.
 */
#include <sys/stat.h>
#include <sys/wait.h>

#include <atf-c.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/sha256.h"
#include "lib/ustar.h"
#include "pack.h"
#include "client/test/rand.h"
#include "client/test/user.h"
#include "runner/jail/unpack.h"

#define BYTES_MAX	(64 * 1024)
#define MEMBERS_MAX	8

enum bundle_verdict { BAD, GOOD };

/* The members of the good bundle. */
enum { MANIFEST, SIGNATURE, INPUT, PROG, MEMBERS };

/* Offsets in a header. */
enum { NAME = 0, MODE = 100, UID = 108, SIZE = 124, MTIME = 136, SUM = 148,
    TYPE = 156, LINK = 157, MAGIC = 257, USER = 265, MAJOR = 329,
    PREFIX = 345, REST = 500 };

static struct {
	unsigned char	bytes[BYTES_MAX];
	size_t		len;
	size_t		at[MEMBERS_MAX];	/* of headers */
	int		n;
} good, bundle;

static struct grant grant;

static void
find_members(void)
{
	struct ustar_member m;
	struct ustar u;
	struct why w;

	ustar_init(&u, good.bytes, good.len);
	for (good.n = 0;; good.n++) {
		good.at[good.n] = (size_t)(u.next - u.start);
		if (ustar_next(&u, &m, &w) != 1)
			break;
	}
	ATF_REQUIRE_EQ(MEMBERS, good.n);
}

/* As the appliance gets it after keyd has read the manifest. */
static void
make_grant(const struct pack *p)
{
	struct doc_error e;

	grant_init(&grant);
	manifest_free(&grant.manifest);
	manifest_init(&grant.manifest);
	ATF_REQUIRE_EQ(0, manifest_parse(&grant.manifest, "manifest.yaml",
	    p->manifest.data, p->manifest.len, &e));
	sha256(p->manifest.data, p->manifest.len, grant.who.manifest_sha256);
}

static void
make_good(void)
{
	struct pack p;

	user_make_job(100);
	ATF_REQUIRE_EQ(0, mkdir("job/files/data", 0755));
	user_write("job/files/data/in.txt", "input\n", 0644);
	ATF_REQUIRE_EQ(0, pack_folder(&p, "job", "key", PACK_CHECK));
	ATF_REQUIRE(p.tar.len <= sizeof(good.bytes));
	memcpy(good.bytes, p.tar.data, p.tar.len);
	good.len = p.tar.len;
	find_members();
	make_grant(&p);
	pack_free(&p);
}

static unsigned char *
header(int member)
{
	return bundle.bytes + bundle.at[member];
}

/* Length of a member with its header. */
static size_t
member_len(int member)
{
	return bundle.at[member + 1] - bundle.at[member];
}

static void
put_sum(unsigned char *h)
{
	unsigned sum = 0;

	memset(h + SUM, ' ', 8);
	for (size_t i = 0; i < USTAR_BLOCK; i++)
		sum += h[i];
	snprintf((char *)h + SUM, 7, "%06o", sum);
}

static void
add_bytes(size_t at, const void *data, size_t len)
{
	memmove(bundle.bytes + at + len, bundle.bytes + at, bundle.len - at);
	memcpy(bundle.bytes + at, data, len);
	bundle.len += len;
}

static void
remove_bytes(size_t at, size_t len)
{
	memmove(bundle.bytes + at, bundle.bytes + at + len,
	    bundle.len - at - len);
	bundle.len -= len;
}

static void
add_blocks(const char *name, char type, const char *text)
{
	unsigned char blocks[2 * USTAR_BLOCK] = { 0 };
	size_t n = strlen(text);

	ATF_REQUIRE_EQ(0, ustar_put_header(blocks, name, 0755, n));
	blocks[TYPE] = (unsigned char)type;
	put_sum(blocks);
	memcpy(blocks + USTAR_BLOCK, text, n);
	add_bytes(bundle.at[MEMBERS], blocks, n == 0 ? USTAR_BLOCK :
	    sizeof(blocks));
}

static void
edit_twice(const char *unused)
{
	unsigned char copy[BYTES_MAX];
	size_t len = member_len(INPUT);

	(void)unused;
	memcpy(copy, header(INPUT), len);
	add_bytes(bundle.at[MEMBERS], copy, len);
}

static void
edit_swap(const char *unused)
{
	unsigned char copy[BYTES_MAX];
	size_t len = member_len(MANIFEST);

	(void)unused;
	memcpy(copy, header(MANIFEST), len);
	add_bytes(bundle.at[INPUT], copy, len);
	remove_bytes(0, len);
}

static void
edit_missing(const char *unused)
{
	(void)unused;
	remove_bytes(bundle.at[INPUT], member_len(INPUT));
}

static void
edit_folder(const char *name)
{
	add_blocks(name, '5', "");
}

static void
edit_file(const char *name)
{
	add_blocks(name, '0', "text");
}

static void
edit_end(const char *text)
{
	unsigned char block[USTAR_BLOCK] = { 0 };

	memcpy(block, text, strlen(text));
	add_bytes(bundle.len, block, sizeof(block));
}

static void
edit_cut(const char *bytes)
{
	bundle.len -= (size_t)atoi(bytes);
}

/* Of the manifest, or of a file. */
static void
edit_content(const char *unused)
{
	(void)unused;
	header(INPUT)[USTAR_BLOCK] ^= 1;
}

static void
edit_manifest(const char *unused)
{
	(void)unused;
	header(MANIFEST)[USTAR_BLOCK] ^= 1;
}

static void
edit_padding(const char *unused)
{
	(void)unused;
	header(INPUT)[2 * USTAR_BLOCK - 1] = 1;
}

/* The client checks this, too, since keyd does before the runner unpacks. */
static void
edit_signature(const char *unused)
{
	(void)unused;
	header(SIGNATURE)[USTAR_BLOCK + 60] ^= 1;
}

/*
 * The good bundle with a change: bytes of a member's header, with a new
 * checksum, or an edit.
 */
static const struct bundle_sample {
	const char	*name;
	enum bundle_verdict	 client, runner, tar;
	int		 member;
	size_t		 at, len;	/* in its header */
	const char	*put;
	bool		 wrong_sum;
	void		(*edit)(const char *);
	const char	*arg;
} samples[] = {
	{ "good", GOOD, GOOD, GOOD, .put = NULL },

#define HEADER(m, o, text) \
	.member = m, .at = o, .len = sizeof(text) - 1, .put = text
	/* kinds of members */
	{ "type NUL", GOOD, GOOD, GOOD, HEADER(INPUT, TYPE, "\0") },
	{ "a hard link", BAD, BAD, BAD, HEADER(INPUT, TYPE, "1") },
	{ "a symbolic link", BAD, BAD, GOOD, HEADER(INPUT, TYPE, "2") },
	{ "a device", BAD, BAD, GOOD, HEADER(INPUT, TYPE, "3") },
	{ "a FIFO", BAD, BAD, GOOD, HEADER(INPUT, TYPE, "6") },
	{ "a contiguous file", BAD, BAD, GOOD, HEADER(INPUT, TYPE, "7") },
	{ "an unknown type", BAD, BAD, GOOD, HEADER(INPUT, TYPE, "Z") },
	{ "a pax header", BAD, BAD, BAD, HEADER(INPUT, TYPE, "x") },
	{ "a folder with content", BAD, BAD, BAD, HEADER(INPUT, TYPE, "5") },
	{ "GNU's format", BAD, BAD, GOOD, HEADER(INPUT, MAGIC, "ustar  ") },
	{ "the format before ustar", BAD, BAD, GOOD,
	    HEADER(INPUT, MAGIC, "\0\0\0\0\0\0\0\0") },
	{ "another version", BAD, BAD, GOOD,
	    HEADER(INPUT, MAGIC, "ustar\0" "01") },

	/* names */
	{ "a name with ./", BAD, BAD, GOOD,
	    HEADER(PROG, NAME, "./files/p\0") },
	{ "an absolute name", BAD, BAD, GOOD,
	    HEADER(PROG, NAME, "/files/p\0") },
	{ "a name with ..", BAD, BAD, GOOD,
	    HEADER(PROG, NAME, "files/../files/p\0") },
	{ "a name with //", BAD, BAD, GOOD,
	    HEADER(PROG, NAME, "files//p\0") },
	{ "a file's name with / at its end", BAD, BAD, GOOD,
	    HEADER(PROG, NAME, "files/p/\0") },
	{ "no name", BAD, BAD, GOOD, HEADER(PROG, NAME, "\0") },
	{ "a name that is not UTF-8", BAD, BAD, GOOD,
	    HEADER(PROG, NAME, "files/\xff\0") },
	{ "a prefix", GOOD, GOOD, GOOD,
	    HEADER(INPUT, NAME, "in.txt\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
	    .edit = NULL, .arg = "files/data" },
	{ "the manifest by another name", BAD, BAD, GOOD,
	    HEADER(MANIFEST, NAME, "Manifest.yaml\0") },

	/* what both ignore */
	{ "an owner", GOOD, GOOD, GOOD, HEADER(INPUT, UID, "0001750\0") },
	{ "a time", GOOD, GOOD, GOOD, HEADER(INPUT, MTIME, "14000000000\0") },
	{ "a link's target", GOOD, GOOD, GOOD, HEADER(INPUT, LINK, "x") },
	{ "a user's name", GOOD, GOOD, GOOD, HEADER(INPUT, USER, "dana") },
	{ "a device's number", GOOD, GOOD, GOOD,
	    HEADER(INPUT, MAJOR, "0000001\0") },
	{ "bytes after the header's fields", GOOD, GOOD, GOOD,
	    HEADER(INPUT, REST, "x") },
	/* the appliance takes the bit from the manifest */
	{ "a program that is not executable", BAD, GOOD, GOOD,
	    HEADER(PROG, MODE, "0000644\0") },
	{ "a file that is executable", BAD, GOOD, GOOD,
	    HEADER(INPUT, MODE, "0000755\0") },

	/* numbers */
	{ "a size with blanks before", BAD, BAD, GOOD,
	    HEADER(INPUT, SIZE, "         6 \0") },
	{ "a size in base 256", BAD, BAD, GOOD,
	    HEADER(INPUT, SIZE, "\x80\0\0\0\0\0\0\0\0\0\0\6") },
	{ "a size that is too large", BAD, BAD, BAD,
	    HEADER(INPUT, SIZE, "77777777777\0") },
	{ "a negative size", BAD, BAD, BAD,
	    HEADER(INPUT, SIZE, "-0000000001\0") },
	{ "no size", BAD, BAD, BAD, HEADER(INPUT, SIZE,
	    "\0\0\0\0\0\0\0\0\0\0\0\0") },
	{ "a smaller size", BAD, BAD, GOOD,
	    HEADER(INPUT, SIZE, "00000000005\0") },
	{ "a wrong checksum", BAD, BAD, BAD, HEADER(INPUT, SUM, "000000\0 "),
	    .wrong_sum = true },
	{ "a changed byte", BAD, BAD, BAD, HEADER(INPUT, REST, "x"),
	    .wrong_sum = true },

	/* the archive as a whole */
	{ "more zeros at the end", GOOD, GOOD, GOOD, .edit = edit_end,
	    .arg = "" },
	/* tar ignores what is after the zero blocks */
	{ "bytes after the end", BAD, BAD, GOOD, .edit = edit_end,
	    .arg = "x" },
	{ "one zero block", BAD, BAD, GOOD, .edit = edit_cut, .arg = "512" },
	{ "no zero block", BAD, BAD, GOOD, .edit = edit_cut, .arg = "1024" },
	{ "half a zero block", BAD, BAD, GOOD, .edit = edit_cut,
	    .arg = "256" },
	{ "cut in the last member", BAD, BAD, BAD, .edit = edit_cut,
	    .arg = "1300" },
	{ "bytes in the padding", BAD, BAD, GOOD, .edit = edit_padding },

	/* the members against the manifest */
	{ "a member twice", BAD, BAD, GOOD, .edit = edit_twice },
	{ "the signature first", BAD, BAD, GOOD, .edit = edit_swap },
	{ "a missing file", BAD, BAD, GOOD, .edit = edit_missing },
	{ "a file that is not listed", BAD, BAD, GOOD, .edit = edit_file,
	    .arg = "files/more" },
	{ "a file outside of files/", BAD, BAD, GOOD, .edit = edit_file,
	    .arg = "more" },
	{ "a second manifest", BAD, BAD, GOOD, .edit = edit_file,
	    .arg = "manifest.yaml" },
	{ "files as a file", BAD, BAD, GOOD, .edit = edit_file,
	    .arg = "files" },
	{ "the folder files", GOOD, GOOD, GOOD, .edit = edit_folder,
	    .arg = "files/" },
	{ "a folder of a file", GOOD, GOOD, GOOD, .edit = edit_folder,
	    .arg = "files/data/" },
	{ "a folder without a slash", GOOD, GOOD, GOOD, .edit = edit_folder,
	    .arg = "files/data" },
	{ "a folder with two slashes", BAD, BAD, GOOD, .edit = edit_folder,
	    .arg = "files/data//" },
	{ "a folder of no file", BAD, BAD, GOOD, .edit = edit_folder,
	    .arg = "files/empty/" },
	{ "a folder outside of files/", BAD, BAD, GOOD, .edit = edit_folder,
	    .arg = "other/" },
	{ "a file as a folder", BAD, BAD, GOOD, .edit = edit_folder,
	    .arg = "files/p/" },
	{ "another content", BAD, BAD, GOOD, .edit = edit_content },
	{ "another manifest", BAD, BAD, GOOD, .edit = edit_manifest },
	/* the appliance has it from the command, and keyd verifies that */
	{ "another signature", BAD, GOOD, GOOD, .edit = edit_signature },
#undef HEADER
};

#define SAMPLES	(sizeof(samples) / sizeof(samples[0]))

static void
make(const struct bundle_sample *s)
{
	bundle = good;
	if (s->edit != NULL) {
		s->edit(s->arg);
		return;
	}
	if (s->put == NULL)
		return;
	memcpy(header(s->member) + s->at, s->put, s->len);
	if (s->arg != NULL)
		memcpy(header(s->member) + PREFIX, s->arg, strlen(s->arg));
	if (!s->wrong_sum)
		put_sum(header(s->member));
}

static void
save(void)
{
	int fd = open("b.tar", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	ATF_REQUIRE(fd != -1);
	ATF_REQUIRE_EQ((ssize_t)bundle.len, write(fd, bundle.bytes,
	    bundle.len));
	close(fd);
}

static enum bundle_verdict
ask_client(void)
{
	struct pack p;
	int rc = pack_bundle(&p, "b.tar", PACK_CHECK);

	pack_free(&p);
	return rc == 0 ? GOOD : BAD;
}

static enum bundle_verdict
ask_runner(void)
{
	struct why w = { "" };

	return unpack(bundle.bytes, bundle.len, &grant, UNPACK_NO_DIR, &w) == 0
	    ? GOOD : BAD;
}

static enum bundle_verdict
ask_tar(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		dup2(open("out", O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
		dup2(1, 2);
		execlp("tar", "tar", "tf", "b.tar", (char *)NULL);
		_exit(99);
	}
	ATF_REQUIRE_EQ(pid, waitpid(pid, &status, 0));
	ATF_REQUIRE(WIFEXITED(status) && WEXITSTATUS(status) != 99);
	return WEXITSTATUS(status) == 0 ? GOOD : BAD;
}

ATF_TC(readers_of_bundles_agree);
ATF_TC_HEAD(readers_of_bundles_agree, tc)
{
	atf_tc_set_md_var(tc, "require.progs", "tar ssh-keygen");
}
ATF_TC_BODY(readers_of_bundles_agree, tc)
{
	make_good();
	for (size_t i = 0; i < SAMPLES; i++) {
		const struct bundle_sample *s = &samples[i];

		make(s);
		save();
		ATF_CHECK_EQ_MSG(s->client, ask_client(), "%s", s->name);
		ATF_CHECK_EQ_MSG(s->runner, ask_runner(), "%s", s->name);
		ATF_CHECK_EQ_MSG(s->tar, ask_tar(), "%s", s->name);
		ATF_CHECK_MSG(s->tar == GOOD || s->runner == BAD, "%s",
		    s->name);
	}
	grant_free(&grant);
}

/*
 * Changes some bytes of headers, mostly with a right checksum.  Leaves out
 * what only the client looks at: the bit of an executable file, and how long
 * the signature is.
 */
static void
change_at_random(void)
{
	static const unsigned char bytes[] = { 0, ' ', '.', '/', '0', '1', '5',
	    '7', 'f', 0x80, 0xff };
	int member = (int)rand_below(MEMBERS);
	unsigned char *h = header(member);

	for (size_t i = rand_below(4); i < 4; i++) {
		size_t at = rand_below(USTAR_BLOCK);

		if ((at < MODE || at >= UID) &&		/* the x bit */
		    (member != SIGNATURE || at < SIZE || at >= MTIME))
			h[at] = bytes[rand_below(sizeof(bytes))];
	}
	if (rand_below(8) != 0)
		put_sum(h);
	if (rand_below(8) == 0)
		bundle.len -= rand_below(2048);
}

ATF_TC(readers_agree_on_random_changes);
ATF_TC_HEAD(readers_agree_on_random_changes, tc)
{
	atf_tc_set_md_var(tc, "require.progs", "ssh-keygen");
	atf_tc_set_md_var(tc, "timeout", "86400");
}
ATF_TC_BODY(readers_agree_on_random_changes, tc)
{
	const uint64_t rounds = rand_init(500);
	uint64_t taken = 0;

	make_good();
	ATF_REQUIRE(freopen("err", "w", stderr) != NULL);
	for (uint64_t i = 0; i < rounds; i++) {
		bundle = good;
		change_at_random();
		save();
		ATF_CHECK_EQ_MSG(ask_runner(), ask_client(),
		    "seed %llu, round %llu", (unsigned long long)rand_seed(),
		    (unsigned long long)i);
		taken += ask_runner() == GOOD;
	}
	printf("%llu of %llu are good\n", (unsigned long long)taken,
	    (unsigned long long)rounds);
	ATF_CHECK(taken != 0);
	grant_free(&grant);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, readers_of_bundles_agree);
	ATF_TP_ADD_TC(tp, readers_agree_on_random_changes);
	return atf_no_error();
}
