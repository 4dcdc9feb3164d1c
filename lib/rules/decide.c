#include "decide.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cedar/format/emit.h"

#define NEAREST		3	/* rules that almost permit it, in full */

const struct eval_error *
rules_failed_forbid(const struct rules *r, const struct authz_decision *a)
{
	for (uint32_t i = 0; i < a->nerrors; i++)
		if (r->policies.items[a->errors[i].policy]->forbid)
			return &a->errors[i];
	return NULL;
}

void
rules_decide(struct rules *r, const struct authz_request *request,
    struct authz_decision *a)
{
	decider_decide(&r->decider, request, a);
	if (!a->allow || rules_failed_forbid(r, a) == NULL)
		return;
	a->allow = false;
	a->ndetermining = 0;
}

/*
 * Somebody's or a rule's name, for a message: what would mislead is escaped,
 * and what is too long cut between two characters, so that the text is UTF-8
 * in the ledger, too.
 */
struct shown {
	char	text[100 + sizeof("...")];
};

static struct shown
show(const char *name, size_t len, size_t max)
{
	struct shown s;
	struct put p;

	put_init(&p, s.text, max);
	emit_escaped(&p, name, len, false);
	strcpy(s.text + p.len, p.err != 0 ? "..." : "");
	return s;
}

static struct shown
show_who(const char *who)
{
	return show(who, strlen(who), 100);
}

static struct shown
show_rule(const struct policy *p, size_t max)
{
	return show(p->id->bytes, p->id->len, max);
}

static void
say_failed(const struct rules *r, const struct eval_error *e,
    const char *who, const char *what, struct why *w)
{
	const struct policy *p = r->policies.items[e->policy];
	char place[RULE_PLACE_MAX];

	why_set(w, "%s may not %s: the rule %s (%s), which may forbid it, "
	    "failed: %.100s", who, what, show_rule(p, 60).text,
	    rule_place(p, place), e->text);
}

/* "rule NAME (FILE:LINE)" of the first rule that forbids. */
static void
say_forbidden(const struct rules *r, const struct authz_decision *a,
    const char *who, const char *what, struct why *w)
{
	const struct policy *p = r->policies.items[a->determining[0]];
	char place[RULE_PLACE_MAX];

	why_set(w, "%s may not %s: the rule %s (%s) forbids it", who, what,
	    show_rule(p, 100).text, rule_place(p, place));
}

/* A rule that failed is not heeded, and that may be why none permits. */
static void
say_unpermitted(const struct rules *r, const struct authz_decision *a,
    const char *who, const char *what, struct why *w)
{
	const struct policy *p;
	char place[RULE_PLACE_MAX];

	if (a->nerrors == 0) {
		why_set(w, "%s may not %s: no rule permits it", who, what);
		return;
	}
	p = r->policies.items[a->errors[0].policy];
	why_set(w, "%s may not %s: no rule permits it; the rule %s (%s) "
	    "failed: %.100s", who, what, show_rule(p, 60).text,
	    rule_place(p, place), a->errors[0].text);
}

static int
no_memory(struct why *w)
{
	why_set(w, "out of memory");
	errno = ENOMEM;
	return -1;
}

static int
judge_request(struct rules *r, const struct authz_request *request,
    const char *name, const char *what, struct why *w)
{
	const struct shown shown = show_who(name);
	const char *who = shown.text;
	const struct eval_error *failed;
	struct authz_decision answer;

	rules_decide(r, request, &answer);
	if (answer.allow)
		return 0;
	failed = rules_failed_forbid(r, &answer);
	if (answer.ndetermining != 0)
		say_forbidden(r, &answer, who, what, w);
	else if (failed != NULL)
		say_failed(r, failed, who, what, w);
	else
		say_unpermitted(r, &answer, who, what, w);
	errno = EPERM;
	return -1;
}

static int
judge_one(struct rules *r, const struct ask *ask, const struct who *who,
    const struct manifest *m, const struct scene *s, struct arena *arena,
    struct why *w)
{
	char what[ASK_TEXT_MAX];
	struct authz_request request;

	if (ask_request(ask, who, m, s, arena, &request) == -1)
		return no_memory(w);
	return judge_request(r, &request, who->submitter,
	    ask_format(ask, what), w);
}

int
rules_judge(struct rules *r, const struct who *who, const struct manifest *m,
    const struct scene *s, struct why *w)
{
	struct ask asks[ASKS_MAX];
	size_t n = asks_of(m, asks);
	struct arena arena;
	int rc = 0, saved;

	arena_init(&arena, 0);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = judge_one(r, &asks[i], who, m, s, &arena, w);
	saved = errno;
	arena_free(&arena);
	errno = saved;
	return rc;
}

int
rules_judge_reading(struct rules *r, const struct reading *reading,
    const struct scene *s, struct why *w)
{
	char what[ASK_TEXT_MAX];
	struct authz_request request;
	struct arena arena;
	int rc, saved;

	arena_init(&arena, 0);
	if (reading_request(reading, s, &arena, &request) == -1)
		rc = no_memory(w);
	else
		rc = judge_request(r, &request, reading->who,
		    reading_format(reading, what), w);
	saved = errno;
	arena_free(&arena);
	errno = saved;
	return rc;
}

static void
put_text(struct put *p, const char *text)
{
	put_raw(p, text, strlen(text));
}

/* 1 allowed, 0 refused, -1 with ENOMEM. */
static int
explain(struct rules *r, const struct authz_request *request, struct put *out)
{
	const struct eval_error *failed;
	const struct str *id;
	struct trace trace;
	bool allowed;

	if (decider_trace(&r->decider, request, &trace) == -1)
		return -1;
	decider_explain(&trace, &r->decider, request, NEAREST, out);
	allowed = trace.decision.allow;
	failed = rules_failed_forbid(r, &trace.decision);
	if (allowed && failed != NULL) {
		id = r->policies.items[failed->policy]->id;
		put_text(out, "refused all the same: the forbid ");
		emit_escaped(out, id->bytes, id->len, false);
		put_text(out, " failed, and could not be asked\n");
		allowed = false;
	}
	decider_trace_free(&trace);
	return allowed;
}

static int
explain_one(struct rules *r, const struct ask *ask, const struct who *who,
    const struct manifest *m, const struct scene *s, struct put *out)
{
	char what[ASK_TEXT_MAX];
	struct authz_request request;
	struct arena arena;
	int ret = -1;

	emit_escaped(out, who->submitter, strlen(who->submitter), false);
	put_text(out, ": ");
	put_text(out, ask_format(ask, what));
	put_text(out, "\n");
	arena_init(&arena, 0);
	if (ask_request(ask, who, m, s, &arena, &request) == 0)
		ret = explain(r, &request, out);
	arena_free(&arena);
	return ret;
}

/* All went well or not: what the callers of both forms are told. */
static int
explained(int allowed, const struct put *out)
{
	errno = allowed == -1 ? ENOMEM : out->err != 0 ? EMSGSIZE : EPERM;
	return allowed == 1 && out->err == 0 ? 0 : -1;
}

int
rules_explain_request(struct rules *r, const struct authz_request *request,
    struct put *out)
{
	return explained(explain(r, request, out), out);
}

int
rules_explain(struct rules *r, const struct who *who, const struct manifest *m,
    const struct scene *s, struct put *out)
{
	struct ask asks[ASKS_MAX];
	size_t n = asks_of(m, asks);
	int all = 1, one;

	for (size_t i = 0; i < n && all != -1; i++) {
		one = explain_one(r, &asks[i], who, m, s, out);
		if (one != 1)
			all = one == -1 ? -1 : 0;
	}
	return explained(all, out);
}
