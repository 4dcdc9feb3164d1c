#include "runtimes.h"

#include <errno.h>
#include <string.h>

const struct runtime *
runtimes_find(const struct runtimes *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->list[i].name, name) == 0)
			return &r->list[i];
	return NULL;
}

void
runtimes_put(struct put *p, const struct runtimes *r)
{
	put_u32(p, (uint32_t)r->n);
	for (size_t i = 0; i < r->n; i++) {
		put_cstr(p, r->list[i].name);
		put_u8(p, (uint8_t)r->list[i].state);
		put_string(p, r->list[i].sha256, DIGEST_LEN);
	}
}

static void
get_runtime(struct get *g, struct runtime *rt)
{
	uint8_t state;

	get_cstr(g, rt->name, sizeof(rt->name));
	state = get_u8(g);
	get_fixed(g, rt->sha256, DIGEST_LEN);
	if (state > RUNTIME_UNREADABLE)
		g->err = EBADMSG;
	rt->state = (enum runtime_state)state;
}

void
runtimes_get(struct get *g, struct runtimes *r)
{
	uint32_t n = get_u32(g);

	memset(r, 0, sizeof(*r));
	if (n > RUNTIMES_MAX)
		g->err = EBADMSG;
	while (g->err == 0 && r->n < n)
		get_runtime(g, &r->list[r->n++]);
}
