#include "sitefiles.h"

#include <sys/stat.h>

#include <atf-c.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/sha256.h"

static struct sitefiles files;
static struct doc_error error;
static int fd;

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	ATF_REQUIRE_MSG(f != NULL, "%s", path);
	fputs(text, f);
	fclose(f);
}

static void
start(void)
{
	mkdir("site", 0755);
	mkdir("site/policy", 0755);
	mkdir("site/policies", 0755);
	write_file("site/allowed_signers", "alice\n");
	write_file("site/settings.yaml", "version: 1\n");
	fd = open("site", O_RDONLY | O_DIRECTORY);
	ATF_REQUIRE(fd != -1);
}

static int
make(void)
{
	return sitefiles_make(&files, fd, &error);
}

/* The commands in sitefiles.h. */
static const char *
digest_by_tools(void)
{
	static char line[128];
	FILE *f = popen("cd site && find . -path ./tests -prune -o -type f "
	    "-print | sed 's,^./,,' | LC_ALL=C sort | xargs sha256sum | "
	    "sha256sum", "r");

	ATF_REQUIRE(f != NULL && fgets(line, sizeof(line), f) != NULL);
	pclose(f);
	line[64] = '\0';
	return line;
}

static void
check_digest(size_t n)
{
	char hex[2 * DIGEST_LEN + 1];

	ATF_REQUIRE_MSG(make() == 0, "%s", error.text);
	ATF_CHECK_EQ(files.n, n);
	sha256_hex(files.sha256, hex);
	ATF_CHECK_STREQ(hex, digest_by_tools());
	sitefiles_free(&files);
}

ATF_TC_WITHOUT_HEAD(the_digest_is_that_of_public_tools);
ATF_TC_BODY(the_digest_is_that_of_public_tools, tc)
{
	start();
	check_digest(2);
	write_file("site/entities.yaml", "[]\n");
	check_digest(3);
	write_file("site/policy/10-run.cedar", "permit\n");
	write_file("site/policy/people.cedarschema", "entity User;\n");
	write_file("site/policy/Z.cedar", "");
	write_file("site/policies/web.cedar.json", "{}");
	check_digest(7);
	mkdir("site/tests", 0755);		/* is not packed */
	write_file("site/tests/all.yaml", "- case: x\n");
	check_digest(7);
	write_file("site/settings.yaml", "version: 1 \n");
	check_digest(7);
}

ATF_TC_WITHOUT_HEAD(each_byte_counts);
ATF_TC_BODY(each_byte_counts, tc)
{
	unsigned char before[DIGEST_LEN];

	start();
	ATF_REQUIRE_EQ(make(), 0);
	memcpy(before, files.sha256, DIGEST_LEN);
	sitefiles_free(&files);
	write_file("site/allowed_signers", "alicf\n");
	ATF_REQUIRE_EQ(make(), 0);
	ATF_CHECK(memcmp(before, files.sha256, DIGEST_LEN) != 0);
	sitefiles_free(&files);
	write_file("site/allowed_signers", "alice\n");
	ATF_REQUIRE_EQ(make(), 0);
	ATF_CHECK(memcmp(before, files.sha256, DIGEST_LEN) == 0);
	sitefiles_free(&files);
}

ATF_TC_WITHOUT_HEAD(no_files_are_no_digest);
ATF_TC_BODY(no_files_are_no_digest, tc)
{
	static const unsigned char zeros[DIGEST_LEN];

	mkdir("site", 0755);
	fd = open("site", O_RDONLY | O_DIRECTORY);
	ATF_REQUIRE_EQ(make(), 0);
	ATF_CHECK_EQ(files.n, 0);
	ATF_CHECK(memcmp(files.sha256, zeros, DIGEST_LEN) == 0);
	sitefiles_free(&files);
}

