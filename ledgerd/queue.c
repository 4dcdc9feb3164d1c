#include "queue.h"

#include <string.h>

bool
queue_is_full(const struct queue *q)
{
	return q->len == QUEUE_MAX || q->bytes >= QUEUE_BYTES;
}

struct append *
queue_at(struct queue *q, size_t n)
{
	return &q->ring[(q->head + n) % QUEUE_MAX];
}

bool
queue_forgets(struct queue *q)
{
	for (size_t i = q->settled; i < q->len; i++)
		if (queue_at(q, i)->forgets)
			return true;
	return false;
}

struct append *
queue_push(struct queue *q, const struct leaf_data *data)
{
	struct append *a = queue_at(q, q->len);

	memset(a, 0, sizeof(*a));
	a->data = *data;
	q->bytes += leaf_data_len(data);
	q->len++;
	return a;
}

void
queue_settle(struct queue *q)
{
	struct append *a = queue_at(q, q->settled);

	q->bytes -= leaf_data_len(&a->data);
	leaf_data_free(&a->data);
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
