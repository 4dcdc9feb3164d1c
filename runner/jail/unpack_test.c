#include "unpack.h"

#include <sys/stat.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/sha256.h"
#include "lib/ustar.h"

#define MANIFEST	"the manifest"
#define TAR_MAX		(64 * 1024)

/* An archive being made, and the grant that it is for. */
struct archive {
	unsigned char	 bytes[TAR_MAX];
	size_t		 len;
	struct grant	 grant;
};

static struct archive a;

static void
put_sum(unsigned char *h)
{
	unsigned sum = 0;

	memset(h + 148, ' ', 8);
	for (size_t i = 0; i < USTAR_BLOCK; i++)
		sum += h[i];
	snprintf((char *)h + 148, 8, "%06o", sum);
}

/* Returns the header, for a test to change; then call put_sum() again. */
static unsigned char *
add(const char *name, char type, const void *data, size_t len)
{
	unsigned char *h = a.bytes + a.len;

	memset(h, 0, USTAR_BLOCK);
	memcpy(h, name, strnlen(name, 100));
	memcpy(h + 100, "0000644", 8);
	snprintf((char *)h + 124, 12, "%011zo", len);
	h[156] = (unsigned char)type;
	memcpy(h + 257, "ustar\0" "00", 8);
	put_sum(h);
	if (len != 0)
		memcpy(h + USTAR_BLOCK, data, len);
	a.len += USTAR_BLOCK + (len + 511) / 512 * 512;
	return h;
}

static unsigned char *
add_file(const char *name, const char *text)
{
	return add(name, '0', text, strlen(text));
}

static void
add_end(void)
{
	a.len += 2 * USTAR_BLOCK;
}

static void
grant_file(const char *path, const char *text, bool executable)
{
	struct manifest *m = &a.grant.manifest;
	struct manifest_file *f = &m->files[m->nfiles++];

	f->path = strdup(path);
	f->executable = executable;
	sha256(text, strlen(text), f->sha256);
}

/* The two members that each bundle begins with. */
static void
begin(void)
{
	memset(&a, 0, sizeof(a));
	grant_init(&a.grant);
	sha256(MANIFEST, strlen(MANIFEST), a.grant.who.manifest_sha256);
	add_file("manifest.yaml", MANIFEST);
	add_file("manifest.yaml.sig", "a signature");
}

static void
empty(void)
{
	memset(a.bytes, 0, a.len);
	a.len = 0;
}

/* From a buffer of just its size, so that a byte too far is seen. */
static int
try_unpack(int dir, struct why *why)
{
	unsigned char *copy = malloc(a.len);
	int rc;

	ATF_REQUIRE(copy != NULL);
	memcpy(copy, a.bytes, a.len);
	memset(why, 0, sizeof(*why));
	rc = unpack(copy, a.len, &a.grant, dir, why);
	free(copy);
	return rc;
}

static void
check_refused(const char *text)
{
	struct why why;

	ATF_CHECK_EQ(try_unpack(UNPACK_NO_DIR, &why), -1);
	ATF_CHECK_EQ(errno, EBADMSG);
	ATF_CHECK_MSG(strstr(why.text, text) != NULL, "\"%s\" lacks \"%s\"",
	    why.text, text);
	grant_free(&a.grant);
}

static void
check_file(const char *path, const char *text, mode_t mode)
{
	char buf[1024] = "";
	int fd = open(path, O_RDONLY);
	struct stat st;

	ATF_REQUIRE_MSG(fd != -1, "%s: %s", path, strerror(errno));
	ATF_REQUIRE(fstat(fd, &st) == 0);
	ATF_CHECK_EQ(st.st_mode & 07777, mode);
	ATF_REQUIRE(read(fd, buf, sizeof(buf) - 1) >= 0);
	ATF_CHECK_STREQ(buf, text);
	close(fd);
}

ATF_TC_WITHOUT_HEAD(files_arrive_with_their_modes);
ATF_TC_BODY(files_arrive_with_their_modes, tc)
{
	struct why why;
	int dir;

	begin();
	add("files/", '5', NULL, 0);
	add_file("files/run", "program");
	add("files/a/", '5', NULL, 0);
	add_file("files/a/b/data", "data");
	add("files/empty", '\0', NULL, 0);
	add_end();
	grant_file("run", "program", true);
	grant_file("a/b/data", "data", false);
	grant_file("empty", "", false);
	ATF_REQUIRE(mkdir("job", 0755) == 0);
	dir = open("job", O_RDONLY | O_DIRECTORY);
	umask(077);
	ATF_CHECK_EQ_MSG(try_unpack(dir, &why), 0, "%s", why.text);
	check_file("job/run", "program", 0555);
	check_file("job/a/b/data", "data", 0444);
	check_file("job/empty", "", 0444);
	grant_free(&a.grant);
}

