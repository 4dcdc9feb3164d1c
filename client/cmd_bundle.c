/* casemate bundle */
#include "casemate.h"

#include "file.h"
#include "lib/log.h"
#include "pack.h"

struct make_bundle {
	const char	*output, *key;
};

static int
run(int argc, char *argv[])
{
	struct make_bundle m = { 0 };
	const char *dir;
	struct pack p;
	int ret;

	if (opts_parse(&cmd_bundle, &m, argc, argv, &dir) == -1)
		return CMD_USAGE;
	ret = pack_folder(&p, dir, m.key, PACK_CHECK);
	if (ret == 0)
		ret = file_save(m.output, p.tar.data, p.tar.len, 0644);
	pack_free(&p);
	return ret == 0 ? EXIT_OK : EXIT_REFUSED;
}

static const struct opt opts[] = {
	{ "output", 'o', OPT_TEXT, offsetof(struct make_bundle, output), "FILE",
	    "where the bundle goes", .needed = OPT_FORM_1 },
	{ "key", 'k', OPT_TEXT, offsetof(struct make_bundle, key), "KEY",
	    "the author's key, which signs the manifest",
	    .needed = OPT_FORM_1 },
	{ 0 },
};

const struct cmd cmd_bundle = {
	.name = "bundle",
	.summary = "pack and sign a job's folder",
	.forms = { "DIR" },
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.run = run,
};
