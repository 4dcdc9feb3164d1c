#include "dryrun.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lib/manifest.h"
#include "lib/rules/judge.h"
#include "client/say.h"
#include "lib/sha256.h"
#include "client/sitefolder.h"

#define MANIFEST	"manifest.yaml"
#define TEXT_ROOM	(1024 * 1024)	/* a few things, their rules */

/* Bytes of an appliance's or a manifest's: what is not text becomes `?'. */
static void
print_text(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		putchar((text[i] >= 0x20 && text[i] < 0x7f) ||
		    text[i] == '\n' || text[i] == '\t' ? text[i] : '?');
	if (len != 0 && text[len - 1] != '\n')
		putchar('\n');
}

void
dryrun_print(const char *text, size_t len, bool allowed, bool verbose)
{
	if (verbose)
		print_text(text, len);
	puts(allowed ? "allowed" : "refused");
	if (fflush(stdout) == EOF)
		say_errno("standard output");
}

static int
explain(struct rules *r, const struct grant *g, bool verbose)
{
	struct scene scene = { (uint64_t)time(NULL), "kept" };
	char *text = need_alloc(TEXT_ROOM, 1);
	struct put p;
	int rc;

	put_init(&p, text, TEXT_ROOM);
	rc = rules_explain(r, g, &scene, &p) == 0 ? 1 :
	    errno == EPERM ? 0 : -1;
	if (rc == -1)
		say("the explanation is longer than %d bytes, or memory is "
		    "short", TEXT_ROOM);
	else
		dryrun_print(text, p.len, rc == 1, verbose);
	free(text);
	return rc;
}

/*
 * The digest of the runtime's image is known to an appliance alone, and is
 * zeros here.
 */
static int
fill_grant(struct grant *g, const struct pack *p, const char *submitter,
    const char *author)
{
	struct why w = { "" };

	grant_init(g);
	if (manifest_parse(g, MANIFEST, p->manifest.data, p->manifest.len,
	    &w) == -1) {
		say("%s", w.text);
		return -1;
	}
	snprintf(g->submitter, sizeof(g->submitter), "%s", submitter);
	snprintf(g->author, sizeof(g->author), "%s", author);
	sha256(p->manifest.data, p->manifest.len, g->manifest_sha256);
	return 0;
}

int
dryrun_decide(const char *dir, const struct pack *p, const char *submitter,
    const char *author, bool verbose)
{
	static struct grant g;		/* too large for a stack's liking */
	struct site site;
	int fd, rc = -1;

	if (sitefolder_load_draft(&site, dir, &fd) == -1)
		return -1;
	if (fill_grant(&g, p, submitter, author) == 0)
		rc = explain(&site.rules, &g, verbose);
	grant_free(&g);
	site_free(&site);
	close(fd);
	return rc;
}
