/* What a refusal, which is kept in the ledger, does not tell. */
#include "keyd/test/decide.h"

#include <atf-c.h>

#include <stdio.h>
#include <string.h>

/*
 * Texts that an author wrote into the wrong place, or where the appliance does
 * not take them.  A refusal is kept in the ledger and must not have them.
 */
static const char *const canaries[] = {
	"canary: x\n",
	"canary\n",
	"canary: x\ncanary: y\n",
	"? [canary]\n: x\n",
	"name: canary\n",
	"class: CANARY!\n",
	"class: [canary]\n",
	"profile: \"canary \"\n",
	"runtime: canary\n",
	"runtime: \"/canary\"\n",
	"capabilities: canary\n",
	"capabilities: [canary]\n",
	"capabilities: [{canary: canary}]\n",
	"secrets: [canary]\n",
	"secrets: [canary, canary]\n",
	"secrets: [\"--token=canary\"]\n",
	"secrets: {canary: canary}\n",
	"limits: {canary: 1}\n",
	"limits: {memory_mib: canary}\n",
	"limits: [canary]\n",
	"files: canary\n",
	"files: [canary]\n",
	"files: [{canary: canary}]\n",
	"files: [{path: /canary, sha256: canary}]\n",
	"files: [{path: canary, sha256: canary}]\n",
	"files: [{path: canary, executable: canary}]\n",
	"files: [{path: canary}]\n",
	"env: canary\n",
	"env: [canary]\n",
	"env: {canary=: x}\n",
	"env: {canary: [canary]}\n",
	"env: {A: canary, A: canary}\n",
	"env: {A: \"canary\\0\"}\n",
	"env: {A: &canary x}\n",
	"env: {A: *canary}\n",
	"env: {A: !canary x}\n",
	"env: {A: \"canary\n",
	"env: {A: \"\\canary\"}\n",
	"env: {A: canary}}\n",
	"%canary\n",
	"\tcanary: canary\n",
	" canary: canary\n",
	"--- canary\n",
	"...\n--- canary\n",
	"@canary\n",
	"# \xff canary\n",
};

ATF_TC_WITHOUT_HEAD(a_refusal_has_no_text_of_the_manifest);
ATF_TC_BODY(a_refusal_has_no_text_of_the_manifest, tc)
{
	char text[512];

	trial_start("alice", "alice");
	for (size_t i = 0; i < sizeof(canaries) / sizeof(canaries[0]); i++) {
		snprintf(text, sizeof(text), KIT_MANIFEST "%s", canaries[i]);
		kit_set_manifest(&t.k, "alice", "alice", text, strlen(text));
		ATF_CHECK_MSG(trial_judge(KIT_NOW) != 0, "%s", canaries[i]);
		ATF_CHECK(t.d.signed_command);
		ATF_CHECK_MSG(t.d.why.text[0] != '\0' &&
		    strcasestr(t.d.why.text, "canary") == NULL, "%s: %s",
		    canaries[i], t.d.why.text);
		grant_free(&t.d.grant);
	}
	authority_close(&t.a);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_refusal_has_no_text_of_the_manifest);
	return atf_no_error();
}
