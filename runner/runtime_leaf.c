#include "runtime_leaf.h"

#include "lib/log.h"
#include "runner.h"
#include "say.h"

void
runtime_leaf_append(struct runner *r, size_t i)
{
	const struct runtime *rt = &r->runtimes.list[i];
	struct runtime_leaf *leaf = &r->runtime_leaves[i];

	if (rt->state == RUNTIME_MEASURED && !leaf->recorded && leaf->seq == 0)
		leaf->seq = SAY_APPEND(r, runtime_measured, false,
		    .runtime = rt->name, .sha256 = rt->sha256,
		    .bytes = event_u64(leaf->bytes));
}

void
runtime_leaf_append_name(struct runner *r, const char *name)
{
	const struct runtime *rt = runtimes_find(&r->runtimes, name);

	if (rt != NULL)
		runtime_leaf_append(r, (size_t)(rt - r->runtimes.list));
}

static struct runtime_leaf *
find(struct runner *r, uint32_t seq)
{
	for (size_t i = 0; i < r->runtimes.n; i++)
		if (seq != 0 && r->runtime_leaves[i].seq == seq)
			return &r->runtime_leaves[i];
	return NULL;
}

void
runtime_leaf_appended(struct runner *r, uint32_t seq)
{
	struct runtime_leaf *leaf = find(r, seq);

	if (leaf == NULL)
		return;
	leaf->recorded = true;
	leaf->seq = 0;
}

void
runtime_leaf_failed(struct runner *r, uint32_t seq, const char *why)
{
	struct runtime_leaf *leaf = find(r, seq);

	if (leaf == NULL)
		return;
	leaf->seq = 0;
	log_info("a runtime's digest is not recorded: %s", why);
}

void
runtime_leaf_reset(struct runner *r)
{
	for (size_t i = 0; i < r->runtimes.n; i++) {
		const bool waited = r->runtime_leaves[i].seq != 0;

		r->runtime_leaves[i].seq = 0;
		if (waited)
			runtime_leaf_append(r, i);
	}
}
