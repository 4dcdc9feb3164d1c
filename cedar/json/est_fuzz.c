/*
 * Reads any JSON as a policy and as a set of them.  What is accepted, written
 * out as JSON and read again, is the same; what is refused leaves nothing.
 */
#include "cedar/data/policy.h"

#include <stdlib.h>
#include <string.h>

#include "cedar/format/format.h"

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

#define TEXT_MAX	65536

static void
check(bool ok)
{
	if (!ok)
		abort();
}

static void
check_error(const struct doc_error *e)
{
	check(e->line > 0 && e->text[0] != '\0');
	for (const char *p = e->text; *p != '\0'; p++)
		check(*p >= 0x20 && *p < 0x7f);
}

static size_t
write_out(const struct policy *p, char *dst)
{
	struct put put;

	put_init(&put, dst, 16 * TEXT_MAX);
	format_json(&put, p);
	check(put.err == 0);
	return put.len;
}

/* What it is written as reads as the same policy, unless it is too deep. */
static void
check_again(const struct policy *p)
{
	static char first[16 * TEXT_MAX], second[16 * TEXT_MAX];
	const size_t len = write_out(p, first);
	struct doc_error e;
	struct policies set;
	struct doc d;

	if (doc_read_json(&d, "again", first, len, sizeof(first), &e) == -1) {
		check(strstr(e.text, "levels deep") != NULL);
		return;
	}
	policies_init(&set);
	check(policies_add_json(&set, &d, 0, "x", 1, &e) == 0);
	check(set.items[0]->nnodes == p->nnodes);
	check(write_out(set.items[0], second) == len &&
	    memcmp(first, second, len) == 0);
	policies_free(&set);
	doc_free(&d);
}

static void
check_set(const struct policies *set)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->items[i]->template == NULL)
			check_again(set->items[i]);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	struct doc_error e;
	struct policies set;
	struct doc d;

	if (doc_read_json(&d, "f", (const char *)data, len, TEXT_MAX,
	    &e) == -1)
		return 0;
	policies_init(&set);
	if (policies_add_json(&set, &d, 0, "p", 1, &e) == -1) {
		check_error(&e);
		check(set.n == 0 && set.text_len == 0);
	}
	if (policies_add_json_set(&set, &d, "s/", &e) == -1)
		check_error(&e);
	check_set(&set);
	policies_free(&set);
	doc_free(&d);
	return 0;
}
