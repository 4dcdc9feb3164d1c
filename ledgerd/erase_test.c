/*
 * What is beside a leaf, in the store itself: erasing it when the disk fails,
 * and records that are not as they were written.
 */
#include "erase.h"

#include <sys/syscall.h>
#include <sys/uio.h>

#include <atf-c.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "ledgerd/test/fill.h"
#include "lib/disclosure.h"
#include "recent.h"

#define TEST(name)	ATF_TC_WITHOUT_HEAD(name); ATF_TC_BODY(name, tc)

#define MANIFEST	9000

static struct store s;

/* The nth write or flush fails; 0: none. */
static unsigned fault_at, calls;
static bool fired;

static bool
fails(void)
{
	if (fault_at == 0 || ++calls != fault_at)
		return false;
	fired = true;
	errno = EIO;
	return true;
}

ssize_t
pwrite(int fd, const void *data, size_t len, off_t at)
{
	return fails() ? -1 : syscall(SYS_pwrite64, fd, data, len, at);
}

ssize_t
writev(int fd, const struct iovec *iov, int n)
{
	return fails() ? -1 : syscall(SYS_writev, fd, iov, n);
}

int
fdatasync(int fd)
{
	return fails() ? -1 : (int)syscall(SYS_fdatasync, fd);
}

/* Every file is in leaf 0. */
static bool
find_first(void *arg, const char *name, size_t namelen, struct bytes content,
    uint64_t *leaf)
{
	(void)arg;
	(void)name;
	(void)namelen;
	*leaf = 0;
	return content.len > RECENT_LEN;
}

static void
append(const char *tag, bool refer)
{
	static const struct leaf_finder finder = { find_first, NULL };
	static unsigned char room[2 * MANIFEST];
	static char manifest[MANIFEST];
	struct put e;

	memset(manifest, 'm', sizeof(manifest));
	put_init(&e, room, sizeof(room));
	put_cstr(&e, "command");
	put_cstr(&e, tag);
	put_cstr(&e, "manifest.yaml");
	put_string(&e, manifest, sizeof(manifest));
	ATF_REQUIRE_EQ(0, e.err);
	ATF_REQUIRE_EQ(0, fill_event(&s, EVENT_JOB_ACCEPTED, tag,
	    (struct bytes){ room, e.len }, refer ? &finder : NULL));
}

/* Leaf 0 has the manifest, 1 and 2 refer to it. */
static void
setup(void)
{
	fill_open(&s);
	append("zero", false);
	append("one", true);
	append("two", true);
}

static void
open_beside(struct beside *b, uint64_t leaf)
{
	ATF_REQUIRE_EQ_MSG(0, beside_open(b, &s, leaf), "%s", store_error(&s));
}

static bool
has_author(uint64_t leaf)
{
	struct beside_field f;
	struct beside b;

	open_beside(&b, leaf);
	ATF_REQUIRE_EQ(1, beside_field(&b, "author", &f));
	return !f.forgotten;
}

static bool
has_manifest(uint64_t leaf)
{
	static char text[MANIFEST];
	struct beside_file f;
	struct beside b;
	size_t len;
	bool last;

	open_beside(&b, leaf);
	ATF_REQUIRE_EQ(1, beside_find(&b, "manifest.yaml", &f));
	ATF_REQUIRE_EQ_MSG(0, beside_read(&b, &f, 0, text, sizeof(text), &len,
	    &last), "%s", store_error(&s));
	ATF_REQUIRE(len == 0 || (len == MANIFEST && text[0] == 'm' &&
	    text[MANIFEST - 1] == 'm'));
	ATF_REQUIRE_EQ(len == 0, f.kind == LEAF_FILE_FORGOTTEN);
	return len != 0;
}

static int
erase_author(uint64_t leaf)
{
	struct erase e;
	struct why why;

	ATF_REQUIRE_EQ_MSG(0, erase_plan(&e, &s, leaf, WITHHELD_AUTHOR, &why),
	    "%s", why.text);
	return store_begin(&s, e.records, e.bytes) == -1 ||
	    erase_apply(&e, 2) == -1 || store_commit(&s) == -1 ? -1 : 0;
}

