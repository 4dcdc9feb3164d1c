#include "rules.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "casemate.cedarschema.h"
#include "check.h"
#include "files.h"
#include "values.h"
#include "people.cedarschema.h"
#include "schema_check.h"
#include "cedar/read/read.h"

#define OWN_SCHEMA	"casemate.cedarschema"
#define PATH_MAX_LEN	(FILES_NAME_MAX + sizeof(RULES_COMPONENTS) + 1)

/* The rules being loaded. */
struct rules_loader {
	struct rules			*rules;
	int				 sitefd;
	const struct rules_report	*callback;
	size_t				 nerrors;
	char				*people;	/* its schema text */
	char				*entities;	/* its text, or NULL */
	size_t				 entities_len;
	struct doc_source		 people_source;
};

static int
report(struct rules_loader *l, const struct doc_error *e)
{
	l->callback->report(l->callback->ctx, e, false);
	l->nerrors++;
	return -1;
}

/* NULL with ENOENT, or with EBADMSG when the error was reported. */
static char *
read_file(struct rules_loader *l, const char *path, size_t max, size_t *lenp)
{
	struct doc_error e;
	char *text = files_read(l->sitefd, path, max, lenp, &e);

	if (text == NULL && errno != ENOENT) {
		report(l, &e);
		errno = EBADMSG;
	}
	return text;
}

/* The site's own types of people, or those for a site that has none. */
static int
read_people(struct rules_loader *l)
{
	static const char path[] = RULES_POLICY "/" RULES_PEOPLE;
	size_t len;

	l->people = read_file(l, path, CEDAR_SCHEMA_MAX, &len);
	if (l->people == NULL && errno != ENOENT)
		return -1;
	if (l->people != NULL)
		l->people_source = (struct doc_source){ path, l->people,
		    len };
	else
		l->people_source = (struct doc_source){ RULES_PEOPLE,
		    people_cedarschema, sizeof(people_cedarschema) - 1 };
	return 0;
}

/* A type that our own schema lacks is one that the people's must declare. */
static int
report_schema(struct rules_loader *l, const struct doc_error *e)
{
	struct doc_error people;

	if (strcmp(e->file, OWN_SCHEMA) != 0)
		return report(l, e);
	doc_error_set(&people, l->people_source.file, "%.*s; it must "
	    "declare what people there are: entity Role in [Role]; entity "
	    "Persona in [Role]; entity User in [Persona, Role];",
	    (int)strcspn(e->text, ";"), e->text);
	return report(l, &people);
}

static int
load_schema(struct rules_loader *l)
{
	struct doc_source sources[2];
	struct doc_error e;

	if (read_people(l) == -1)
		return -1;
	sources[0] = (struct doc_source){ OWN_SCHEMA,
	    casemate_cedarschema, sizeof(casemate_cedarschema) - 1 };
	sources[1] = l->people_source;
	if (schema_read_text(&l->rules->schema, sources, 2, &e) == -1)
		return report_schema(l, &e);
	if (schema_check(&l->rules->schema, &e) == 0)
		return 0;
	snprintf(e.file, sizeof(e.file), "%s", l->people_source.file);
	return report(l, &e);
}

/*
 * The site's entities, and the schema's actions: rules may name an action's
 * group in a site without entities, too.
 */
static int
load_entities(struct rules_loader *l)
{
	static const char none[] = "[]";
	struct rules *r = l->rules;
	struct doc_error e;
	struct doc doc;
	size_t len = sizeof(none) - 1;
	char *text;
	int rc;

	text = read_file(l, RULES_ENTITIES, CEDAR_ENTITIES_MAX, &len);
	if (text == NULL && errno != ENOENT)
		return -1;
	rc = doc_read_yaml(&doc, RULES_ENTITIES, text == NULL ? none : text,
	    len, CEDAR_ENTITIES_MAX, &e);
	l->entities = text;
	l->entities_len = len;
	if (rc == -1)
		return report(l, &e);
	rc = read_entities(&r->entities, &doc, &r->schema, &e);
	doc_free(&doc);
	return rc == 0 ? 0 : report(l, &e);
}

/* A signer who is not in entities.yaml is a User without parents. */
static int
add_signer(struct rules_loader *l, const char *principal)
{
	struct entities *s = &l->rules->entities;
	struct values m = { &s->arena, false };
	struct entity entity = { .uid = values_uid(&m, "User", principal) };
	struct doc_error e, why;

	if (m.failed) {
		doc_error_memory(&e, RULES_ENTITIES);
		return report(l, &e);
	}
	if (entities_find(s, entity.uid) != NULL)
		return 0;
	if (entities_add_one(s, &entity, &e) == -1)
		return report(l, &e);
	if (schema_check_entity(&l->rules->schema, &s->items[s->n - 1], &e) ==
	    0)
		return 0;
	doc_error_set(&why, RULES_ENTITIES, "no entity for %.100s, who "
	    "may sign: %.100s; add - uid: User::\"%.100s\"", principal,
	    e.text, principal);
	return report(l, &why);
}

