#include "dryrun.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client/need.h"
#include "lib/manifest.h"
#include "lib/rules/decide.h"
#include "client/say.h"
#include "lib/sha256.h"
#include "client/sitefolder.h"
#include "say.h"

#define MANIFEST	"manifest.yaml"
#define TEXT_ROOM	(1024 * 1024)	/* a few requests with their rules */

/* Text from outside: what is not printable becomes `?'. */
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
explain(struct rules *r, const struct who *w, const struct manifest *m,
    bool verbose)
{
	const struct rules_context context = { .now = (uint64_t)time(NULL),
	    .boot = "kept" };
	char *text = need_alloc(TEXT_ROOM, 1);
	struct put p;
	int rc;

	put_init(&p, text, TEXT_ROOM);
	rc = rules_explain(r, w, m, &context, &p) == 0 ? 1 :
	    errno == EPERM ? 0 : -1;
	if (rc == -1)
		say("the explanation is longer than %d bytes, or out of "
		    "memory", TEXT_ROOM);
	else
		dryrun_print(text, p.len, rc == 1, verbose);
	free(text);
	return rc;
}

static int
read_manifest(struct manifest *m, const struct pack *p)
{
	struct doc_error e;

	if (manifest_parse(m, MANIFEST, p->manifest.data, p->manifest.len,
	    &e) == 0)
		return 0;
	policy_say(NULL, &e, false);
	return -1;
}

static void
fill_who(struct who *w, const struct pack *p, const char *submitter,
    const char *author)
{
	memset(w, 0, sizeof(*w));
	snprintf(w->submitter, sizeof(w->submitter), "%s", submitter);
	snprintf(w->author, sizeof(w->author), "%s", author);
	sha256(p->manifest.data, p->manifest.len, w->manifest_sha256);
}

int
dryrun_decide(const char *dir, const struct pack *p, const char *submitter,
    const char *author, bool verbose)
{
	static struct manifest m;	/* too large for a stack */
	struct who who;
	struct site site;
	int fd, rc = -1;

	if (sitefolder_load_draft(&site, dir, &fd) == -1)
		return -1;
	manifest_init(&m);
	fill_who(&who, p, submitter, author);
	if (read_manifest(&m, p) == 0)
		rc = explain(&site.rules, &who, &m, verbose);
	manifest_free(&m);
	site_free(&site);
	close(fd);
	return rc;
}
