#include "decide.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/command.h"
#include "lib/manifest.h"
#include "lib/rules/decide.h"
#include "lib/sha256.h"
#include "lib/sshsig.h"

#define MANIFEST_FILE	"manifest.yaml"

static int
refuse(struct decision *d, enum reason reason)
{
	d->reason = reason;
	return -1;
}

static int
check_size(struct decision *d, const char *what, size_t len, size_t max)
{
	if (len <= max)
		return 0;
	why_set(&d->why, "the %s has %zu bytes; at most %zu are read: shorten "
	    "it", what, len, max);
	return refuse(d, REASON_TOO_LARGE);
}

static int
check_sizes(struct decision *d, const struct submission *s)
{
	if (check_size(d, "manifest", s->manifest.len, MANIFEST_MAX) == -1)
		return -1;
	return check_size(d, "manifest's signature", s->manifest_sig.len,
	    SIG_MAX);
}

/* Checks one signature.  Returns its signer, or NULL when it is refused. */
static const struct signer *
verify(struct authority *a, struct decision *d, const char *what,
    const char *ns, uint64_t now, struct bytes msg, struct bytes sig)
{
	const struct signer *signer;
	enum reason reason = signers_verify(&a->site.signers, what, ns, now,
	    msg.p, msg.len, sig.p, sig.len, &signer, &d->why);

	if (reason == 0)
		return signer;
	refuse(d, reason);
	return NULL;
}

static int
keep_signer(const struct signer *signer, char principal[PRINCIPAL_MAX + 1],
    char key[SSHKEY_FINGERPRINT_LEN + 1])
{
	if (signer == NULL)
		return -1;
	memcpy(principal, signer->principal, sizeof(signer->principal));
	sshkey_fingerprint(key, signer->key.blob, signer->key.len);
	return 0;
}

/* Name and id of a vkey, which is the sender's text. */
static size_t
short_len(const char *vkey)
{
	size_t len = strcspn(vkey, "+");

	return vkey[len] == '+' ? len + 1 + strcspn(vkey + len + 1, "+") : len;
}

static int
refuse_appliance(struct authority *a, struct decision *d, const char *vkey)
{
	char quoted[QUOTE_MAX];

	why_set(&d->why, "the command is for the appliance %s, and this is "
	    "%s+%08" PRIx32 "; submit it there, or sign a command for this "
	    "one", doc_quote(quoted, vkey, short_len(vkey)), a->key.note.name,
	    a->key.note.id);
	return refuse(d, REASON_APPLIANCE);
}

/*
 * The refusal is not recorded.  Otherwise a signer who has a whole share could
 * still fill the ledger with refusals.
 */
static int
check_share(struct authority *a, struct decision *d,
    const struct share_left *left, enum share share, uint64_t wanted)
{
	if (share_left_of(left, share, d->who.submitter) >= wanted)
		return 0;
	shares_refuse(&a->site.settings.shares, share, d->who.submitter,
	    &d->why);
	d->signed_command = false;
	d->measure = false;
	return refuse(d, REASON_BUSY);
}

/* The signature of the command, and who it is from. */
static int
check_command(struct authority *a, struct decision *d, struct bytes command,
    struct bytes sig, const struct share_left *left, uint64_t now)
{
	if (check_size(d, "command", command.len, COMMAND_MAX) == -1 ||
	    check_size(d, "command's signature", sig.len, SIG_MAX) == -1)
		return -1;
	sha256(command.p, command.len, d->who.command_sha256);
	command_job(d->who.command_sha256, d->who.job);
	if (keep_signer(verify(a, d, "command", NAMESPACE_COMMAND, now,
	    command, sig), d->who.submitter, d->who.submitter_key) == -1)
		return -1;
	d->signed_command = true;
	if (check_share(a, d, left, SHARE_KEYD, 1) == -1)
		return -1;
	return check_share(a, d, left, SHARE_LEDGER, 1);
}

/*
 * What it holds although it is no job: a slot or a reader's place until its
 * refusal is on disk, a slot while a runtime is measured.  Without this, a
 * signer who has a whole share could hold the others' last place, too.
 */
static void
check_place(struct authority *a, struct decision *d,
    const struct share_left *left, enum share share)
{
	if (d->signed_command || d->measure)
		(void)check_share(a, d, left, share, 1);
}

