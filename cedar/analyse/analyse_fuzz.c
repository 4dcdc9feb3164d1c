/* The analysis of any rules: it ends, and what it says fits. */
#include <assert.h>
#include <string.h>

#include "analyse.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct doc_error e;
	struct entities entities;
	struct policies set;
	struct remarks remarks;

	policies_init(&set);
	entities_init(&entities);
	assert(entities_finish(&entities, &e) == 0);
	if (policies_add_text(&set, "fuzz", (const char *)data, len,
	    POLICY_IDS_NUMBERED, &e) == 0) {
		assert(analyse_policies(&set, &entities, &remarks) == 0);
		for (size_t i = 0; i < remarks.n; i++) {
			assert(remarks.items[i].policy < set.n);
			assert(remarks.items[i].other < set.n);
			assert(remarks.items[i].error.line > 0);
			assert(remarks.items[i].error.text[0] != '\0');
		}
		analyse_free(&remarks);
	}
	policies_free(&set);
	entities_free(&entities);
	return 0;
}
