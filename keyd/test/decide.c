#include "decide.h"

#include <atf-c.h>

#include <stdio.h>
#include <string.h>

struct trial t;

static const struct {
	const char	*name, *type, *options;
} people[] = {
	{ "alice", "ed25519", "" },
	{ "bob", "ecdsa", "namespaces=\"casemate-manifest,casemate-command\"" },
	{ "carol", "ed25519", "namespaces=\"casemate-manifest\"" },
	{ "dave", "ed25519", "valid-before=\"20260101Z\"" },
	{ "erin", "ed25519", "valid-after=\"20300101Z\"" },
	{ "mallory", "ed25519", NULL },
};

void
trial_site(void)
{
	char file[8192] = "";

	for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
		size_t len = strlen(file);

		kit_key(people[i].name, people[i].type);
		if (people[i].options != NULL)
			kit_line(file + len, sizeof(file) - len,
			    people[i].name, people[i].options, people[i].name);
	}
	kit_site(file);
	t.statefd = kit_dir("state");
	t.sitefd = kit_dir("site");
}

void
trial_open(uint64_t now)
{
	struct why w;

	ATF_REQUIRE_MSG(authority_open(&t.a, t.statefd, t.sitefd, now, &w) == 0,
	    "%s", w.text);
}

void
trial_start(const char *submitter, const char *author)
{
	trial_site();
	trial_open(KIT_NOW);
	kit_submit(&t.k, t.a.vkey, submitter, author, KIT_NOW);
}

enum reason
trial_judge(uint64_t now)
{
	grant_free(&t.d.grant);
	decide(&t.a, &t.k.s, now, &t.d);
	if (t.d.reason != 0)
		fprintf(stderr, "%s: %s\n", reason_word(t.d.reason),
		    t.d.why.text);
	return t.d.reason;
}

void
trial_refused(enum reason reason, bool signed_command, const char *words)
{
	enum reason got = trial_judge(KIT_NOW);

	ATF_CHECK_MSG(got == reason, "reason %u, not %u", got, reason);
	ATF_CHECK_EQ(t.d.signed_command, signed_command);
	ATF_CHECK_MSG(strstr(t.d.why.text, words) != NULL, "%s", t.d.why.text);
	ATF_CHECK_EQ(t.a.nonces.n, 0);	/* the nonce is still good */
	grant_free(&t.d.grant);
	authority_close(&t.a);
}

void
trial_change(struct bytes b, void *owner)
{
	unsigned char *p = owner;

	ATF_REQUIRE(b.p == owner);
	p[b.len / 2] ^= 1;
}