/* What the job will hold; to have it explained takes none of it. */
static int
check_job_shares(struct authority *a, struct decision *d,
    const struct share_left *left)
{
	if (d->command.verb == VERB_EXPLAIN)
		return 0;
	if (check_share(a, d, left, SHARE_JOBS, 1) == -1)
		return -1;
	return check_share(a, d, left, SHARE_BUNDLES, d->grant.bundle_len);
}

static int
refuse_verb(struct decision *d, bool bundle)
{
	why_set(&d->why, "the command orders %s, and came %s; use a client of "
	    "the appliance's version", verb_word(d->command.verb), bundle ?
	    "with a manifest as if it ordered a job" : "without a manifest");
	return refuse(d, REASON_COMMAND);
}

/* The command's fields, now that its signature holds. */
static int
read_command(struct authority *a, struct decision *d, struct bytes command,
    bool bundle, uint64_t now)
{
	struct command *c = &d->command;
	enum reason reason;

	if (command_parse(c, command.p, command.len, &d->why) == -1)
		return refuse(d, REASON_COMMAND);
	memcpy(d->who.session, c->session, sizeof(d->who.session));
	if (command_has_bundle(c->verb) != bundle)
		return refuse_verb(d, bundle);
	if (strcmp(c->appliance, a->vkey) != 0)
		return refuse_appliance(a, d, c->appliance);
	memcpy(d->who.manifest_sha256, c->manifest_sha256, DIGEST_LEN);
	memcpy(d->grant.bundle_sha256, c->bundle_sha256, DIGEST_LEN);
	d->grant.bundle_len = c->bundle_len;
	reason = command_check_time(c, now, &d->why);
	return reason == 0 ? 0 : refuse(d, reason);
}

static int
check_manifest(struct authority *a, struct decision *d,
    const struct submission *s, uint64_t now)
{
	unsigned char digest[DIGEST_LEN];

	sha256(s->manifest.p, s->manifest.len, digest);
	if (memcmp(digest, d->who.manifest_sha256, DIGEST_LEN) != 0) {
		why_set(&d->why, "the manifest is not the one that the "
		    "command names: it was changed after the command was "
		    "signed; sign a new command");
		return refuse(d, REASON_MANIFEST);
	}
	return keep_signer(verify(a, d, "manifest", NAMESPACE_MANIFEST, now,
	    s->manifest, s->manifest_sig), d->who.author, d->who.author_key);
}

/* Reads the manifest, whose signature holds, and looks whether it is whole. */
static int
read_manifest(struct decision *d, const struct submission *s)
{
	struct doc_error e;

	if (manifest_parse(&d->grant.manifest, MANIFEST_FILE, s->manifest.p,
	    s->manifest.len, &e) == 0)
		return 0;
	doc_error_public(&e, d->why.text, sizeof(d->why.text));
	/* It may be half read. */
	manifest_free(&d->grant.manifest);
	manifest_init(&d->grant.manifest);
	return refuse(d, errno == ENOMEM ? REASON_FAULT : REASON_MANIFEST);
}

/* Lists the runtimes that are attached. */
static void
refuse_runtime(struct decision *d, const struct runtimes *attached)
{
	char names[TEXT_MAX / 2] = "none";
	size_t len = 0;

	for (size_t i = 0; i < attached->n && len < sizeof(names); i++)
		len += (size_t)snprintf(names + len, sizeof(names) - len,
		    "%s%s", i == 0 ? "" : ", ", attached->list[i].name);
	why_set(&d->why, "the manifest's runtime is not on this appliance, "
	    "which has %s; %shave it attached (`casemate up --runtime "
	    "NAME=FILE')", names, attached->n == 0 ? "" : "name one of these, "
	    "or ");
}

