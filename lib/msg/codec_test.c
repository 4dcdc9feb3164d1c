/*
 * Each message of the table, filled to its limits by the kinds of its fields,
 * is encoded and read back.
 */
#include "codec.h"

#include <atf-c.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/grant.h"
#include "lib/kept_jobs.h"
#include "lib/runtimes.h"
#include "lib/share.h"
#include "lib/share_left.h"

#define LONGEST		(256u << 10)	/* more than any message */

static unsigned char wire[LONGEST + 1];

ATF_TC_WITHOUT_HEAD(each_pipe_message_has_one_number_and_direction);
ATF_TC_BODY(each_pipe_message_has_one_number_and_direction, tc)
{
	const struct msg_info *info;
	unsigned found = 0;

	for (unsigned nr = 0; nr < 256; nr++) {
		info = msg_info(nr);
		if (info == NULL)
			continue;
		found++;
		ATF_CHECK_EQ_MSG(nr, info->nr, "%s", info->name);
		if (info->from == PEER_ANY)
			continue;
		ATF_CHECK_MSG(info->from != info->to, "%s", info->name);
	}
	ATF_CHECK_EQ(MSG_COUNT, found);	/* no two rows share a number */
	ATF_CHECK(msg_info(0) == NULL);
	ATF_CHECK_STREQ("ledgerd", peer_name(PEER_LEDGERD));
}

/* A text of this length, which no later one overwrites. */
static const char *
text_of(size_t len)
{
	static char room[4][LONGEST + 1];
	static unsigned last;
	char *text = room[last++ % 4];

	memset(text, 't', len);
	text[len] = '\0';
	return text;
}

static const unsigned char digest[DIGEST_LEN] = { 0xd1, 0x9e, 0x57 };

static struct denial denial;
static struct grant grant;
static struct kept_jobs kept_jobs;
static struct runtimes runtimes;
static struct share_left share_left;
static struct shares shares;
static struct who who;

/* Parts are filled in their own tests, to their limits. */
static void
fill_parts(void)
{
	char *const program = strdup("program");

	grant_init(&grant);
	strcpy(grant.manifest.name, "name");
	grant.manifest.args[grant.manifest.nargs++] = program;
	denial.grant = grant;		/* lent */
	kept_jobs.n = 0;
	kept_jobs_add(&kept_jobs, "0123", "submitter", "author");
	runtimes.n = 1;
	strcpy(runtimes.list[0].name, "python");
	share_left.n = 0;
	*share_left_entry(&share_left, SHARE_READS, "signer", 3) = 2;
	shares_init(&shares);
	strcpy(who.author, "author");
}

static bool
is_same_grant(const struct grant *g)
{
	const struct manifest *m = &g->manifest;

	return strcmp(m->name, "name") == 0 && m->nargs == 1 &&
	    strcmp(m->args[0], "program") == 0;
}

static bool
is_same_denial(const struct denial *d)
{
	return is_same_grant(&d->grant);
}

static bool
is_same_kept_jobs(const struct kept_jobs *k)
{
	return k->n == 1 && strcmp(k->list[0].job, "0123") == 0 &&
	    strcmp(k->list[0].submitter, "submitter") == 0 &&
	    strcmp(k->list[0].author, "author") == 0;
}

static bool
is_same_runtimes(const struct runtimes *r)
{
	return r->n == 1 && strcmp(r->list[0].name, "python") == 0;
}

static bool
is_same_share_left(const struct share_left *l)
{
	return l->n == 1 && share_left_of(l, SHARE_READS, "signer") == 2;
}

static bool
is_same_shares(const struct shares *s)
{
	return memcmp(s, &shares, sizeof(shares)) == 0;
}

static bool
is_same_who(const struct who *w)
{
	return memcmp(w, &who, sizeof(who)) == 0;
}

