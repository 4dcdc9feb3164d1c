#include "query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "casemate.h"
#include "lib/doc/json.h"
#include "lib/log.h"
#include "say.h"

#define SIGNING_MAX_S	20	/* the gate waits 30 s for a request */
#define LEAVES_MAX	(32u << 20)	/* 256 receipts are below 16 MiB */
#define ANSWER_MAX	(1u << 20)	/* 64 KiB of output, some lines */

int
reader_parse(struct reader *r, const struct opt *table, int argc,
    char *argv[], const char *args[], int n)
{
	if (opts_parse(table, argc, argv, args, n, n) == -1)
		return -1;
	if (r->key != NULL)
		return 0;
	say("--key KEY is missing: who reads; an appliance tells nothing to "
	    "nobody");
	return -1;
}

int
reader_init(struct reader *r)
{
	return reach_init(&r->reach, r->on, r->keyfile, r->wait_s);
}

void
reader_free(struct reader *r)
{
	order_free(&r->order);
	buf_free(&r->pieces);
	buf_free(&r->message);
	buf_free(&r->receipt);
}

static void
forget_order(struct reader *r)
{
	order_free(&r->order);
	r->order.made = 0;
}

/*
 * A connection with a signed order, as run.c makes one: the first time for the
 * key in the greeting, and on a new connection when signing took long.
 */
static int
connect_with_order(struct reader *r, const struct command *what,
    struct conn *c)
{
	struct hello h;

	if (reach_open(&r->reach, c, &h) == -1)
		return -1;
	if (r->order.made != 0)
		return 0;
	if (r->reach.pinned[0] == '\0')
		r->reach.pinned_by = "the one that answered first";
	strcpy(r->reach.pinned, h.vkey);
	if (order_make(&r->order, what, h.vkey, r->key, r->wait_s) == -1) {
		conn_close(c);
		return -1;
	}
	if (!r->renewed)
		reach_restart(&r->reach);
	if (time(NULL) - r->order.made < SIGNING_MAX_S)
		return 0;
	conn_close(c);
	return reach_open(&r->reach, c, &h);
}

static void
take_text(struct get *g, struct buf *out, size_t max)
{
	size_t len;
	const void *text = get_string(g, &len, max);

	out->len = 0;
	buf_add(out, text, len);
}

static int
take_refused(struct reader *r, struct get *g)
{
	char job[JOB_ID_LEN + 1];

	r->refused = true;
	r->reason = get_u8(g);
	take_text(g, &r->message, TEXT_MAX * 2);
	get_cstr(g, job, sizeof(job));
	take_text(g, &r->receipt, RECEIPT_MAX);
	return reason_word(r->reason) == NULL ? -1 : get_end(g);
}

static int
take_end(struct reader *r, struct get *g)
{
	take_text(g, &r->message, TEXT_MAX * 2);
	take_text(g, &r->receipt, RECEIPT_MAX);
	return get_end(g);
}

/* How much an appliance may answer; it sends far less. */
static size_t
most_of(enum verb verb)
{
	return verb == VERB_LEDGER ? LEAVES_MAX : ANSWER_MAX;
}

/* Kept with its head, and looked at once the whole answer is proven. */
static int
take_data(struct reader *r, struct get *g)
{
	const void *payload = g->p;
	size_t len = g->left, n;
	unsigned stream = get_u8(g);

	get_string(g, &n, RECEIPT_MAX);
	if (get_end(g) == -1 || stream < 1 || stream > 2)
		return -1;
	r->too_long = len > most_of(r->order.what.verb) - r->pieces.len;
	if (r->too_long)
		return -1;
	buf_add(&r->pieces, payload, len);
	return 0;
}

/* 1: there is more to come, 0: this was the last, -1: malformed. */
static int
take_frame(struct reader *r, struct frame *f)
{
	switch ((enum client_msg)f->type) {
	case CLIENT_READ_DATA:
		return take_data(r, &f->body) == 0 ? 1 : -1;
	case CLIENT_READ_END:
		return take_end(r, &f->body);
	case CLIENT_REFUSED:
		return take_refused(r, &f->body);
	case CLIENT_HELLO:
	case CLIENT_SUBMIT:
	case CLIENT_SEND:
	case CLIENT_DATA:
	case CLIENT_ACCEPTED:
	case CLIENT_OUTPUT:
	case CLIENT_FINISHED:
	case CLIENT_EXPLAINED:
	case CLIENT_READ:
		break;
	}
	return -1;
}

static int
send_order(struct reader *r, struct conn *c, struct why *w)
{
	unsigned char frame[COMMAND_MAX + SIG_MAX + 64];
	struct put p;

	put_init(&p, frame, sizeof(frame));
	put_string(&p, r->order.command.data, r->order.command.len);
	put_string(&p, r->order.sig.data, r->order.sig.len);
	if (p.err != 0)
		return why_set(w, "command and signature have more than %zu "
		    "bytes", sizeof(frame));
	return conn_send(c, CLIENT_READ, frame, p.len, w);
}

