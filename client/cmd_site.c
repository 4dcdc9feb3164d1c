/* casemate site */
#include "casemate.h"

#include "file.h"
#include "lib/log.h"
#include "sitemake.h"

struct make_site {
	const char	*output;
};

static int
run(int argc, char *argv[])
{
	struct make_site m = { 0 };
	struct settings settings;
	struct buf cpio = { 0 };
	const char *dir;
	int ret;

	if (opts_parse(&cmd_site, &m, argc, argv, &dir) == -1)
		return CMD_USAGE;
	ret = sitemake_cpio(dir, &cpio, &settings);
	if (ret == 0)
		ret = file_save(m.output, cpio.data, cpio.len, 0644);
	buf_free(&cpio);
	return ret == 0 ? EXIT_OK : EXIT_REFUSED;
}

static const struct opt opts[] = {
	{ "output", 'o', OPT_TEXT, offsetof(struct make_site, output), "FILE",
	    "where the site's archive goes", .needed = OPT_FORM_1 },
	{ 0 },
};

const struct cmd cmd_site = {
	.name = "site",
	.summary = "check an operator's site and pack it",
	.forms = { "DIR" },
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.run = run,
};