ATF_TC_WITHOUT_HEAD(files_are_mapped);
ATF_TC_BODY(files_are_mapped, tc)
{
	start();
	write_file("site/policy/10-run.cedar", "0123456789");
	write_file("site/policy/20-none.cedar", "");
	ATF_REQUIRE_EQ(make(), 0);
	ATF_REQUIRE_EQ(files.n, 4);
	ATF_CHECK_EQ(files.bytes, 6 + 10 + 11);
	ATF_CHECK_EQ(files.names, 15 + 19 + 20 + 13);
	ATF_REQUIRE_EQ(sitefiles_map(&files, fd, &error), 0);
	ATF_CHECK_STREQ(files.list[0].path, "allowed_signers");
	ATF_CHECK(memcmp(files.list[0].data, "alice\n", 6) == 0);
	ATF_CHECK_STREQ(files.list[1].path, "policy/10-run.cedar");
	ATF_CHECK_EQ(files.list[1].len, 10);
	ATF_CHECK(memcmp(files.list[1].data, "0123456789", 10) == 0);
	ATF_CHECK_EQ(files.list[2].len, 0);
	sitefiles_free(&files);
}

static void
not_mapped(const char *words)
{
	ATF_CHECK_EQ(sitefiles_map(&files, fd, &error), -1);
	ATF_CHECK_STREQ(error.file, "allowed_signers");
	ATF_CHECK_MATCH(words, error.text);
	sitefiles_free(&files);
}

ATF_TC_WITHOUT_HEAD(a_file_that_changed_is_not_mapped);
ATF_TC_BODY(a_file_that_changed_is_not_mapped, tc)
{
	start();
	ATF_REQUIRE_EQ(make(), 0);
	write_file("site/allowed_signers", "alicf\n");
	not_mapped("has changed since it was read");
	ATF_REQUIRE_EQ(make(), 0);
	write_file("site/allowed_signers", "alice and more\n");
	not_mapped("has changed since it was read");
	ATF_REQUIRE_EQ(make(), 0);
	unlink("site/allowed_signers");
	not_mapped("cannot be opened");
}

ATF_TC_WITHOUT_HEAD(what_is_no_file_is_refused);
ATF_TC_BODY(what_is_no_file_is_refused, tc)
{
	start();
	unlink("site/settings.yaml");
	ATF_REQUIRE_EQ(symlink("allowed_signers", "site/settings.yaml"), 0);
	ATF_CHECK_EQ(make(), -1);
	ATF_CHECK_STREQ(error.file, "settings.yaml");
	ATF_CHECK_MATCH("not a regular file", error.text);
	unlink("site/settings.yaml");
	write_file("site/policy/notes.txt", "");
	ATF_CHECK_EQ(make(), -1);
	ATF_CHECK_MATCH("does not belong here", error.text);
}

ATF_TC_WITHOUT_HEAD(files_that_are_too_large_together_are_refused);
ATF_TC_BODY(files_that_are_too_large_together_are_refused, tc)
{
	start();
	write_file("site/policies/a.cedar.json", "{}");
	ATF_REQUIRE_EQ(truncate("site/policies/a.cedar.json",
	    SITE_BYTES_MAX - 6 - 11), 0);
	ATF_CHECK_EQ(make(), 0);
	sitefiles_free(&files);
	write_file("site/policies/b.cedar.json", "1");
	ATF_CHECK_EQ(make(), -1);
	ATF_CHECK_STREQ(error.file, "policies/b.cedar.json");
	ATF_CHECK_MATCH("more than 8388608 bytes", error.text);
	unlink("site/policies/b.cedar.json");
	ATF_REQUIRE_EQ(truncate("site/policies/a.cedar.json", 1 << 30), 0);
	ATF_CHECK_EQ(make(), -1);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, the_digest_is_that_of_public_tools);
	ATF_TP_ADD_TC(tp, each_byte_counts);
	ATF_TP_ADD_TC(tp, no_files_are_no_digest);
	ATF_TP_ADD_TC(tp, files_are_mapped);
	ATF_TP_ADD_TC(tp, a_file_that_changed_is_not_mapped);
	ATF_TP_ADD_TC(tp, what_is_no_file_is_refused);
	ATF_TP_ADD_TC(tp, files_that_are_too_large_together_are_refused);
	return atf_no_error();
}
