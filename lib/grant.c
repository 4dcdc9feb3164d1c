#include "grant.h"

#include <errno.h>
#include <string.h>

void
grant_init(struct grant *g)
{
	memset(g, 0, sizeof(*g));
	manifest_init(&g->manifest);
}

void
grant_free(struct grant *g)
{
	manifest_free(&g->manifest);
	explicit_bzero(g, sizeof(*g));
}

void
grant_put(struct put *p, const struct grant *g)
{
	who_put(p, &g->who);
	manifest_put(p, &g->manifest);
	put_string(p, g->runtime_sha256, DIGEST_LEN);
	put_string(p, g->bundle_sha256, DIGEST_LEN);
	put_u64(p, g->bundle_len);
}

int
grant_get(struct get *g, struct grant *grant)
{
	grant_init(grant);
	who_get(g, &grant->who);
	manifest_get(g, &grant->manifest);
	get_fixed(g, grant->runtime_sha256, DIGEST_LEN);
	get_fixed(g, grant->bundle_sha256, DIGEST_LEN);
	grant->bundle_len = get_u64(g);
	if (g->err == 0)
		return 0;
	errno = g->err;
	return -1;
}
