/* casemate verify */
#include "casemate.h"

#include <fcntl.h>
#include <stdio.h>

#include "verified.h"
#include "file.h"
#include "lib/log.h"
#include "say.h"

static int
verify(const char *file, const char *vkey)
{
	struct buf text = { 0 };
	struct verified v = { 0 };
	struct why w = { "" };
	int ret;

	ret = file_read(AT_FDCWD, file, FILE_FOLLOW, file, RECEIPT_MAX, &text,
	    NULL);
	if (ret == 0) {
		ret = verified_check(&v, text.data, text.len, vkey, &w);
		if (ret == -1)
			say("%s: not verified: %s", file, w.text);
	}
	if (ret == 0) {
		printf("receipt verified\n");
		verified_print(stdout, &v);
	}
	verified_free(&v);
	buf_free(&text);
	return ret;
}

struct verify_receipt {
	const char	*keyfile;
};

static int
run(int argc, char *argv[])
{
	struct verify_receipt r = { 0 };
	char vkey[VKEY_MAX + 1];
	const char *receipt;

	if (opts_parse(&cmd_verify, &r, argc, argv, &receipt) == -1)
		return CMD_USAGE;
	if (verified_load_key(r.keyfile, vkey) == -1 ||
	    verify(receipt, vkey) == -1)
		return EXIT_REFUSED;
	return EXIT_OK;
}

static const struct opt opts[] = {
	{ "appliance", 'a', OPT_TEXT, offsetof(struct verify_receipt, keyfile),
	    "KEYFILE", "the file with the appliance's public key",
	    .needed = OPT_FORM_1 },
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
