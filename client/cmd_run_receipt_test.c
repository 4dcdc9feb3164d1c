/* What `casemate run' and `verify' do with disclosures and manifests. */
#include "casemate.h"

#include <sys/stat.h>

#include <atf-c.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/test/fake_appliance.h"
#include "client/test/user.h"
#include "verified.h"

/* What is beside the receipt belongs to it, or it is not verified. */
ATF_TC_WITHOUT_HEAD(receipt_is_verified_with_its_disclosures);
ATF_TC_BODY(receipt_is_verified_with_its_disclosures, tc)
{
	const char *words[] = { "verify", "receipt", "--appliance", "vkey",
	    NULL, NULL, NULL };
	static const unsigned char salt[DISCLOSURE_SALT];
	enum fake_lie lie = LIE_NONE;
	char text[512];
	struct fake f;
	struct put p;

	user_make_job(USER_JOB_SIZE);
	fake_init(&f, USER_SOCKET);
	user_write("vkey", f.vkey, 0644);
	fake_serve(&f, 1, fake_serve_job, &lie);
	ATF_CHECK_EQ(7, user_run_job(NULL, NULL));
	ATF_CHECK_EQ(0, user_run(&cmd_verify, words));
	ATF_CHECK(strstr(user_out, "  submitter          dana\n") != NULL);
	ATF_CHECK(strstr(user_out, "  author             erin\n") != NULL);
	ATF_REQUIRE_EQ(0, rename("receipt.disclosures", "apart"));
	ATF_CHECK_EQ(0, user_run(&cmd_verify, words));
	ATF_CHECK(strstr(user_out, "  submitter          [USER]\n") != NULL);
	ATF_CHECK(strstr(user_out, "  author_key         [KEY]\n") != NULL);
	words[4] = "--disclosures";
	words[5] = "apart";
	ATF_CHECK_EQ(0, user_run(&cmd_verify, words));
	ATF_CHECK(strstr(user_out, "  submitter          dana\n") != NULL);
	put_init(&p, text, sizeof(text));
	disclosure_put(&p, salt, "submitter", "\"dana\"", 6);
	put_raw(&p, "\n", 2);
	user_write("receipt.disclosures", text, 0600);
	words[4] = NULL;
	ATF_CHECK_EQ(1, user_run(&cmd_verify, words));
	USER_CHECK_ERR("receipt.disclosures: not verified: disclosure 1 is "
	    "not of this leaf: it was changed, or moved from another leaf\n");
	ATF_CHECK_STREQ("", user_out);
}

static int
digests_agree(void)
{
	fflush(NULL);
	return system("test \"$(sha256sum < out)\" = "
	    "\"$(sed -n 's/^  manifest_sha256 *//p' verified)  -\"");
}

/* Its bytes are those whose digest the leaf has; the folder stays. */
ATF_TC_WITHOUT_HEAD(manifest_that_is_signed_is_printed);
ATF_TC_BODY(manifest_that_is_signed_is_printed, tc)
{
	const char *print[] = { "run", "job", "--print-manifest", NULL };
	const char *verify[] = { "verify", "receipt", "--appliance", "vkey",
	    NULL };
	enum fake_lie lie = LIE_NONE;
	char text[USER_TEXT_MAX];
	struct fake f;

	user_make_job(USER_JOB_SIZE);
	ATF_REQUIRE_EQ(0, chmod("job", 0555));
	fake_init(&f, USER_SOCKET);
	user_write("vkey", f.vkey, 0644);
	fake_serve(&f, 1, fake_serve_job, &lie);
	ATF_CHECK_EQ_MSG(7, user_run_job(NULL, NULL), "%s", user_err);
	USER_CHECK_ERR("job/manifest.yaml lists no files; the manifest that is "
	    "signed has their list, too, and the digest ");
	ATF_CHECK_EQ(0, user_run(&cmd_verify, verify));
	ATF_REQUIRE_EQ(0, rename("out", "verified"));
	ATF_CHECK_EQ(0, user_run(&cmd_run, print));
	ATF_CHECK_STREQ("", user_err);
	ATF_CHECK(strstr(user_out, "argv: [p]\n") != NULL);
	ATF_CHECK(strstr(user_out, "files:\n") != NULL);
	ATF_CHECK_EQ(0, digests_agree());
	/* One that lists them is the file itself. */
	strcpy(text, user_out);
	ATF_REQUIRE_EQ(0, chmod("job", 0755));
	user_write("job/manifest.yaml", text, 0644);
	ATF_CHECK_EQ(0, user_run(&cmd_run, print));
	ATF_CHECK_STREQ(text, user_out);
	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 1, fake_serve_job, &lie);
	ATF_CHECK_EQ(7, user_run_job(NULL, NULL));
	ATF_CHECK(strstr(user_err, "lists no files") == NULL);
}

