#include "oneleaf.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "client/number.h"
#include "client/say.h"
#include "lib/withheld.h"

static int
check_field(const char *word)
{
	char names[WITHHELD_NAMES_MAX];

	if (withheld_find(word) != WITHHELD_COUNT)
		return 0;
	say("%s: is not a field that leaves withhold; these are: %s", word,
	    withheld_names(names));
	return -1;
}

int
oneleaf_parse(struct oneleaf *o, const char *const words[], int n)
{
	if (number_parse(words[0], INT64_MAX, &o->leaf) == -1) {
		say("%s: is not a leaf's index, a number from 0", words[0]);
		return -1;
	}
	if (n > 1 && check_field(words[1]) == -1)
		return -1;
	o->field = n > 1 ? words[1] : NULL;
	return 0;
}

static int
verify(struct oneleaf *o, struct why *w)
{
	struct client_query *q = &o->query;

	if (!query_next_in(q, QUERY_DATA, &o->receipt))
		return why_set(w, "its receipt is missing");
	query_next_in(q, QUERY_DISCLOSURES, &o->disclosures);
	if (verified_check(&o->verified, o->receipt.data, o->receipt.len,
	    q->session.appliance.vkey, w) == -1)
		return -1;
	if (o->verified.index != o->leaf)
		return why_set(w, "it is for leaf %" PRIu64,
		    o->verified.index);
	return verified_disclose(&o->verified, o->disclosures.data,
	    o->disclosures.len, w);
}

int
oneleaf_ask(struct oneleaf *o, enum verb verb)
{
	struct command what = { .verb = verb, .first = o->leaf };
	struct why w = { "" };

	if (o->field != NULL)
		snprintf(what.field, sizeof(what.field), "%s", o->field);
	if (session_open(&o->query.session) == -1 ||
	    query_run(&o->query, &what) == -1)
		return -1;
	if (verb == VERB_FORGET)
		return 0;
	if (verify(o, &w) == 0)
		return query_compare(&o->query, &o->receipt);
	say("RECEIPT VERIFICATION FAILED: leaf %" PRIu64 ": %s; do not trust "
	    "this appliance", o->leaf, w.text);
	return -1;
}

int
oneleaf_exit(struct oneleaf *o, int ret)
{
	verified_free(&o->verified);
	return query_exit(&o->query, ret);
}
