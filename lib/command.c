#include "command.h"

#include <inttypes.h>
#include <string.h>

void
command_put(struct put *p, const struct command *c)
{
	put_cstr(p, COMMAND_VERSION);
	put_string(p, c->manifest_sha256, DIGEST_LEN);
	put_string(p, c->bundle_sha256, DIGEST_LEN);
	put_u64(p, c->bundle_len);
	put_cstr(p, c->appliance);
	put_string(p, c->nonce, c->noncelen);
	put_u64(p, c->issued_at);
	put_u64(p, c->not_after);
}

static int
check_fields(const struct command *c, struct why *w)
{
	if (c->noncelen < COMMAND_NONCE_MIN)
		return why_set(w, "the command's nonce has %zu bytes; draw at "
		    "least %d at random", c->noncelen, COMMAND_NONCE_MIN);
	if (c->bundle_len == 0 || c->bundle_len > BUNDLE_MAX)
		return why_set(w, "the command's bundle has %" PRIu64 " bytes; "
		    "a bundle may have 1 to %u", c->bundle_len, BUNDLE_MAX);
	return 0;
}

int
command_parse(struct command *c, const void *data, size_t len, struct why *w)
{
	char version[sizeof(COMMAND_VERSION) + 8];
	const void *nonce;
	struct get g;

	memset(c, 0, sizeof(*c));
	if (len > COMMAND_MAX)
		return why_set(w, "the command has %zu bytes; at most %d are "
		    "read", len, COMMAND_MAX);
	get_init(&g, data, len);
	get_cstr(&g, version, sizeof(version));
	if (g.err != 0 || strcmp(version, COMMAND_VERSION) != 0)
		return why_set(w, "the command is not of version "
		    COMMAND_VERSION "; use a client of the appliance's "
		    "version");
	get_fixed(&g, c->manifest_sha256, DIGEST_LEN);
	get_fixed(&g, c->bundle_sha256, DIGEST_LEN);
	c->bundle_len = get_u64(&g);
	get_cstr(&g, c->appliance, sizeof(c->appliance));
	nonce = get_string(&g, &c->noncelen, COMMAND_NONCE_MAX);
	memcpy(c->nonce, nonce, c->noncelen);
	c->issued_at = get_u64(&g);
	c->not_after = get_u64(&g);
	if (get_end(&g) == -1)
		return why_set(w, "the command is malformed; make it with "
		    "`casemate run'");
	return check_fields(c, w);
}

enum reason
command_check_time(const struct command *c, uint64_t now, struct why *w)
{
	if (c->not_after < c->issued_at ||
	    c->not_after - c->issued_at > COMMAND_WINDOW_MAX) {
		why_set(w, "the command is meant to hold from %" PRIu64
		    " to %" PRIu64 "; a command may hold for at most 24 hours, "
		    "give it an earlier not_after", c->issued_at,
		    c->not_after);
		return REASON_STALE;
	}
	if (c->issued_at > now && c->issued_at - now > COMMAND_SKEW_MAX) {
		why_set(w, "the command was issued %" PRIu64 " s after the "
		    "appliance's clock (%" PRIu64 "); set the clocks of host "
		    "and appliance", c->issued_at - now, now);
		return REASON_STALE;
	}
	if (now > c->not_after) {
		why_set(w, "the command ended %" PRIu64 " s ago by the "
		    "appliance's clock (%" PRIu64 "); submit the job again "
		    "with a new command", now - c->not_after, now);
		return REASON_STALE;
	}
	return 0;
}

void
command_job(const unsigned char sha256[DIGEST_LEN], char job[JOB_ID_LEN + 1])
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < JOB_ID_LEN / 2; i++) {
		job[2 * i] = hex[sha256[i] >> 4];
		job[2 * i + 1] = hex[sha256[i] & 15];
	}
	job[JOB_ID_LEN] = '\0';
}