/* It is attached, and what its disk holds is known. */
static int
check_runtime(struct decision *d, const struct runtimes *attached)
{
	const char *name = d->grant.manifest.runtime;
	const struct runtime *rt = runtimes_find(attached, name);

	if (name[0] == '\0')
		return 0;
	if (rt == NULL)
		refuse_runtime(d, attached);
	else if (rt->state == RUNTIME_UNREADABLE)
		why_set(&d->why, "the runtime \"%s\" could not be measured: "
		    "its disk cannot be read, or not in time; look at the disk "
		    "and at the appliance's console", name);
	else if (rt->state == RUNTIME_UNMEASURED)
		why_set(&d->why, "the runtime \"%s\" is not measured yet; try "
		    "again", name);
	else {
		memcpy(d->grant.runtime_sha256, rt->sha256, DIGEST_LEN);
		return 0;
	}
	d->measure = rt != NULL && rt->state == RUNTIME_UNMEASURED;
	return refuse(d, REASON_RUNTIME);
}

/* The ids go into the leaf, whether the rules allow it or not. */
static int
keep_rules(struct decision *d, int allowed, const struct rule_ids *ids)
{
	memcpy(d->who.rules, ids->text, sizeof(d->who.rules));
	if (allowed == 0)
		return 0;
	return refuse(d, errno == ENOMEM ? REASON_FAULT : REASON_POLICY);
}

/* What the rules can decide by beside the command. */
static struct rules_context
context_of(const struct authority *a, uint64_t now)
{
	return (struct rules_context){ .now = now, .boot = a->mode };
}

static struct rules_context
context_of_job(const struct authority *a, const struct decision *d,
    uint64_t now)
{
	struct rules_context s = context_of(a, now);

	memcpy(s.runtime_sha256, d->grant.runtime_sha256, DIGEST_LEN);
	return s;
}

static int
rules_check(struct authority *a, struct decision *d, uint64_t now)
{
	const struct rules_context context = context_of_job(a, d, now);
	struct rule_ids ids;

	return keep_rules(d, rules_decide_command(&a->site.rules, &d->who,
	    &d->grant.manifest, &context, &ids, &d->why), &ids);
}

/* There is no vault yet, so whatever is named is not there. */
static int
check_secrets(struct decision *d)
{
	if (d->grant.manifest.nsecrets == 0)
		return 0;
	why_set(&d->why, "this appliance holds no secret of the name in the "
	    "manifest's secrets[0]; leave it out, or submit where it is held");
	return refuse(d, REASON_SECRET);
}

/* Room that the rules' word leaves for what may come behind it. */
#define EXPLAINED_TAIL	(TEXT_MAX + 64)

/* The whole decision as text.  One that does not fit ends in "...". */
static int
explain_rules(struct authority *a, struct decision *d, uint64_t now)
{
	static const char cut[] = "...\n";
	const struct rules_context context = context_of_job(a, d, now);
	struct rule_ids ids;		/* no leaf is made of them */
	struct put p;
	int rc;

	put_init(&p, d->explanation, EXPLAINED_MAX - EXPLAINED_TAIL);
	rc = rules_explain(&a->site.rules, &d->who, &d->grant.manifest,
	    &context, &p);
	if (rc == -1 && errno == EMSGSIZE) {
		memcpy(d->explanation + p.len, cut, sizeof(cut) - 1);
		p.len += sizeof(cut) - 1;
		rc = rules_decide_command(&a->site.rules, &d->who,
		    &d->grant.manifest, &context, &ids, &d->why);
	}
	if (rc == -1 && errno == ENOMEM) {
		why_set(&d->why, "out of memory");
		return refuse(d, REASON_FAULT);
	}
	d->explanation_len = p.len;
	d->explained = true;
	return rc == 0 ? 0 : refuse(d, REASON_POLICY);
}

/* Rules allow it, and it would be refused. */
static void
explain_why(struct decision *d)
{
	d->explanation_len += (size_t)snprintf(d->explanation +
	    d->explanation_len, EXPLAINED_MAX - d->explanation_len,
	    "still refused: %s\n", d->why.text);
}

static void
explain(struct authority *a, struct decision *d, uint64_t now)
{
	if (explain_rules(a, d, now) == 0 && check_secrets(d) == -1)
		explain_why(d);
}

/*
 * The last step: once for each command.  For want of room nothing is recorded,
 * so that the command is still good, and asking again and again does not fill
 * the ledger.
 */
