/*
 * What is accepted and what refused, against the official engine's word.
 * testdata/json/verdicts.txt has a text a line: the engine's verdict and ours
 * (+ or -), what the text is (entities, a context or a policy set; with s in
 * front, read by schema.json), and the text.  Where the two differ ours is on
 * purpose: an unknown field is an error here, and so is a function
 * that does not exist, a list in place of an object, policy text inside of
 * JSON, and more than CEDAR_DEPTH_MAX levels; an entity may leave out its
 * attributes and parents and be named as in a policy.
 */
#include "cedar/data/entities.h"

#include <atf-c.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cedar/data/policy.h"
#include "cedar/schema/schema.h"
#include "cedar/read/read.h"

static struct schema schema;

static char *
load(const char *name)
{
	static char text[262144];
	const char *src = getenv("CASEMATE_SRC");
	char path[4096];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/cedar/testdata/json/%s",
	    src == NULL ? "." : src, name);
	f = fopen(path, "r");
	ATF_REQUIRE_MSG(f != NULL, "%s; set CASEMATE_SRC", path);
	n = fread(text, 1, sizeof(text) - 1, f);
	ATF_REQUIRE(n > 0 && n < sizeof(text) - 1);
	fclose(f);
	text[n] = '\0';
	return text;
}

static void
load_schema(void)
{
	const char *text = load("schema.json");
	struct doc_error e;
	struct doc d;

	ATF_REQUIRE_EQ(doc_read_json(&d, "schema.json", text, strlen(text),
	    CEDAR_SCHEMA_MAX, &e), 0);
	ATF_REQUIRE_EQ_MSG(schema_read_json(&schema, &d, &e), 0, "%s", e.text);
	doc_free(&d);
}

static int
case_entities(const struct doc *d, const struct schema *s,
    struct doc_error *e)
{
	struct entities es;
	int rc;

	entities_init(&es);
	rc = read_entities(&es, d, s, e);
	if (rc == 0)
		rc = entities_finish(&es, e);
	entities_free(&es);
	return rc;
}

/* A context; the document is a request around it. */
static int
read_context(const struct doc *d, const struct schema *s,
    struct doc_error *e)
{
	struct authz_request r;
	struct arena a;
	int rc;

	arena_init(&a, 0);
	rc = read_request(&r, &a, d, 0, s, e);
	arena_free(&a);
	return rc;
}

static int
read_policies(const struct doc *d, const struct schema *s,
    struct doc_error *e)
{
	struct policies set;
	int rc;

	(void)s;
	policies_init(&set);
	rc = policies_add_json_set(&set, d, "", e);
	ATF_CHECK(rc == 0 || set.n == 0);
	policies_free(&set);
	return rc;
}

static const struct kind {
	const char	*name;
	int		(*read)(const struct doc *, const struct schema *,
			    struct doc_error *);
	bool		 by_schema;
	const char	*before, *after;	/* of the text */
} kinds[] = {
	{ "ents", case_entities, false, "", "" },
	{ "sents", case_entities, true, "", "" },
	{ "ctx", read_context, false,
	    "{\"principal\":{\"type\":\"U\",\"id\":\"a\"},"
	    "\"action\":{\"type\":\"Action\",\"id\":\"v\"},"
	    "\"resource\":{\"type\":\"U\",\"id\":\"a\"},\"context\":", "}" },
	{ "sctx", read_context, true,
	    "{\"principal\":{\"type\":\"U\",\"id\":\"a\"},"
	    "\"action\":{\"type\":\"Action\",\"id\":\"v\"},"
	    "\"resource\":{\"type\":\"U\",\"id\":\"a\"},\"context\":", "}" },
	{ "pset", read_policies, false, "", "" },
};

static const struct kind *
find_kind(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	atf_tc_fail("what is `%s'?", name);
}

static void
check_line(const char *verdicts, const struct kind *k, const char *text)
{
	static char whole[65536];
	struct doc_error e = { .text = "" };
	struct doc d;
	int rc, n;

	n = snprintf(whole, sizeof(whole), "%s%s%s", k->before, text,
	    k->after);
	ATF_REQUIRE(n > 0 && (size_t)n < sizeof(whole));
	rc = doc_read_json(&d, k->name, whole, (size_t)n, sizeof(whole), &e);
	if (rc == 0) {
		rc = k->read(&d, k->by_schema ? &schema : NULL, &e);
		doc_free(&d);
	}
	ATF_CHECK_MSG((rc == 0) == (verdicts[1] == '+'), "%s %s: %s", k->name,
	    text, rc == 0 ? "accepted" : e.text);
	ATF_CHECK_MSG(rc == 0 || e.line == 1, "%s %s: %s", k->name, text,
	    e.text);
}

ATF_TC_WITHOUT_HEAD(every_verdict_is_as_it_was);
ATF_TC_BODY(every_verdict_is_as_it_was, tc)
{
	char *line, *rest, *verdicts, *kind;
	size_t n = 0;

	load_schema();
	for (line = strtok_r(load("verdicts.txt"), "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest), n++) {
		verdicts = strsep(&line, "\t");
		kind = strsep(&line, "\t");
		ATF_REQUIRE(line != NULL);
		check_line(verdicts, find_kind(kind), line);
	}
	ATF_CHECK(n > 600);
	schema_free(&schema);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, every_verdict_is_as_it_was);
	return atf_no_error();
}
