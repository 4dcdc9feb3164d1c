#include "facts.h"

#include <atf-c.h>
#include <stdio.h>
#include <string.h>

#define HEX	"00112233445566778899aabbccddeeff00112233445566778899aabbccddee01"

static struct init_facts f;
static const unsigned char none[DIGEST_LEN];

static void
find(const char *cmdline)
{
	memset(&f, 0xff, sizeof(f));
	facts_find(&f, cmdline, "build.sha256", "python=12");
}

static bool
has_image(const char *cmdline)
{
	find(cmdline);
	if (memcmp(f.image_sha256, none, sizeof(none)) == 0)
		return false;
	ATF_CHECK_EQ(0x11, f.image_sha256[1]);
	ATF_CHECK_EQ(0x01, f.image_sha256[31]);
	return true;
}

static void
write_build(const char *text)
{
	FILE *out = fopen("build.sha256", "w");

	ATF_REQUIRE(out != NULL && fputs(text, out) >= 0 && fclose(out) == 0);
}

ATF_TC_WITHOUT_HEAD(the_machine_and_its_command_line);
ATF_TC_BODY(the_machine_and_its_command_line, tc)
{
	static char longest[3000];

	find("quiet a=\xff\x1b b\n");
	ATF_CHECK_STREQ("quiet a=?? b", f.boot.command_line);
	ATF_CHECK_STREQ("python=12", f.boot.runtimes);
	ATF_CHECK(strstr(f.boot.image, CASEMATE_VERSION " linux ") != NULL);
	ATF_CHECK(f.boot.cpus >= 1 && f.boot.memory_bytes > 1 << 20);
	memset(longest, 'x', sizeof(longest) - 1);
	find(longest);
	ATF_CHECK_EQ(COMMAND_LINE_MAX, strlen(f.boot.command_line));
	find("");
	ATF_CHECK_STREQ("", f.boot.command_line);
}

ATF_TC_WITHOUT_HEAD(the_image_digest_is_one_word);
ATF_TC_BODY(the_image_digest_is_one_word, tc)
{
	ATF_CHECK(has_image("casemate.image=" HEX));
	ATF_CHECK(has_image("casemate.image=" HEX "\n"));
	ATF_CHECK(has_image("quiet casemate.image=" HEX " pci=off\n"));
	ATF_CHECK(has_image("xcasemate.image=1 casemate.image=" HEX "\n"));
	ATF_CHECK(!has_image(""));
	ATF_CHECK(!has_image("casemate.image="));
	ATF_CHECK(!has_image("xcasemate.image=" HEX));
	ATF_CHECK(!has_image("casemate.image=" HEX "0"));
	ATF_CHECK(!has_image("casemate.image=" HEX ","));
	ATF_CHECK(!has_image("casemate.image=x" HEX));
}

ATF_TC_WITHOUT_HEAD(words_are_whole);
ATF_TC_BODY(words_are_whole, tc)
{
	ATF_CHECK(facts_has_word("casemate.trace", "casemate.trace"));
	ATF_CHECK(facts_has_word("a casemate.trace b\n", "casemate.trace"));
	ATF_CHECK(facts_has_word("a casemate.trace\n", "casemate.trace"));
	ATF_CHECK(facts_has_word("xcasemate.trace casemate.trace",
	    "casemate.trace"));
	ATF_CHECK(!facts_has_word("casemate.traced", "casemate.trace"));
	ATF_CHECK(!facts_has_word("", "casemate.trace"));
}

ATF_TC_WITHOUT_HEAD(the_build_digest_is_a_file);
ATF_TC_BODY(the_build_digest_is_a_file, tc)
{
	find("");
	ATF_CHECK(memcmp(f.build_sha256, none, sizeof(none)) == 0);
	write_build(HEX "\n");
	find("");
	ATF_CHECK_EQ(0x22, f.build_sha256[2]);
	write_build("short\n");
	find("");
	ATF_CHECK(memcmp(f.build_sha256, none, sizeof(none)) == 0);
	write_build(HEX "00\n");
	find("");
	ATF_CHECK(memcmp(f.build_sha256, none, sizeof(none)) == 0);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, the_machine_and_its_command_line);
	ATF_TP_ADD_TC(tp, the_image_digest_is_one_word);
	ATF_TP_ADD_TC(tp, words_are_whole);
	ATF_TP_ADD_TC(tp, the_build_digest_is_a_file);
	return atf_no_error();
}
