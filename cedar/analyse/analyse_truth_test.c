/*
 * What the analysis remarks is so: for sets of made-up rules, each remark is
 * held against what the rules really do with requests.  A rule's number and
 * the seed tell which set it was.
 */
#include "analyse.h"

#include <atf-c.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cedar/eval/decider.h"
#include "cedar/read/read.h"

#define SETS		1500
#define REQUESTS	80
#define RULES		4
#define TEXT_MAX	20000

static const char people[] = "["
    "{\"uid\":{\"type\":\"G\",\"id\":\"all\"}},"
    "{\"uid\":{\"type\":\"G\",\"id\":\"dev\"},"
    "\"parents\":[{\"type\":\"G\",\"id\":\"all\"}]},"
    "{\"uid\":{\"type\":\"U\",\"id\":\"ann\"},"
    "\"parents\":[{\"type\":\"G\",\"id\":\"dev\"}]},"
    "{\"uid\":{\"type\":\"U\",\"id\":\"bob\"},"
    "\"parents\":[{\"type\":\"G\",\"id\":\"all\"}]},"
    "{\"uid\":{\"type\":\"Action\",\"id\":\"read\"}},"
    "{\"uid\":{\"type\":\"Action\",\"id\":\"list\"},"
    "\"parents\":[{\"type\":\"Action\",\"id\":\"read\"}]},"
    "{\"uid\":{\"type\":\"Action\",\"id\":\"run\"}}]";

static const char *const principals[] = {
	"U::\"ann\"", "U::\"bob\"", "U::\"eve\"", "G::\"dev\"",
};
static const char *const groups[] = { "G::\"all\"", "G::\"dev\"" };
static const char *const actions[] = {
	"Action::\"read\"", "Action::\"list\"", "Action::\"run\"",
};
static const char *const resources[] = { "R::\"a\"", "R::\"b\"", "S::\"a\"" };

/* The text of one set, and what it is made from. */
static uint64_t seed;
static char text[TEXT_MAX];
static size_t len;

#define COUNT(list)	(sizeof(list) / sizeof((list)[0]))
#define PICK(list)	((list)[number(COUNT(list))])

static unsigned
number(unsigned below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % below;
}

static void
put(const char *s)
{
	ATF_REQUIRE(len + strlen(s) < sizeof(text));
	len += (size_t)sprintf(text + len, "%s", s);
}

static void
put_atom(void)
{
	static const char *const ops[] = {
		" == ", " != ", " < ", " <= ", " > ", " >= ",
	};
	static const char *const words[] = {
		"context.b", "context.a == \"x\"", "context.a != \"x\"",
		"\"y\" == context.a", "principal in G::\"dev\"",
		"principal in G::\"all\"", "!(principal in G::\"all\")",
		"true",
		"false", "context has m", "context.n == context.n",
		"resource is R", "context.a == 1",
	};
	char n[8];

	if (number(2) == 0) {
		put(PICK(words));
		return;
	}
	sprintf(n, "%u", number(4));
	if (number(4) == 0) {
		put(n);
		put(PICK(ops));
		put(number(3) == 0 ? "context.m" : "context.n");
	} else {
		put(number(3) == 0 ? "context.m" : "context.n");
		put(PICK(ops));
		put(n);
	}
}

/* Atoms joined without regard to how they bind; here and there a `!'. */
static void
put_condition(void)
{
	unsigned n = 1 + number(4), open = 0;

	while (n-- > 0) {
		if (number(4) == 0) {
			put(number(2) == 0 ? "!(" : "(");
			open++;
		}
		put_atom();
		if (open > 0 && number(2) == 0) {
			put(")");
			open--;
		}
		if (n > 0)
			put(number(3) == 0 ? " || " : " && ");
	}
	while (open-- > 0)
		put(")");
}

static void
put_principal(void)
{
	switch (number(5)) {
	case 0:
		put("principal");
		break;
	case 1:
		put("principal == ");
		put(PICK(principals));
		break;
	case 2:
		put("principal is U");
		break;
	case 3:
		put("principal is U in ");
		put(PICK(groups));
		break;
	default:
		put("principal in ");
		put(PICK(groups));
		break;
	}
}

static void
put_action(void)
{
	switch (number(4)) {
	case 0:
		put("action");
		return;
	case 1:
		put("action == ");
		break;
	case 2:
		put("action in ");
		break;
	default:
		put("action in [");
		put(PICK(actions));
		put(", ");
		put(PICK(actions));
		put("]");
		return;
	}
	put(PICK(actions));
}

static void
put_resource(void)
{
	switch (number(3)) {
	case 0:
		put("resource == ");
		put(PICK(resources));
		break;
	case 1:
		put("resource is R");
		break;
	default:
		put("resource");
		break;
	}
}

