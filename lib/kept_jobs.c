#include "kept_jobs.h"

#include <errno.h>
#include <string.h>

#include "log.h"

static void
copy(char *dst, size_t cap, const char *src)
{
	const size_t len = strlen(src);

	if (len >= cap)
		die(EXIT_BUG, "a kept job has a name of %zu bytes", len);
	memcpy(dst, src, len + 1);
}

void
kept_jobs_add(struct kept_jobs *k, const char *job, const char *submitter,
    const char *author)
{
	struct kept_job *j;

	if (k->n == KEPT_JOBS_MAX)
		die(EXIT_BUG, "more than %d jobs are kept", KEPT_JOBS_MAX);
	j = &k->list[k->n++];
	copy(j->job, sizeof(j->job), job);
	copy(j->submitter, sizeof(j->submitter), submitter);
	copy(j->author, sizeof(j->author), author);
}

const struct kept_job *
kept_jobs_find(const struct kept_jobs *k, const char *job)
{
	for (size_t i = 0; i < k->n; i++)
		if (strcmp(k->list[i].job, job) == 0)
			return &k->list[i];
	return NULL;
}

void
kept_jobs_put(struct put *p, const struct kept_jobs *k)
{
	put_u32(p, (uint32_t)k->n);
	for (size_t i = 0; i < k->n; i++) {
		put_cstr(p, k->list[i].job);
		put_cstr(p, k->list[i].submitter);
		put_cstr(p, k->list[i].author);
	}
}

void
kept_jobs_get(struct get *g, struct kept_jobs *k)
{
	uint32_t n = get_u32(g);

	k->n = 0;
	if (n > KEPT_JOBS_MAX)
		g->err = EBADMSG;
	while (g->err == 0 && k->n < n) {
		struct kept_job *j = &k->list[k->n++];

		get_cstr(g, j->job, sizeof(j->job));
		get_cstr(g, j->submitter, sizeof(j->submitter));
		get_cstr(g, j->author, sizeof(j->author));
	}
}
