#include "site.h"

#include <sys/stat.h>

#include <atf-c.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEY	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8" \
		"QERITFBUWFxgZGhscHR4f"
#define PEOPLE	"- uid: Role::\"dev\"\n" \
		"- uid: User::\"alice\"\n  parents: [Role::\"dev\"]\n"
#define RULE	"@id(\"run\")\npermit(principal in Role::\"dev\", " \
		"action == Action::\"run\", resource);\n"

static char told[4096];		/* everything, line by line */
static struct site site;

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	ATF_REQUIRE_MSG(f != NULL, "%s", path);
	fputs(text, f);
	fclose(f);
}

static void
start(void)
{
	mkdir("site", 0755);
	mkdir("site/policy", 0755);
	mkdir("site/policies", 0755);
	write_file("site/allowed_signers", "alice " KEY "\n");
	write_file("site/entities.yaml", PEOPLE);
	write_file("site/policy/10-run.cedar", RULE);
}

static void
tell(void *ctx, const struct doc_error *e, bool warning)
{
	size_t len = strlen(told);
	char line[600];

	(void)ctx;
	doc_error_format(e, 0, line, sizeof(line));
	snprintf(told + len, sizeof(told) - len, "%s%s\n",
	    warning ? "warning: " : "", line);
}

static int
load(void)
{
	static const struct rules_report report = { .report = tell };
	int fd = open("site", O_RDONLY | O_DIRECTORY), rc;

	ATF_REQUIRE(fd != -1);
	told[0] = '\0';
	rc = site_load(&site, fd, &report);
	close(fd);
	return rc;
}

static void
loads(void)
{
	int rc = load();

	ATF_REQUIRE_MSG(rc == 0, "%s", told);
}

static void
refused(const char *words)
{
	ATF_CHECK_EQ(load(), -1);
	ATF_CHECK_MSG(strstr(told, words) != NULL, "%s", told);
}

ATF_TC_WITHOUT_HEAD(a_site_is_loaded_whole);
ATF_TC_BODY(a_site_is_loaded_whole, tc)
{
	char place[RULES_PLACE_MAX];

	start();
	write_file("site/policies/web.cedar.json", "{\"staticPolicies\":"
	    "{\"no-night\":{\"effect\":\"forbid\",\"principal\":{\"op\":"
	    "\"All\"},\"action\":{\"op\":\"All\"},\"resource\":{\"op\":"
	    "\"All\"},\"conditions\":[]}}}");
	loads();
	ATF_CHECK_EQ(site.rules.nfiles, 2);
	ATF_REQUIRE_EQ(site.rules.policies.n, 2);
	ATF_CHECK_STREQ(site.rules.policies.items[0]->id->bytes, "run");
	ATF_CHECK_STREQ(rules_place(site.rules.policies.items[0], place),
	    "policy/10-run.cedar:1");
	ATF_CHECK_STREQ(site.rules.policies.items[1]->id->bytes,
	    "web/no-night");
	ATF_CHECK_STREQ(rules_place(site.rules.policies.items[1], place),
	    "policies/web.cedar.json:1");
	site_free(&site);
}

ATF_TC_WITHOUT_HEAD(a_site_knows_its_files);
ATF_TC_BODY(a_site_knows_its_files, tc)
{
	start();
	loads();
	ATF_CHECK_STREQ(site.files.list[0].path, "allowed_signers");
	ATF_CHECK(site.files.sha256[0] != 0 || site.files.sha256[1] != 0);
	site_free(&site);
	ATF_CHECK_EQ(site.files.n, 0);
	ATF_REQUIRE_EQ(system("rm -r site; mkdir site"), 0);
	loads();				/* no site */
	ATF_CHECK(site.absent);
	ATF_CHECK_EQ(site.files.n, 0);
	site_free(&site);
}

ATF_TC_WITHOUT_HEAD(a_site_without_rules_allows_nothing);
ATF_TC_BODY(a_site_without_rules_allows_nothing, tc)
{
	start();
	unlink("site/policy/10-run.cedar");
	unlink("site/entities.yaml");
	rmdir("site/policy");
	rmdir("site/policies");
	loads();
	ATF_CHECK_EQ(site.rules.nfiles, 0);
	ATF_CHECK_EQ(site.rules.policies.n, 0);
	ATF_CHECK(!site.absent);
	site_free(&site);
}

