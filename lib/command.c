#include "command.h"

#include <inttypes.h>
#include <string.h>

#include "clock.h"
#include "lib/doc/utf8.h"

static void
put_nothing(struct put *p, const struct command *c)
{
	(void)p;
	(void)c;
}

static void
put_bundle(struct put *p, const struct command *c)
{
	put_string(p, c->manifest_sha256, DIGEST_LEN);
	put_string(p, c->bundle_sha256, DIGEST_LEN);
	put_u64(p, c->bundle_len);
}

static void
put_range(struct put *p, const struct command *c)
{
	put_u64(p, c->first);
	put_u32(p, c->count);
}

static void
put_pair(struct put *p, const struct command *c)
{
	put_u64(p, c->first);
	put_u64(p, c->second);
}

static void
put_job(struct put *p, const struct command *c)
{
	put_cstr(p, c->job);
}

static void
put_leaf(struct put *p, const struct command *c)
{
	put_u64(p, c->first);
}

static void
put_leaf_field(struct put *p, const struct command *c)
{
	put_u64(p, c->first);
	put_cstr(p, c->field);
}

static void
get_nothing(struct get *g, struct command *c)
{
	(void)g;
	(void)c;
}

static void
get_bundle(struct get *g, struct command *c)
{
	get_fixed(g, c->manifest_sha256, DIGEST_LEN);
	get_fixed(g, c->bundle_sha256, DIGEST_LEN);
	c->bundle_len = get_u64(g);
}

static void
get_range(struct get *g, struct command *c)
{
	c->first = get_u64(g);
	c->count = get_u32(g);
}

static void
get_pair(struct get *g, struct command *c)
{
	c->first = get_u64(g);
	c->second = get_u64(g);
}

static void
get_job(struct get *g, struct command *c)
{
	get_cstr(g, c->job, sizeof(c->job));
}

static void
get_leaf(struct get *g, struct command *c)
{
	c->first = get_u64(g);
}

static void
get_leaf_field(struct get *g, struct command *c)
{
	c->first = get_u64(g);
	get_cstr(g, c->field, sizeof(c->field));
}

static int
check_nothing(const struct command *c, struct why *w)
{
	(void)c;
	(void)w;
	return 0;
}

static int
check_bundle(const struct command *c, struct why *w)
{
	if (c->bundle_len != 0 && c->bundle_len <= BUNDLE_MAX)
		return 0;
	return why_set(w, "the command's bundle has %" PRIu64 " bytes; "
	    "a bundle may have 1 to %u", c->bundle_len, BUNDLE_MAX);
}

static int
check_range(const struct command *c, struct why *w)
{
	if (c->count != 0 && c->count <= COMMAND_LEAVES_MAX)
		return 0;
	return why_set(w, "the command asks for %" PRIu32 " leaves; ask for 1 "
	    "to %d at once", c->count, COMMAND_LEAVES_MAX);
}

static int
check_pair(const struct command *c, struct why *w)
{
	if (c->first != 0 && (c->second == 0 || c->second >= c->first))
		return 0;
	return why_set(w, "the command asks for a proof from %" PRIu64 " to %"
	    PRIu64 " leaves; name the smaller size first, at least 1",
	    c->first, c->second);
}

static int
check_job(const struct command *c, struct why *w)
{
	if (strlen(c->job) == JOB_ID_LEN &&
	    strspn(c->job, "0123456789abcdef") == JOB_ID_LEN)
		return 0;
	return why_set(w, "the command names no job; a job's id is %d "
	    "lower-case hex digits", JOB_ID_LEN);
}

static int
refuse_field(struct why *w)
{
	char names[WITHHELD_NAMES_MAX];

	return why_set(w, "the command names no field that a leaf withholds; "
	    "these are: %s", withheld_names(names));
}

static int
check_field(const struct command *c, struct why *w)
{
	const enum withheld field = withheld_find(c->field);

	if (field == WITHHELD_COUNT)
		return refuse_field(w);
	if (field != WITHHELD_EVIDENCE || c->verb != VERB_DISCLOSE)
		return 0;
	return why_set(w, "evidence is not disclosed as a field; order "
	    "evidence for the leaf (`casemate ledger evidence')");
}

/* The fields that one verb has. */
struct command_fields {
	void	(*put)(struct put *, const struct command *);
	void	(*get)(struct get *, struct command *);
	int	(*check)(const struct command *, struct why *);
};

static const struct command_fields fields_BUNDLE = {
	put_bundle, get_bundle, check_bundle,
};
static const struct command_fields fields_RANGE = {
	put_range, get_range, check_range,
};
static const struct command_fields fields_PAIR = {
	put_pair, get_pair, check_pair,
};
static const struct command_fields fields_JOB = {
	put_job, get_job, check_job,
};
static const struct command_fields fields_LEAF = {
	put_leaf, get_leaf, check_nothing,
};
static const struct command_fields fields_LEAF_FIELD = {
	put_leaf_field, get_leaf_field, check_field,
};
static const struct command_fields fields_NONE = {
	put_nothing, get_nothing, check_nothing,
};

static const struct command_fields *
fields_of(enum verb verb)
{
	switch (verb) {
#define VERB(name, nr, word, fields) \
	case VERB_##name: return &fields_##fields;
#include "verb.def"
#undef VERB
	}
	return &fields_NONE;
}

bool
command_has_bundle(enum verb verb)
{
	return fields_of(verb) == &fields_BUNDLE;
}

