/* casemate doctor */
#include "client/casemate.h"

#include <stdio.h>
#include <stdlib.h>

#include "client/jsonout.h"
#include "client/need.h"
#include "client/safe.h"
#include "diagnosis.h"
#include "lib/log.h"

static const struct {
	const char	*name;
	diagnosis_check	*check;
} checks[] = {
	{ "image", virtual_image },
	{ "runtimes", virtual_runtimes },
	{ "qemu", virtual_qemu },
	{ "machines", virtual_machine },
	{ "kvm", virtual_kvm },
	{ "vsock", virtual_vsock },
	{ "mkfs", virtual_mkfs },
	{ "state", room_state },
	{ "disk", room_disk },
	{ "memory", room_memory },
	{ "sockets", room_sockets },
	{ "limits", room_limits },
	{ "descriptors", room_descriptors },
	{ "clock", room_clock },
	{ "ssh-keygen", signing_keygen },
	{ "agent", signing_agent },
	{ "keys", signing_keys },
};

#define NCHECKS	(sizeof(checks) / sizeof(checks[0]))

struct doctor {
	bool		json;
	struct jsonout	out;
	unsigned	count[DIAGNOSIS_FAIL + 1];
};

static const char *
word(enum diagnosis_result r)
{
	switch (r) {
	case DIAGNOSIS_OK:
		return "ok";
	case DIAGNOSIS_WARN:
		return "warn";
	case DIAGNOSIS_FAIL:
		return "fail";
	}
	return "";
}

static void
print(const char *name, const struct diagnosis *d)
{
	printf("%-5s %-12s ", word(d->result), name);
	safe_print(stdout, d->detail);
	if (d->advice[0] != '\0') {
		printf("\n      %-12s ", "");
		safe_print(stdout, d->advice);
	}
	putchar('\n');
	fflush(stdout);
}

static void
add(struct jsonout *j, const char *name, const struct diagnosis *d)
{
	jsonout_open(j);
	jsonout_text(j, "name", name);
	jsonout_text(j, "result", word(d->result));
	jsonout_text(j, "detail", d->detail);
	jsonout_text(j, "advice", d->advice);
	jsonout_close(j);
}

static void
examine(struct doctor *r)
{
	struct host_facts host = { 0 };
	struct diagnosis *d;

	for (size_t i = 0; i < NCHECKS; i++) {
		d = need_alloc(1, sizeof(*d));
		checks[i].check(d, &host);
		r->count[d->result]++;
		if (r->json)
			add(&r->out, checks[i].name, d);
		else
			print(checks[i].name, d);
		free(d);
	}
	free(host.image);
}

static void
conclude(const struct doctor *r)
{
	const unsigned failed = r->count[DIAGNOSIS_FAIL];
	const unsigned warnings = r->count[DIAGNOSIS_WARN];

	printf("\nthis host %s run an appliance: %u failed, %u warning%s\n",
	    failed != 0 ? "cannot" : "can", failed, warnings,
	    warnings == 1 ? "" : "s");
}

static int
run(int argc, char *argv[])
{
	struct doctor r = { 0 };
	bool fails;

	if (opts_parse(&cmd_doctor, &r, argc, argv, NULL) == -1)
		return CMD_USAGE;
	if (r.json) {
		jsonout_open(&r.out);
		jsonout_text(&r.out, "version", CASEMATE_VERSION);
		jsonout_open_list(&r.out, "checks");
	}
	examine(&r);
	fails = r.count[DIAGNOSIS_FAIL] != 0;
	if (r.json) {
		jsonout_close_list(&r.out);
		jsonout_text(&r.out, "result", word(fails ? DIAGNOSIS_FAIL :
		    r.count[DIAGNOSIS_WARN] != 0 ? DIAGNOSIS_WARN :
		    DIAGNOSIS_OK));
		jsonout_close(&r.out);
		jsonout_print(&r.out);
	} else {
		conclude(&r);
	}
	return fails ? EXIT_REFUSED : EXIT_OK;
}

static const struct opt opts[] = {
	{ "json", 0, OPT_FLAG, offsetof(struct doctor, json), NULL,
	    .help = "print one JSON object with a list of checks" },
	{ 0 },
};

const struct cmd cmd_doctor = {
	.name = "doctor",
	.summary = "say what this host can do, and what to do about the rest",
	.forms = { "" },
	.opts = opts,
	.run = run,
};
