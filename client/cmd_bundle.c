/* casemate bundle DIR -o FILE --key KEY */
#include "casemate.h"

#include "file.h"
#include "lib/log.h"
#include "opts.h"
#include "pack.h"
#include "say.h"

int
cmd_bundle(int argc, char *argv[])
{
	const char *out = NULL, *key = NULL, *args[1];
	const struct opt table[] = {
		{ "output", 'o', OPT_TEXT, &out, 0, 0 },
		{ "key", 'k', OPT_TEXT, &key, 0, 0 },
		{ 0 },
	};
	struct pack p;
	int ret;

	if (opts_parse(table, argc, argv, args, 1, 1) == -1)
		return CMD_USAGE;
	if (out == NULL || key == NULL) {
		say("%s is missing", out == NULL ? "-o FILE" : "--key KEY");
		return CMD_USAGE;
	}
	ret = pack_folder(&p, args[0], key, PACK_CHECK);
	if (ret == 0)
		ret = file_save(out, p.tar.data, p.tar.len, 0644);
	pack_free(&p);
	return ret == 0 ? EXIT_OK : EXIT_REFUSED;
}
