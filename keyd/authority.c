#include "authority.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <sodium.h>

#include "lib/log.h"

/*
 * The key is made last, when name, nonces and head are durable.  So if there
 * is a key and nonces or head is missing, the state is damaged.
 */
static int
first_start(int statefd, const char *name, struct why *w)
{
	struct head head;
	struct stat st;
	bool signed_before;

	if (fstatat(statefd, "head", &st, AT_SYMLINK_NOFOLLOW) == 0) {
		if (head_open(&head, statefd, w) == -1)
			return -1;
		signed_before = head.seq != 0;
		head_close(&head);
		if (signed_before)
			return why_set(w, "key: missing, though checkpoints "
			    "were signed; put back the data disk from a "
			    "copy, or give the appliance an empty data disk "
			    "(it will have another identity)");
	}
	if (nonces_create(statefd, w) == -1 ||
	    head_create(statefd, w) == -1 ||
	    identity_save(statefd, name, w) == -1)
		return -1;
	return key_create(statefd, w);
}

/*
 * The name that the key was made for.  Without a site it is the recorded one,
 * so that one start without a site does no harm.
 */
static int
find_name(struct authority *a, char name[NOTE_NAME_MAX + 1], struct why *w)
{
	const char *site = a->site.settings.key_name;

	if (identity_load(a->statefd, name, w) == -1)
		return -1;
	a->named = name[0] != '\0';
	if (!a->named)
		strcpy(name, site);
	return a->site.absent ? 0 : identity_check_name(name, site, w);
}

static int
open_state(struct authority *a, int statefd, uint64_t now, struct why *w)
{
	int found = key_exists(statefd, w);
	char name[NOTE_NAME_MAX + 1];

	if (found == -1 || (found == 0 && first_start(statefd,
	    a->site.settings.key_name, w) == -1))
		return -1;
	if (find_name(a, name, w) == -1 ||
	    key_load(&a->key, statefd, name, w) == -1 ||
	    nonces_open(&a->nonces, statefd, w) == -1 ||
	    nonces_share(&a->nonces, &a->site.signers,
	    &a->site.settings.shares, now, w) == -1)
		return -1;
	return head_open(&a->head, statefd, w);
}

/* Keeps a site's first error for the caller and logs the others. */
static void
tell(void *ctx, const struct doc_error *e, bool warning)
{
	struct why *w = ctx;
	char line[TEXT_MAX];

	doc_error_format(e, 0, line, sizeof(line));
	if (!warning && w->text[0] == '\0')
		why_set(w, "%s", line);
	else
		log_info("site: %s", line);
}

static int
load_site(struct authority *a, int sitefd, struct why *w)
{
	const struct rules_report report = { .report = tell, .ctx = w };
	struct doc_error e;

	w->text[0] = '\0';
	if (site_load(&a->site, sitefd, &report) == -1)
		return -1;
	if (sitefiles_map(&a->site.files, sitefd, &e) == 0)
		return 0;
	tell(w, &e, false);
	site_free(&a->site);
	return -1;
}

int
authority_open(struct authority *a, int statefd, int sitefd, uint64_t now,
    struct why *w)
{
	memset(a, 0, sizeof(*a));
	a->head.fd = a->nonces.fd = -1;
	a->mode = "ephemeral";
	a->statefd = statefd;
	if (sodium_init() == -1)
		return why_set(w, "no random numbers: %s", strerror(errno));
	if (load_site(a, sitefd, w) == -1)
		return -1;
	if (open_state(a, statefd, now, w) == -1) {
		authority_close(a);
		return -1;
	}
	note_format_vkey(a->vkey, &a->key.note);
	return 0;
}

void
authority_see_ledger(struct authority *a, const struct identity_ledger *l)
{
	a->ledger_there = true;
	a->refusal.text[0] = '\0';
	identity_check_ledger(l, &a->key.note, &a->head, &a->refusal);
}

int
authority_may_sign(struct authority *a, struct why *w)
{
	if (!a->ledger_there || a->refusal.text[0] != '\0') {
		*w = a->refusal;
		errno = EPERM;
		return -1;
	}
	if (!a->named && identity_save(a->statefd, a->key.note.name, w) == -1)
		return -1;
	a->named = true;
	return 0;
}

void
authority_close(struct authority *a)
{
	site_free(&a->site);
	key_free(&a->key);
	nonces_close(&a->nonces);
	head_close(&a->head);
}
