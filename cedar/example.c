/* May Ann read the plan? */
#include <cedar.h>
#include <stdio.h>

static const char rules[] = "permit (principal in Group::\"staff\", action, "
    "resource) unless { context.night };";
static const char people[] = "[{"
    "\"uid\": {\"type\": \"User\", \"id\": \"ann\"}, "
    "\"parents\": [{\"type\": \"Group\", \"id\": \"staff\"}]}]";

int
main(void)
{
	struct cedar_source text = { "rules", rules, sizeof(rules) - 1 };
	struct cedar_source json = { "people", people, sizeof(people) - 1 };
	struct cedar_policies *policies = cedar_policies_new();
	struct cedar_entities *entities = NULL;
	struct cedar_request *request = NULL;
	struct cedar_error e;
	struct cedar_decision decision;

	if (policies == NULL || cedar_policies_add_text(policies, &text, &e) ||
	    !(entities = cedar_entities_json(&json, 1, NULL, &e)) ||
	    !(request = cedar_request_new("User::\"ann\"", "Action::\"read\"",
	    "Doc::\"plan\"", "{\"night\": false}", NULL, &e)))
		return fprintf(stderr, "%s:%u: %s\n", e.file, e.line, e.text);
	struct cedar_decider *decider = cedar_decider_new(policies, entities);
	if (decider == NULL)
		return 1;
	cedar_decide(decider, request, &decision);
	printf("%s by %s\n", decision.allow ? "allowed" : "denied",
	    decision.npolicies == 0 ? "no policy" :
	    cedar_policy_id(policies, decision.policies[0]));
	cedar_decider_free(decider);
	cedar_request_free(request);
	cedar_entities_free(entities);
	cedar_policies_free(policies);
	return 0;
}
