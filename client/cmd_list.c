/* casemate list */
#include "casemate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client/vm/lock.h"
#include "client/vm/names.h"
#include "client/vm/state.h"
#include "file.h"
#include "jsonout.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/note.h"
#include "need.h"
#include "safe.h"
#include "say.h"

#define BOOTING		"booting"
#define SITE_PREFIX	"casemate/"	/* of the name in an appliance's key */

struct listing {
	bool	json;
	bool	failed;		/* a row could not be read whole */
};

/* One appliance. */
struct listed {
	const char	*name, *word;		/* its state */
	enum state_found found;
	struct vm_state	 state;			/* unless it is down */
	struct note_key	 key;			/* has_key */
	bool		 has_key;
	char		 vkey[VKEY_MAX + 1];
	uint64_t	 age_s;			/* of its QEMU */
	char		 at[PATH_MAX + 16];	/* "": nowhere */
	char		*disk;			/* NULL: none */
};

static const char *
state_word(const struct listed *r)
{
	switch (r->found) {
	case STATE_ERROR:
		return "damaged";
	case STATE_DOWN:
	case STATE_STALE:
		/* It tries KVM, or makes the disk. */
		if (lock_last(r->name) == LOCK_UP)
			return BOOTING;
		return r->found == STATE_DOWN ? "down" : "stale";
	case STATE_UP:
		return r->state.ready ? "up" : BOOTING;
	}
	return "";
}

/* The key that it had when it was up last. */
static void
load_key(struct listing *l, struct listed *r)
{
	char *path = state_file(r->name, "appliance.vkey");
	struct buf text = { 0 };
	struct why w;

	if (path == NULL || access(path, F_OK) == -1) {
		free(path);
		return;
	}
	if (file_read(AT_FDCWD, path, FILE_FOLLOW, path, VKEY_MAX + 1, &text,
	    NULL) == -1) {
		l->failed = true;
	} else if (note_parse_vkey(&r->key, buf_str(&text), text.len, &w)
	    == -1) {
		say("%s: %s", path, w.text);
		l->failed = true;
	} else {
		note_format_vkey(r->vkey, &r->key);
		r->has_key = true;
	}
	buf_free(&text);
	free(path);
}

/* By the boot's clock: the time of day may have been set since. */
static uint64_t
age_of(const struct proc *p)
{
	const uint64_t hz = (uint64_t)sysconf(_SC_CLK_TCK);
	const uint64_t now = clock_boot_ms(), start = p->start * 1000 / hz;

	return now > start ? (now - start) / 1000 : 0;
}

/* The disk of a down appliance is the one that `up' makes without --disk. */
static char *
find_disk(const struct listed *r)
{
	char *path;

	if (r->found == STATE_UP || r->found == STATE_STALE)
		return r->state.disk[0] == '\0' ? NULL :
		    need_str(r->state.disk);
	path = state_file(r->name, "data.img");
	if (path != NULL && access(path, F_OK) == 0)
		return path;
	free(path);
	return NULL;
}

static void
load(struct listing *l, struct listed *r, const char *name)
{
	struct target t;

	memset(r, 0, sizeof(*r));
	r->name = name;
	r->found = state_load(name, &r->state);
	r->word = state_word(r);
	if (r->found == STATE_ERROR)
		l->failed = true;
	/* While it boots, the key in its folder may be an earlier one's. */
	if (r->found != STATE_UP || r->state.ready)
		load_key(l, r);
	if (r->found == STATE_UP) {
		r->age_s = age_of(&r->state.qemu);
		if (state_target(name, &r->state, &t) == 0)
			target_format(r->at, sizeof(r->at), &t);
	}
	r->disk = find_disk(r);
}

/* The site's name, from the key's; "-" when it is not known. */
static const char *
site_name(const struct listed *r)
{
	const size_t len = sizeof(SITE_PREFIX) - 1;

	if (!r->has_key)
		return "-";
	return strncmp(r->key.name, SITE_PREFIX, len) == 0 ?
	    r->key.name + len : r->key.name;
}

static const char *
format_age(char dst[32], uint64_t s)
{
	static const struct {
		unsigned	 seconds;
		const char	*name;
	} units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" },
	    { 1, "s" } };
	size_t i = 0;

	/* "119 min", but "2 h". */
	while (i < 3 && s < 2 * (uint64_t)units[i].seconds)
		i++;
	snprintf(dst, 32, "%llu %s", (unsigned long long)(s /
	    units[i].seconds), units[i].name);
	return dst;
}

