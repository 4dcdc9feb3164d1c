#include "ending.h"

#include <stdio.h>
#include <string.h>

#include "lib/codes.h"
#include "lib/doc/json.h"

bool
ending_is_query(const struct signed_command *s)
{
	return s->what.verb != VERB_RUN && s->what.verb != VERB_EXPLAIN;
}

static int
check_text(const struct verified *v, const char *name, const char *want,
    struct why *w)
{
	const char *is = leaf_get(&v->leaf, name);

	if (strcmp(is, want) == 0)
		return 0;
	return why_set(w, "its %s is `%.80s', not `%s'", name, is, want);
}

/* The client's session as the leaf has it, if it is disclosed. */
static int
check_session(const struct verified *v, const char *session, struct why *w)
{
	const struct disclosed_field *f = disclosed_find(&v->withheld,
	    "session");
	char json[JSON_ESCAPED_MAX(WHO_SESSION_MAX) + 3];
	struct put p;

	if (f == NULL || f->json == NULL)
		return 0;
	put_init(&p, json, sizeof(json) - 1);
	json_put_string(&p, session, strlen(session));
	json[p.len] = '\0';
	return strcmp(f->json, json) == 0 ? 0 :
	    why_set(w, "its session is not that of the command");
}

static int
check_digest(const struct verified *v, const char *name,
    const unsigned char want[DIGEST_LEN], struct why *w)
{
	char hex[2 * DIGEST_LEN + 1];

	for (size_t i = 0; i < DIGEST_LEN; i++)
		snprintf(hex + 2 * i, 3, "%02x", want[i]);
	return check_text(v, name, hex, w);
}

static int
check_number(const struct verified *v, const char *name, uint64_t want,
    struct why *w)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)want);
	return check_text(v, name, text, w);
}

static int
check_output(const struct ending *end, const struct verified *v,
    struct why *w)
{
	static const char *const names[2][2] = {
		{ "data.stdout_bytes", "data.stdout_sha256" },
		{ "data.stderr_bytes", "data.stderr_sha256" },
	};
	unsigned char digest[DIGEST_LEN];

	for (int i = 0; i < 2; i++) {
		sha256_final(&end->output[i], digest);
		if (check_number(v, names[i][0], end->bytes[i], w) == -1 ||
		    check_digest(v, names[i][1], digest, w) == -1)
			return -1;
	}
	return 0;
}

static int
check_finished(const struct ending *end, const struct signed_command *s,
    const struct verified *v, struct why *w)
{
	const char *word = outcome_word(end->code);

	if (check_text(v, "type", "casemate.job.finished", w) == -1 ||
	    check_digest(v, "data.manifest_sha256", s->what.manifest_sha256,
	    w) == -1 ||
	    check_digest(v, "data.bundle_sha256", s->what.bundle_sha256,
	    w) == -1 ||
	    check_text(v, "data.outcome", word == NULL ? "" : word, w) == -1 ||
	    check_number(v, "data.status", end->status, w) == -1)
		return -1;
	if (end->accepted && check_digest(v, "data.accepted_leaf",
	    end->accepted_leaf, w) == -1)
		return -1;
	return check_output(end, v, w);
}

static int
check_allowed(const struct command *what, const struct verified *v,
    struct why *w)
{
	if (check_text(v, "type", "casemate.read.allowed", w) == -1 ||
	    check_text(v, "data.verb", verb_word(what->verb), w) == -1 ||
	    check_text(v, "data.job", what->job, w) == -1 ||
	    check_number(v, "data.first", what->first, w) == -1)
		return -1;
	if (check_text(v, "data.field", what->field, w) == -1)
		return -1;
	if (what->verb == VERB_CONSISTENCY &&
	    check_number(v, "data.second", what->second, w) == -1)
		return -1;
	return check_number(v, "data.count", what->count, w);
}

static int
check_forgotten(const struct command *what, const struct verified *v,
    struct why *w)
{
	if (check_text(v, "type", "casemate.disclosure.forgotten", w) == -1 ||
	    check_number(v, "data.leaf", what->first, w) == -1)
		return -1;
	return check_text(v, "data.field", what->field, w);
}

static int
check_refused(const struct ending *end, bool query, const struct verified *v,
    struct why *w)
{
	const char *word = reason_word(end->code);

	if (check_text(v, "type", query ? "casemate.read.refused" :
	    "casemate.job.refused", w) == -1)
		return -1;
	return check_text(v, "data.reason", word == NULL ? "" : word, w);
}

int
ending_check(const struct ending *end, const struct signed_command *s,
    const struct verified *v, struct why *w)
{
	const bool query = ending_is_query(s);

	if (check_text(v, query ? "data.id" : "data.job", s->id, w) == -1 ||
	    check_digest(v, "data.command_sha256", s->sha256, w) == -1 ||
	    check_session(v, s->what.session, w) == -1)
		return -1;
	if (end->refused)
		return check_refused(end, query, v, w);
	if (s->what.verb == VERB_FORGET)
		return check_forgotten(&s->what, v, w);
	return query ? check_allowed(&s->what, v, w) :
	    check_finished(end, s, v, w);
}
