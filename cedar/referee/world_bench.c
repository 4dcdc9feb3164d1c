#include "world_bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* 400 entities. */
#define USERS	320
#define ROLES	40	/* of which the first eight hold the others */
#define HOSTS	28
#define ACTIONS	12

static const char *const actions[ACTIONS] = { "run", "stop", "status", "list",
    "read", "write", "export", "attach", "lease", "seal", "audit", "any" };
static const char *const classes[] = { "batch", "service", "probe", "build" };

/* Knuth's MMIX constants. */
static unsigned
next(uint64_t *seed, unsigned below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(*seed >> 33) % below;
}

static void
put_user(FILE *f, unsigned i)
{
	fprintf(f, "{\"uid\": {\"type\": \"User\", \"id\": \"user%u\"}, "
	    "\"attrs\": {\"level\": %u, \"team\": \"team%u\", \"active\": %s, "
	    "\"hosts\": [\"host%u\", \"host%u\"]}, \"tags\": {\"region\": "
	    "\"r%u\"}, \"parents\": [", i, i % 10, i % 20,
	    i % 16 == 0 ? "false" : "true", i % HOSTS, i * 7 % HOSTS, i % 4);
	fprintf(f, "{\"type\": \"Role\", \"id\": \"role%u\"}, {\"type\": "
	    "\"Role\", \"id\": \"role%u\"}]},\n", 8 + i % (ROLES - 8),
	    8 + i * 5 % (ROLES - 8));
}

static void
put_role(FILE *f, unsigned i)
{
	fprintf(f, "{\"uid\": {\"type\": \"Role\", \"id\": \"role%u\"}, "
	    "\"attrs\": {}, \"parents\": [", i);
	if (i >= 8)
		fprintf(f, "{\"type\": \"Role\", \"id\": \"role%u\"}", i % 8);
	fputs("]},\n", f);
}

static void
put_host(FILE *f, unsigned i)
{
	fprintf(f, "{\"uid\": {\"type\": \"Host\", \"id\": \"host%u\"}, "
	    "\"attrs\": {\"kept\": %s, \"owner\": {\"__entity\": {\"type\": "
	    "\"User\", \"id\": \"user%u\"}}, \"net\": {\"__extn\": {\"fn\": "
	    "\"ip\", \"arg\": \"10.%u.0.0/16\"}}}, \"parents\": []},\n", i,
	    i % 2 ? "true" : "false", i * 11 % USERS, i);
}

static void
put_action(FILE *f, unsigned i)
{
	fprintf(f, "{\"uid\": {\"type\": \"Action\", \"id\": \"%s\"}, "
	    "\"attrs\": {}, \"parents\": [%s]}%s\n", actions[i],
	    i + 1 < ACTIONS ? "{\"type\": \"Action\", \"id\": \"any\"}" : "",
	    i + 1 < ACTIONS ? "," : "");
}

char *
world_entities(size_t *len)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, len);

	if (f == NULL)
		return NULL;
	fputs("[\n", f);
	for (unsigned i = 0; i < USERS; i++)
		put_user(f, i);
	for (unsigned i = 0; i < ROLES; i++)
		put_role(f, i);
	for (unsigned i = 0; i < HOSTS; i++)
		put_host(f, i);
	for (unsigned i = 0; i < ACTIONS; i++)
		put_action(f, i);
	fputs("]\n", f);
	return fclose(f) == 0 ? text : NULL;
}

static void
put_scope(FILE *f, unsigned i, uint64_t *seed)
{
	fprintf(f, "@id(\"rule%u\")\n%s(\n\t", i, i % 10 == 9 ? "forbid" :
	    "permit");
	if (i % 10 == 8)
		fprintf(f, "principal == User::\"user%u\"", next(seed, USERS));
	else
		fprintf(f, "principal in Role::\"role%u\"", next(seed, ROLES));
	if (i % 10 == 7)
		fprintf(f, ",\n\taction in [Action::\"%s\", Action::\"%s\"]",
		    actions[next(seed, 11)], actions[next(seed, 11)]);
	else
		fprintf(f, ",\n\taction == Action::\"%s\"",
		    actions[next(seed, 11)]);
	if (i % 4 == 3)
		fprintf(f, ",\n\tresource == Host::\"host%u\"\n)",
		    next(seed, HOSTS));
	else
		fputs(",\n\tresource is Host\n)", f);
}

static void
put_conditions(FILE *f, unsigned i, uint64_t *seed)
{
	fprintf(f, "\nwhen {\n\tcontext.limits.memory <= %u &&\n"
	    "\tcontext.limits.cpus <= %u\n}", 64u << next(seed, 5),
	    1 + next(seed, 8));
	if (i % 3 == 0)
		fprintf(f, "\nwhen { [\"%s\", \"%s\"].contains(context.class)"
		    " }", classes[next(seed, 4)], classes[next(seed, 4)]);
	if (i % 3 == 1)
		fprintf(f, "\nwhen { principal.level >= %u || resource.owner "
		    "== principal }", next(seed, 10));
	if (i % 5 == 2)
		fputs("\nwhen { context.from.isInRange(resource.net) }", f);
	if (i % 5 == 4)
		fprintf(f, "\nunless { context has manifest.name && "
		    "context.manifest.name like \"*test%u*\" }",
		    next(seed, 9));
	fputs(";\n\n", f);
}

char *
world_policies(unsigned n, size_t *len)
{
	uint64_t seed = 1;
	char *text = NULL;
	FILE *f = open_memstream(&text, len);

	if (f == NULL)
		return NULL;
	for (unsigned i = 0; i < n; i++) {
		put_scope(f, i, &seed);
		put_conditions(f, i, &seed);
	}
	return fclose(f) == 0 ? text : NULL;
}

static void
put_request(FILE *f, uint64_t *seed)
{
	const unsigned host = next(seed, HOSTS);

	fprintf(f, "{\"principal\": {\"type\": \"User\", \"id\": \"user%u\"}, "
	    "\"action\": {\"type\": \"Action\", \"id\": \"%s\"}, "
	    "\"resource\": {\"type\": \"Host\", \"id\": \"host%u\"}, ",
	    next(seed, USERS), actions[next(seed, 11)], host);
	fprintf(f, "\"context\": {\"limits\": {\"memory\": %u, \"cpus\": %u, "
	    "\"pids\": %u}, \"class\": \"%s\", \"from\": {\"__extn\": {\"fn\": "
	    "\"ip\", \"arg\": \"10.%u.1.2\"}}, \"manifest\": {\"name\": "
	    "\"job-test%u-x\", \"digest\": \"sha256:%08x\"}, \"kept\": %s}}",
	    32u << next(seed, 5), 1 + next(seed, 6), next(seed, 100),
	    classes[next(seed, 4)], host + next(seed, 2), next(seed, 12),
	    next(seed, 1000000), next(seed, 2) ? "true" : "false");
}

char *
world_requests(size_t *len)
{
	uint64_t seed = 2;
	char *text = NULL;
	FILE *f = open_memstream(&text, len);

	if (f == NULL)
		return NULL;
	fputs("[\n", f);
	for (unsigned i = 0; i < WORLD_REQUESTS; i++) {
		fputs(i == 0 ? "" : ",\n", f);
		put_request(f, &seed);
	}
	fputs("\n]\n", f);
	return fclose(f) == 0 ? text : NULL;
}
