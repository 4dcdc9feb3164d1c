/*
 * testdata/validate has policies with what is found in each, which the
 * official validator agrees with; here is how it is said and bounded.
 */
#include "validate.h"

#include <atf-c.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA \
	"entity Group;\n" \
	"entity User in [Group] { name: String, nick?: String, boss?: User }" \
	" tags Long;\n" \
	"entity Colour enum [\"red\", \"green\"];\n" \
	"entity Doc { owner: User };\n" \
	"action read, write appliesTo { principal: [User], resource: [Doc]," \
	" context: { mfa: Bool } };\n"

#define POLICY(body) \
	"permit(principal, action == Action::\"read\", resource)\n" \
	"when { " body " };"

static struct schema schema;
static struct policies set;
static struct findings found;

static void
read_schema(const char *text, size_t len)
{
	struct doc_source source = { "schema", text, len };
	struct doc_error e;

	ATF_REQUIRE_MSG(schema_read_text(&schema, &source, 1, &e) == 0,
	    "%u:%u: %s", e.line, e.col, e.text);
	policies_init(&set);
}

static void
read_policies(const char *text, size_t len)
{
	struct doc_error e;

	ATF_REQUIRE_MSG(policies_add_text(&set, "p", text, len,
	    POLICY_IDS_NUMBERED, &e) == 0, "%u:%u: %s", e.line, e.col, e.text);
}

static void
start(const char *policies)
{
	read_schema(SCHEMA, strlen(SCHEMA));
	read_policies(policies, strlen(policies));
}

static void
stop(void)
{
	validate_free(&found);
	policies_free(&set);
	schema_free(&schema);
}

static void
validate(void)
{
	ATF_REQUIRE_EQ(validate_policies(&set, &schema, &found), 0);
}

/* Exactly this is found, in one line. */
static void
finds(const char *policies, const char *expected)
{
	char text[1024];

	start(policies);
	validate();
	ATF_REQUIRE_EQ_MSG(found.n, 1, "%zu findings: %s", found.n,
	    expected);
	doc_error_format(&found.items[0].error, 0, text, sizeof(text));
	ATF_CHECK_STREQ(text, expected);
	stop();
}

#define WHERE	" (principal User, action Action::\"read\", resource Doc)"

static void
finds_nothing(const char *policies)
{
	start(policies);
	validate();
	ATF_CHECK_EQ_MSG(found.n, 0, "%s: %s", policies,
	    found.items[0].error.text);
	stop();
}

/* A file of testdata/validate. */
static char *
load(const char *name, size_t *len)
{
	const char *src = getenv("CASEMATE_SRC");
	char path[4096], *text = malloc(CEDAR_SET_MAX);
	FILE *f;

	snprintf(path, sizeof(path), "%s/cedar/testdata/validate/%s",
	    src == NULL ? "." : src, name);
	f = fopen(path, "r");
	ATF_REQUIRE_MSG(f != NULL && text != NULL, "%s; set CASEMATE_SRC",
	    path);
	*len = fread(text, 1, CEDAR_SET_MAX, f);
	fclose(f);
	return text;
}

/* "type impossible": what is found in a policy, each kind once, or "ok". */
static void
words_of(uint32_t policy, char dst[128])
{
	bool seen[FINDING_COUNT] = { false };

	dst[0] = '\0';
	for (size_t i = 0; i < found.n; i++) {
		enum finding_kind kind = found.items[i].kind;

		if (found.items[i].policy != policy || seen[kind])
			continue;
		seen[kind] = true;
		if (dst[0] != '\0')
			strcat(dst, " ");
		strcat(dst, validate_word(kind));
	}
	if (dst[0] == '\0')
		strcpy(dst, "ok");
}

