/* casemate down [NAME] */
#include "casemate.h"

#include <unistd.h>

#include "lib/name.h"
#include "lib/log.h"
#include "opts.h"
#include "say.h"
#include "client/vm/state.h"
#include "client/vm/stop.h"
#include "target.h"

#define WAIT_S	30

static int
down(const char *name, uint64_t wait_s, bool force)
{
	struct state s;

	switch (state_load(name, &s)) {
	case STATE_ERROR:
		break;
	case STATE_DOWN:
		say("%s: is not up", name);
		return force ? EXIT_OK : EXIT_REFUSED;
	case STATE_STALE:
		stop_leftovers(name, &s);
		say("%s: was not running any more; removed what it had left",
		    name);
		return EXIT_OK;
	case STATE_UP:
		return stop_vm(name, &s, wait_s, force) == 0 ? EXIT_OK :
		    EXIT_REFUSED;
	}
	return EXIT_REFUSED;
}

int
cmd_down(int argc, char *argv[])
{
	const char *args[1] = { TARGET_DEFAULT };
	uint64_t wait_s = WAIT_S;
	bool force = false;
	const struct opt table[] = {
		{ "wait", 0, OPT_NUMBER, &wait_s, 1, 3600 },
		{ "force", 'f', OPT_FLAG, &force, 0, 0 },
		{ 0 },
	};
	int lock, code;

	if (opts_parse(table, argc, argv, args, 0, 1) == -1)
		return CMD_USAGE;
	if (name_check(args[0]) == -1) {
		say("%s: is not an appliance's name (1 to 63 lower-case "
		    "letters, digits and -)", args[0]);
		return CMD_USAGE;
	}
	if ((lock = state_lock(args[0])) == -1)
		return EXIT_REFUSED;
	code = down(args[0], wait_s, force);
	close(lock);
	return code;
}
