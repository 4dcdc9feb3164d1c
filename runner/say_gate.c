/* What the runner sends to gate; see say.h. */
#include "say.h"

void
say_info(struct runner *r)
{
	MSG_SEND(&r->gate, gate_info_is, .vkey = r->vkey, .mode = r->mode,
	    .slots = JOB_SLOTS);
}

/* `m' is NULL when the refusal is not recorded. */
static void
send_refused(struct runner *r, uint32_t conn, unsigned reason,
    const char *message, const char *job, const struct msg_ledger_appended *m)
{
	static const struct bytes none = { "", 0 };

	MSG_SEND(&r->gate, job_refused, .conn = conn, .refused = {
	    .reason = (uint8_t)reason, .message = message, .job = job,
	    .receipt = m == NULL ? none : m->receipt,
	    .disclosures = m == NULL ? none : m->disclosures });
}

void
say_busy(struct runner *r, uint32_t conn, enum reason reason,
    const char *message)
{
	send_refused(r, conn, reason, message, "", NULL);
}

void
say_send(struct runner *r, const struct job *j)
{
	if (j->attached)
		MSG_SEND(&r->gate, job_send, .conn = j->conn,
		    .bundle_len = j->grant.bundle_len,
		    .send = { .job = j->who.job });
}

void
say_explanation(struct runner *r, const struct job *j,
    const struct client_explained *explained)
{
	if (j->attached)
		MSG_SEND(&r->gate, job_explanation, .conn = j->conn,
		    .explained = *explained);
}

void
say_accepted(struct runner *r, const struct job *j)
{
	if (j->attached)
		MSG_SEND(&r->gate, job_accepted, .conn = j->conn,
		    .accepted = { .job = j->who.job,
		    .leaf_hash = j->accepted_leaf });
}

void
say_output(struct runner *r, const struct job *j, int stream, const void *data,
    size_t len)
{
	if (j->attached)
		MSG_SEND(&r->gate, job_output, .conn = j->conn,
		    .output = { .stream = (uint8_t)stream,
		    .data = { data, len } });
}

void
say_verdict(struct runner *r, const struct job *j,
    const struct msg_ledger_appended *m)
{
	static const struct msg_ledger_appended none;
	const struct job_verdict *v = &j->verdict;

	if (!j->attached)
		return;
	if (v->kind == VERDICT_REFUSED) {
		send_refused(r, j->conn, v->reason, v->message, j->who.job, m);
		return;
	}
	m = m == NULL ? &none : m;
	MSG_SEND(&r->gate, job_finished, .conn = j->conn, .finished = {
	    .outcome = (uint8_t)v->outcome, .status = v->status,
	    .message = v->message, .receipt = m->receipt,
	    .disclosures = m->disclosures });
}

void
say_query_data(struct runner *r, const struct query *q, int stream,
    const void *data, size_t len)
{
	MSG_SEND(&r->gate, query_data, .conn = q->conn,
	    .read_data = { .stream = (uint8_t)stream, .data = { data, len } });
}

void
say_query_end(struct runner *r, const struct query *q)
{
	MSG_SEND(&r->gate, query_end, .conn = q->conn, .read_end = {
	    .text = q->text, .receipt = { q->receipt.data, q->receipt.len },
	    .disclosures = { q->disclosures.data, q->disclosures.len } });
}

void
say_query_refused(struct runner *r, const struct query *q,
    const struct msg_ledger_appended *m)
{
	if (q->attached)
		send_refused(r, q->conn, q->refused, q->text, q->who.job, m);
}

void
say_proof(struct runner *r, uint32_t conn, const struct msg_ledger_proof *m)
{
	MSG_SEND(&r->gate, log_proof, .conn = conn, .proof = {
	    .note = m->note, .first = m->first, .second = m->second });
}
