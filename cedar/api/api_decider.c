#include <errno.h>
#include <stdlib.h>

#include "api.h"

struct cedar_decider *
cedar_decider_new(const struct cedar_policies *p,
    const struct cedar_entities *es)
{
	struct cedar_decider *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	if (decider_init(&d->decider, &p->set, &es->store) == -1) {
		free(d);
		errno = ENOMEM;
		return NULL;
	}
	return d;
}

void
cedar_decider_free(struct cedar_decider *d)
{
	if (d == NULL)
		return;
	decider_free(&d->decider);
	free(d);
}

void
cedar_decide(struct cedar_decider *d, const struct cedar_request *r,
    struct cedar_decision *out)
{
	decider_decide(&d->decider, &r->request, &d->last);
	out->allow = d->last.allow;
	out->npolicies = d->last.ndetermining;
	out->policies = d->last.determining;
	out->nerrors = d->last.nerrors;
}

const char *
cedar_decider_error(const struct cedar_decider *d, size_t i, uint32_t *policy)
{
	*policy = d->last.errors[i].policy;
	return d->last.errors[i].text;
}

struct explain_job {
	const struct trace		*trace;
	const struct cedar_decider	*d;
	const struct cedar_request	*r;
	unsigned			 nearest;
};

static int
write_explanation(struct put *out, void *ctx)
{
	const struct explain_job *job = ctx;

	return decider_explain(job->trace, &job->d->decider, &job->r->request,
	    job->nearest, out);
}

char *
cedar_explain(struct cedar_decider *d, const struct cedar_request *r,
    unsigned nearest)
{
	struct trace trace;
	struct explain_job job = { &trace, d, r, nearest };
	char *text;
	int saved;

	if (decider_trace(&d->decider, &r->request, &trace) == -1)
		return NULL;
	text = api_write(write_explanation, &job);
	saved = errno;
	decider_trace_free(&trace);
	errno = saved;
	return text;
}