ATF_TC_WITHOUT_HEAD(corners_have_the_official_verdict);
ATF_TC_BODY(corners_have_the_official_verdict, tc)
{
	size_t schema_len, len;
	char *schema_text = load("corners.cedarschema", &schema_len);
	char *text = load("corners.cedar", &len), words[128];

	read_schema(schema_text, schema_len);
	read_policies(text, len);
	validate();
	ATF_CHECK(set.n > 300);
	for (uint32_t i = 0; i < set.n; i++) {
		const struct str *expected = policy_annotation(set.items[i],
		    "expect");

		words_of(i, words);
		ATF_CHECK_MSG(strcmp(words, expected->bytes) == 0,
		    "%s: expected %s, found %s: %.*s",
		    set.items[i]->id->bytes, expected->bytes, words,
		    (int)(set.items[i]->end - set.items[i]->pos),
		    text + set.items[i]->pos);
	}
	free(schema_text);
	free(text);
	stop();
}

ATF_TC_WITHOUT_HEAD(operands_that_do_not_fit_are_placed_and_named);
ATF_TC_BODY(operands_that_do_not_fit_are_placed_and_named, tc)
{
	finds(POLICY("principal.name + 1 == 2"), "p:2:18: `+' takes Long, "
	    "this is String" WHERE);
	finds(POLICY("principal == 1"), "p:2:18: `==' compares User with "
	    "Long, which are never equal: both sides must have one type"
	    WHERE);
	finds(POLICY("[principal, resource].contains(principal)"), "p:2:8: "
	    "the elements of a set must have one type, these have User and "
	    "Doc" WHERE);
	finds(POLICY("(if context.mfa then 1 else \"\") == 1"), "p:2:9: the "
	    "branches of `if' must have one type, these have Long and String"
	    WHERE);
	finds(POLICY("principal.name"), "p:2:18: a condition takes Bool, this "
	    "is String" WHERE);
	finds(POLICY("ip(\"::1\").isInRange(1)"), "p:2:28: isInRange() takes "
	    "ipaddr, this is Long" WHERE);
}

ATF_TC_WITHOUT_HEAD(attributes_must_be_declared_and_there);
ATF_TC_BODY(attributes_must_be_declared_and_there, tc)
{
	finds(POLICY("resource.ownr == principal"), "p:2:17: Doc has no "
	    "attribute `ownr': did you mean `owner'? it has `owner'" WHERE);
	finds(POLICY("{b: {c: true}}.c"), "p:2:23: this record has no "
	    "attribute `c': did you mean `b.c'? it has `b'" WHERE);
	finds(POLICY("context.mfa2"), "p:2:16: `context' has no attribute "
	    "`mfa2': did you mean `mfa'? it has `mfa'" WHERE);
	finds(POLICY("\"a\" in [\"a\"]"), "p:2:12: `in' takes entities: to "
	    "look for a String in a set, write SET.contains(VALUE)" WHERE);
	finds(POLICY("principal.nick == \"x\""), "p:2:18: attribute `nick' of "
	    "User is optional: test `has nick' on the same expression first, "
	    "before && or in an if" WHERE);
	finds_nothing(POLICY("principal has nick && principal.nick == \"x\""));
	finds_nothing(POLICY("principal has boss.nick && "
	    "principal.boss.nick == \"x\""));
}

ATF_TC_WITHOUT_HEAD(tags_must_be_asked_for_with_the_same_key);
ATF_TC_BODY(tags_must_be_asked_for_with_the_same_key, tc)
{
	finds(POLICY("principal.hasTag(\"a\") && principal.getTag(\"b\") == 1"),
	    "p:2:43: this tag of User may be missing: test hasTag() with the "
	    "same key first, before && or in an if" WHERE);
	finds(POLICY("resource.getTag(\"a\") == 1"), "p:2:17: Doc has no tags"
	    WHERE);
	finds_nothing(POLICY("principal.hasTag(principal.name) && "
	    "principal.getTag(principal.name) == 1"));
	finds_nothing(POLICY("principal.hasTag(if 1 > 2 then \"a\" else "
	    "\"b\") && principal.getTag(if !(1 <= 2) then \"a\" else "
	    "\"b\") == 1"));
}

