/* casemate ledger evidence, against a fake appliance and with ssh-keygen. */
#include "client/casemate.h"

#include <sys/stat.h>

#include <atf-c.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/file.h"
#include "client/need.h"
#include "client/test/fake_appliance.h"
#include "client/test/user.h"

#define PARTS_MAX	32

/* A file of the evidence, and what the appliance does with it. */
struct sent {
	const char	*name;		/* NULL ends them */
	const char	*from;		/* another file's bytes, or NULL */
};

struct kept_answer {
	const struct sent *files;
	bool		 withheld;	/* no disclosures */
	bool		 bytes_first;
	bool		 of_boot;	/* the leaf is about no command */
};

static const struct sent all[] = {
	{ "command", NULL }, { "command.sig", NULL },
	{ "manifest.yaml", NULL }, { "manifest.yaml.sig", NULL },
	{ "site/allowed_signers", NULL }, { "site/policy/r.cedar", NULL },
	{ "site/SHA256SUMS", NULL }, { NULL, NULL },
};

static int
shell(const char *script)
{
	fflush(NULL);
	return system(script);
}

/*
 * What was signed, by public tools alone: command, manifest, a site, and the
 * digests in the file `digests'.
 */
static void
make_evidence(void)
{
	user_make_key();
	if (access("site", F_OK) == 0)
		return;
	user_make_site();
	ATF_REQUIRE_EQ(0, shell("set -e\n"
	    "printf 'an order' > command\n"
	    "printf 'version: 1\\n' > manifest.yaml\n"
	    "ssh-keygen -q -Y sign -f key -n casemate-command command\n"
	    "ssh-keygen -q -Y sign -f key -n casemate-manifest manifest.yaml\n"
	    "(cd site && find . -type f | LC_ALL=C sort | sed 's,^./,,' |\n"
	    "    xargs sha256sum > ../sums)\n"
	    "mv sums site/SHA256SUMS\n"
	    "cat command | sha256sum > digests\n"
	    "cat manifest.yaml | sha256sum >> digests\n"
	    "cat site/SHA256SUMS | sha256sum >> digests\n"));
}

/* The nth line of `digests'. */
static void
read_digest(int n, unsigned char digest[DIGEST_LEN])
{
	static char text[USER_TEXT_MAX];

	user_slurp("digests", text);
	for (int i = 0; i < DIGEST_LEN; i++) {
		unsigned byte;

		fake_check(sscanf(text + n * 68 + 2 * i, "%2x", &byte) == 1,
		    "digests");
		digest[i] = (unsigned char)byte;
	}
}

static void
make_leaf(struct fake *f, const struct kept_answer *a,
    struct fake_leaf *leaf)
{
	static unsigned char command[DIGEST_LEN], manifest[DIGEST_LEN],
	    site[DIGEST_LEN];
	const struct fake_head head = { .source = f->key.name,
	    .type = a->of_boot ? "casemate.appliance.started" :
	    "casemate.job.accepted", .site = site };

	read_digest(0, command);
	read_digest(1, manifest);
	read_digest(2, site);
	fake_leaf_make(leaf, &head, (struct fake_field[]){
	    { "submitter", .text = "a" }, { "author", .text = "a" },
	    { "command_sha256", .digest = command },
	    { "manifest_sha256", .digest = manifest }, { NULL } });
}

/* A file in two parts. */
static size_t
send_file(struct fake_part *p, const struct sent *s)
{
	struct buf *data = need_alloc(1, sizeof(*data));
	const char *from = s->from == NULL ? s->name : s->from;

	fake_check(file_read(AT_FDCWD, from, FILE_NOFOLLOW, from, 1 << 20,
	    data, NULL) == 0, from);
	p[0] = (struct fake_part){ 4, s->name, strlen(s->name) };
	p[1] = (struct fake_part){ 5, data->data, data->len / 2 };
	p[2] = (struct fake_part){ 5, data->data + data->len / 2,
	    data->len - data->len / 2 };
	return 3;
}

