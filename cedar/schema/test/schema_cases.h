/*
 * For tests: schemas with the official reader's verdict on each, as in
 * testdata/schema: [{"ok": true, "text": "..."}, ...].
 */
#ifndef CEDAR_SCHEMA_CASES_H
#define CEDAR_SCHEMA_CASES_H

#include <atf-c.h>

#include <stdio.h>
#include <stdlib.h>

#include "lib/doc/doc.h"

#define CASES_MAX	(1024 * 1024)

/* The file's text, for free(). */
static inline char *
schema_cases_load(const char *name, size_t *len)
{
	const char *src = getenv("CASEMATE_SRC");
	char path[4096], *text = malloc(CASES_MAX);
	FILE *f;

	snprintf(path, sizeof(path), "%s/cedar/testdata/schema/%s",
	    src == NULL ? "." : src, name);
	f = fopen(path, "r");
	ATF_REQUIRE_MSG(f != NULL, "%s; set CASEMATE_SRC", path);
	ATF_REQUIRE(text != NULL);
	*len = fread(text, 1, CASES_MAX, f);
	ATF_REQUIRE(*len > 0 && *len < CASES_MAX);
	fclose(f);
	return text;
}

/* Every case must be accepted or refused as the file says. */
static inline void
schema_cases_check(const char *name, bool (*accepts)(const struct str *))
{
	struct doc_error e;
	struct doc d;
	size_t len;
	char *text = schema_cases_load(name, &len);
	uint32_t c, n = 0;

	ATF_REQUIRE_MSG(doc_read_json(&d, name, text, len, len, &e) == 0,
	    "%s", e.text);
	for (c = doc_first(&d, 0); c != 0; c = doc_next(&d, 0, c), n++) {
		uint32_t ok = doc_get(&d, c, "ok"), t = doc_get(&d, c, "text");

		ATF_REQUIRE(ok != 0 && t != 0);
		ATF_CHECK_MSG(accepts(d.nodes[t].str) == d.nodes[ok].b,
		    "official: %d: %s", d.nodes[ok].b,
		    d.nodes[t].str->bytes);
	}
	ATF_CHECK(n > 100);
	doc_free(&d);
	free(text);
}

#endif