ATF_TC_WITHOUT_HEAD(texts_of_values_must_be_literal_and_readable);
ATF_TC_BODY(texts_of_values_must_be_literal_and_readable, tc)
{
	finds(POLICY("ip(\"1.2.3\").isIpv4()"), "p:2:11: ip() cannot read "
	    "\"1.2.3\": write it as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32"
	    WHERE);
	finds(POLICY("ip(principal.name).isIpv4()"), "p:2:21: ip() takes only "
	    "a literal string" WHERE);
	finds(POLICY("[].contains(1)"), "p:2:8: [] has no type: strict "
	    "validation needs at least one element, or isEmpty()" WHERE);
	finds(POLICY("ip(\"::1\", \"::1\").isIpv4()"), "p:2:8: ip() takes 1 "
	    "operand, here are 2" WHERE);
}

ATF_TC_WITHOUT_HEAD(names_that_are_not_there_are_guessed);
ATF_TC_BODY(names_that_are_not_there_are_guessed, tc)
{
	finds(POLICY("principal in Gruop::\"a\""), "p:2:21: the schema has no "
	    "entity type Gruop: did you mean Group?");
	finds(POLICY("principal in Company::\"a\""), "p:2:21: the schema has "
	    "no entity type Company: there are Colour, Doc, Group, User");
	finds(POLICY("action in Action::\"writ\" || context.mfa"), "p:2:18: "
	    "the schema has no action Action::\"writ\": did you mean "
	    "Action::\"write\"?");
	finds(POLICY("context.mfa || Colour::\"reed\" == Colour::\"red\""),
	    "p:2:23: Colour::\"reed\" is not among the 2 ids that the schema "
	    "declares, for example \"red\"");
}

ATF_TC_WITHOUT_HEAD(a_group_after_equals_is_told_to_need_in);
ATF_TC_BODY(a_group_after_equals_is_told_to_need_in, tc)
{
	static const char text[] = "entity Group; entity User in [Group]; "
	    "entity Folder; entity Doc in [Folder]; action all; action read "
	    "in [all] appliesTo { principal: [User], resource: [Doc] };";
	static const struct {
		const char	*policy;
		uint32_t	 col;
		const char	*uid, *var;
	} cases[] = {
		{ "permit(principal, action == Action::\"all\", resource);",
		    19, "Action::\"all\"", "action" },
		{ "permit(principal == Group::\"g\", action, resource);", 8,
		    "Group::\"g\"", "principal" },
		{ "permit(principal, action, resource == Folder::\"f\");", 27,
		    "Folder::\"f\"", "resource" },
	};
	char want[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		read_schema(text, sizeof(text) - 1);
		read_policies(cases[i].policy, strlen(cases[i].policy));
		validate();
		ATF_REQUIRE(found.n > 0);
		snprintf(want, sizeof(want), "this policy never applies: %s is "
		    "a group, and no request has a group as its %s; write `%s "
		    "in %s'", cases[i].uid, cases[i].var, cases[i].var,
		    cases[i].uid);
		ATF_CHECK_EQ(found.items[0].kind, FINDING_NEVER_APPLIES);
		ATF_CHECK_EQ(found.items[0].error.col, cases[i].col);
		ATF_CHECK_STREQ(found.items[0].error.text, want);
		stop();
	}
}

ATF_TC_WITHOUT_HEAD(dead_code_is_checked_for_names_alone);
ATF_TC_BODY(dead_code_is_checked_for_names_alone, tc)
{
	finds_nothing(POLICY("if true then context.mfa else 1 + \"a\""));
	finds_nothing(POLICY("context.mfa || false && principal.nope"));
	finds_nothing(POLICY("true || 1 + \"a\" == principal"));
	finds(POLICY("context.mfa || false && Gruop::\"a\" == 1"), "p:2:32: "
	    "the schema has no entity type Gruop: did you mean Group?");
}