ATF_TC_WITHOUT_HEAD(no_site_is_no_error);
ATF_TC_BODY(no_site_is_no_error, tc)
{
	mkdir("site", 0755);
	loads();
	ATF_CHECK(site.absent);
	site_free(&site);
	write_file("site/settings.yaml", "version: 1\n");
	refused("allowed_signers: missing, and the site");
}

ATF_TC_WITHOUT_HEAD(a_draft_needs_no_signer);
ATF_TC_BODY(a_draft_needs_no_signer, tc)
{
	static const struct rules_report report = { .report = tell };
	int fd;

	start();
	fd = open("site", O_RDONLY | O_DIRECTORY);
	write_file("site/allowed_signers", "# nobody yet\n \n\t# x\n");
	refused("allowed_signers");
	ATF_REQUIRE_EQ(site_load_draft(&site, fd, &report), 0);
	ATF_CHECK_EQ(site.signers.n, 0);
	ATF_CHECK_EQ(site.rules.policies.n, 1);
	site_free(&site);
	unlink("site/allowed_signers");
	ATF_REQUIRE_EQ(site_load_draft(&site, fd, &report), 0);
	site_free(&site);
	write_file("site/allowed_signers", "# nobody yet\nalice\n");
	ATF_CHECK_EQ(site_load_draft(&site, fd, &report), -1);
	ATF_CHECK_MSG(strstr(told, "allowed_signers:2") != NULL, "%s", told);
	close(fd);
}

ATF_TC_WITHOUT_HEAD(a_signer_is_a_user_without_being_told_so);
ATF_TC_BODY(a_signer_is_a_user_without_being_told_so, tc)
{
	start();
	write_file("site/entities.yaml", "- uid: Role::\"dev\"\n");
	loads();
	ATF_CHECK_EQ(site.rules.entities.n >= 2, 1);
	site_free(&site);
}

ATF_TC_WITHOUT_HEAD(every_files_error_is_told);
ATF_TC_BODY(every_files_error_is_told, tc)
{
	start();
	write_file("site/policy/20-a.cedar", "permit(principal\n");
	write_file("site/policy/30-b.cedar", "\npermit();\n");
	refused("policy/20-a.cedar:");
	ATF_CHECK_MSG(strstr(told, "policy/30-b.cedar:2:8: ") != NULL, "%s",
	    told);
}

ATF_TC_WITHOUT_HEAD(rules_are_read_though_people_are_wrong);
ATF_TC_BODY(rules_are_read_though_people_are_wrong, tc)
{
	start();
	write_file("site/policy/10-run.cedar", "permit");
	write_file("site/entities.yaml", "- uid: Sheep::\"dolly\"\n");
	refused("entities.yaml:1:8: the schema has no entity type `Sheep'");
	ATF_CHECK_MSG(strstr(told, "10-run.cedar:1:7: ") != NULL, "%s", told);
	write_file("site/policy/people.cedarschema", "entity User");
	refused("people.cedarschema:1:12: ");
	ATF_CHECK_MSG(strstr(told, "10-run.cedar:1:7: ") != NULL, "%s", told);
}

ATF_TC_WITHOUT_HEAD(what_people_have_to_be_is_said);
ATF_TC_BODY(what_people_have_to_be_is_said, tc)
{
	start();
	write_file("site/policy/people.cedarschema", "entity Role;");
	refused("policy/people.cedarschema: unknown type `User'; it must "
	    "declare what people there are: entity Role in [Role]; ");
	write_file("site/policy/people.cedarschema", "entity Role in [Role];"
	    "entity Persona in [Role];"
	    "entity User in [Persona, Role] = { team: String };");
	write_file("site/entities.yaml", "- uid: Role::\"dev\"\n");
	refused("entities.yaml: no entity for alice, who may sign: no "
	    "attribute `team'; add - uid: User::\"alice\"\n");
	write_file("site/entities.yaml", PEOPLE "  attrs: {team: red}\n");
	loads();
	site_free(&site);
}