static const char greedy[] =	/* an ELF header and one row: its stack */
    "\177ELF............................" "\100\0\0\0\0\0\0\0"
    "............" "\0\0\70\0\1\0......"
    "\121\345\164\144" "\7\0\0\0" "................................"
    "................";

static void
bundle_greedy(bool executable)
{
	struct manifest_file *f = a.grant.manifest.files;

	begin();
	add("files/greedy", '0', greedy, sizeof(greedy) - 1);
	add_end();
	grant_file("greedy", "", executable);
	sha256(greedy, sizeof(greedy) - 1, f->sha256);
}

ATF_TC_WITHOUT_HEAD(program_with_a_stack_to_run_needs_the_capability);
ATF_TC_BODY(program_with_a_stack_to_run_needs_the_capability, tc)
{
	struct why why;

	bundle_greedy(true);
	check_refused("the program in the manifest's files[0] asks for memory "
	    "that it may both write and run: line 1 of the program headers "
	    "that readelf -l shows is its stack (PT_GNU_STACK, flags RWE); "
	    "link it with -z noexecstack, or name");
	bundle_greedy(true);
	a.grant.manifest.capabilities = 1u << CAPABILITY_EXEC_MEMORY;
	ATF_CHECK_EQ_MSG(try_unpack(UNPACK_NO_DIR, &why), 0, "%s", why.text);
	grant_free(&a.grant);
	bundle_greedy(false);		/* data: cannot be executed */
	ATF_CHECK_EQ_MSG(try_unpack(UNPACK_NO_DIR, &why), 0, "%s", why.text);
	grant_free(&a.grant);
}

ATF_TC_WITHOUT_HEAD(prefix_and_name_are_joined);
ATF_TC_BODY(prefix_and_name_are_joined, tc)
{
	char path[NAME_PATH_MAX + 1];
	unsigned char *h;
	struct why why;

	begin();
	memset(path, 'd', 149);
	path[149] = '/';
	memset(path + 150, 'f', 99);
	path[249] = '\0';
	grant_file(path, "x", false);
	h = add_file("", "x");
	memset(h, 'f', 99);
	memcpy(h + 345, "files/", 6);
	memset(h + 351, 'd', 149);
	put_sum(h);
	add_end();
	ATF_CHECK_EQ_MSG(try_unpack(UNPACK_NO_DIR, &why), 0, "%s", why.text);
	grant_free(&a.grant);
}

ATF_TC_WITHOUT_HEAD(padding_after_the_end_is_taken);
ATF_TC_BODY(padding_after_the_end_is_taken, tc)
{
	struct why why;

	begin();
	add_end();
	a.len = 10240;		/* tar's blocking factor of 20 */
	ATF_CHECK_EQ_MSG(try_unpack(UNPACK_NO_DIR, &why), 0, "%s", why.text);
}

