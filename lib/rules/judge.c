#include "judge.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define NEAREST		3	/* rules that almost permit it, in full */

/* "rule NAME (FILE:LINE)" of the first rule that forbids. */
static void
say_forbidden(const struct rules *r, const struct answer *a,
    const char *who, const char *what, struct why *w)
{
	const struct policy *p = r->policies.items[a->determining[0]];
	char place[RULE_PLACE_MAX];

	why_set(w, "policy: %.100s may not %s: the rule %.100s (%s) forbids "
	    "it", who, what, p->id->bytes, rule_place(p, place));
}

/* A rule that failed is not heeded, and that may be why none permits. */
static void
say_unpermitted(const struct rules *r, const struct answer *a,
    const char *who, const char *what, struct why *w)
{
	const struct policy *p;
	char place[RULE_PLACE_MAX];

	if (a->nerrors == 0) {
		why_set(w, "policy: %.100s may not %s: no rule permits it",
		    who, what);
		return;
	}
	p = r->policies.items[a->errors[0].policy];
	why_set(w, "policy: %.100s may not %s: no rule permits it; the rule "
	    "%.60s (%s) failed: %.100s", who, what, p->id->bytes,
	    rule_place(p, place), a->errors[0].text);
}

static int
judge_one(struct rules *r, const struct ask *ask, const struct grant *g,
    const struct scene *s, struct arena *arena, struct why *w)
{
	struct request request;
	struct answer answer;
	char what[ASK_TEXT_MAX];

	if (ask_request(ask, g, s, arena, &request) == -1) {
		why_set(w, "out of memory");
		errno = ENOMEM;
		return -1;
	}
	decider_decide(&r->decider, &request, &answer);
	if (answer.allow)
		return 0;
	ask_format(ask, what);
	if (answer.ndetermining != 0)
		say_forbidden(r, &answer, g->submitter, what, w);
	else
		say_unpermitted(r, &answer, g->submitter, what, w);
	errno = EPERM;
	return -1;
}

int
rules_judge(struct rules *r, const struct grant *g, const struct scene *s,
    struct why *w)
{
	struct ask asks[ASKS_MAX];
	size_t n = asks_of(g, asks);
	struct arena arena;
	int rc = 0, saved;

	arena_init(&arena, 0);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = judge_one(r, &asks[i], g, s, &arena, w);
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
explain_one(struct rules *r, const struct ask *ask, const struct grant *g,
    const struct scene *s, struct put *out)
{
	char line[PRINCIPAL_MAX + ASK_TEXT_MAX], what[ASK_TEXT_MAX];
	struct request request;
	struct arena arena;
	struct trace trace;
	int ret = -1;

	arena_init(&arena, 0);
	if (ask_request(ask, g, s, &arena, &request) == -1 ||
	    decider_trace(&r->decider, &request, &trace) == -1)
		goto out;
	snprintf(line, sizeof(line), "%s: %s\n", g->submitter,
	    ask_format(ask, what));
	put_text(out, line);
	trace_explain(&trace, &r->decider, &request, NEAREST, out);
	ret = trace.answer.allow;
	trace_free(&trace);
out:
	arena_free(&arena);
	return ret;
}

int
rules_explain(struct rules *r, const struct grant *g, const struct scene *s,
    struct put *out)
{
	struct ask asks[ASKS_MAX];
	size_t n = asks_of(g, asks);
	bool allowed = true;

	for (size_t i = 0; i < n; i++) {
		int one = explain_one(r, &asks[i], g, s, out);

		if (one == -1) {
			errno = ENOMEM;
			return -1;
		}
		allowed = allowed && one == 1;
	}
	errno = out->err != 0 ? EMSGSIZE : EPERM;
	return out->err == 0 && allowed ? 0 : -1;
}
