#include "consistency.h"

#include <atf-c.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/msg/msg.h"

#define NOTE	"casemate/test\n9\nroot\n\n\xe2\x80\x94 a b\n"
#define HASH	"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n"

static struct consistency c;
static struct why why;

static size_t
format(char *text, size_t cap, size_t hashes, const char *note)
{
	static struct proof p;
	struct put out;

	p.count = hashes;
	memset(p.hash, 7, sizeof(p.hash));
	put_init(&out, text, cap);
	consistency_format(&out, 5, &p, note, strlen(note));
	ATF_REQUIRE_EQ(0, out.err);
	return out.len;
}

ATF_TC_WITHOUT_HEAD(text_is_old_hashes_and_the_checkpoint);
ATF_TC_BODY(text_is_old_hashes_and_the_checkpoint, tc)
{
	char text[CONSISTENCY_MAX];
	size_t len = format(text, sizeof(text), 2, NOTE);

	text[len] = '\0';
	ATF_CHECK_STREQ("old 5\n" HASH HASH "\n" NOTE, text);
	ATF_REQUIRE_EQ(0, consistency_parse(&c, text, len, &why));
	ATF_CHECK_EQ(5, c.first);
	ATF_CHECK_EQ(2, c.proof.count);
	ATF_CHECK_EQ(7, c.proof.hash[1][31]);
	ATF_CHECK_STREQ(NOTE, c.note);
	ATF_CHECK_EQ(strlen(NOTE), c.note_len);
	ATF_CHECK_EQ(5, c.note_line);
}

ATF_TC_WITHOUT_HEAD(checkpoint_and_hashes_may_be_missing);
ATF_TC_BODY(checkpoint_and_hashes_may_be_missing, tc)
{
	char text[CONSISTENCY_MAX];
	size_t len = format(text, sizeof(text), 0, "");

	ATF_REQUIRE_EQ(0, consistency_parse(&c, text, len, &why));
	ATF_CHECK_EQ(0, c.proof.count);
	ATF_CHECK(c.note == NULL && c.note_len == 0);
	len = format(text, sizeof(text), TREE_LEVELS, "");
	ATF_REQUIRE_EQ(0, consistency_parse(&c, text, len, &why));
	ATF_CHECK_EQ(TREE_LEVELS, c.proof.count);
}

ATF_TC_WITHOUT_HEAD(all_else_is_refused);
ATF_TC_BODY(all_else_is_refused, tc)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ "", "is empty" }, { "old", "first line" },
		{ "old 5", "line 1 has no newline" }, { "old 05\n", "first line" },
		{ "old -1\n", "first line" }, { "new 5\n", "first line" },
		{ "old 18446744073709551616\n", "first line" },
		{ "old 5\nAAAA\n", "line 2 of" },
		{ "old 5\n" HASH "x\n", "line 3 of" },
		{ "old 5\n" HASH "BwcH", "line 3 has no newline" },
		{ "old 5\n\n", "line 2 is empty" },
		{ "old 5\r\n", "CR" },
	};
	char many[CONSISTENCY_MAX + 1] = "old 5\n";

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ATF_CHECK_EQ_MSG(-1, consistency_parse(&c, bad[i].text,
		    strlen(bad[i].text), &why), "%s", bad[i].text);
		ATF_CHECK_EQ(EBADMSG, errno);
		ATF_CHECK_MSG(strstr(why.text, bad[i].why) != NULL, "%s: %s",
		    bad[i].text, why.text);
	}
	for (int i = 0; i <= TREE_LEVELS; i++)
		strcat(many, HASH);
	ATF_CHECK_EQ(-1, consistency_parse(&c, many, strlen(many), &why));
	ATF_CHECK_EQ(-1, consistency_parse(&c, many, CONSISTENCY_MAX + 1,
	    &why));
}

ATF_TC_WITHOUT_HEAD(bytes_of_a_proof_are_whole_hashes);
ATF_TC_BODY(bytes_of_a_proof_are_whole_hashes, tc)
{
	static unsigned char bytes[PROOF_MAX + TREE_HASH];
	struct proof p, q = { .count = 3 };

	ATF_CHECK_EQ(0, proof_from_bytes(&p, (struct bytes){ NULL, 0 }));
	ATF_CHECK_EQ(0, p.count);
	memset(q.hash, 9, sizeof(q.hash));
	ATF_CHECK_EQ(0, proof_from_bytes(&p, proof_bytes(&q)));
	ATF_CHECK_EQ(3, p.count);
	ATF_CHECK(memcmp(p.hash, q.hash, 3 * TREE_HASH) == 0);
	ATF_CHECK_EQ(0, proof_from_bytes(&p, (struct bytes){ bytes,
	    PROOF_MAX }));
	ATF_CHECK_EQ(-1, proof_from_bytes(&p, (struct bytes){ bytes,
	    sizeof(bytes) }));
	ATF_CHECK_EQ(-1, proof_from_bytes(&p, (struct bytes){ bytes, 33 }));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, text_is_old_hashes_and_the_checkpoint);
	ATF_TP_ADD_TC(tp, checkpoint_and_hashes_may_be_missing);
	ATF_TP_ADD_TC(tp, all_else_is_refused);
	ATF_TP_ADD_TC(tp, bytes_of_a_proof_are_whole_hashes);
	return atf_no_error();
}