/* Fills a message's fields, each as long as it may be. */
#define NONE			m->none = 0;
#define FLAG(name)		m->name = true;
#define U8(name)		m->name = 0xfe;
#define U32(name)		m->name = 0xfedcba98;
#define U64(name)		m->name = 0xfedcba9876543210;
#define TEXT(name, max)		m->name = text_of(max);
#define DIGEST(name)		m->name = digest;
#define BYTES(name, max)	m->name = (struct bytes){ text_of(max), max };
#define PART(type, name, max)	m->name = &type; *partial = true;
#define FRAME(name)		client_fill_##name(&m->name, partial);
#define CLIENT(NAME, name, nr, max, fields)				\
__attribute__((unused)) static void					\
client_fill_##name(struct client_##name *m, bool *partial)		\
{									\
	(void)partial;							\
	fields								\
}
#include "client.def"
#undef CLIENT
#define MSG(NAME, name, nr, from, to, fields)				\
static void								\
msg_fill_##name(struct msg_##name *m, bool *partial)			\
{									\
	*partial = false;						\
	fields								\
}
#include "msg.def"
#undef MSG
#include "fields_undef.h"

/* Compares what was read with what was sent. */
#define SAME(name)		ATF_CHECK_EQ_MSG(a->name, b->name, #name);
#define NONE			(void)a; (void)b;
#define FLAG(name)		SAME(name)
#define U8(name)		SAME(name)
#define U32(name)		SAME(name)
#define U64(name)		SAME(name)
#define TEXT(name, max)							\
	ATF_CHECK_MSG(strcmp(a->name, b->name) == 0, #name);
#define DIGEST(name)							\
	ATF_CHECK_MSG(memcmp(a->name, b->name, DIGEST_LEN) == 0, #name);
#define BYTES(name, max)						\
	SAME(name.len)							\
	ATF_CHECK_MSG(memcmp(a->name.p, b->name.p, max) == 0, #name);
#define PART(type, name, max)						\
	ATF_CHECK_MSG(b->name != a->name && is_same_##type(b->name), #name);
#define FRAME(name)		client_compare_##name(&a->name, &b->name);
#define CLIENT(NAME, name, nr, max, fields)				\
__attribute__((unused)) static void					\
client_compare_##name(const struct client_##name *a,			\
    const struct client_##name *b)					\
{									\
	fields								\
}
#include "client.def"
#undef CLIENT
#define MSG(NAME, name, nr, from, to, fields)				\
static void								\
msg_compare_##name(const struct msg_##name *a, const struct msg_##name *b) \
{									\
	fields								\
}
#include "msg.def"
#undef MSG
#include "fields_undef.h"

/* What a get left in memory that a part owns. */
static void
free_parts(enum msg type, void *m)
{
	if (type == MSG_JOB_GRANT)
		grant_free(((struct msg_job_grant *)m)->grant);
	if (type == MSG_JOB_DENY)
		grant_free(&((struct msg_job_deny *)m)->denial->grant);
}

/*
 * For each message: the encoder fills exactly the size of the row (a part has
 * its own tests), the decoder returns the same, and refuses every shorter
 * message and one more byte.
 */
#define MSG(NAME, name, nr, from, to, fields)				\
ATF_TC_WITHOUT_HEAD(name);						\
ATF_TC_BODY(name, tc)							\
{									\
	const size_t max = msg_info(nr)->max;				\
	struct msg_##name a, b;						\
	bool partial;							\
	struct put p;							\
	struct get g;							\
									\
	fill_parts();							\
	msg_fill_##name(&a, &partial);					\
	put_init(&p, wire, max);					\
	msg_put_##name(&p, &a);						\
	ATF_REQUIRE_EQ(p.err, 0);					\
	ATF_CHECK_MSG(p.len == max || partial, "%zu of %zu", p.len, max); \
	get_init(&g, wire, p.len);					\
	ATF_REQUIRE_EQ(msg_get_##name(&g, &b), 0);			\
	msg_compare_##name(&a, &b);					\
	free_parts(nr, &b);						\
	for (size_t len = 0; len < p.len; len += 1 + len / 64) {	\
		get_init(&g, wire, len);				\
		ATF_CHECK_EQ(msg_get_##name(&g, &b), -1);		\
		ATF_CHECK_EQ(errno, EBADMSG);				\
		free_parts(nr, &b);					\
	}								\
	wire[p.len] = 0;						\
	get_init(&g, wire, p.len + 1);					\
	ATF_CHECK_EQ(msg_get_##name(&g, &b), -1);			\
	free_parts(nr, &b);						\
	grant_free(&grant);						\
}
#include "msg.def"
#undef MSG

ATF_TC_WITHOUT_HEAD(a_missing_or_long_field_is_an_error);
ATF_TC_BODY(a_missing_or_long_field_is_an_error, tc)
{
	const struct msg_job_measure good = { .runtime = "r",
	    .submitter = "s" };
	struct msg_job_measure m = good;
	struct msg_checkpoint_sign c = { .root = NULL };
	struct msg_job_grant part = { .grant = NULL };
	struct put p;

	put_init(&p, wire, sizeof(wire));
	msg_put_job_measure(&p, &m);
	ATF_CHECK_EQ(p.err, 0);
	m.submitter = NULL;
	msg_put_job_measure(&p, &m);
	ATF_CHECK_EQ(p.err, EMSGSIZE);
	m = good;
	m.runtime = text_of(NAME_MAX_LEN + 1);
	put_init(&p, wire, sizeof(wire));
	msg_put_job_measure(&p, &m);
	ATF_CHECK_EQ(p.err, EMSGSIZE);
	put_init(&p, wire, sizeof(wire));
	msg_put_checkpoint_sign(&p, &c);
	ATF_CHECK_EQ(p.err, EMSGSIZE);
	put_init(&p, wire, sizeof(wire));
	msg_put_job_grant(&p, &part);
	ATF_CHECK_EQ(p.err, EMSGSIZE);
}

ATF_TC_WITHOUT_HEAD(a_flag_is_0_or_1_and_a_digest_has_its_length);
ATF_TC_BODY(a_flag_is_0_or_1_and_a_digest_has_its_length, tc)
{
	struct client_explained e;
	struct msg_checkpoint_sign c;
	struct put p;
	struct get g;

	for (unsigned byte = 0; byte < 256; byte++) {
		put_init(&p, wire, sizeof(wire));
		put_u8(&p, (uint8_t)byte);
		put_cstr(&p, "text");
		get_init(&g, wire, p.len);
		ATF_CHECK_EQ(client_get_explained(&g, &e), byte < 2 ? 0 : -1);
	}
	for (size_t len = 0; len <= DIGEST_LEN + 1; len++) {
		put_init(&p, wire, sizeof(wire));
		put_u64(&p, 1);
		put_string(&p, text_of(len), len);
		get_init(&g, wire, p.len);
		ATF_CHECK_EQ(msg_get_checkpoint_sign(&g, &c),
		    len == DIGEST_LEN ? 0 : -1);
	}
}

/* gate hands a frame on as it came. */
ATF_TC_WITHOUT_HEAD(a_frame_is_found_in_its_message);
ATF_TC_BODY(a_frame_is_found_in_its_message, tc)
{
	const struct msg_job_output m = { .conn = 1,
	    .output = { .stream = 2, .data = { "data", 4 } } };
	struct msg_job_output got;
	struct put p;
	struct get g;

	put_init(&p, wire, sizeof(wire));
	msg_put_job_output(&p, &m);
	get_init(&g, wire, p.len);
	ATF_REQUIRE_EQ(msg_get_job_output(&g, &got), 0);
	ATF_CHECK(got.frame.p == wire + 4);
	ATF_CHECK_EQ(got.frame.len, 1 + 4 + 4);
	ATF_CHECK(got.output.data.p == wire + 4 + 1 + 4);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, each_pipe_message_has_one_number_and_direction);
#define MSG(NAME, name, nr, from, to, fields)	ATF_TP_ADD_TC(tp, name);
#include "msg.def"
#undef MSG
	ATF_TP_ADD_TC(tp, a_missing_or_long_field_is_an_error);
	ATF_TP_ADD_TC(tp, a_flag_is_0_or_1_and_a_digest_has_its_length);
	ATF_TP_ADD_TC(tp, a_frame_is_found_in_its_message);
	return atf_no_error();
}