/* Value and file go together, and no other leaf loses its own. */
static bool
check_whole(void)
{
	const bool kept = has_author(0);

	ATF_CHECK_EQ(kept, has_manifest(0));
	ATF_CHECK(has_author(1) && has_manifest(1));
	ATF_CHECK(has_author(2) && has_manifest(2));
	fill_check(&s);
	return kept;
}

TEST(erasure_that_fails_at_any_call_is_whole_or_none)
{
	unsigned at = 0;

	setup();
	do {
		fault_at = ++at;
		calls = 0;
		fired = false;
		if (erase_author(0) == -1)
			ATF_CHECK_MSG(fired, "%s", store_error(&s));
		fault_at = 0;
		store_close(&s);
		fill_open(&s);
	} while (check_whole());
	ATF_CHECK(at > 3);
	append("three", false);
	check_whole();
	store_close(&s);
}

TEST(file_moves_on_while_leaves_refer_to_it)
{
	setup();
	ATF_REQUIRE_EQ(0, erase_author(0));
	ATF_REQUIRE(!check_whole());
	ATF_REQUIRE_EQ(0, erase_author(1));
	ATF_CHECK(!has_manifest(1) && has_manifest(2));
	ATF_REQUIRE_EQ(0, erase_author(2));
	ATF_CHECK(!has_manifest(2));
	fill_reopen(&s);
	fill_check(&s);
	store_close(&s);
}

TEST(older_leaf_has_nothing_to_forget)
{
	struct erase e;
	struct why why;

	fill_open(&s);
	ATF_REQUIRE_EQ(0, store_begin(&s, 1, 100));
	ATF_REQUIRE_EQ(0, store_put(&s, (struct bytes){ "{}", 2 },
	    (struct bytes){ "", 0 }));
	ATF_REQUIRE_EQ(0, store_replace(&s, 0, (struct bytes){ "{}", 2 }));
	ATF_REQUIRE_EQ(0, store_commit(&s));
	ATF_CHECK_EQ(-1, erase_plan(&e, &s, 0, WITHHELD_AUTHOR, &why));
	ATF_CHECK_MSG(strstr(why.text, "leaf 0 is of an older version") != NULL,
	    "%s", why.text);
	ATF_CHECK_EQ(-1, erase_plan(&e, &s, 0, WITHHELD_EVIDENCE, &why));
	store_close(&s);
}

#define HEAD	"{\"specversion\":\"1.0\",\"id\":\"0\",\"source\":\"c\"," \
		"\"type\":\"casemate.appliance.started\",\"data\":{}}"

/* A leaf of a kind with one withheld field, and these bytes beside it. */
static void
put_beside(const void *beside, size_t len)
{
	const uint64_t index = s.tip.tree.size;

	ATF_REQUIRE_EQ(0, store_begin(&s, 1, 65536));
	ATF_REQUIRE_EQ(0, store_put(&s, (struct bytes){ HEAD, strlen(HEAD) },
	    (struct bytes){ beside, len }));
	ATF_REQUIRE_EQ(0, store_commit(&s));
	ATF_REQUIRE_EQ(index + 1, s.tip.tree.size);
}

/* Calls every reader; none may read behind the record. */
static int
read_all(uint64_t leaf)
{
	static unsigned char lines[DISCLOSURES_MAX], data[512];
	struct beside_file f;
	struct put p;
	struct beside b;
	uint64_t n = 5;
	size_t len;
	bool last;
	int ret;

	put_init(&p, lines, sizeof(lines));
	if (beside_open(&b, &s, leaf) == -1 ||
	    beside_disclose(&b, UINT32_MAX, &p) == -1 ||
	    beside_nth(&b, &n, &f) == -1)
		return -1;
	for (ret = beside_file(&b, 0, &f); ret == 1;
	    ret = beside_file(&b, f.next, &f))
		if (beside_read(&b, &f, 0, data, sizeof(data), &len,
		    &last) == -1)
			return -1;
	return ret;
}

