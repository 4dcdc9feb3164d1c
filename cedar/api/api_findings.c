#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "cedar/analyse/analyse.h"
#include "cedar/validate/validate.h"

static int
init(struct cedar_findings *out, size_t n)
{
	memset(out, 0, sizeof(*out));
	out->items = calloc(n == 0 ? 1 : n, sizeof(*out->items));
	if (out->items == NULL)
		return -1;
	out->n = n;
	return 0;
}

int
cedar_validate(const struct cedar_policies *p, const struct cedar_schema *s,
    struct cedar_findings *out)
{
	struct findings found;

	if (validate_policies(&p->set, &s->schema, &found) == -1)
		return -1;
	if (init(out, found.n) == -1) {
		validate_free(&found);
		errno = ENOMEM;
		return -1;
	}
	for (size_t i = 0; i < found.n; i++) {
		const struct finding *f = &found.items[i];

		out->items[i].policy = out->items[i].other = f->policy;
		out->items[i].warning = f->warning;
		out->items[i].kind = validate_word(f->kind);
		api_error(&out->items[i].error, &f->error);
	}
	out->nerrors = found.nerrors;
	validate_free(&found);
	return 0;
}

static const char *
remark_word(enum remark_kind kind)
{
	static const char *const words[] = {
		[REMARK_NEVER] = "never", [REMARK_ALWAYS] = "always",
		[REMARK_TWICE] = "twice", [REMARK_SHADOWED] = "shadowed",
		[REMARK_FORBIDDEN] = "forbidden",
		[REMARK_CONTRADICTION] = "contradiction",
		[REMARK_WIDE] = "wide", [REMARK_UNLINKED] = "unlinked",
	};

	return words[kind];
}

int
cedar_analyse(const struct cedar_policies *p, const struct cedar_entities *es,
    struct cedar_findings *out)
{
	struct remarks remarks;

	if (analyse_policies(&p->set, &es->store, &remarks) == -1)
		return -1;
	if (init(out, remarks.n) == -1) {
		analyse_free(&remarks);
		errno = ENOMEM;
		return -1;
	}
	for (size_t i = 0; i < remarks.n; i++) {
		const struct remark *r = &remarks.items[i];

		out->items[i].policy = r->policy;
		out->items[i].other = r->other;
		out->items[i].warning = true;
		out->items[i].kind = remark_word(r->kind);
		api_error(&out->items[i].error, &r->error);
	}
	analyse_free(&remarks);
	return 0;
}

void
cedar_findings_free(struct cedar_findings *f)
{
	free(f->items);
	memset(f, 0, sizeof(*f));
}