static void
serve_evidence(struct fake *f, int fd, int nr, void *arg)
{
	const struct kept_answer *a = arg;
	struct fake_part parts[PARTS_MAX] = { 0 };
	struct fake_leaf leaf;
	size_t n = 0;
	char *receipt;

	(void)nr;
	make_leaf(f, a, &leaf);
	receipt = fake_receipt(f, leaf.text, LIE_NONE);
	parts[n++] = (struct fake_part){ 1, receipt, strlen(receipt) };
	if (!a->withheld)
		parts[n++] = (struct fake_part){ 3, leaf.disclosures.data,
		    leaf.disclosures.len };
	if (a->bytes_first)
		parts[n++] = (struct fake_part){ 5, "x", 1 };
	for (const struct sent *s = a->files; s->name != NULL; s++)
		n += send_file(&parts[n], s);
	fake_parts(f, fd, VERB_EVIDENCE, parts, LIE_NONE);
}

static int
ask(struct kept_answer a, const char *output)
{
	struct fake f;
	int status;

	make_evidence();
	fake_init(&f, USER_SOCKET);
	user_write("vkey", f.vkey, 0644);
	fake_serve(&f, 1, serve_evidence, &a);
	status = user_query(&cmd_ledger_evidence, "0", "--output", output);
	ATF_CHECK_EQ(0, fake_wait(&f));
	return status;
}

/* No folder of this name, and nothing beside it that was begun. */
static void
check_nothing(const char *dir)
{
	ATF_CHECK_EQ(-1, access(dir, F_OK));
	ATF_CHECK_EQ(0, shell("! ls -d *.?????? 2>&1 | grep -q '^proof'"));
	ATF_CHECK_STREQ("", user_out);
}

ATF_TC_WITHOUT_HEAD(printed_commands_prove_who_signed);
ATF_TC_BODY(printed_commands_prove_who_signed, tc)
{
	const char *words[] = { "verify", "proof/0.tlog-proof", "--appliance",
	    "vkey", NULL };

	ATF_REQUIRE_EQ_MSG(0, ask((struct kept_answer){ .files = all },
	    "proof"), "%s", user_err);
	ATF_CHECK_STREQ("(cd -- proof && "
	    "ssh-keygen -Y verify -f site/allowed_signers -I a "
	    "-n casemate-command -Overify-time=20260101000000Z "
	    "-s command.sig < command)\n(cd -- proof && "
	    "ssh-keygen -Y verify -f site/allowed_signers -I a "
	    "-n casemate-manifest -Overify-time=20260101000000Z "
	    "-s manifest.yaml.sig < manifest.yaml)\n", user_out);
	USER_CHECK_ERR("command: the leaf has its digest\n");
	USER_CHECK_ERR("site/SHA256SUMS: the leaf has its digest\n");
	USER_CHECK_ERR("site/policy/r.cedar: site/SHA256SUMS has its digest\n");
	ATF_CHECK(strstr(user_err, "command.sig: the leaf") == NULL);
	ATF_CHECK_EQ(0, shell("(set -e; . ./out) > said && "
	    "grep -c '^Good \"casemate-.*\" signature for a with' said | "
	    "grep -qx 2"));
	ATF_CHECK_EQ(0, shell("cmp command proof/command && "
	    "cmp site/SHA256SUMS proof/site/SHA256SUMS && "
	    "(cd proof/site && sha256sum --quiet -c SHA256SUMS) && "
	    "sed -n 's/^extra //p' proof/0.tlog-proof | base64 -d | "
	    "cmp - proof/leaf.json"));
	ATF_CHECK_EQ(0, user_run(&cmd_verify, words));
	ATF_CHECK(strstr(user_out, "  submitter          a\n") != NULL);
}

