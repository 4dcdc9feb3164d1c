/* casemate verify */
#include "casemate.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "verified.h"
#include "file.h"
#include "lib/log.h"
#include "say.h"

struct verify_receipt {
	const char	*keyfile, *disclosures;
};

static int
check_receipt(struct verified *v, const char *file, const char *vkey)
{
	struct buf text = { 0 };
	struct why w = { "" };
	int ret;

	ret = file_read(AT_FDCWD, file, FILE_FOLLOW, file, RECEIPT_MAX, &text,
	    NULL);
	if (ret == 0) {
		ret = verified_check(v, text.data, text.len, vkey, &w);
		if (ret == -1)
			say("%s: not verified: %s", file, w.text);
	}
	buf_free(&text);
	return ret;
}

static int
check_disclosures(struct verified *v, const char *file)
{
	struct buf text = { 0 };
	struct why w = { "" };
	int ret;

	ret = file_read(AT_FDCWD, file, FILE_FOLLOW, file, DISCLOSURES_MAX,
	    &text, NULL);
	if (ret == 0) {
		ret = verified_disclose(v, text.data, text.len, &w);
		if (ret == -1)
			say("%s: not verified: %s", file, w.text);
	}
	buf_free(&text);
	return ret;
}

/* The disclosures that were named, or those beside the receipt. */
static int
disclose(struct verified *v, const struct verify_receipt *r,
    const char *receipt)
{
	char *beside;
	int ret = 0;

	if (r->disclosures != NULL)
		return check_disclosures(v, r->disclosures);
	beside = verified_disclosures_path(receipt);
	if (access(beside, F_OK) == 0)
		ret = check_disclosures(v, beside);
	free(beside);
	return ret;
}

static int
verify(const struct verify_receipt *r, const char *receipt, const char *vkey)
{
	struct verified v = { 0 };
	int ret;

	ret = check_receipt(&v, receipt, vkey);
	if (ret == 0)
		ret = disclose(&v, r, receipt);
	if (ret == 0) {
		printf("receipt verified\n");
		verified_print(stdout, &v);
	}
	verified_free(&v);
	return ret;
}

static int
run(int argc, char *argv[])
{
	struct verify_receipt r = { 0 };
	char vkey[VKEY_MAX + 1];
	const char *receipt;

	if (opts_parse(&cmd_verify, &r, argc, argv, &receipt) == -1)
		return CMD_USAGE;
	if (verified_load_key(r.keyfile, vkey) == -1 ||
	    verify(&r, receipt, vkey) == -1)
		return EXIT_REFUSED;
	return EXIT_OK;
}

static const struct opt opts[] = {
	{ "appliance", 'a', OPT_TEXT, offsetof(struct verify_receipt, keyfile),
	    "KEYFILE", "the file with the appliance's public key",
	    .needed = OPT_FORM_1 },
	{ "disclosures", 0, OPT_TEXT,
	    offsetof(struct verify_receipt, disclosures), "FILE",
	    .help = "the disclosures (default: those beside the receipt)" },
	{ 0 },
};

const struct cmd cmd_verify = {
	.name = "verify",
	.summary = "verify a receipt offline and print what it proves",
	.forms = { "RECEIPT" },
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.run = run,
};