static void
print_more(const char *what, const char *text)
{
	printf("    %-6s ", what);
	safe_print(stdout, text);
	putchar('\n');
}

static void
print_up(const struct listed *r)
{
	printf("    %-6s --on %s", "reach", r->name);
	if (r->at[0] != '\0') {
		printf(", or ");
		safe_print(stdout, r->at);
	}
	putchar('\n');
	print_more("image", r->state.image);
}

#define COLUMNS	"%-12s %-8s %-8s %-12s %-8s %-5s %7s %5s %s\n"

static void
print_head(void)
{
	printf(COLUMNS, "NAME", "STATE", "AGE", "SITE", "MACHINE", "ACCEL",
	    "MEMORY", "CPUS", "PID");
}

static void
print_row(const struct listed *r)
{
	const bool up = r->found == STATE_UP;
	char age[32], memory[24], cpus[24], pid[24];

	snprintf(memory, sizeof(memory), "%llu M",
	    (unsigned long long)r->state.memory_mib);
	snprintf(cpus, sizeof(cpus), "%llu",
	    (unsigned long long)r->state.cpus);
	snprintf(pid, sizeof(pid), "%ld", (long)r->state.qemu.pid);
	printf(COLUMNS, r->name, r->word, up ? format_age(age, r->age_s) :
	    "-", site_name(r), up ? r->state.machine : "-",
	    up ? r->state.accel : "-", up ? memory : "-", up ? cpus : "-",
	    up ? pid : "-");
	if (up)
		print_up(r);
	if (r->found == STATE_STALE && strcmp(r->word, BOOTING) != 0)
		printf("    its VM has ended; `casemate down %s' removes what "
		    "it left\n", r->name);
	if (r->disk != NULL || up)
		print_more("disk", r->disk == NULL ? "none (ephemeral)" :
		    r->disk);
}

static void
add_up(struct jsonout *j, const struct listed *r)
{
	const struct vm_state *s = &r->state;

	jsonout_number(j, "age_s", r->age_s);
	jsonout_number(j, "since", clock_unix_s() - r->age_s);
	jsonout_number(j, "pid", (uint64_t)s->qemu.pid);
	jsonout_text(j, "at", r->at);
	jsonout_text(j, "machine", s->machine);
	jsonout_text(j, "accel", s->accel);
	jsonout_number(j, "memory_mib", s->memory_mib);
	jsonout_number(j, "cpus", s->cpus);
	jsonout_text(j, "image", s->image);
	jsonout_text(j, "site_sha256", s->site);
}

static void
print_json(const struct listed *r)
{
	char *folder = state_path(r->name);
	struct jsonout j = { 0 };

	jsonout_open(&j);
	jsonout_text(&j, "name", r->name);
	jsonout_text(&j, "state", r->word);
	if (folder != NULL)
		jsonout_text(&j, "folder", folder);
	if (r->has_key) {
		jsonout_text(&j, "site", site_name(r));
		jsonout_text(&j, "key", r->vkey);
	}
	if (r->disk != NULL)
		jsonout_text(&j, "disk", r->disk);
	if (r->found == STATE_UP)
		add_up(&j, r);
	jsonout_close(&j);
	jsonout_print(&j);
	free(folder);
}

static void
show(struct listing *l, const char *name)
{
	struct listed r;

	load(l, &r, name);
	if (l->json)
		print_json(&r);
	else
		print_row(&r);
	free(r.disk);
}

static int
list(struct listing *l)
{
	struct names names;

	if (names_load(&names, true) == -1)
		return EXIT_REFUSED;
	if (names.n == 0)
		say_progress("this host has no appliance; `casemate up --name "
		    "NAME --site DIR' makes one");
	else if (!l->json)
		print_head();
	for (size_t i = 0; i < names.n; i++)
		show(l, names.name[i]);
	names_free(&names);
	return l->failed ? EXIT_REFUSED : EXIT_OK;
}

static int
run(int argc, char *argv[])
{
	struct listing l = { 0 };

	if (opts_parse(&cmd_list, &l, argc, argv, NULL) == -1)
		return CMD_USAGE;
	return list(&l);
}

static const struct opt opts[] = {
	{ "json", 0, OPT_FLAG, offsetof(struct listing, json), NULL,
	    .help = "print JSON, one object a line" },
	{ 0 },
};

const struct cmd cmd_list = {
	.name = "list",
	.summary = "list this host's appliances",
	.forms = { "" },
	.opts = opts,
	.run = run,
};
