/*
 * A schema, a line of "---" and policies.  What reads is validated: within
 * bounds, the same twice, and with as many errors as there are.
 */
#include "validate.h"

#include <stdlib.h>
#include <string.h>

#define STEPS	(1 << 20)

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

static void
check(const struct findings *f)
{
	size_t errors = 0;

	for (size_t i = 0; i < f->n; i++) {
		errors += !f->items[i].warning;
		if (f->items[i].error.text[0] == '\0' ||
		    (i > 0 && f->items[i].policy < f->items[i - 1].policy))
			abort();
	}
	if (errors > f->nerrors || (errors == 0) != (f->nerrors == 0))
		abort();
}

static void
validate(const struct policies *set, const struct schema *schema)
{
	struct findings once, again;

	if (validate_policies_within(set, schema, STEPS, &once) == -1)
		return;
	check(&once);
	if (validate_policies_within(set, schema, STEPS, &again) == -1)
		abort();
	if (once.n != again.n || once.nerrors != again.nerrors)
		abort();
	validate_free(&once);
	validate_free(&again);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	static const char line[] = "\n---\n";
	const char *text = (const char *)data, *cut = memmem(data, len, line,
	    sizeof(line) - 1);
	struct doc_source source = { "s", text, 0 };
	struct policies set;
	struct schema schema;
	struct doc_error e;

	if (cut == NULL)
		return 0;
	source.len = (size_t)(cut - text);
	cut += sizeof(line) - 1;
	if (schema_read_text(&schema, &source, 1, &e) == -1)
		return 0;
	policies_init(&set);
	if (policies_add_text(&set, "p", cut, (size_t)(text + len - cut),
	    POLICY_IDS_NUMBERED, &e) == 0)
		validate(&set, &schema);
	policies_free(&set);
	schema_free(&schema);
	return 0;
}
