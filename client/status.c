/* casemate status [--on ...] [--json] */
#include "casemate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "log.h"
#include "opts.h"
#include "reach.h"
#include "say.h"

#define RUNTIMES_MAX	512	/* 16 names of 17 bytes, commas */

struct status {
	char		vkey[VKEY_MAX + 1];
	char		mode[16];
	uint32_t	slots, running;
	uint64_t	jobs_done, tree_size, uptime_ms, memory;
	char		runtimes[RUNTIMES_MAX];
};

static int
status_get(struct status *s, struct get *g)
{
	get_cstr(g, s->vkey, sizeof(s->vkey));
	get_cstr(g, s->mode, sizeof(s->mode));
	s->slots = get_u32(g);
	s->running = get_u32(g);
	s->jobs_done = get_u64(g);
	s->tree_size = get_u64(g);
	s->uptime_ms = get_u64(g);
	s->memory = get_u64(g);
	get_cstr(g, s->runtimes, sizeof(s->runtimes));
	return get_end(g);
}

static void
complain(const struct reach *r, const struct frame *f)
{
	struct get g = f->body;
	unsigned code = get_u8(&g);
	size_t len;
	const char *text = get_string(&g, &len, TEXT_MAX * 2);
	const char *word = reason_word(code);

	if (f->type == CLIENT_REFUSED && word != NULL)
		say("refused (%s): %.*s", word, (int)len, text);
	else
		say("%s: it did not answer with its status", r->where);
}

static int
ask(const struct reach *r, struct status *s)
{
	struct why w = { "" };
	struct hello h;
	struct frame f;
	struct conn c;
	int ret;

	if (reach_open(r, &c, &h) == -1)
		return -1;
	ret = conn_send(&c, CLIENT_STATUS, "", 0, &w);
	if (ret != -1)
		ret = conn_next(&c, CONN_ANSWER_MS, &f, &w);
	if (ret == 0)
		why_set(&w, "it closed the connection without an answer");
	if (ret != 1) {
		say("%s: %s", r->where, w.text);
		ret = -1;
	} else if (f.type != CLIENT_STATUS_IS || status_get(s, &f.body) == -1) {
		complain(r, &f);
		ret = -1;
	} else {
		ret = 0;
	}
	conn_close(&c);
	return ret;
}

static void
print_json_text(const char *name, const char *text, const char *after)
{
	char json[6 * RUNTIMES_MAX + 3];
	struct put p;

	put_init(&p, json, sizeof(json));
	if (json_put_string(&p, text, strlen(text)) == -1)
		json_put_string(&p, "", 0);
	printf("\"%s\":%.*s%s", name, (int)p.len, json, after);
}

static void
print_json(const struct status *s)
{
	printf("{");
	print_json_text("vkey", s->vkey, ",");
	print_json_text("mode", s->mode, ",");
	printf("\"slots\":%" PRIu32 ",\"running\":%" PRIu32
	    ",\"jobs_done\":%" PRIu64 ",\"tree_size\":%" PRIu64
	    ",\"uptime_ms\":%" PRIu64 ",\"memory_bytes\":%" PRIu64 ",",
	    s->slots, s->running, s->jobs_done, s->tree_size, s->uptime_ms,
	    s->memory);
	print_json_text("runtimes", s->runtimes, "}\n");
}

/* The appliance's own words: what is not printable ASCII becomes `?'. */
static void
print_row(const char *name, const char *text)
{
	printf("%-10s ", name);
	for (; *text != '\0'; text++)
		putchar(*text >= 0x20 && *text < 0x7f ? *text : '?');
	putchar('\n');
}

static void
print_table(const struct reach *r, const struct status *s)
{
	print_row("at", r->where);
	print_row("key", s->vkey);
	print_row("mode", s->mode);
	printf("%-10s %" PRIu32 " of %" PRIu32 " slots running, %" PRIu64
	    " done\n", "jobs", s->running, s->slots, s->jobs_done);
	printf("%-10s %" PRIu64 " leaves\n", "ledger", s->tree_size);
	printf("%-10s %" PRIu64 ".%03u s\n", "up", s->uptime_ms / 1000,
	    (unsigned)(s->uptime_ms % 1000));
	printf("%-10s %" PRIu64 " MiB\n", "memory", s->memory >> 20);
	print_row("runtimes", *s->runtimes == '\0' ? "none" : s->runtimes);
}

int
cmd_status(int argc, char *argv[])
{
	const char *on = NULL, *keyfile = NULL;
	uint64_t wait_s = 5;
	bool json = false;
	const struct opt table[] = {
		{ "on", 0, OPT_TEXT, &on, 0, 0 },
		{ "appliance", 'a', OPT_TEXT, &keyfile, 0, 0 },
		{ "json", 0, OPT_FLAG, &json, 0, 0 },
		{ "wait", 0, OPT_NUMBER, &wait_s, 0, 3600 },
		{ 0 },
	};
	struct status s = { 0 };
	struct reach r;

	if (opts_parse(table, argc, argv, NULL, 0, 0) == -1)
		return CMD_USAGE;
	if (reach_init(&r, on, keyfile, wait_s) == -1 || ask(&r, &s) == -1)
		return EXIT_REFUSED;
	if (json)
		print_json(&s);
	else
		print_table(&r, &s);
	return fflush(stdout) == EOF ? EXIT_SYSTEM : EXIT_OK;
}