static int
take_nonce(struct authority *a, struct decision *d, uint64_t now)
{
	const struct command *c = &d->command;
	const struct nonce_of of = { c->nonce, c->noncelen, c->not_after,
	    d->who.submitter };
	char end[CLOCK_TEXT_MAX], floor[CLOCK_TEXT_MAX], clock[CLOCK_TEXT_MAX];

	switch (nonces_take(&a->nonces, &of, now, &d->why)) {
	case NONCE_FRESH:
		return 0;
	case NONCE_USED:
		why_set(&d->why, "the command %s, or another with its nonce, "
		    "was granted already, and each is granted once; the ledger "
		    "has the result; sign a new one", d->who.job);
		return refuse(d, REASON_REPLAY);
	case NONCE_ENDED:
		why_set(&d->why, "the command ends at %s; the appliance does "
		    "not remember any more which commands that end by %s were "
		    "granted: its clock (%s) was ahead once; give the command "
		    "a later not_after", clock_format(end, c->not_after),
		    clock_format(floor, a->nonces.floor),
		    clock_format(clock, now));
		return refuse(d, REASON_STALE);
	case NONCE_FULL:
		d->signed_command = false;
		return refuse(d, REASON_BUSY);
	case NONCE_FAILED:
		return refuse(d, REASON_FAULT);
	}
	return refuse(d, REASON_FAULT);
}

static void
start(struct decision *d)
{
	memset(d, 0, offsetof(struct decision, explanation));
	grant_init(&d->grant);
}

static void
decide_job(struct authority *a, const struct submission *s, uint64_t now,
    struct decision *d)
{
	if (check_sizes(d, s) == -1 ||
	    check_command(a, d, s->command, s->command_sig, s->left,
	    now) == -1)
		return;
	if (read_command(a, d, s->command, true, now) == -1) {
		check_place(a, d, s->left, SHARE_JOBS);
		return;
	}
	d->signed_command = d->command.verb == VERB_RUN;
	if (check_job_shares(a, d, s->left) == -1 ||
	    check_manifest(a, d, s, now) == -1 ||
	    read_manifest(d, s) == -1)
		return;
	if (check_runtime(d, s->runtimes) == -1)
		check_place(a, d, s->left, SHARE_JOBS);
	else if (d->command.verb == VERB_EXPLAIN)
		explain(a, d, now);
	else if (rules_check(a, d, now) == 0 && check_secrets(d) == 0)
		take_nonce(a, d, now);
}

void
decide(struct authority *a, const struct submission *s, uint64_t now,
    struct decision *d)
{
	start(d);
	decide_job(a, s, now, d);
	d->grant.who = d->who;
}

/* A signer who may read no output does not learn which jobs exist. */
static int
check_query(struct authority *a, struct decision *d,
    const struct query_submission *q, uint64_t now)
{
	static const struct kept_job unknown;
	const struct rules_context context = context_of(a, now);
	const struct kept_job *job = kept_jobs_find(q->jobs,
	    d->command.job);
	const struct rules_query r = { .verb = d->command.verb,
	    .who = d->who.submitter, .appliance = a->site.settings.name,
	    .job = d->command.job,
	    .submitter = job == NULL ? unknown.submitter : job->submitter,
	    .author = job == NULL ? unknown.author : job->author,
	    .field = withheld_find(d->command.field) };
	struct rule_ids ids;

	if (keep_rules(d, rules_decide_query(&a->site.rules, &r, &context,
	    &d->fields, &ids, &d->why), &ids) == -1)
		return -1;
	if (d->command.verb != VERB_OUTPUT || job != NULL)
		return 0;
	why_set(&d->why, "the output of job %s is not kept here: it ran "
	    "before this start, or too many have run since; `casemate jobs' "
	    "lists those whose output is", d->command.job);
	return refuse(d, REASON_UNKNOWN_JOB);
}

void
decide_query(struct authority *a, const struct query_submission *q,
    uint64_t now, struct decision *d)
{
	start(d);
	if (check_command(a, d, q->command, q->command_sig, q->left,
	    now) == -1)
		return;
	if (read_command(a, d, q->command, false, now) == -1)
		check_place(a, d, q->left, SHARE_READS);
	else if (check_share(a, d, q->left, SHARE_READS, 1) == 0 &&
	    check_query(a, d, q, now) == 0)
		take_nonce(a, d, now);
}