ATF_TC_WITHOUT_HEAD(names_that_lead_out_are_refused);
ATF_TC_BODY(names_that_lead_out_are_refused, tc)
{
	static const struct {
		const char *name, *text;
	} bad[] = {
		{ "files/../x", "leads out of the bundle with \"..\"" },
		{ "../x", "leads out of the bundle with \"..\"" },
		{ "files/a/..", "leads out of the bundle with \"..\"" },
		{ "/etc/passwd", "has an absolute path" },
		{ "./files/x", "has a name that begins with \"./\"" },
		{ "files//x", "has no clean name" },
		{ "files/./x", "has no clean name" },
		{ "files/x\n", "has no clean name" },
		{ "files/\xff", "has no clean name" },
		{ "files/x/", "has no clean name" },
		{ "", "has no name" },
		{ "other/x", "is not beneath files/" },
		{ "filesx", "is not beneath files/" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		begin();
		add_file(bad[i].name, "x");
		add_end();
		check_refused(bad[i].text);
	}
}

ATF_TC_WITHOUT_HEAD(what_is_no_file_or_folder_is_refused);
ATF_TC_BODY(what_is_no_file_or_folder_is_refused, tc)
{
	static const struct {
		char type;
		const char *text;
	} bad[] = {
		{ '1', "is a hard link" }, { '2', "is a symbolic link" },
		{ '3', "is a character device" }, { '4', "is a block device" },
		{ '6', "is a named pipe" }, { '7', "is a contiguous file" },
		{ 'x', "is a pax header" }, { 'g', "is a pax header" },
		{ 'L', "is a GNU long name" }, { 'K', "is a GNU long link" },
		{ 'S', "is a GNU sparse file" },
		{ 'Z', "has the unknown type 0x5a" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		begin();
		grant_file("x", "", false);
		add("files/x", bad[i].type, NULL, 0);
		add_end();
		check_refused(bad[i].text);
	}
}

ATF_TC_WITHOUT_HEAD(broken_headers_are_refused);
ATF_TC_BODY(broken_headers_are_refused, tc)
{
	unsigned char *h;

	begin();
	h = add_file("files/x", "x");
	h[0] = 'F';
	add_end();
	check_refused("member 3 of the bundle has a header with a wrong "
	    "checksum; make it with");

	begin();
	h = add_file("files/x", "x");
	memcpy(h + 257, "ustar  ", 8);
	put_sum(h);
	add_end();
	check_refused("GNU tar's format");

	begin();
	h = add_file("files/x", "x");
	memset(h + 257, 0, 8);
	put_sum(h);
	add_end();
	check_refused("member 3 of the bundle has no ustar header");

	begin();
	h = add_file("files/x", "x");
	memcpy(h + 124, "\x80\0\0\0\0\0\0\0\0\0\0\1", 12);
	put_sum(h);
	add_end();
	check_refused("a size that is no octal number");

	begin();
	h = add_file("files/x", "x");
	memcpy(h + 124, "777777777777", 12);
	put_sum(h);
	add_end();
	check_refused("a size that is no octal number");

	begin();
	add("files/", '5', "x", 1);
	add_end();
	check_refused("member 3 of the bundle is a folder and has content");
}

ATF_TC_WITHOUT_HEAD(archives_that_are_cut_off_are_refused);
ATF_TC_BODY(archives_that_are_cut_off_are_refused, tc)
{
	unsigned char *h;

	begin();
	add_file("files/x", "x");
	a.len -= USTAR_BLOCK + 200;
	check_refused("cut off in the middle of a header: 312 bytes of 512");

	begin();
	add_file("files/x", "some text");
	a.len -= USTAR_BLOCK;
	check_refused("member 3 of the bundle is cut off: 0 bytes of 9 are");

	begin();
	h = add_file("files/x", "x");
	memcpy(h + 124, "77777777777", 12);	/* 8 GiB */
	put_sum(h);
	add_end();
	check_refused("member 3 of the bundle is cut off: 1536 bytes of "
	    "8589934591");

	begin();
	check_refused("the two zero blocks at its end are missing");

	begin();
	a.len += USTAR_BLOCK;
	check_refused("the second of the two zero blocks");

	begin();
	add_end();
	a.len += 100;
	check_refused("no multiple of 512");

	begin();
	a.len = 0;
	check_refused("cut off");
}

ATF_TC_WITHOUT_HEAD(hidden_bytes_are_refused);
ATF_TC_BODY(hidden_bytes_are_refused, tc)
{
	begin();
	add_end();
	add_file("files/x", "x");
	check_refused("goes on after the zero blocks");

	begin();
	grant_file("x", "x", false);
	add_file("files/x", "x");
	a.bytes[a.len - 1] = 'y';
	add_end();
	check_refused("member 3 of the bundle is followed by padding that is");
}

ATF_TC_WITHOUT_HEAD(first_two_members_are_the_manifest_and_its_signature);
ATF_TC_BODY(first_two_members_are_the_manifest_and_its_signature, tc)
{
	begin();
	empty();
	add_file("files/x", "x");
	add_end();
	check_refused("manifest.yaml is not where a bundle has it");

	begin();
	empty();
	add_file("manifest.yaml", MANIFEST);
	add_file("files/x", "x");
	add_end();
	check_refused("manifest.yaml.sig is not where a bundle has it");

	begin();
	empty();
	add_end();
	check_refused("manifest.yaml is not where a bundle has it");

	begin();
	empty();
	add_file("manifest.yaml", "another manifest");
	add_file("manifest.yaml.sig", "a signature");
	add_end();
	check_refused("manifest.yaml in the bundle has another SHA-256");
}

ATF_TC_WITHOUT_HEAD(files_are_exactly_the_manifests);
ATF_TC_BODY(files_are_exactly_the_manifests, tc)
{
	begin();
	grant_file("x", "x", false);
	add_file("files/x", "y");
	add_end();
	check_refused("member 3 of the bundle has another SHA-256 than the "
	    "manifest's files[0]; bundle");

	begin();
	grant_file("x", "x", false);
	add_end();
	check_refused("the manifest's files[0] is not in the bundle; add it");

	begin();
	add_file("files/x", "x");
	add_end();
	check_refused("member 3 of the bundle is not in the manifest; list it");

	begin();
	grant_file("x", "x", false);
	add_file("files/x", "x");
	add_file("files/x", "x");
	add_end();
	check_refused("member 4 of the bundle is there a second time");

	begin();
	add("files/lonely/", '5', NULL, 0);
	add_end();
	check_refused("member 3 of the bundle is a folder that leads to no "
	    "file");
}

ATF_TC_WITHOUT_HEAD(wrong_file_is_not_written);
ATF_TC_BODY(wrong_file_is_not_written, tc)
{
	struct why why;
	int dir;

	begin();
	grant_file("x", "x", false);
	add_file("files/x", "y");
	add_end();
	ATF_REQUIRE(mkdir("job", 0755) == 0);
	dir = open("job", O_RDONLY | O_DIRECTORY);
	ATF_CHECK_EQ(try_unpack(dir, &why), -1);
	ATF_CHECK_EQ(access("job/x", F_OK), -1);
	grant_free(&a.grant);
}

ATF_TC_WITHOUT_HEAD(file_in_the_place_of_a_folder_is_an_error);
ATF_TC_BODY(file_in_the_place_of_a_folder_is_an_error, tc)
{
	struct why why;
	int dir;

	begin();
	grant_file("x", "x", false);
	grant_file("x/y", "y", false);
	add_file("files/x", "x");
	add_file("files/x/y", "y");
	add_end();
	ATF_REQUIRE(mkdir("job", 0755) == 0);
	dir = open("job", O_RDONLY | O_DIRECTORY);
	ATF_CHECK_EQ(try_unpack(dir, &why), -1);
	ATF_CHECK_EQ(errno, ENOTDIR);
	ATF_CHECK_MSG(strstr(why.text, "make the manifest's files[1] in")
	    != NULL, "%s", why.text);
	grant_free(&a.grant);
}

ATF_TC_WITHOUT_HEAD(links_in_the_folder_are_not_followed);
ATF_TC_BODY(links_in_the_folder_are_not_followed, tc)
{
	struct why why;
	int dir;

	begin();
	grant_file("x", "x", false);
	add_file("files/x", "x");
	add_end();
	ATF_REQUIRE(mkdir("job", 0755) == 0);
	ATF_REQUIRE(symlink("../outside", "job/x") == 0);
	dir = open("job", O_RDONLY | O_DIRECTORY);
	ATF_CHECK_EQ(try_unpack(dir, &why), -1);
	ATF_CHECK_EQ(access("outside", F_OK), -1);
	grant_free(&a.grant);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, files_arrive_with_their_modes);
	ATF_TP_ADD_TC(tp, program_with_a_stack_to_run_needs_the_capability);
	ATF_TP_ADD_TC(tp, prefix_and_name_are_joined);
	ATF_TP_ADD_TC(tp, padding_after_the_end_is_taken);
	ATF_TP_ADD_TC(tp, names_that_lead_out_are_refused);
	ATF_TP_ADD_TC(tp, what_is_no_file_or_folder_is_refused);
	ATF_TP_ADD_TC(tp, broken_headers_are_refused);
	ATF_TP_ADD_TC(tp, archives_that_are_cut_off_are_refused);
	ATF_TP_ADD_TC(tp, hidden_bytes_are_refused);
	ATF_TP_ADD_TC(tp,
	    first_two_members_are_the_manifest_and_its_signature);
	ATF_TP_ADD_TC(tp, files_are_exactly_the_manifests);
	ATF_TP_ADD_TC(tp, wrong_file_is_not_written);
	ATF_TP_ADD_TC(tp, file_in_the_place_of_a_folder_is_an_error);
	ATF_TP_ADD_TC(tp, links_in_the_folder_are_not_followed);
	return atf_no_error();
}