/* With any other byte they do not. */
ATF_TC_WITHOUT_HEAD(printed_commands_refuse_what_was_changed);
ATF_TC_BODY(printed_commands_refuse_what_was_changed, tc)
{
	ATF_REQUIRE_EQ(0, ask((struct kept_answer){ .files = all }, "proof"));
	ATF_CHECK_EQ(0, shell("echo >> proof/command; "
	    "! (set -e; . ./out) > said 2>&1"));
	ATF_CHECK_EQ(0, shell("cp command proof/command; "
	    "echo >> proof/manifest.yaml; ! (set -e; . ./out) > said 2>&1"));
}

ATF_TC_WITHOUT_HEAD(signer_that_is_withheld_is_the_keys);
ATF_TC_BODY(signer_that_is_withheld_is_the_keys, tc)
{
	ATF_REQUIRE_EQ_MSG(0, ask((struct kept_answer){ .files = all,
	    .withheld = true }, "my 'proof'/"), "%s", user_err);
	ATF_CHECK(strstr(user_out, "(cd -- 'my '\\''proof'\\''/' && ") ==
	    user_out);
	ATF_CHECK(strstr(user_out, "-I \"$(ssh-keygen -Y find-principals -f "
	    "site/allowed_signers -Overify-time=20260101000000Z "
	    "-s command.sig)\" -n casemate-command") != NULL);
	ATF_CHECK_EQ(0, shell("(set -e; . ./out) > said && "
	    "grep -c '^Good ' said | grep -qx 2"));
	ATF_CHECK_EQ(-1, access("my 'proof'/0.disclosures", F_OK));
}

#define CHECK_FAILED(answer, words) do {				\
	ATF_CHECK_EQ(1, ask(answer, "proof"));				\
	USER_CHECK_ERR("EVIDENCE VERIFICATION FAILED: leaf 0: " words);	\
	check_nothing("proof");						\
} while (0)
#define FILES(...)	((struct kept_answer){				\
    .files = (const struct sent[]){ __VA_ARGS__, { NULL, NULL } } })

ATF_TC_WITHOUT_HEAD(file_with_another_digest_is_refused);
ATF_TC_BODY(file_with_another_digest_is_refused, tc)
{
	make_evidence();
	user_write("extra", "", 0644);
	CHECK_FAILED(FILES({ "command", "manifest.yaml" }), "the leaf does not "
	    "have the digest of the file command that came");
	CHECK_FAILED(FILES({ "manifest.yaml", "command" }), "the leaf does not "
	    "have the digest of the file manifest.yaml");
	CHECK_FAILED(FILES({ "site/allowed_signers", NULL }), "the leaf does "
	    "not have the digest of the site's files");
	CHECK_FAILED(FILES({ "site/allowed_signers", NULL },
	    { "site/policy/r.cedar", NULL }, { "site/extra", "extra" }),
	    "the leaf does not have the digest of the site's files");
	CHECK_FAILED(FILES({ "site/allowed_signers", NULL },
	    { "site/policy/s.cedar", "site/policy/r.cedar" }),
	    "the leaf does not have the digest of the site's files");
	CHECK_FAILED(FILES({ "site/allowed_signers", NULL },
	    { "site/policy/r.cedar", NULL }, { "site/SHA256SUMS", "extra" }),
	    "the list site/SHA256SUMS that came is not that of the files");
	CHECK_FAILED(FILES({ "site/SHA256SUMS", NULL }), "the leaf does not "
	    "have the digest of the site's files");
}

