/*
 * cedar_bench: what reading policies and deciding cost, in this process, on
 * the workload of world_bench.h.  Prints lines `NAME VALUE UNIT'.
 *
 * cedar_bench --write DIR: writes the workload instead, so that another engine
 * can be given the same: entities.json, requests.json, and for each number N
 * of policies policies-N.cedar and decisions-N.txt (for each request a line,
 * `allow' or `deny' and the ids of the rules that decided).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "world_bench.h"
#include "cedar/eval/decider.h"
#include "cedar/read/read.h"
#include "lib/doc/doc.h"
#include "lib/stdfds.h"

#define ROUNDS		40	/* of all requests */
#define LOADS		15	/* the median of so many */

static const unsigned sizes[] = { 10, 100, 1000 };
#define SIZES	(sizeof(sizes) / sizeof(sizes[0]))

static struct entities entities;
static struct authz_request requests[WORLD_REQUESTS];
static struct arena arena;

static void
fail(const char *what, const char *why)
{
	fprintf(stderr, "cedar_bench: %s: %s\n", what, why);
	exit(1);
}

static uint64_t
clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t
now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

/*
 * For what takes milliseconds: there others who use the machine would show in
 * the median, too.
 */
static uint64_t
cpu_ns(void)
{
	return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

static int
compare_ns(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Sorts; p of 1000. */
static double
percentile_us(uint64_t *ns, size_t n, unsigned p)
{
	qsort(ns, n, sizeof(*ns), compare_ns);
	return (double)ns[n * p / 1000] / 1000;
}

static void
load_entities(const char *text, size_t len)
{
	struct doc_error e;
	struct doc d;

	entities_init(&entities);
	if (doc_read_json(&d, "entities", text, len, len, &e) == -1 ||
	    read_entities(&entities, &d, NULL, &e) == -1 ||
	    entities_finish(&entities, &e) == -1)
		fail("entities", e.text);
	doc_free(&d);
}

static void
read_requests(const char *text, size_t len)
{
	struct doc_error e;
	struct doc d;
	uint32_t i = 0;

	if (doc_read_json(&d, "requests", text, len, len, &e) == -1)
		fail("requests", e.text);
	for (uint32_t c = doc_first(&d, 0); c != 0; c = doc_next(&d, 0, c))
		if (read_request(&requests[i++], &arena, &d, c, NULL, &e) ==
		    -1)
			fail("requests", e.text);
	doc_free(&d);
}

static void
read_policies(struct policies *set, const char *text, size_t len)
{
	struct doc_error e;

	policies_init(set);
	if (policies_add_text(set, "policies", text, len, POLICY_IDS_ANNOTATED,
	    &e) == -1)
		fail("policies", e.text);
}

static void
start(struct decider *d, const struct policies *set)
{
	if (decider_init(d, set, &entities) == -1)
		fail("decider", strerror(errno));
}

static void
bench_decide(unsigned n, const struct policies *set)
{
	static uint64_t ns[ROUNDS * WORLD_REQUESTS];
	const size_t count = sizeof(ns) / sizeof(ns[0]);
	unsigned allowed = 0, errors = 0;
	struct decider d;
	struct authz_decision a;

	start(&d, set);
	for (size_t i = 0; i < count; i++) {
		const uint64_t before = now_ns();

		decider_decide(&d, &requests[i % WORLD_REQUESTS], &a);
		ns[i] = now_ns() - before;
		allowed += a.allow;
		errors += a.nerrors > 0;
	}
	decider_free(&d);
	printf("cedar_decide_%u_p50 %.3f us\n", n, percentile_us(ns, count,
	    500));
	printf("cedar_decide_%u_p99 %.3f us\n", n, percentile_us(ns, count,
	    990));
	printf("cedar_decide_%u_allowed %u percent\n", n,
	    (unsigned)(allowed * 100ul / count));
	printf("cedar_decide_%u_errors %u percent\n", n,
	    (unsigned)(errors * 100ul / count));
}

static void
bench_policies(unsigned n)
{
	uint64_t ns[LOADS];
	struct policies set;
	size_t len;
	char *text = world_policies(n, &len);

	if (text == NULL)
		fail("policies", "out of memory");
	for (unsigned i = 0; i < LOADS; i++) {
		const uint64_t before = cpu_ns();

		read_policies(&set, text, len);
		ns[i] = cpu_ns() - before;
		if (i + 1 < LOADS)
			policies_free(&set);
	}
	printf("cedar_parse_%u %.1f us\n", n, percentile_us(ns, LOADS, 500));
	printf("cedar_memory_%u %zu bytes/policy\n", n, set.arena.used / n);
	printf("cedar_text_%u %zu bytes/policy\n", n, len / n);
	bench_decide(n, &set);
	policies_free(&set);
	free(text);
}

static void
bench_entities(const char *text, size_t len)
{
	uint64_t ns[LOADS];

	for (unsigned i = 0; i < LOADS; i++) {
		const uint64_t before = cpu_ns();

		load_entities(text, len);
		ns[i] = cpu_ns() - before;
		if (i + 1 < LOADS)
			entities_free(&entities);
	}
	printf("cedar_load_entities %.1f us\n", percentile_us(ns, LOADS,
	    500));
	printf("cedar_entities %" PRIu32 " entities\n", entities.n);
}

static FILE *
create(const char *dir, const char *name)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if ((f = fopen(path, "w")) == NULL)
		fail(path, strerror(errno));
	return f;
}

static void
save(const char *dir, const char *name, const char *text, size_t len)
{
	FILE *f = create(dir, name);

	if (fwrite(text, 1, len, f) != len || fclose(f) != 0)
		fail(name, strerror(errno));
}

static void
save_decisions(const char *dir, const char *name, const struct policies *set)
{
	FILE *f = create(dir, name);
	struct decider d;
	struct authz_decision a;

	start(&d, set);
	for (unsigned i = 0; i < WORLD_REQUESTS; i++) {
		decider_decide(&d, &requests[i], &a);
		fputs(a.allow ? "allow" : "deny", f);
		for (uint32_t k = 0; k < a.ndetermining; k++)
			fprintf(f, " %s",
			    set->items[a.determining[k]]->id->bytes);
		fputs("\n", f);
	}
	decider_free(&d);
	if (fclose(f) != 0)
		fail(name, strerror(errno));
}

static void
save_policies(const char *dir, unsigned n)
{
	struct policies set;
	char name[64];
	size_t len;
	char *text = world_policies(n, &len);

	if (text == NULL)
		fail("policies", "out of memory");
	snprintf(name, sizeof(name), "policies-%u.cedar", n);
	save(dir, name, text, len);
	read_policies(&set, text, len);
	snprintf(name, sizeof(name), "decisions-%u.txt", n);
	save_decisions(dir, name, &set);
	policies_free(&set);
	free(text);
}

int
main(int argc, char *argv[])
{
	const char *dir = argc == 3 && strcmp(argv[1], "--write") == 0 ?
	    argv[2] : NULL;
	size_t elen, rlen;
	char *etext, *rtext;

	stdfds_fill();
	if (argc != 1 && dir == NULL) {
		fputs("usage: cedar_bench [--write DIR]\n", stderr);
		return 100;
	}
	etext = world_entities(&elen);
	rtext = world_requests(&rlen);
	if (etext == NULL || rtext == NULL)
		fail("workload", "out of memory");
	read_requests(rtext, rlen);
	if (dir != NULL) {
		load_entities(etext, elen);
		save(dir, "entities.json", etext, elen);
		save(dir, "requests.json", rtext, rlen);
	} else {
		bench_entities(etext, elen);
	}
	for (size_t i = 0; i < SIZES; i++) {
		if (dir != NULL)
			save_policies(dir, sizes[i]);
		else
			bench_policies(sizes[i]);
	}
	free(etext);
	free(rtext);
	return stdfds_flush() == 0 ? 0 : 1;
}
