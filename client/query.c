#include "query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"
#include "lib/doc/json.h"
#include "lib/log.h"
#include "need.h"
#include "say.h"

#define LEAVES_MAX	(32u << 20)	/* 256 receipts are below 16 MiB */
#define ANSWER_MAX	(1u << 20)	/* 64 KiB of output, some lines */
#define EVIDENCE_ALL_MAX (32u << 20)	/* a job's files, and a site's */

/* What an answer may have. */
static const struct {
	const char	*streams;	/* digits of enum query_stream */
	size_t		 max;		/* a working appliance sends far less */
} answers[] = {
	[VERB_STATUS] = { "1", ANSWER_MAX },
	[VERB_JOBS] = { "1", ANSWER_MAX },
	[VERB_LEDGER] = { "123", LEAVES_MAX },
	[VERB_OUTPUT] = { "12", ANSWER_MAX },
	[VERB_EVIDENCE] = { "1345", EVIDENCE_ALL_MAX },
	[VERB_DISCLOSE] = { "13", ANSWER_MAX },
	[VERB_FORGET] = { "", ANSWER_MAX },
	[VERB_CONSISTENCY] = { "12", ANSWER_MAX },
	[VERB_FSCK] = { "12", LEAVES_MAX },
};

/* One more than there are verbs: their numbers begin with 1. */
#define VERB(name, nr, word, fields)	+1
_Static_assert(sizeof(answers) / sizeof(answers[0]) == 1
#include "lib/verb.def"
    , "each verb has its row");
#undef VERB

static bool
stream_belongs(enum verb verb, unsigned stream)
{
	return stream != 0 && stream <= 9 &&
	    strchr(answers[verb].streams, '0' + (int)stream) != NULL;
}

/* Kept as it came until the whole answer is verified. */
static int
take_data(struct client_query *q, struct get *g)
{
	const enum verb verb = q->session.command.what.verb;
	const size_t max = answers[verb].max;
	const void *payload = g->p;
	const size_t len = g->left;
	struct client_read_data m;

	if (client_get_read_data(g, &m) == -1 ||
	    !stream_belongs(verb, m.stream))
		return -1;
	q->too_long = len > max - q->answer.len;
	if (q->too_long)
		return -1;
	buf_add(&q->answer, payload, len);
	return 0;
}

static int
take_end(struct session *s, struct get *g)
{
	struct client_read_end m;

	if (client_get_read_end(g, &m) == -1)
		return -1;
	buf_set(&s->message, m.text, strlen(m.text));
	session_keep_receipt(s, &m.receipt, &m.disclosures);
	return 0;
}

/* 1: more follows, 0: this was the last, -1: malformed. */
static int
take_frame(struct client_query *q, struct conn_frame *f)
{
	switch (f->type) {
	case CLIENT_READ_DATA:
		return take_data(q, &f->body) == 0 ? 1 : -1;
	case CLIENT_READ_END:
		return take_end(&q->session, &f->body);
	case CLIENT_REFUSED:
		return session_get_refused(&q->session, &f->body);
	default:
		return -1;
	}
}

static int
send_query(struct session *s, struct why *w)
{
	unsigned char frame[sizeof(((union client_payload *)0)->read)];
	struct put p;

	put_init(&p, frame, sizeof(frame));
	client_put_read(&p, &(struct client_read){
	    .command = { s->command.text.data, s->command.text.len },
	    .command_sig = { s->command.sig.data, s->command.sig.len } });
	if (p.err != 0)
		return why_set(w, "command and signature have more than %zu "
		    "bytes", sizeof(frame));
	return conn_send(&s->conn, CLIENT_READ, frame, p.len, w);
}