/* Nothing is written outside of the folder. */
ATF_TC_WITHOUT_HEAD(names_that_no_evidence_has_are_refused);
ATF_TC_BODY(names_that_no_evidence_has_are_refused, tc)
{
	static const char *const bad[] = { "", "leaf.json", "0.tlog-proof",
	    "../command", "/command", "site", "site/", "site/../command",
	    "site//x", "site/a\nb", "site/./x", "sitex/y", "command/x" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_FAILED(FILES({ bad[i], "key.pub" }), "file 1 has a name "
		    "that no evidence has");
	CHECK_FAILED(FILES({ "command", NULL }, { "command", NULL }),
	    "command came twice");
	CHECK_FAILED(((struct kept_answer){ .files = all,
	    .bytes_first = true }), "a part of its answer is not expected "
	    "there");
}

ATF_TC_WITHOUT_HEAD(parts_of_the_evidence_are_given);
ATF_TC_BODY(parts_of_the_evidence_are_given, tc)
{
	ATF_CHECK_EQ(0, ask(FILES({ "command", NULL },
	    { "command.sig", NULL }, { "site/allowed_signers", NULL },
	    { "site/policy/r.cedar", NULL }), "proof"));
	USER_CHECK_ERR("who signed manifest.yaml cannot be proved: "
	    "manifest.yaml, manifest.yaml.sig or site/allowed_signers is not "
	    "beside this leaf");
	ATF_CHECK_EQ(0, shell("(set -e; . ./out) && "
	    "cmp site/SHA256SUMS proof/site/SHA256SUMS"));
	ATF_CHECK_EQ(0, ask(FILES({ "command", NULL }), "two"));
	USER_CHECK_ERR("who signed command cannot be proved");
	ATF_CHECK_STREQ("", user_out);
	ATF_CHECK_EQ(1, ask((struct kept_answer){ .files = &all[7] }, "three"));
	USER_CHECK_ERR("leaf 0 has no evidence beside it, or it was "
	    "forgotten");
	check_nothing("three");
}

ATF_TC_WITHOUT_HEAD(leaf_about_no_command_has_the_site);
ATF_TC_BODY(leaf_about_no_command_has_the_site, tc)
{
	ATF_CHECK_EQ_MSG(0, ask((struct kept_answer){ .files = &all[4],
	    .of_boot = true }, "proof"), "%s", user_err);
	ATF_CHECK_STREQ("", user_out);
	ATF_CHECK(strstr(user_err, "cannot be proved") == NULL);
	ATF_CHECK_EQ(0, access("proof/site/allowed_signers", F_OK));
}

ATF_TC_WITHOUT_HEAD(folder_that_is_there_is_refused);
ATF_TC_BODY(folder_that_is_there_is_refused, tc)
{
	make_evidence();
	ATF_REQUIRE_EQ(0, mkdir("empty", 0755));
	ATF_CHECK_EQ(0, ask((struct kept_answer){ .files = all }, "empty"));
	ATF_CHECK_EQ(0, access("empty/command", F_OK));
	ATF_CHECK_EQ(1, user_query(&cmd_ledger_evidence, "0", "--output",
	    "site"));
	USER_CHECK_ERR("site: is a folder with files in it; give the name of a "
	    "new folder");
	ATF_CHECK_EQ(1, user_query(&cmd_ledger_evidence, "0", "--output",
	    "key"));
	USER_CHECK_ERR("key: is a file; give the name of a new folder");
	ATF_CHECK_EQ(1, user_query(&cmd_ledger_evidence, "0", "--output",
	    "key/x"));
	USER_CHECK_ERR("key/x: cannot make a folder beside it");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, printed_commands_prove_who_signed);
	ATF_TP_ADD_TC(tp, printed_commands_refuse_what_was_changed);
	ATF_TP_ADD_TC(tp, signer_that_is_withheld_is_the_keys);
	ATF_TP_ADD_TC(tp, file_with_another_digest_is_refused);
	ATF_TP_ADD_TC(tp, names_that_no_evidence_has_are_refused);
	ATF_TP_ADD_TC(tp, parts_of_the_evidence_are_given);
	ATF_TP_ADD_TC(tp, leaf_about_no_command_has_the_site);
	ATF_TP_ADD_TC(tp, folder_that_is_there_is_refused);
	return atf_no_error();
}
