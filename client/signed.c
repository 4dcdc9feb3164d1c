#include "signed.h"

#include <sys/random.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/sha256.h"
#include "lib/sshsig.h"
#include "say.h"
#include "sign.h"

#define WINDOW_S	300	/* for a slow signature and a queue */

/* The fields that each command has, whatever its verb. */
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
signed_make(struct signed_command *s, const struct command *what,
    const char *vkey, const char *key, uint64_t wait_s)
{
	struct put put;

	signed_free(s);
	s->made = time(NULL);
	s->what = *what;
	if (fill_command(&s->what, s->made, vkey, wait_s) == -1)
		return -1;
	put_init(&put, buf_room(&s->text, COMMAND_MAX), COMMAND_MAX);
	command_put(&put, &s->what);
	if (put.err != 0)
		say_die(101, "a command does not fit into %d bytes",
		    COMMAND_MAX);
	s->text.len = put.len;
	sha256(s->text.data, s->text.len, s->sha256);
	command_job(s->sha256, s->id);
	return sign_data(key, NAMESPACE_COMMAND, s->text.data, s->text.len,
	    &s->sig);
}

void
signed_free(struct signed_command *s)
{
	buf_free(&s->text);
	buf_free(&s->sig);
	memset(s, 0, sizeof(*s));
}