ATF_TC_WITHOUT_HEAD(what_the_schema_has_not_is_refused);
ATF_TC_BODY(what_the_schema_has_not_is_refused, tc)
{
	start();
	write_file("site/policy/20-a.cedar", "permit(principal in "
	    "Role::\"dev\", action == Action::\"fly\", resource);\n");
	refused("policy/20-a.cedar:1:");
	write_file("site/policy/20-a.cedar", "permit(principal in "
	    "Role::\"dev\", action == Action::\"use\",\n"
	    "resource == Capability::\"fly\");\n");
	refused("policy/20-a.cedar:2:");
	write_file("site/policy/20-a.cedar", "permit(principal in "
	    "Role::\"dev\", action == Action::\"run\", resource)\n"
	    "when { context.colour == \"red\" };\n");
	refused("policy/20-a.cedar:2:");
}

ATF_TC_WITHOUT_HEAD(a_wrong_rule_is_not_also_called_useless);
ATF_TC_BODY(a_wrong_rule_is_not_also_called_useless, tc)
{
	start();
	write_file("site/policy/20-a.cedar", "permit(principal in "
	    "Role::\"dev\", action == Action::\"fly\", resource);\n");
	refused("policy/20-a.cedar:1:");
	ATF_CHECK_MSG(strstr(told, "warning: ") == NULL, "%s", told);
	write_file("site/policy/20-a.cedar", "permit(principal in "
	    "Role::\"dev\", action == Action::\"run\", resource is Job);\n");
	loads();
	ATF_CHECK_MSG(strstr(told, "so this policy never does") != NULL, "%s",
	    told);
	site_free(&site);
}

ATF_TC_WITHOUT_HEAD(entities_keep_to_the_schema);
ATF_TC_BODY(entities_keep_to_the_schema, tc)
{
	start();
	write_file("site/entities.yaml", PEOPLE "- uid: Wizard::\"m\"\n");
	refused("entities.yaml:4:");
	write_file("site/entities.yaml", PEOPLE
	    "- uid: User::\"bob\"\n  parents: [User::\"alice\"]\n");
	refused("entities.yaml:");
	write_file("site/entities.yaml", "- uid: Role::\"dev\"\n"
	    "  uid: Role::\"dev\"\n");
	refused("entities.yaml:2:");
}

ATF_TC_WITHOUT_HEAD(a_site_may_have_its_own_people);
ATF_TC_BODY(a_site_may_have_its_own_people, tc)
{
	start();
	write_file("site/policy/people.cedarschema",
	    "entity Role;\nentity User in [Role] = { team?: String };\n");
	write_file("site/policy/20-a.cedar", "permit(principal in "
	    "Role::\"dev\", action == Action::\"jobs\", resource)\n"
	    "when { principal has team && principal.team == \"red\" };\n");
	loads();
	site_free(&site);
	write_file("site/policy/people.cedarschema",
	    "entity Role;\nentity User in [Roll];\n");
	refused("policy/people.cedarschema:2:");
}

ATF_TC_WITHOUT_HEAD(people_do_not_change_requests);
ATF_TC_BODY(people_do_not_change_requests, tc)
{
	static const char people[] = "entity Role in [Role];\n"
	    "entity User in [Role];\n";
	static const char *const more[] = {
		"type datetime = Long;", "entity datetime;", "entity String;",
		"entity Long;", "type User = String;", "type User = { n: Long };",
	};
	char text[256];

	start();
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		snprintf(text, sizeof(text), "%s%s\n", people, more[i]);
		write_file("site/policy/people.cedarschema", text);
		refused("policy/people.cedarschema: a type here has the name of");
	}
	snprintf(text, sizeof(text), "%saction run;\n", people);
	write_file("site/policy/people.cedarschema", text);
	refused("action `run' is declared twice; the first is at "
	    "casemate.cedarschema:");
	write_file("site/policy/people.cedarschema",
	    "entity Role;\nentity User enum [\"alice\"];\n");
	write_file("site/entities.yaml", "[]\n");
	write_file("site/policy/10-run.cedar", "permit(principal == "
	    "User::\"alice\", action == Action::\"run\", resource);");
	loads();
	site_free(&site);
}

