#include "talk.h"

#include <stdio.h>
#include <string.h>

#include "lib/note.h"

/* The next message to the runner or to ledgerd is this one. */
#define AWAIT(chan, name, m) do {					\
	struct get g_;							\
									\
	daemon_await(chan, (enum msg)MSG_NUMBER_##name, &g_);		\
	ATF_REQUIRE_EQ(msg_get_##name(&g_, (m)), 0);			\
} while (0)

void
talk_info(struct daemon *d)
{
	struct msg_keyd_info_is m;

	MSG_SEND(&d->runner, keyd_info, 0);
	AWAIT(&d->runner, keyd_info_is, &m);
	strcpy(d->vkey, m.vkey);
	d->shares = *m.shares;
	ATF_REQUIRE_STREQ(m.mode, "kept");
}

void
talk_decide(struct daemon *d, uint32_t seq, struct kit *k)
{
	const struct submission *s = &k->s;

	MSG_SEND(&d->runner, job_decide, .seq = seq, .runtimes = &k->runtimes,
	    .left = &k->left, .submit = { s->command, s->command_sig,
	    s->manifest, s->manifest_sig });
}

void
talk_expect_grant(struct daemon *d, uint32_t seq)
{
	struct msg_job_grant m;

	AWAIT(&d->runner, job_grant, &m);
	ATF_REQUIRE_EQ(m.seq, seq);
	ATF_CHECK_STREQ(m.grant->who.submitter, "alice");
	ATF_CHECK_STREQ(m.grant->manifest.name, "hello");
	grant_free(m.grant);
}

void
talk_expect_measure(struct daemon *d, uint32_t seq, const char *name)
{
	struct msg_job_measure m;

	AWAIT(&d->runner, job_measure, &m);
	ATF_CHECK_EQ(m.seq, seq);
	ATF_CHECK_STREQ(m.runtime, name);
	ATF_CHECK_STREQ(m.submitter, "alice");
}

void
talk_expect_deny(struct daemon *d, uint32_t seq, enum reason reason,
    bool signed_command, const char *name, char message[TEXT_MAX])
{
	struct msg_job_deny m;

	AWAIT(&d->runner, job_deny, &m);
	ATF_CHECK_EQ(m.seq, seq);
	ATF_CHECK_EQ(m.reason, reason);
	snprintf(message, TEXT_MAX, "%s", m.message);
	ATF_CHECK_EQ(m.is_signed, signed_command);
	ATF_CHECK_EQ(strlen(m.denial->grant.who.job), JOB_ID_LEN);
	ATF_CHECK_STREQ(m.denial->grant.who.submitter,
	    reason == REASON_UNKNOWN_SIGNER ? "" : "alice");
	ATF_CHECK_STREQ(m.denial->grant.manifest.name, name);
	grant_free(&m.denial->grant);
}

void
talk_query(struct daemon *d, uint32_t seq, struct kit *k)
{
	static struct kept_jobs none;

	MSG_SEND(&d->runner, query_decide, .seq = seq, .left = &k->left,
	    .jobs = &none, .read = { k->s.command, k->s.command_sig });
}

static void
check_who(const struct who *who)
{
	ATF_CHECK_EQ(strlen(who->job), JOB_ID_LEN);
	ATF_CHECK_STREQ(who->submitter, "alice");
	ATF_CHECK_EQ(strlen(who->submitter_key), SSHKEY_FINGERPRINT_LEN);
}

void
talk_expect_query_grant(struct daemon *d, uint32_t seq, unsigned verb,
    uint64_t first, uint32_t count, const char *field, uint32_t fields)
{
	struct msg_query_grant m;

	AWAIT(&d->runner, query_grant, &m);
	ATF_CHECK_EQ(m.seq, seq);
	ATF_CHECK_EQ(m.verb, verb);
	ATF_CHECK_EQ(m.first, first);
	ATF_CHECK_EQ(m.count, count);
	ATF_CHECK_STREQ(m.job, "");
	ATF_CHECK_STREQ(m.field, field);
	ATF_CHECK_EQ(m.fields, fields);
	check_who(m.who);
}

void
talk_expect_query_deny(struct daemon *d, uint32_t seq, enum reason reason,
    unsigned verb, uint64_t first, uint32_t count, const char *field)
{
	struct msg_query_deny m;

	AWAIT(&d->runner, query_deny, &m);
	ATF_CHECK_EQ(m.seq, seq);
	ATF_CHECK_EQ(m.reason, reason);
	ATF_CHECK(m.is_signed);
	ATF_CHECK_EQ(m.verb, verb);
	ATF_CHECK_EQ(m.first, first);
	ATF_CHECK_EQ(m.count, count);
	ATF_CHECK_STREQ(m.job, "");
	ATF_CHECK_STREQ(m.field, field);
	ATF_CHECK_EQ(m.fields, 0);
	check_who(m.who);
}

void
talk_ledger(struct daemon *d, const char *source, const void *checkpoint,
    size_t len)
{
	struct msg_site_is m;

	MSG_SEND(&d->ledgerd, ledger_opened, .source = source,
	    .checkpoint = { checkpoint, len });
	AWAIT(&d->ledgerd, site_is, &m);
	d->heartbeat_s = m.heartbeat_s;
	memcpy(d->site, m.sha256, DIGEST_LEN);
	d->ledger_told = true;
}

void
talk_site_read(struct daemon *d, uint32_t file, uint64_t offset,
    const char *path, const void *data, size_t len)
{
	struct msg_site_part m;

	MSG_SEND(&d->ledgerd, site_read, .file = file, .offset = offset);
	AWAIT(&d->ledgerd, site_part, &m);
	ATF_CHECK_EQ(m.file, file);
	ATF_CHECK_EQ(m.offset, offset);
	ATF_CHECK_STREQ(m.path, path);
	ATF_CHECK_EQ(m.data.len, len);
	ATF_CHECK(m.data.len <= len && memcmp(m.data.p, data, m.data.len) == 0);
}

void
talk_checkpoint(struct daemon *d, uint64_t size, int root)
{
	unsigned char bytes[DIGEST_LEN];

	if (!d->ledger_told)
		talk_ledger(d, "", NULL, 0);
	memset(bytes, root, sizeof(bytes));
	MSG_SEND(&d->ledgerd, checkpoint_sign, .size = size, .root = bytes);
}

void
talk_expect_signed(struct daemon *d, uint64_t size, int root)
{
	struct msg_checkpoint_signed m;
	struct checkpoint c;
	struct note_key key;
	size_t textlen;
	struct why w;

	AWAIT(&d->ledgerd, checkpoint_signed, &m);
	ATF_CHECK_EQ(m.size, size);
	ATF_REQUIRE_EQ(note_parse_vkey(&key, d->vkey, strlen(d->vkey),
	    &w), 0);
	ATF_REQUIRE_MSG(note_verify(&key, m.note.p, m.note.len, 1,
	    &textlen, &w) == 0,
	    "%s", w.text);
	ATF_REQUIRE_EQ(checkpoint_parse(&c, m.note.p, textlen, &w), 0);
	ATF_CHECK_STREQ(c.origin, "casemate/casemate");
	ATF_CHECK_EQ(c.size, size);
	ATF_CHECK_EQ(c.root[31], root);
}

void
talk_expect_denied(struct daemon *d, uint64_t size, const char *words)
{
	struct msg_checkpoint_denied m;

	AWAIT(&d->ledgerd, checkpoint_denied, &m);
	ATF_CHECK_EQ(m.size, size);
	ATF_CHECK_MSG(strstr(m.message, words) != NULL, "%s", m.message);
}
