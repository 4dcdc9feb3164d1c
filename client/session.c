#include "session.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "history.h"
#include "lib/codes.h"
#include "say.h"

#define SIGNING_MAX_S	20	/* the gate waits 30 s for a request */
#define CLOCK_SKEW_S	240	/* a command may be issued 300 s ahead */

static int
check_label(const char *label)
{
	struct why w = { "" };

	if (label == NULL || command_check_session(label, strlen(label), &w)
	    == 0)
		return 0;
	say("--session: %s", w.text);
	return -1;
}

int
session_open(struct session *s)
{
	if (check_label(s->label) == -1)
		return -1;
	if (appliance_find(&s->appliance, s->on, s->keyfile, s->wait_s) == -1)
		return -1;
	s->key_known = s->appliance.vkey[0] != '\0';
	return 0;
}

static void
warn_of_clock(const struct hello *h)
{
	int64_t ahead = (int64_t)h->now - (int64_t)time(NULL);

	if (ahead > CLOCK_SKEW_S || ahead < -CLOCK_SKEW_S)
		say("the appliance's clock is %lld s %s this host's: it may "
		    "refuse the command as stale; correct one of them",
		    (long long)(ahead < 0 ? -ahead : ahead),
		    ahead < 0 ? "behind" : "ahead of");
}

/*
 * Opens s->conn and has a signed command.  The command names the key in the
 * greeting, so the first time it is signed with the connection open.  When
 * that took long (a passphrase), a new connection follows.
 */
static int
connect_and_sign(struct session *s, const struct command *what, bool again)
{
	struct hello h;

	if (appliance_connect(&s->appliance, &s->conn, &h) == -1)
		return -1;
	if (s->command.made != 0)
		return 0;
	if (!again)
		warn_of_clock(&h);
	appliance_keep_key(&s->appliance, h.vkey);
	if (signed_make(&s->command, what, h.vkey, s->key, s->wait_s) == -1) {
		conn_close(&s->conn);
		return -1;
	}
	if (!again)
		appliance_restart_wait(&s->appliance);
	if (time(NULL) - s->command.made < SIGNING_MAX_S)
		return 0;
	conn_close(&s->conn);
	return appliance_connect(&s->appliance, &s->conn, &h);
}

static void
forget_end(struct session *s)
{
	memset(&s->end, 0, sizeof(s->end));
	s->message.len = s->receipt.len = s->disclosures.len = 0;
}

/* Pauses after a refusal as busy; true when the command is to be sent again. */
static bool
wait_busy(struct session *s)
{
	return s->end.refused && s->end.code == REASON_BUSY &&
	    appliance_wait_busy(&s->appliance, buf_str(&s->message),
	    s->receipt.len != 0);
}

int
session_run(struct session *s, const struct command *what, session_talk *talk,
    void *ctx)
{
	struct command labelled = *what;
	bool again = false;
	int ret;

	if (s->label != NULL)		/* session_open() has checked it */
		snprintf(labelled.session, sizeof(labelled.session), "%s",
		    s->label);
	signed_free(&s->command);
	appliance_restart_wait(&s->appliance);
	for (;;) {
		forget_end(s);
		if (connect_and_sign(s, &labelled, again) == -1)
			return -1;
		ret = talk(s, ctx);
		conn_close(&s->conn);
		if (ret == -1)
			return -1;
		if (!wait_busy(s))
			break;
		if (s->receipt.len != 0) {	/* recorded: used up */
			signed_free(&s->command);
			again = true;
		}
	}
	if (s->end.refused)
		say("refused (%s): %s", reason_word(s->end.code),
		    buf_str(&s->message));
	return 0;
}

void
session_keep_receipt(struct session *s, const struct bytes *receipt,
    const struct bytes *disclosures)
{
	buf_set(&s->receipt, receipt->p, receipt->len);
	buf_set(&s->disclosures, disclosures->p, disclosures->len);
}

int
session_get_refused(struct session *s, struct get *g)
{
	struct client_refused m;

	if (client_get_refused(g, &m) == -1 || reason_word(m.reason) == NULL)
		return -1;
	s->end.refused = true;
	s->end.code = m.reason;
	buf_set(&s->message, m.message, strlen(m.message));
	session_keep_receipt(s, &m.receipt, &m.disclosures);
	return m.job[0] == '\0' || strcmp(m.job, s->command.id) == 0 ? 0 : -1;
}

int
session_verify(const struct session *s, struct verified *v)
{
	struct why w = { "" };
	int ret;

	ret = verified_check(v, s->receipt.data, s->receipt.len,
	    s->appliance.vkey, &w);
	if (ret == 0)
		ret = verified_disclose(v, s->disclosures.data,
		    s->disclosures.len, &w);
	if (ret == 0)
		ret = ending_check(&s->end, &s->command, v, &w);
	if (ret == -1)
		say("RECEIPT VERIFICATION FAILED: %s; do not trust this "
		    "appliance's answer for %s %s", w.text,
		    ending_is_query(&s->command) ? "query" : "job",
		    s->command.id);
	else
		ret = history_add_receipt(s->appliance.vkey,
		    s->appliance.where, s->receipt.data, s->receipt.len,
		    &s->appliance.shown);
	return ret;
}

void
session_free(struct session *s)
{
	signed_free(&s->command);
	buf_free(&s->message);
	buf_free(&s->receipt);
	buf_free(&s->disclosures);
}