ATF_TC_WITHOUT_HEAD(wildcards_are_refused_unless_named);
ATF_TC_BODY(wildcards_are_refused_unless_named, tc)
{
	start();
	write_file("site/policy/20-a.cedar", "\n@id(\"all\")\npermit("
	    "principal, action == Action::\"run\", resource);\n");
	refused("policy/20-a.cedar:2:1: the rule all permits anybody");
	write_file("site/settings.yaml", "version: 1\nwildcards: [all]\n");
	loads();
	site_free(&site);
	write_file("site/policy/20-a.cedar", "@id(\"any\")\npermit("
	    "principal in Role::\"dev\", action, resource);\n");
	refused("20-a.cedar:1:1: the rule any permits every action");
	write_file("site/policy/20-a.cedar", "@id(\"is\")\npermit("
	    "principal is User, action == Action::\"run\", resource);\n");
	refused("the rule is permits anybody");
	write_file("site/policy/20-a.cedar", "permit(principal in "
	    "Role::\"d*\", action == Action::\"run\", resource);\n");
	refused("20-a.cedar:1:8: Role::\"d*\" has a `*' in its name");
	write_file("site/policy/20-a.cedar", "forbid(principal, action, "
	    "resource) when { principal in Role::\"*\" };\n");
	refused("20-a.cedar:1:57: Role::\"*\" has a `*'");
	write_file("site/policy/30-b.cedar", "forbid(principal, "
	    "action == Action::\"lease\", resource == Secret::\"prod-*\");\n");
	refused("30-b.cedar:1:46: Secret::\"prod-*\" has a `*'");
	write_file("site/policy/30-b.cedar", "forbid(principal == User::"
	    "\"*\", action, resource);\n");
	refused("30-b.cedar:1:8: User::\"*\" has a `*'");
	write_file("site/settings.yaml", "version: 1\nwildcards: ['*']\n");
	loads();
	site_free(&site);
}

ATF_TC_WITHOUT_HEAD(an_id_with_a_nul_is_refused);
ATF_TC_BODY(an_id_with_a_nul_is_refused, tc)
{
	start();
	write_file("site/policy/20-a.cedar", "@id(\"run\\0x\")\n"
	    "forbid(principal, action, resource);\n");
	refused("policy/20-a.cedar:1:1: the rule's id begins with run and "
	    "holds a NUL");
	unlink("site/policy/20-a.cedar");
	write_file("site/policies/web.cedar.json", "{\"staticPolicies\":"
	    "{\"a\\u0000b\":{\"effect\":\"forbid\",\"principal\":{\"op\":"
	    "\"All\"},\"action\":{\"op\":\"All\"},\"resource\":{\"op\":"
	    "\"All\"},\"conditions\":[]}}}");
	refused("policies/web.cedar.json:1:31: the rule's id begins with "
	    "web/a and");
}

ATF_TC_WITHOUT_HEAD(a_wildcard_among_the_people_is_refused);
ATF_TC_BODY(a_wildcard_among_the_people_is_refused, tc)
{
	start();
	write_file("site/entities.yaml", PEOPLE "- uid: Persona::\"*\"\n");
	refused("entities.yaml:4:3: Persona::\"*\" has a `*'");
	write_file("site/entities.yaml", PEOPLE
	    "- uid: User::\"bob\"\n  parents: [Role::\"d*\"]\n");
	refused("entities.yaml:4:3: Role::\"d*\" has a `*'");
}

ATF_TC_WITHOUT_HEAD(strange_files_are_refused);
ATF_TC_BODY(strange_files_are_refused, tc)
{
	start();
	write_file("site/policy/notes.txt", "x");
	refused("policy: the file notes.txt does not belong here");
	unlink("site/policy/notes.txt");
	write_file("site/policy/a b.cedar", RULE);
	refused("policy: the file a b.cedar does not belong");
	unlink("site/policy/a b.cedar");
	ATF_REQUIRE_EQ(symlink("10-run.cedar", "site/policy/link.cedar"), 0);
	refused("policy/link.cedar: is not a regular file; put the file");
	unlink("site/policy/link.cedar");
	ATF_REQUIRE_EQ(mkfifo("site/policy/fifo.cedar", 0600), 0);
	refused("policy/fifo.cedar: is not a regular file");
	unlink("site/policy/fifo.cedar");
	write_file("site/policies/x.json", "{}");
	refused("policies: the file x.json does not belong");
}