void
command_put(struct put *p, const struct command *c)
{
	const bool has_session = c->session[0] != '\0';

	put_cstr(p, has_session ? COMMAND_VERSION_SESSION : COMMAND_VERSION);
	put_cstr(p, verb_word(c->verb));
	put_cstr(p, c->appliance);
	put_string(p, c->nonce, c->noncelen);
	put_u64(p, c->issued_at);
	put_u64(p, c->not_after);
	if (has_session)
		put_cstr(p, c->session);
	fields_of(c->verb)->put(p, c);
}

static int
read_version(struct get *g, bool *has_sessionp, struct why *w)
{
	char version[sizeof(COMMAND_VERSION) + 8];

	get_cstr(g, version, sizeof(version));
	*has_sessionp = strcmp(version, COMMAND_VERSION_SESSION) == 0;
	if (g->err == 0 &&
	    (*has_sessionp || strcmp(version, COMMAND_VERSION) == 0))
		return 0;
	return why_set(w, "the command is neither of version " COMMAND_VERSION
	    " nor " COMMAND_VERSION_SESSION "; use a client of the "
	    "appliance's version");
}

static int
read_verb(struct command *c, struct get *g, struct why *w)
{
	char word[16], quoted[QUOTE_MAX];

	get_cstr(g, word, sizeof(word));
	c->verb = (enum verb)verb_find(word);
	if (c->verb != 0)
		return 0;
	return why_set(w, "the command's verb is \"%s\", which this appliance "
	    "does not know; use a client of its version", g->err != 0 ? "" :
	    doc_quote(quoted, word, strlen(word)));
}

/* Where the first character is that a session may not have, or len. */
static size_t
find_bad(const unsigned char *s, size_t len, bool *actsp)
{
	uint32_t rune;
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		n = utf8_get(s + i, len - i, &rune);
		*actsp = s[i] == '\0' || (n != 0 && utf8_acts(rune));
		if (n == 0 || *actsp)
			return i;
	}
	return len;
}

int
command_check_session(const void *session, size_t len, struct why *w)
{
	bool acts = false;
	size_t bad;

	if (len == 0)
		return why_set(w, "the command's session is empty; give it a "
		    "text, or sign a command without a session");
	if (len > WHO_SESSION_MAX)
		return why_set(w, "the command's session has %zu bytes; at "
		    "most %d are kept: shorten it", len, WHO_SESSION_MAX);
	bad = find_bad(session, len, &acts);
	if (bad == len)
		return 0;
	return why_set(w, "the command's session has %s at byte %zu; leave it "
	    "out", acts ? "a control character" : "bytes that are not UTF-8",
	    bad + 1);
}

static int
read_session(struct command *c, struct get *g, struct why *w)
{
	size_t len;
	const void *text = get_string(g, &len, COMMAND_MAX);

	if (g->err != 0)		/* command_parse() says so */
		return 0;
	if (command_check_session(text, len, w) == -1)
		return -1;
	memcpy(c->session, text, len);
	return 0;
}

int
command_parse(struct command *c, const void *data, size_t len, struct why *w)
{
	const void *nonce;
	bool has_session;
	struct get g;

	memset(c, 0, sizeof(*c));
	if (len > COMMAND_MAX)
		return why_set(w, "the command has %zu bytes; at most %d are "
		    "read", len, COMMAND_MAX);
	get_init(&g, data, len);
	if (read_version(&g, &has_session, w) == -1 ||
	    read_verb(c, &g, w) == -1)
		return -1;
	get_cstr(&g, c->appliance, sizeof(c->appliance));
	nonce = get_string(&g, &c->noncelen, COMMAND_NONCE_MAX);
	memcpy(c->nonce, nonce, c->noncelen);
	c->issued_at = get_u64(&g);
	c->not_after = get_u64(&g);
	if (has_session && read_session(c, &g, w) == -1)
		return -1;
	fields_of(c->verb)->get(&g, c);
	if (get_end(&g) == -1)
		return why_set(w, "the command is malformed; make it with "
		    "`casemate run'");
	if (c->noncelen < COMMAND_NONCE_MIN)
		return why_set(w, "the command's nonce has %zu bytes; draw at "
		    "least %d at random", c->noncelen, COMMAND_NONCE_MIN);
	return fields_of(c->verb)->check(c, w);
}

enum reason
command_check_time(const struct command *c, uint64_t now, struct why *w)
{
	char from[CLOCK_TEXT_MAX], to[CLOCK_TEXT_MAX], clock[CLOCK_TEXT_MAX];

	clock_format(from, c->issued_at);
	clock_format(to, c->not_after);
	clock_format(clock, now);
	if (c->not_after < c->issued_at ||
	    c->not_after - c->issued_at > COMMAND_WINDOW_MAX) {
		why_set(w, "the command is valid from %s to %s; a command may "
		    "be valid for at most 24 hours: give it an earlier "
		    "not_after", from, to);
		return REASON_STALE;
	}
	if (c->issued_at > now && c->issued_at - now > COMMAND_SKEW_MAX) {
		why_set(w, "the command was issued at %s, %" PRIu64 " s after "
		    "the appliance's clock (%s); set the clocks of host and "
		    "appliance", from, c->issued_at - now, clock);
		return REASON_STALE;
	}
	if (now > c->not_after) {
		why_set(w, "the command ended at %s, %" PRIu64 " s before the "
		    "appliance's clock (%s); sign a new one, and if that is "
		    "refused, too, set the clocks of host and appliance", to,
		    now - c->not_after, clock);
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