static void
put_rule(void)
{
	put(number(3) == 0 ? "forbid(" : "permit(");
	put_principal();
	put(", ");
	put_action();
	put(", ");
	put_resource();
	put(")");
	for (unsigned n = number(3); n > 0; n--) {
		put(number(3) == 0 ? " unless { " : " when { ");
		put_condition();
		put(" }");
	}
	put(";\n");
}

static void
load_people(struct entities *e)
{
	struct doc_error error;
	struct doc doc;

	entities_init(e);
	ATF_REQUIRE_EQ(0, doc_read_json(&doc, "people", people,
	    strlen(people), sizeof(people), &error));
	ATF_REQUIRE_EQ(0, read_entities(e, &doc, NULL, &error));
	doc_free(&doc);
	ATF_REQUIRE_EQ(0, entities_finish(e, &error));
}

/* A quoted entity in JSON. */
static void
add_uid(char *dst, const char *key, const char *uid)
{
	dst += strlen(dst);
	dst += sprintf(dst, "\"%s\":\"", key);
	for (; *uid != '\0'; uid++)
		dst += sprintf(dst, *uid == '"' ? "\\\"" : "%c", *uid);
	strcpy(dst, "\",");
}

static void
make_request(struct authz_request *r, struct arena *a)
{
	char json[1000] = "{";
	struct doc_error error;
	struct doc doc;

	add_uid(json, "principal", PICK(principals));
	add_uid(json, "action", PICK(actions));
	add_uid(json, "resource", PICK(resources));
	sprintf(json + strlen(json), "\"context\":{\"n\":%u,\"a\":\"%s\","
	    "\"b\":%s", number(5), number(2) ? "x" : "y",
	    number(2) ? "true" : "false");
	if (number(2) == 0)
		sprintf(json + strlen(json), ",\"m\":%u", number(5));
	strcat(json, "}}");
	ATF_REQUIRE_EQ(0, doc_read_json(&doc, "request", json, strlen(json),
	    sizeof(json), &error));
	ATF_REQUIRE_EQ_MSG(0, read_request(r, a, &doc, 0, NULL, &error),
	    "%s in %s", error.text, json);
	doc_free(&doc);
}

static void
check_remark(const struct remark *r, const struct trace *t)
{
	bool applies = t->policies[r->policy].result == TRACE_TRUE;
	bool other = t->policies[r->other].result == TRACE_TRUE;
	bool ok = true;

	switch (r->kind) {
	case REMARK_NEVER:
		ok = !applies;
		break;
	case REMARK_TWICE:
	case REMARK_CONTRADICTION:
		ok = applies == other;
		break;
	case REMARK_SHADOWED:
	case REMARK_FORBIDDEN:
		ok = !applies || other;
		break;
	case REMARK_ALWAYS:
	case REMARK_WIDE:
	case REMARK_UNLINKED:
		break;
	}
	if (!ok)
		atf_tc_fail("%s\nis not so of\n%s", r->error.text, text);
}

static void
check_set(const struct entities *e)
{
	struct doc_error error;
	struct policies set;
	struct remarks remarks;
	struct decider d;

	len = 0;
	for (int i = 0; i < RULES; i++)
		put_rule();
	policies_init(&set);
	ATF_REQUIRE_EQ_MSG(0, policies_add_text(&set, "made", text, len,
	    POLICY_IDS_NUMBERED, &error), "%s in %s", error.text, text);
	ATF_REQUIRE_EQ(0, analyse_policies(&set, e, &remarks));
	ATF_REQUIRE_EQ(0, decider_init(&d, &set, e));
	for (int i = 0; remarks.n > 0 && i < REQUESTS; i++) {
		struct arena a;
		struct authz_request request;
		struct trace trace;

		arena_init(&a, 0);
		make_request(&request, &a);
		ATF_REQUIRE_EQ(0, decider_trace(&d, &request, &trace));
		for (size_t r = 0; r < remarks.n; r++)
			check_remark(&remarks.items[r], &trace);
		decider_trace_free(&trace);
		arena_free(&a);
	}
	decider_free(&d);
	analyse_free(&remarks);
	policies_free(&set);
}

ATF_TC(what_is_remarked_is_so);
ATF_TC_HEAD(what_is_remarked_is_so, tc)
{
	atf_tc_set_md_var(tc, "timeout", "120");
}
ATF_TC_BODY(what_is_remarked_is_so, tc)
{
	struct entities e;

	load_people(&e);
	for (unsigned i = 0; i < SETS; i++) {
		seed = i;
		(void)number(2);
		check_set(&e);
	}
	entities_free(&e);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, what_is_remarked_is_so);
	return atf_no_error();
}