/* One order and its whole answer, or a refusal. */
static int
converse(struct reader *r, struct conn *c)
{
	struct why w = { "" };
	struct frame f;
	int more = 1;

	r->refused = r->too_long = false;
	r->pieces.len = r->shown = 0;
	if (send_order(r, c, &w) == -1) {
		say("%s: %s", r->reach.where, w.text);
		return -1;
	}
	while (more == 1) {
		int got = conn_next(c, CONN_ANSWER_MS, &f, &w);

		if (got == 0)
			why_set(&w, "it closed the connection before the end "
			    "of its answer");
		if (got != 1) {
			say("%s: %s", r->reach.where, w.text);
			return -1;
		}
		more = take_frame(r, &f);
	}
	if (more == -1 && r->too_long)
		say("%s: the appliance sent more than %zu bytes as its answer, "
		    "which no true answer has; the connection is closed",
		    r->reach.where, most_of(r->order.what.verb));
	else if (more == -1)
		say("%s: the appliance broke the protocol: a frame that is "
		    "malformed or has no place here", r->reach.where);
	return more;
}

static int
prove(struct reader *r)
{
	struct evidence e = { 0 };
	struct why w = { "" };
	int ret;

	ret = evidence_check(&e, r->receipt.data, r->receipt.len,
	    r->reach.pinned, &w);
	if (ret == 0)
		ret = order_check_read(&r->order, r->refused ? r->reason : 0,
		    &e, &w);
	if (ret == -1)
		say("THE RECEIPT IS NOT TRUE: %s; do not trust this "
		    "appliance's answer", w.text);
	evidence_free(&e);
	return ret;
}

static int
judge(struct reader *r)
{
	if (r->refused) {
		say("refused (%s): %s", reason_word(r->reason),
		    buf_str(&r->message));
		if (r->receipt.len != 0)
			prove(r);
		return -1;
	}
	if (r->receipt.len == 0) {
		say("no receipt: the appliance has not proven that it recorded "
		    "this order, so its answer is not shown");
		return -1;
	}
	if (prove(r) == -1)
		return -1;
	if (r->message.len != 0)
		say_progress("%s", buf_str(&r->message));
	return 0;
}

int
reader_run(struct reader *r, const struct command *what)
{
	bool busy;

	forget_order(r);
	r->renewed = false;
	reach_restart(&r->reach);
	do {
		struct conn c;
		int ret;

		if (connect_with_order(r, what, &c) == -1)
			return -1;
		ret = converse(r, &c);
		conn_close(&c);
		if (ret == -1)
			return -1;
		busy = r->refused && r->reason == REASON_BUSY &&
		    reach_busy(&r->reach, buf_str(&r->message),
		    r->receipt.len != 0);
		if (busy && r->receipt.len != 0) {
			forget_order(r);	/* used up */
			r->renewed = true;
		}
	} while (busy);
	return judge(r);
}

bool
reader_next(struct reader *r, struct piece *p)
{
	struct get g;

	if (r->shown == r->pieces.len)
		return false;
	get_init(&g, r->pieces.data + r->shown, r->pieces.len - r->shown);
	p->stream = get_u8(&g);
	p->data = get_string(&g, &p->len, RECEIPT_MAX);
	r->shown = r->pieces.len - g.left;
	return g.err == 0;
}

int
reader_line(struct reader *r, struct piece *answer, const char **line,
    size_t *len, struct leaf *l)
{
	struct why w = { "" };
	const char *end;

	if (answer->len == 0 && !reader_next(r, answer))
		return 0;
	*line = answer->data;
	end = memchr(*line, '\n', answer->len);
	*len = end == NULL ? answer->len : (size_t)(end - *line);
	answer->data = *line + *len + (end != NULL);
	answer->len -= *len + (end != NULL);
	if (leaf_parse(l, *line, *len, &w) == 0)
		return 1;
	leaf_free(l);
	say("%s: its answer is not what was asked for", r->reach.where);
	return -1;
}

void
reader_print_json(const char *json, size_t len)
{
	const size_t room = JSON_ESCAPED_MAX(len) + 1;
	char *text = need_alloc(room, 1);
	struct put p;

	put_init(&p, text, room);
	json_put_escaped(&p, json, len);
	put_raw(&p, "\n", 1);
	fwrite(text, 1, p.len, stdout);
	free(text);
}

void
reader_print(const char *text)
{
	for (; *text != '\0'; text++)
		putchar(*text >= 0x20 && *text < 0x7f ? *text : '?');
}

int
reader_exit(struct reader *r, int ret)
{
	reader_free(r);
	if (fflush(stdout) == EOF) {
		say_errno("standard output");
		return EXIT_SYSTEM;
	}
	return ret == -1 ? EXIT_REFUSED : EXIT_OK;
}

int
reader_command(int argc, char *argv[], uint64_t wait_s,
    int (*run)(struct reader *, bool json))
{
	struct reader r = { .wait_s = wait_s };
	bool json = false;
	const struct opt table[] = {
		READER_OPTS(&r),
		{ "json", 0, OPT_FLAG, &json, 0, 0 },
		{ 0 },
	};

	if (reader_parse(&r, table, argc, argv, NULL, 0) == -1)
		return CMD_USAGE;
	return reader_exit(&r, run(&r, json));
}
