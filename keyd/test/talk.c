#include "talk.h"

#include <string.h>

#include "lib/note.h"

static unsigned char buf[98304];

void
talk_info(struct daemon *d)
{
	struct put p;
	struct get g;
	char mode[16];

	put_init(&p, buf, sizeof(buf));
	chan_send(&d->runner, MSG_KEYD_INFO, &p);
	daemon_await(&d->runner, MSG_KEYD_INFO_IS, &g);
	get_cstr(&g, d->vkey, sizeof(d->vkey));
	get_cstr(&g, mode, sizeof(mode));
	shares_get(&g, &d->shares);
	ATF_REQUIRE_EQ(get_end(&g), 0);
	ATF_REQUIRE_STREQ(mode, "kept");
}

void
talk_decide(struct daemon *d, uint32_t seq, const struct submission *s)
{
	struct put p;

	put_init(&p, buf, sizeof(buf));
	put_u32(&p, seq);
	runtimes_put(&p, &s->runtimes);
	share_left_put(&p, &s->left);
	put_string(&p, s->command.p, s->command.len);
	put_string(&p, s->command_sig.p, s->command_sig.len);
	put_string(&p, s->manifest.p, s->manifest.len);
	put_string(&p, s->manifest_sig.p, s->manifest_sig.len);
	chan_send(&d->runner, MSG_JOB_DECIDE, &p);
}

void
talk_expect_grant(struct daemon *d, uint32_t seq)
{
	static struct grant grant;
	struct get g;

	daemon_await(&d->runner, MSG_JOB_GRANT, &g);
	ATF_REQUIRE_EQ(get_u32(&g), seq);
	grant_init(&grant);
	ATF_REQUIRE_EQ(grant_get(&g, &grant), 0);
	ATF_REQUIRE_EQ(get_end(&g), 0);
	ATF_CHECK_STREQ(grant.who.submitter, "alice");
	ATF_CHECK_STREQ(grant.manifest.name, "hello");
	grant_free(&grant);
}

void
talk_expect_measure(struct daemon *d, uint32_t seq, const char *name)
{
	char got[NAME_MAX_LEN + 1], whose[PRINCIPAL_MAX + 1];
	struct get g;

	daemon_await(&d->runner, MSG_JOB_MEASURE, &g);
	ATF_CHECK_EQ(get_u32(&g), seq);
	get_cstr(&g, got, sizeof(got));
	get_cstr(&g, whose, sizeof(whose));
	ATF_REQUIRE_EQ(get_end(&g), 0);
	ATF_CHECK_STREQ(got, name);
	ATF_CHECK_STREQ(whose, "alice");
}

void
talk_expect_deny(struct daemon *d, uint32_t seq, enum reason reason,
    bool signed_command, char message[TEXT_MAX])
{
	char job[JOB_ID_LEN + 1], who[PRINCIPAL_MAX + 1];
	unsigned char digest[DIGEST_LEN];
	struct get g;

	daemon_await(&d->runner, MSG_JOB_DENY, &g);
	ATF_CHECK_EQ(get_u32(&g), seq);
	ATF_CHECK_EQ(get_u8(&g), reason);
	get_cstr(&g, message, TEXT_MAX);
	ATF_CHECK_EQ(get_u8(&g), signed_command);
	get_cstr(&g, job, sizeof(job));
	ATF_CHECK_EQ(strlen(job), JOB_ID_LEN);
	get_cstr(&g, who, sizeof(who));
	ATF_CHECK_STREQ(who, reason == REASON_UNKNOWN_SIGNER ? "" : "alice");
	get_cstr(&g, who, sizeof(who));
	get_fixed(&g, digest, sizeof(digest));
	get_fixed(&g, digest, sizeof(digest));
	ATF_REQUIRE_EQ(get_end(&g), 0);
}

void
talk_order(struct daemon *d, uint32_t seq, const struct submission *s)
{
	struct put p;

	put_init(&p, buf, sizeof(buf));
	put_u32(&p, seq);
	share_left_put(&p, &s->left);
	put_string(&p, s->command.p, s->command.len);
	put_string(&p, s->command_sig.p, s->command_sig.len);
	put_u32(&p, 0);
	chan_send(&d->runner, MSG_QUERY_DECIDE, &p);
}

void
talk_expect_order(struct daemon *d, uint32_t seq, unsigned reason,
    unsigned verb, uint64_t first, uint32_t count)
{
	unsigned char digest[DIGEST_LEN];
	char text[TEXT_MAX];
	struct get g;

	daemon_await(&d->runner, reason == 0 ? MSG_QUERY_GRANT : MSG_QUERY_DENY,
	    &g);
	ATF_CHECK_EQ(get_u32(&g), seq);
	if (reason != 0) {
		ATF_CHECK_EQ(get_u8(&g), reason);
		get_cstr(&g, text, sizeof(text));
		ATF_CHECK_EQ(get_u8(&g), 1);
	}
	ATF_CHECK_EQ(get_u8(&g), verb);
	ATF_CHECK_EQ(get_u64(&g), first);
	ATF_CHECK_EQ(get_u32(&g), count);
	get_cstr(&g, text, sizeof(text));
	ATF_CHECK_STREQ(text, "");
	get_cstr(&g, text, sizeof(text));
	ATF_CHECK_EQ(strlen(text), JOB_ID_LEN);
	get_cstr(&g, text, sizeof(text));
	ATF_CHECK_STREQ(text, "alice");
	get_fixed(&g, digest, sizeof(digest));
	ATF_REQUIRE_EQ(get_end(&g), 0);
}

void
talk_checkpoint(struct daemon *d, uint64_t size, int root)
{
	unsigned char bytes[DIGEST_LEN];
	struct put p;

	memset(bytes, root, sizeof(bytes));
	put_init(&p, buf, sizeof(buf));
	put_u64(&p, size);
	put_string(&p, bytes, sizeof(bytes));
	chan_send(&d->ledgerd, MSG_CHECKPOINT_SIGN, &p);
}

void
talk_expect_signed(struct daemon *d, uint64_t size, int root)
{
	struct checkpoint c;
	struct note_key key;
	const char *note;
	size_t len, textlen;
	struct why w;
	struct get g;

	daemon_await(&d->ledgerd, MSG_CHECKPOINT_SIGNED, &g);
	ATF_CHECK_EQ(get_u64(&g), size);
	note = get_string(&g, &len, 1024);
	ATF_REQUIRE_EQ(get_end(&g), 0);
	ATF_REQUIRE_EQ(vkey_parse(&key, d->vkey, strlen(d->vkey),
	    &w), 0);
	ATF_REQUIRE_MSG(note_verify(&key, note, len, &textlen, &w) == 0,
	    "%s", w.text);
	ATF_REQUIRE_EQ(checkpoint_parse(&c, note, textlen, &w), 0);
	ATF_CHECK_STREQ(c.origin, "casemate/casemate");
	ATF_CHECK_EQ(c.size, size);
	ATF_CHECK_EQ(c.root[31], root);
}

void
talk_expect_denied(struct daemon *d, uint64_t size, const char *words)
{
	char text[TEXT_MAX];
	struct get g;

	daemon_await(&d->ledgerd, MSG_CHECKPOINT_DENIED, &g);
	ATF_CHECK_EQ(get_u64(&g), size);
	get_cstr(&g, text, sizeof(text));
	ATF_REQUIRE_EQ(get_end(&g), 0);
	ATF_CHECK_MSG(strstr(text, words) != NULL, "%s", text);
}