/* Sends READ, and reads the whole answer or a refusal. */
static int
talk(struct session *s, void *query)
{
	struct client_query *q = query;
	const char *where = s->appliance.where;
	struct why w = { "" };
	struct conn_frame f;
	int more = 1;

	q->too_long = false;
	q->answer.len = q->shown = 0;
	if (send_query(s, &w) == -1) {
		say("%s: %s", where, w.text);
		return -1;
	}
	while (more == 1) {
		int got = conn_next(&s->conn, CONN_ANSWER_MS, &f, &w);

		if (got == 0)
			why_set(&w, "it closed the connection before the end "
			    "of its answer");
		if (got != 1) {
			say("%s: %s", where, w.text);
			return -1;
		}
		more = take_frame(q, &f);
	}
	if (more == -1 && q->too_long)
		say("%s: the appliance sent more than %zu bytes, the most that "
		    "an answer can have; the connection is closed", where,
		    answers[s->command.what.verb].max);
	else if (more == -1)
		say("%s: the appliance broke the protocol: it sent a frame "
		    "that is malformed or not expected here", where);
	return more;
}

static int
verify(struct client_query *q)
{
	struct verified v = { 0 };
	int ret = session_verify(&q->session, &v);

	q->recorded = v.index;
	verified_free(&v);
	return ret;
}

int
query_run(struct client_query *q, const struct command *what)
{
	struct session *s = &q->session;

	if (session_run(s, what, talk, q) == -1)
		return -1;
	if (s->receipt.len == 0 && !s->end.refused)
		say("no receipt: the appliance has not proven that it recorded "
		    "this query, so its answer is not shown");
	if (s->receipt.len == 0 || verify(q) == -1 || s->end.refused)
		return -1;
	if (s->message.len != 0)
		say_progress("%s", buf_str(&s->message));
	return 0;
}

/* Not client_get_read_data(), which takes one payload and no more bytes. */
bool
query_next(struct client_query *q, struct query_data *d)
{
	struct get g;

	if (q->shown == q->answer.len)
		return false;
	get_init(&g, q->answer.data + q->shown, q->answer.len - q->shown);
	d->stream = get_u8(&g);
	d->data = get_string(&g, &d->len, RECEIPT_MAX);
	q->shown = q->answer.len - g.left;
	return g.err == 0;
}

bool
query_next_in(struct client_query *q, enum query_stream stream,
    struct query_data *d)
{
	const size_t shown = q->shown;

	if (query_next(q, d) && d->stream == stream)
		return true;
	q->shown = shown;
	memset(d, 0, sizeof(*d));
	return false;
}

/* Where the checkpoint begins: behind the first empty line. */
static const char *
find_note(const struct query_data *receipt, size_t *len)
{
	const char *empty = memmem(receipt->data, receipt->len, "\n\n", 2);
	const char *end = (const char *)receipt->data + receipt->len;

	*len = empty == NULL ? 0 : (size_t)(end - empty);
	return empty;
}

/* Most leaves of an answer come with the same checkpoint. */
int
query_compare(struct client_query *q, const struct query_data *receipt)
{
	const struct appliance *a = &q->session.appliance;
	size_t len;
	const char *note = find_note(receipt, &len);

	if (len == q->note.len && memcmp(note, q->note.data, len) == 0)
		return 0;
	if (history_add_receipt(a->vkey, a->where, receipt->data,
	    receipt->len, &a->shown) == -1)
		return -1;
	buf_set(&q->note, note, len);
	return 0;
}

int
query_next_line(struct client_query *q, struct query_data *rest,
    const char **line, size_t *len, struct parsed_leaf *l)
{
	struct why w = { "" };
	const char *end;

	if (rest->len == 0 && !query_next(q, rest))
		return 0;
	*line = rest->data;
	end = memchr(*line, '\n', rest->len);
	*len = end == NULL ? rest->len : (size_t)(end - *line);
	rest->data = *line + *len + (end != NULL);
	rest->len -= *len + (end != NULL);
	if (leaf_parse(l, *line, *len, &w) == 0)
		return 1;
	leaf_free(l);
	say("%s: the appliance's answer is not in the expected form: %s",
	    q->session.appliance.where, w.text);
	return -1;
}

void
query_print_json(const char *json, size_t len)
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
query_print(const char *text)
{
	for (; *text != '\0'; text++)
		putchar(*text >= 0x20 && *text < 0x7f ? *text : '?');
}

int
query_exit(struct client_query *q, int ret)
{
	session_free(&q->session);
	buf_free(&q->answer);
	buf_free(&q->note);
	return ret == -1 ? EXIT_REFUSED : EXIT_OK;
}
