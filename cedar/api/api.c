#include "api.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES	4096			/* enough for most */
#define LAST_BYTES	(64u * 1024 * 1024)	/* more than any */

/* The public error is the record of lib/doc, but for its end. */
static_assert(sizeof(struct cedar_error) <= sizeof(struct doc_error) &&
    offsetof(struct cedar_error, line) == offsetof(struct doc_error, line) &&
    offsetof(struct cedar_error, text) == offsetof(struct doc_error, text) &&
    offsetof(struct cedar_error, source) ==
    offsetof(struct doc_error, source), "cedar_error differs from doc_error");

void
api_error(struct cedar_error *dst, const struct doc_error *src)
{
	if (dst != NULL)
		memcpy(dst, src, sizeof(*dst));
}

void *
api_error_memory(void *p, struct cedar_error *e)
{
	struct doc_error error;

	free(p);
	doc_error_memory(&error, "");
	api_error(e, &error);
	return NULL;
}

const char *
cedar_error_format(const struct cedar_error *e, bool picture, char *dst,
    size_t cap)
{
	struct doc_error error = { 0 };

	memcpy(&error, e, sizeof(*e));
	return doc_error_format(&error, picture, dst, cap);
}

const struct schema *
api_schema(const struct cedar_schema *s)
{
	return s == NULL ? NULL : &s->schema;
}

static char *
fail(char *buf, int error)
{
	free(buf);
	errno = error;
	return NULL;
}

char *
api_write(api_write_fn *write, void *ctx)
{
	char *buf = NULL, *bigger;
	struct put p;
	int rc;

	for (size_t cap = FIRST_BYTES; cap <= LAST_BYTES; cap *= 2) {
		if ((bigger = realloc(buf, cap)) == NULL)
			break;
		buf = bigger;
		put_init(&p, buf, cap);
		rc = write(&p, ctx);
		if (rc == -1 && (errno != EMSGSIZE || p.err == 0))
			return fail(buf, errno == ENOMEM ? ENOMEM : EBADMSG);
		put_raw(&p, "", 1);
		if (p.err == 0)
			return buf;
		if (p.err == ENOMEM)
			break;
	}
	return fail(buf, ENOMEM);
}
