#include "queue.h"

#include <stdlib.h>
#include <string.h>

#include "lib/log.h"

bool
queue_is_full(const struct queue *q)
{
	return q->len == QUEUE_MAX;
}

struct append *
queue_at(struct queue *q, size_t n)
{
	return &q->ring[(q->head + n) % QUEUE_MAX];
}

struct append *
queue_push(struct queue *q, const void *fields, size_t len)
{
	struct append *a = queue_at(q, q->len);

	memset(a, 0, sizeof(*a));
	a->fields = malloc(len + 1);	/* never of no bytes */
	if (a->fields == NULL)
		die_errno("an event of %zu bytes", len);
	memcpy(a->fields, fields, len);
	a->fields_len = len;
	q->len++;
	return a;
}

void
queue_settle(struct queue *q)
{
	struct append *a = queue_at(q, q->settled);

	free(a->fields);
	a->fields = NULL;
	q->settled++;
}

void
queue_pop(struct queue *q)
{
	q->head = (q->head + 1) % QUEUE_MAX;
	q->len--;
	q->settled--;
}

void
queue_clear(struct queue *q)
{
	while (q->settled < q->len)
		queue_settle(q);
	while (q->len > 0)
		queue_pop(q);
}
