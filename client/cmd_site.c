/* casemate site DIR -o FILE */
#include "casemate.h"

#include "file.h"
#include "lib/log.h"
#include "opts.h"
#include "say.h"
#include "sitemake.h"

int
cmd_site(int argc, char *argv[])
{
	const char *out = NULL, *args[1];
	const struct opt table[] = {
		{ "output", 'o', OPT_TEXT, &out, 0, 0 },
		{ 0 },
	};
	struct settings settings;
	struct buf cpio = { 0 };
	int ret;

	if (opts_parse(table, argc, argv, args, 1, 1) == -1)
		return CMD_USAGE;
	if (out == NULL) {
		say("-o FILE is missing: where the site goes");
		return CMD_USAGE;
	}
	ret = site_make(args[0], &cpio, &settings);
	if (ret == 0)
		ret = file_save(out, cpio.data, cpio.len, 0644);
	buf_free(&cpio);
	return ret == 0 ? EXIT_OK : EXIT_REFUSED;
}