struct beside_shape {
	const char	*bytes;
	size_t		 len;
};
#define SHAPE(text)	{ text, sizeof(text) - 1 }

#define SALT	"0123456789abcdef"
#define NONE	"\0\0\0\0"		/* an empty list */

TEST(record_that_is_not_as_it_was_written_is_an_error)
{
	static const struct beside_shape sound[] = {
		SHAPE(NONE NONE),
		SHAPE("\0\0\0\x16" SALT "\0\0\0\2\"\"" NONE),
		SHAPE(NONE "\0\0\0\x0b\1\0\0\0\1n\0\0\0\1x"),
		SHAPE(NONE "\0\0\0\x0b\3\0\0\0\1n\0\0\0\1\0"),
	};
	static const struct beside_shape bad[] = {
		SHAPE(""),
		SHAPE("\0\0\0"),
		SHAPE(NONE),
		SHAPE(NONE "\0\0\0\1"),
		SHAPE(NONE NONE "x"),
		SHAPE("\xff\xff\xff\xff" NONE),
		SHAPE("\0\0\0\5" "short" NONE),
		SHAPE("\0\0\0\x16" SALT "\0\0\0\3\"\"" NONE),
		SHAPE("\0\0\0\x16" SALT "\xff\xff\xff\xff\"\"" NONE),
		SHAPE(NONE "\0\0\0\1\1"),
		SHAPE(NONE "\0\0\0\x0b\0\0\0\0\1n\0\0\0\1x"),
		SHAPE(NONE "\0\0\0\x0b\4\0\0\0\1n\0\0\0\1x"),
		SHAPE(NONE "\0\0\0\x0b\1\0\0\0\2n\0\0\0\1x"),
		SHAPE(NONE "\0\0\0\x0b\1\xff\xff\xff\xffn\0\0\0\1x"),
		SHAPE(NONE "\0\0\0\x0b\1\0\0\0\1n\0\0\0\2x"),
		SHAPE(NONE "\0\0\0\x0b\1\0\0\0\1n\xff\xff\xff\xffx"),
		/* a reference of one byte, to itself, to one without */
		SHAPE(NONE "\0\0\0\x0b\2\0\0\0\1n\0\0\0\1x"),
		SHAPE(NONE "\0\0\0\x12\2\0\0\0\1n\0\0\0\x08"
		    "\xff\0\0\0\0\0\0\0"),
		SHAPE(NONE "\0\0\0\x12\2\0\0\0\1n\0\0\0\x08"
		    "\0\0\0\0\0\0\0\0"),
	};
	const size_t nsound = sizeof(sound) / sizeof(sound[0]);

	fill_open(&s);
	for (size_t i = 0; i < nsound; i++)
		put_beside(sound[i].bytes, sound[i].len);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		put_beside(bad[i].bytes, bad[i].len);
	for (uint64_t i = 0; i < s.tip.tree.size; i++) {
		const int ret = read_all(i);

		ATF_CHECK_EQ_MSG(i < nsound ? 0 : -1, ret, "%u", (unsigned)i);
		if (i >= nsound)
			ATF_CHECK_MSG(errno == EBADMSG &&
			    strstr(store_error(&s), "what is kept beside leaf")
			    != NULL, "%u: %s", (unsigned)i, store_error(&s));
	}
	ATF_CHECK_EQ(-1, read_all(s.tip.tree.size));
	ATF_CHECK_EQ(ENOENT, errno);
	store_close(&s);
}

ATF_TP_ADD_TCS(tp)
{
#define ADD(name)	ATF_TP_ADD_TC(tp, name)
	ADD(erasure_that_fails_at_any_call_is_whole_or_none);
	ADD(file_moves_on_while_leaves_refer_to_it);
	ADD(older_leaf_has_nothing_to_forget);
	ADD(record_that_is_not_as_it_was_written_is_an_error);
	return atf_no_error();
}
