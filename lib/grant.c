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

static void
put_digests(struct put *p, const struct grant *g)
{
	put_string(p, g->runtime_sha256, DIGEST_LEN);
	put_string(p, g->bundle_sha256, DIGEST_LEN);
	put_u64(p, g->bundle_len);
}

static int
get_digests(struct get *g, struct grant *grant)
{
	get_fixed(g, grant->runtime_sha256, DIGEST_LEN);
	get_fixed(g, grant->bundle_sha256, DIGEST_LEN);
	grant->bundle_len = get_u64(g);
	if (g->err == 0)
		return 0;
	errno = g->err;
	return -1;
}

void
grant_put(struct put *p, const struct grant *g)
{
	who_put(p, &g->who);
	manifest_put(p, &g->manifest);
	put_digests(p, g);
}

int
grant_get(struct get *g, struct grant *grant)
{
	grant_init(grant);
	who_get(g, &grant->who);
	manifest_get(g, &grant->manifest);
	return get_digests(g, grant);
}

static bool
was_read(const struct manifest *m)
{
	return m->name[0] != '\0';
}

void
denial_put(struct put *p, const struct denial *d)
{
	who_put(p, &d->grant.who);
	put_u8(p, was_read(&d->grant.manifest));
	if (was_read(&d->grant.manifest))
		manifest_put(p, &d->grant.manifest);
	put_digests(p, &d->grant);
}

int
denial_get(struct get *g, struct denial *d)
{
	struct manifest *m = &d->grant.manifest;
	uint8_t read;

	grant_init(&d->grant);
	who_get(g, &d->grant.who);
	read = get_u8(g);
	if (read == 0)
		memset(m, 0, sizeof(*m));
	else
		manifest_get(g, m);
	if (read > 1 || was_read(m) != (read == 1))
		g->err = EBADMSG;
	return get_digests(g, &d->grant);
}
