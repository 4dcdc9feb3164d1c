/* casemate verify RECEIPT --appliance KEYFILE */
#include "casemate.h"

#include <fcntl.h>
#include <stdio.h>

#include "verified.h"
#include "file.h"
#include "lib/log.h"
#include "opts.h"
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

int
cmd_verify(int argc, char *argv[])
{
	const char *keyfile = NULL, *args[1];
	const struct opt table[] = {
		{ "appliance", 'a', OPT_TEXT, &keyfile, 0, 0 },
		{ 0 },
	};
	char vkey[VKEY_MAX + 1];

	if (opts_parse(table, argc, argv, args, 1, 1) == -1)
		return CMD_USAGE;
	if (keyfile == NULL) {
		say("--appliance KEYFILE is missing: the file with the "
		    "appliance's public key");
		return CMD_USAGE;
	}
	if (verified_load_key(keyfile, vkey) == -1 ||
	    verify(args[0], vkey) == -1)
		return EXIT_REFUSED;
	if (fflush(stdout) == EOF) {
		say_errno("standard output");
		return EXIT_SYSTEM;
	}
	return EXIT_OK;
}