ATF_TC_WITHOUT_HEAD(a_components_rules_are_checked_too);
ATF_TC_BODY(a_components_rules_are_checked_too, tc)
{
	start();
	write_file("site/policies/web.cedar.json", "{\"staticPolicies\": 1}");
	refused("policies/web.cedar.json:1:");
	write_file("site/policies/web.cedar.json", "{\"staticPolicies\":"
	    "\n	{\"p\":{\"effect\":\"permit\",\"principal\":{\"op\":"
	    "\"All\"},\"action\":{\"op\":\"All\"},\"resource\":{\"op\":"
	    "\"All\"},\"conditions\":[]}}}");
	refused("policies/web.cedar.json:2:7: the rule web/p permits anybody");
	write_file("site/policies/web.cedar.json", "{\"templates\":"
	    "{\"t\":{\"effect\":\"forbid\",\"principal\":{\"op\":"
	    "\"All\"},\"action\":{\"op\":\"All\"},\"resource\":{\"op\":"
	    "\"==\",\"slot\":\"?resource\"},\"conditions\":[]}},"
	    "\"templateLinks\":[{\"templateId\":\"t\",\"newId\":\"l\","
	    "\"values\":{\"?resource\":{\"type\":\"Mole\",\"id\":\"*\"}}}]}");
	refused("policies/web.cedar.json:1:162: the schema has no entity type");
	refused("policies/web.cedar.json:1:162: Mole::\"*\" has a `*' in its "
	    "name");
}

ATF_TC_WITHOUT_HEAD(a_forbid_that_nothing_links_is_refused);
ATF_TC_BODY(a_forbid_that_nothing_links_is_refused, tc)
{
	static const char template[] = "{\"templates\":{\"t\":{"
	    "\"effect\":\"forbid\",\"principal\":{\"op\":\"in\",\"slot\":"
	    "\"?principal\"},\"action\":{\"op\":\"All\"},\"resource\":{"
	    "\"op\":\"All\"},\"conditions\":[]}}";
	char text[512];

	start();
	write_file("site/policy/20-a.cedar",
	    "forbid(principal in ?principal, action, resource);\n");
	refused("policy/20-a.cedar:1:1: the rule policy/20-a.cedar:policy0 is "
	    "a template without a link");
	unlink("site/policy/20-a.cedar");
	snprintf(text, sizeof(text), "%s}", template);
	write_file("site/policies/web.cedar.json", text);
	refused("policies/web.cedar.json:1:19: the rule web/t is a template");
	snprintf(text, sizeof(text), "%s,\"templateLinks\":[{\"templateId\":"
	    "\"t\",\"newId\":\"l\",\"values\":{\"?principal\":{\"type\":"
	    "\"Role\",\"id\":\"out\"}}}]}", template);
	write_file("site/policies/web.cedar.json", text);
	loads();
	site_free(&site);
}

ATF_TC_WITHOUT_HEAD(two_rules_of_one_name_are_refused);
ATF_TC_BODY(two_rules_of_one_name_are_refused, tc)
{
	start();
	write_file("site/policy/20-a.cedar", RULE);
	refused("policy/20-a.cedar:1:");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_site_is_loaded_whole);
	ATF_TP_ADD_TC(tp, a_site_knows_its_files);
	ATF_TP_ADD_TC(tp, a_site_without_rules_allows_nothing);
	ATF_TP_ADD_TC(tp, no_site_is_no_error);
	ATF_TP_ADD_TC(tp, a_draft_needs_no_signer);
	ATF_TP_ADD_TC(tp, a_signer_is_a_user_without_being_told_so);
	ATF_TP_ADD_TC(tp, every_files_error_is_told);
	ATF_TP_ADD_TC(tp, rules_are_read_though_people_are_wrong);
	ATF_TP_ADD_TC(tp, what_people_have_to_be_is_said);
	ATF_TP_ADD_TC(tp, what_the_schema_has_not_is_refused);
	ATF_TP_ADD_TC(tp, a_wrong_rule_is_not_also_called_useless);
	ATF_TP_ADD_TC(tp, entities_keep_to_the_schema);
	ATF_TP_ADD_TC(tp, a_site_may_have_its_own_people);
	ATF_TP_ADD_TC(tp, people_do_not_change_requests);
	ATF_TP_ADD_TC(tp, wildcards_are_refused_unless_named);
	ATF_TP_ADD_TC(tp, an_id_with_a_nul_is_refused);
	ATF_TP_ADD_TC(tp, a_wildcard_among_the_people_is_refused);
	ATF_TP_ADD_TC(tp, strange_files_are_refused);
	ATF_TP_ADD_TC(tp, a_components_rules_are_checked_too);
	ATF_TP_ADD_TC(tp, a_forbid_that_nothing_links_is_refused);
	ATF_TP_ADD_TC(tp, two_rules_of_one_name_are_refused);
	return atf_no_error();
}