static int
load_people(struct rules_loader *l, const struct signers *signers)
{
	struct doc_error e;

	if (load_entities(l) == -1)
		return -1;
	for (size_t i = 0; i < signers->n; i++)
		if (add_signer(l, signers->list[i].principal) == -1)
			return -1;
	if (entities_finish(&l->rules->entities, &e) == -1)
		return report(l, &e);
	return 0;
}

static void
load_text(struct rules_loader *l, const char *path)
{
	struct doc_error e;
	size_t len;
	char *text = read_file(l, path, CEDAR_SET_MAX, &len);

	if (text != NULL && policies_add_text(&l->rules->policies, path, text,
	    len, POLICY_IDS_ANNOTATED, &e) == -1)
		report(l, &e);
	free(text);
}

/* A component's rules are called COMPONENT/ID. */
static void
load_component(struct rules_loader *l, const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	char prefix[FILES_NAME_MAX + 2];
	struct doc_error e;
	struct doc doc;
	size_t len;
	char *text = read_file(l, path, CEDAR_SET_MAX, &len);

	if (text == NULL)
		return;
	snprintf(prefix, sizeof(prefix), "%.*s/",
	    (int)(strlen(name) - strlen(RULES_JSON_END)), name);
	if (doc_read_json(&doc, path, text, len, CEDAR_SET_MAX, &e) == -1) {
		report(l, &e);
	} else {
		if (policies_add_json_set(&l->rules->policies, &doc, prefix,
		    &e) == -1)
			report(l, &e);
		doc_free(&doc);
	}
	free(text);
}

/* Loads each file of a folder, even after errors. */
static void
load_folder(struct rules_loader *l, const char *folder, const char *end,
    const char *also, void (*load)(struct rules_loader *, const char *))
{
	char path[PATH_MAX_LEN];
	struct doc_error e;
	char **names = files_list(l->sitefd, folder, end, also, &e);

	if (names == NULL) {
		report(l, &e);
		return;
	}
	for (char **n = names; *n != NULL; n++) {
		snprintf(path, sizeof(path), "%s/%s", folder, *n);
		load(l, path);
		l->rules->nfiles++;
	}
	files_free(names);
}

static int
load_policies(struct rules_loader *l)
{
	load_folder(l, RULES_POLICY, RULES_TEXT_END, RULES_PEOPLE, load_text);
	load_folder(l, RULES_COMPONENTS, RULES_JSON_END, NULL, load_component);
	return l->nerrors == 0 ? 0 : -1;
}

static int
check_policies(struct rules_loader *l, const struct settings *settings)
{
	const struct doc_source entities = { RULES_ENTITIES,
	    l->entities == NULL ? "" : l->entities,
	    l->entities == NULL ? 0 : l->entities_len };
	size_t n = rules_check(l->rules, settings, &entities, l->callback);

	l->nerrors += n;
	return n == 0 ? 0 : -1;
}

static int
make_decider(struct rules_loader *l)
{
	struct rules *r = l->rules;
	struct doc_error e;

	if (decider_init(&r->decider, &r->policies, &r->entities) == 0)
		return 0;
	doc_error_memory(&e, RULES_POLICY);
	return report(l, &e);
}

static void
rules_init(struct rules *r)
{
	memset(r, 0, sizeof(*r));
	policies_init(&r->policies);
	entities_init(&r->entities);
}

int
rules_load(struct rules *r, int sitefd, const struct signers *signers,
    const struct settings *settings, const struct rules_report *callback)
{
	struct rules_loader l = { .rules = r, .sitefd = sitefd,
	    .callback = callback };
	int rc = -1;

	rules_init(r);
	/* Policies are read in any case, to report their errors, too. */
	if (load_schema(&l) == 0)
		load_people(&l, signers);
	if (load_policies(&l) == 0 && check_policies(&l, settings) == 0 &&
	    make_decider(&l) == 0)
		rc = 0;
	free(l.people);
	free(l.entities);
	if (rc == -1)
		rules_free(r);
	return rc;
}

int
rules_none(struct rules *r)
{
	struct doc_error e;

	rules_init(r);
	if (entities_finish(&r->entities, &e) == 0 &&
	    decider_init(&r->decider, &r->policies, &r->entities) == 0)
		return 0;
	rules_free(r);
	errno = ENOMEM;
	return -1;
}

void
rules_free(struct rules *r)
{
	decider_free(&r->decider);
	policies_free(&r->policies);
	entities_free(&r->entities);
	schema_free(&r->schema);
	memset(r, 0, sizeof(*r));
}

/* Which line of the source a byte is in. */
static unsigned
line_of(const struct doc_source *s, size_t pos)
{
	unsigned line = 1;

	for (size_t i = 0; i < pos && i < s->len; i++)
		line += s->text[i] == '\n';
	return line;
}

const char *
rules_place(const struct policy *p, char dst[RULES_PLACE_MAX])
{
	snprintf(dst, RULES_PLACE_MAX, "%s:%u", p->source->file,
	    line_of(p->source, p->pos));
	return dst;
}