ATF_TC_WITHOUT_HEAD(what_is_never_true_is_a_warning);
ATF_TC_BODY(what_is_never_true_is_a_warning, tc)
{
	start("permit(principal is Doc, action, resource);"
	    POLICY("context.mfa || resource in Group::\"a\"")
	    POLICY("principal == resource"));
	validate();
	ATF_CHECK_EQ(found.nerrors, 0);
	ATF_REQUIRE_EQ(found.n, 5);
	ATF_CHECK_EQ(found.items[0].kind, FINDING_NEVER_APPLIES);
	ATF_CHECK_EQ(found.items[1].kind, FINDING_IMPOSSIBLE);
	ATF_CHECK_EQ(found.items[2].kind, FINDING_ALWAYS_FALSE);
	ATF_CHECK_EQ(found.items[2].policy, 1);
	ATF_CHECK_STREQ(found.items[2].error.text, "`in' is false in any "
	    "request: the left side is in nothing on the right");
	ATF_CHECK_EQ(found.items[3].kind, FINDING_IMPOSSIBLE);
	ATF_CHECK_EQ(found.items[4].kind, FINDING_ALWAYS_FALSE);
	for (size_t i = 0; i < found.n; i++)
		ATF_CHECK(found.items[i].warning);
	stop();
}

ATF_TC_WITHOUT_HEAD(texts_that_mislead_are_a_warning);
ATF_TC_BODY(texts_that_mislead_are_a_warning, tc)
{
	finds(POLICY("principal.name == \"\xd0\xb0" "dmin\""), "p:2:26: "
	    "\"??dmin\" mixes letters of several scripts, which may look "
	    "alike");
	finds(POLICY("principal.name == \"a\\u{202e}b\""), "p:2:26: \"a???b\" "
	    "changes the direction of text, so it is displayed in another "
	    "order");
	finds(POLICY("principal == User::\"a\\u{200b}\""), "p:2:21: the name "
	    "\"a???\" has characters that names should not have");
	finds_nothing(POLICY("principal == User::\"zo\xc3\xab\""));
}

static const struct uid *
uid(const char *type, const char *id)
{
	struct arena *a = &set.arena;

	return uid_new(a, str_new(a, type, strlen(type)),
	    str_new(a, id, strlen(id)));
}

static void
link_principal(const char *id, const char *type)
{
	const struct uid *values[2] = { uid(type, "x"), NULL };
	struct doc_error e;

	ATF_REQUIRE_MSG(policies_link(&set, set.items[0]->id, id, strlen(id),
	    values, &e) == 0, "%s", e.text);
}

ATF_TC_WITHOUT_HEAD(links_are_checked_by_their_values);
ATF_TC_BODY(links_are_checked_by_their_values, tc)
{
	start("permit(principal in ?principal, action, resource)"
	    " when { principal.name like \"a*\" };");
	link_principal("group", "Group");
	link_principal("colour", "Colour");
	link_principal("none", "None");
	validate();
	ATF_REQUIRE_EQ(found.n, 3);
	ATF_CHECK_EQ(found.nerrors, 1);
	ATF_CHECK_EQ(found.items[0].policy, 2);
	ATF_CHECK_EQ(found.items[0].kind, FINDING_NEVER_APPLIES);
	ATF_CHECK_EQ(found.items[1].policy, 3);
	ATF_CHECK_EQ(found.items[1].kind, FINDING_UNKNOWN_ENTITY_TYPE);
	ATF_CHECK_EQ(found.items[2].kind, FINDING_NEVER_APPLIES);
	stop();
}

ATF_TC_WITHOUT_HEAD(a_template_fits_any_type_that_its_slot_may_be);
ATF_TC_BODY(a_template_fits_any_type_that_its_slot_may_be, tc)
{
	finds_nothing("permit(principal is User in ?principal, action, "
	    "resource == ?resource);");
	finds("permit(principal in ?principal, action == Action::\"read\", "
	    "resource) when { 1 };", "p:1:76: a condition takes Bool, this "
	    "is Long" WHERE);
}

