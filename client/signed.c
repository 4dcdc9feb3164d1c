#include "signed.h"

#include <sys/random.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "say.h"
#include "sign.h"
#include "lib/sshsig.h"

#define WINDOW_S	300	/* what a slow signature and a queue may take */

void
order_bundle(struct command *c, enum verb verb, const struct pack *p)
{
	memset(c, 0, sizeof(*c));
	c->verb = verb;
	sha256(p->manifest.data, p->manifest.len, c->manifest_sha256);
	sha256(p->tar.data, p->tar.len, c->bundle_sha256);
	c->bundle_len = p->tar.len;
}

/* What each command has beside its verb's own fields. */
static int
fill_command(struct command *c, time_t now, const char *vkey, uint64_t wait_s)
{
	snprintf(c->appliance, sizeof(c->appliance), "%s", vkey);
	c->noncelen = COMMAND_NONCE_MAX;
	if (getrandom(c->nonce, c->noncelen, 0) != (ssize_t)c->noncelen) {
		say_errno("no random bytes from the kernel");
		return -1;
	}
	c->issued_at = (uint64_t)now;
	c->not_after = c->issued_at + WINDOW_S + wait_s;
	return 0;
}

int
order_make(struct order *o, const struct command *what, const char *vkey,
    const char *key, uint64_t wait_s)
{
	struct put put;

	memset(o, 0, sizeof(*o));
	o->made = time(NULL);
	o->what = *what;
	if (fill_command(&o->what, o->made, vkey, wait_s) == -1)
		return -1;
	put_init(&put, buf_room(&o->command, COMMAND_MAX), COMMAND_MAX);
	command_put(&put, &o->what);
	if (put.err != 0)
		say_die(101, "a command does not fit into %d bytes",
		    COMMAND_MAX);
	o->command.len = put.len;
	sha256(o->command.data, o->command.len, o->command_sha256);
	command_job(o->command_sha256, o->job);
	return sign_data(key, NAMESPACE_COMMAND, o->command.data,
	    o->command.len, &o->sig);
}

void
order_free(struct order *o)
{
	buf_free(&o->command);
	buf_free(&o->sig);
}

static int
check_text(const struct evidence *e, const char *name, const char *want,
    struct why *w)
{
	const char *is = leaf_get(&e->leaf, name);

	if (strcmp(is, want) == 0)
		return 0;
	return why_set(w, "its %s is `%.80s', not `%s'", name, is, want);
}

static int
check_digest(const struct evidence *e, const char *name,
    const unsigned char want[DIGEST_LEN], struct why *w)
{
	char hex[2 * DIGEST_LEN + 1];

	for (size_t i = 0; i < DIGEST_LEN; i++)
		snprintf(hex + 2 * i, 3, "%02x", want[i]);
	return check_text(e, name, hex, w);
}

static int
check_number(const struct evidence *e, const char *name, uint64_t want,
    struct why *w)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)want);
	return check_text(e, name, text, w);
}

static int
check_output(const struct ending *end, const struct evidence *e,
    struct why *w)
{
	static const char *const names[2][2] = {
		{ "data.stdout_bytes", "data.stdout_sha256" },
		{ "data.stderr_bytes", "data.stderr_sha256" },
	};
	unsigned char digest[DIGEST_LEN];

	for (int i = 0; i < 2; i++) {
		sha256_final(&end->output[i], digest);
		if (check_number(e, names[i][0], end->bytes[i], w) == -1 ||
		    check_digest(e, names[i][1], digest, w) == -1)
			return -1;
	}
	return 0;
}

static int
check_finished(const struct order *o, const struct ending *end,
    const struct evidence *e, struct why *w)
{
	const char *word = outcome_word(end->code);

	if (check_text(e, "type", "casemate.job.finished", w) == -1 ||
	    check_digest(e, "data.manifest_sha256", o->what.manifest_sha256,
	    w) == -1 ||
	    check_digest(e, "data.bundle_sha256", o->what.bundle_sha256,
	    w) == -1 ||
	    check_text(e, "data.outcome", word == NULL ? "" : word, w) == -1 ||
	    check_number(e, "data.status", end->status, w) == -1)
		return -1;
	if (end->accepted && check_digest(e, "data.accepted_leaf",
	    end->accepted_leaf, w) == -1)
		return -1;
	return check_output(end, e, w);
}

static int
check_refused(const struct ending *end, const struct evidence *e,
    struct why *w)
{
	const char *word = reason_word(end->code);

	if (check_text(e, "type", "casemate.job.refused", w) == -1)
		return -1;
	return check_text(e, "data.reason", word == NULL ? "" : word, w);
}

int
order_check(const struct order *o, const struct ending *end,
    const struct evidence *e, struct why *w)
{
	if (check_text(e, "data.job", o->job, w) == -1 ||
	    check_digest(e, "data.command_sha256", o->command_sha256, w) == -1)
		return -1;
	if (end->refused)
		return check_refused(end, e, w);
	return check_finished(o, end, e, w);
}

static int
check_allowed(const struct order *o, const struct evidence *e, struct why *w)
{
	if (check_text(e, "type", "casemate.read.allowed", w) == -1 ||
	    check_text(e, "data.verb", verb_word(o->what.verb), w) == -1 ||
	    check_text(e, "data.job", o->what.job, w) == -1 ||
	    check_number(e, "data.first", o->what.first, w) == -1)
		return -1;
	return check_number(e, "data.count", o->what.count, w);
}

int
order_check_read(const struct order *o, unsigned reason,
    const struct evidence *e, struct why *w)
{
	const char *word = reason_word(reason);

	if (check_text(e, "data.id", o->job, w) == -1 ||
	    check_digest(e, "data.command_sha256", o->command_sha256, w) == -1)
		return -1;
	if (reason == 0)
		return check_allowed(o, e, w);
	if (check_text(e, "type", "casemate.read.refused", w) == -1)
		return -1;
	return check_text(e, "data.reason", word == NULL ? "" : word, w);
}