ATF_TC_WITHOUT_HEAD(printing_a_manifest_runs_nothing);
ATF_TC_BODY(printing_a_manifest_runs_nothing, tc)
{
	static const char *const more[][2] = { { "--dry-run", NULL },
	    { "--receipt", "x" }, { "--site", "site" } };
	const char *words[] = { "run", "job", "--print-manifest", NULL, NULL,
	    NULL };
	const char *bad[] = { "run", "none", "--print-manifest", NULL };
	const char *bundle[] = { "bundle", "job", "-o", "b", "--key", "key",
	    NULL };

	user_make_job(9);
	for (size_t i = 0; i < 3; i++) {
		words[3] = more[i][0];
		words[4] = more[i][1];
		ATF_CHECK_EQ(255, user_run(&cmd_run, words));
		USER_CHECK_ERR("--print-manifest: nothing is run; leave out");
	}
	ATF_CHECK_EQ(125, user_run(&cmd_run, bad));
	USER_CHECK_ERR("none: cannot find the job");
	ATF_CHECK_EQ(0, user_run(&cmd_bundle, bundle));
	words[1] = "b";
	words[3] = NULL;
	ATF_CHECK_EQ_MSG(0, user_run(&cmd_run, words), "%s", user_err);
	ATF_CHECK(strstr(user_out, "files:\n") != NULL);
}

ATF_TC_WITHOUT_HEAD(disclosures_of_a_tlog_proof_have_its_name);
ATF_TC_BODY(disclosures_of_a_tlog_proof_have_its_name, tc)
{
	static const struct {
		const char	*receipt, *disclosures;
	} names[] = {
		{ "r", "r.disclosures" }, { "3.tlog-proof", "3.disclosures" },
		{ "d/3.tlog-proof", "d/3.disclosures" },
		{ ".tlog-proof", ".tlog-proof.disclosures" },
		{ "3.tlog-proof.x", "3.tlog-proof.x.disclosures" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *path = verified_disclosures_path(names[i].receipt);

		ATF_CHECK_STREQ(names[i].disclosures, path);
		free(path);
	}
}

/* A device or pipe has no place beside it; what cannot be kept is no job. */
ATF_TC_WITHOUT_HEAD(disclosures_go_beside_a_file_only);
ATF_TC_BODY(disclosures_go_beside_a_file_only, tc)
{
	enum fake_lie lie = LIE_NONE;
	struct fake f;

	user_make_job(USER_JOB_SIZE);
	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 1, fake_serve_job, &lie);
	ATF_CHECK_EQ(7, user_run_job("--receipt", "/dev/null"));
	ATF_CHECK_EQ(-1, access("/dev/null.disclosures", F_OK));
	ATF_CHECK_EQ(0, fake_wait(&f));
	ATF_REQUIRE_EQ(0, mkdir("receipt.disclosures", 0755));
	ATF_CHECK_EQ(125, user_run_job(NULL, NULL));
	USER_CHECK_ERR("receipt.disclosures: is a folder");
	ATF_CHECK_EQ(-1, access("receipt", F_OK));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, receipt_is_verified_with_its_disclosures);
	ATF_TP_ADD_TC(tp, manifest_that_is_signed_is_printed);
	ATF_TP_ADD_TC(tp, printing_a_manifest_runs_nothing);
	ATF_TP_ADD_TC(tp, disclosures_of_a_tlog_proof_have_its_name);
	ATF_TP_ADD_TC(tp, disclosures_go_beside_a_file_only);
	return atf_no_error();
}