ATF_TC_WITHOUT_HEAD(findings_of_a_policy_are_bounded);
ATF_TC_BODY(findings_of_a_policy_are_bounded, tc)
{
	char text[4096] = "permit(principal, action, resource) when { ";

	for (int i = 0; i < 40; i++)
		strcat(text, "1 + \"a\" == 2 && ");
	strcat(text, "true }; forbid(principal, action, resource)"
	    " when { 1 };");
	start(text);
	validate();
	ATF_CHECK_EQ(found.n, FINDINGS_MAX + 1);
	ATF_CHECK_EQ(found.items[FINDINGS_MAX].policy, 1);
	ATF_CHECK(found.nerrors > FINDINGS_MAX);
	stop();
}

ATF_TC_WITHOUT_HEAD(work_is_bounded);
ATF_TC_BODY(work_is_bounded, tc)
{
	start(POLICY("context.mfa") POLICY("context.mfa"));
	ATF_REQUIRE_EQ(validate_policies_within(&set, &schema, 1, &found), 0);
	ATF_REQUIRE_EQ(found.n, 2);
	ATF_CHECK_EQ(found.nerrors, 2);
	ATF_CHECK_EQ(found.items[0].kind, FINDING_LIMIT);
	ATF_CHECK_EQ(found.items[1].policy, 1);
	stop();
}

ATF_TC_WITHOUT_HEAD(a_finding_in_json_has_its_place);
ATF_TC_BODY(a_finding_in_json_has_its_place, tc)
{
	static const char json[] = "{ \"staticPolicies\": { \"of-bob\": {"
	    "\"effect\": \"permit\", \"principal\": { \"op\": \"All\" },"
	    "\"action\": { \"op\": \"All\" }, \"resource\": { \"op\": \"All\" "
	    "},\n \"conditions\": [\n { \"kind\": \"when\", \"body\":"
	    " { \"Value\": \"x\" } } ] } } }";
	struct doc_error e;
	struct doc doc;

	start("");
	ATF_REQUIRE_EQ(doc_read_json(&doc, "j", json, strlen(json),
	    CEDAR_SET_MAX, &e), 0);
	ATF_REQUIRE_MSG(policies_add_json_set(&set, &doc, "", &e) == 0, "%s",
	    e.text);
	doc_free(&doc);
	validate();
	ATF_REQUIRE_EQ(found.n, 1);
	ATF_CHECK_STREQ(found.items[0].error.file, "j");
	ATF_CHECK_EQ(found.items[0].error.line, 3);
	ATF_CHECK_EQ(found.items[0].error.col, 39);
	stop();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, corners_have_the_official_verdict);
	ATF_TP_ADD_TC(tp, operands_that_do_not_fit_are_placed_and_named);
	ATF_TP_ADD_TC(tp, attributes_must_be_declared_and_there);
	ATF_TP_ADD_TC(tp, tags_must_be_asked_for_with_the_same_key);
	ATF_TP_ADD_TC(tp, texts_of_values_must_be_literal_and_readable);
	ATF_TP_ADD_TC(tp, names_that_are_not_there_are_guessed);
	ATF_TP_ADD_TC(tp, a_group_after_equals_is_told_to_need_in);
	ATF_TP_ADD_TC(tp, dead_code_is_checked_for_names_alone);
	ATF_TP_ADD_TC(tp, what_is_never_true_is_a_warning);
	ATF_TP_ADD_TC(tp, texts_that_mislead_are_a_warning);
	ATF_TP_ADD_TC(tp, links_are_checked_by_their_values);
	ATF_TP_ADD_TC(tp, a_template_fits_any_type_that_its_slot_may_be);
	ATF_TP_ADD_TC(tp, findings_of_a_policy_are_bounded);
	ATF_TP_ADD_TC(tp, work_is_bounded);
	ATF_TP_ADD_TC(tp, a_finding_in_json_has_its_place);
	return atf_no_error();
}
