/* casemate down */
#include "casemate.h"

#include <stdlib.h>
#include <unistd.h>

#include "lib/name.h"
#include "lib/log.h"
#include "say.h"
#include "client/vm/names.h"
#include "client/vm/state.h"
#include "client/vm/stop.h"
#include "target.h"

#define WAIT_S	30

static void
say_down(const char *name)
{
	char *advice = names_advise(name);

	say("%s: is not up%s", name, advice);
	free(advice);
}

static int
down(const char *name, uint64_t wait_s, bool force)
{
	struct vm_state s;

	switch (state_load(name, &s)) {
	case STATE_ERROR:
		break;
	case STATE_DOWN:
		say_down(name);
		return force ? EXIT_OK : EXIT_REFUSED;
	case STATE_STALE:
		stop_leftovers(name, &s);
		say("%s: had ended already; removed what it had left",
		    name);
		return EXIT_OK;
	case STATE_UP:
		return stop_vm(name, &s, wait_s, force) == 0 ? EXIT_OK :
		    EXIT_REFUSED;
	}
	return EXIT_REFUSED;
}

struct take_down {
	uint64_t	wait_s;
	bool		force;
};

static int
run(int argc, char *argv[])
{
	struct take_down d = { .wait_s = WAIT_S };
	const char *name = TARGET_DEFAULT;
	int lock, code;

	if (opts_parse(&cmd_down, &d, argc, argv, &name) == -1)
		return CMD_USAGE;
	if (name_check(name) == -1) {
		say("%s: is not an appliance's name (1 to 63 lower-case "
		    "letters, digits and -)", name);
		return CMD_USAGE;
	}
	if ((lock = state_lock(name)) == -1)
		return EXIT_REFUSED;
	code = down(name, d.wait_s, d.force);
	close(lock);
	return code;
}

static const struct opt opts[] = {
	{ "wait", 0, OPT_NUMBER, offsetof(struct take_down, wait_s), "SECONDS",
	    "how long it may take (default 30)", .min = 1, .max = 3600 },
	{ "force", 'f', OPT_FLAG, offsetof(struct take_down, force), NULL,
	    .help = "end the VM at once" },
	{ 0 },
};

const struct cmd cmd_down = {
	.name = "down",
	.summary = "stop the appliance in good order",
	.forms = { "[NAME]" },
	.max_args = 1,
	.opts = opts,
	.run = run,
};
