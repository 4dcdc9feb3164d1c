/*
 * casemate run DIR|BUNDLE --key KEY ...
 * casemate run --dry-run DIR|BUNDLE --site DIR --submitter NAME
 */
#include "casemate.h"

#include <sys/stat.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client/policy/dryrun.h"
#include "file.h"
#include "opts.h"
#include "signed.h"
#include "pack.h"
#include "appliance.h"
#include "say.h"
#include "submit.h"

#define SIGNING_MAX_S	20	/* the gate waits 30 s for a request */
#define WAIT_MAX_S	3600

struct run {
	const char	*what, *key, *author_key, *on, *receipt, *keyfile;
	const char	*site, *submitter, *author;	/* --dry-run here */
	uint64_t	 wait_s;
	bool		 no_check, quiet, pinned, safe_output;
	bool		 dry, verbose;
	bool		 renewed;	/* the first order was used up */
	struct pack	 pack;
	struct reach	 reach;
	struct order	 order;
	struct outlet	 outlet;
	struct submit	 submit;
};

/* Ctrl-C: the connection closes with us, and so the job is cancelled. */
static void
interrupted(int sig)
{
	static const char text[] = "\ncasemate: interrupted: if the job "
	    "was running, the appliance cancels it\n";

	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	signal(sig, SIG_DFL);
	raise(sig);
}

static int
complain(const char *text)
{
	say("%s", text);
	return -1;
}

/* What belongs together. */
static int
check_options(const struct run *r)
{
	const bool here = r->site != NULL;

	if (!r->dry && (here || r->submitter != NULL || r->author != NULL ||
	    r->verbose))
		return complain("--verbose, --site, --submitter and --author "
		    "go with --dry-run");
	if (r->dry && r->receipt != NULL)
		return complain("--receipt: nothing happens in a dry run, and "
		    "so there is no receipt");
	if (here != (r->submitter != NULL) || (r->author != NULL && !here))
		return complain("--site DIR and --submitter NAME belong "
		    "together, and --author goes with them");
	if (here && (r->key != NULL || r->author_key != NULL ||
	    r->on != NULL))
		return complain("--site: a dry run here needs neither a key "
		    "nor an appliance; leave --key and --on out");
	if (!here && r->key == NULL)
		return complain("--key KEY is missing: who submits the job");
	return 0;
}

static int
parse(struct run *r, int argc, char *argv[])
{
	const struct opt table[] = {
		{ "key", 'k', OPT_TEXT, &r->key, 0, 0 },
		{ "author-key", 0, OPT_TEXT, &r->author_key, 0, 0 },
		{ "on", 0, OPT_TEXT, &r->on, 0, 0 },
		{ "receipt", 'r', OPT_TEXT, &r->receipt, 0, 0 },
		{ "appliance", 'a', OPT_TEXT, &r->keyfile, 0, 0 },
		{ "wait", 0, OPT_NUMBER, &r->wait_s, 0, WAIT_MAX_S },
		{ "no-check", 0, OPT_FLAG, &r->no_check, 0, 0 },
		{ "quiet", 'q', OPT_FLAG, &r->quiet, 0, 0 },
		{ "safe-output", 0, OPT_FLAG, &r->safe_output, 0, 0 },
		{ "dry-run", 'n', OPT_FLAG, &r->dry, 0, 0 },
		{ "verbose", 'v', OPT_FLAG, &r->verbose, 0, 0 },
		{ "site", 0, OPT_TEXT, &r->site, 0, 0 },
		{ "submitter", 0, OPT_TEXT, &r->submitter, 0, 0 },
		{ "author", 0, OPT_TEXT, &r->author, 0, 0 },
		{ 0 },
	};

	r->wait_s = REACH_WAIT_S;
	if (opts_parse(table, argc, argv, &r->what, 1, 1) == -1)
		return -1;
	return check_options(r);
}

static int
load_pack(struct run *r)
{
	enum pack_check check = r->no_check ? PACK_AS_IS : PACK_CHECK;
	struct stat st;

	if (stat(r->what, &st) == -1) {
		say_errno("%s: cannot find the job", r->what);
		return -1;
	}
	if (S_ISDIR(st.st_mode))
		return pack_folder(&r->pack, r->what,
		    r->author_key != NULL ? r->author_key : r->key, check);
	if (r->author_key != NULL) {
		say("%s: is a finished bundle, signed by its author already; "
		    "leave --author-key out", r->what);
		return -1;
	}
	return pack_bundle(&r->pack, r->what, check);
}

static void
warn_of_clock(const struct hello *h)
{
	int64_t ahead = (int64_t)h->now - (int64_t)time(NULL);

	if (ahead > 240 || ahead < -240)
		say("the appliance's clock is %lld s %s this host's: it may "
		    "refuse the command as stale; correct one of them",
		    (long long)(ahead < 0 ? -ahead : ahead),
		    ahead < 0 ? "behind" : "ahead of");
}

/*
 * A connection with a signed order.  The order is for the key in the greeting,
 * so the first time it is made with the connection open, and when that took
 * long (a passphrase), a new connection follows.
 */
static int
connect_with_order(struct run *r, struct conn *c)
{
	struct command what;
	struct hello h;

	if (reach_open(&r->reach, c, &h) == -1)
		return -1;
	if (r->order.made != 0)
		return 0;
	if (!r->renewed)
		warn_of_clock(&h);
	strcpy(r->reach.pinned, h.vkey);
	if (!r->pinned)
		r->reach.pinned_by = "the one that answered first";
	order_bundle(&what, r->dry ? VERB_EXPLAIN : VERB_RUN, &r->pack);
	if (order_make(&r->order, &what, h.vkey, r->key, r->wait_s) == -1) {
		conn_close(c);
		return -1;
	}
	if (!r->renewed)
		reach_restart(&r->reach);
	if (time(NULL) - r->order.made < SIGNING_MAX_S)
		return 0;
	conn_close(c);
	return reach_open(&r->reach, c, &h);
}

/*
 * A refusal with a receipt was decided and recorded: that command is used up,
 * and the next try needs a new one.
 */
static void
forget_order(struct run *r)
{
	order_free(&r->order);
	r->order.made = 0;
	r->renewed = true;
}

/* Until the appliance has a free slot, or the deadline. */
static int
submit(struct run *r)
{
	struct submit *s = &r->submit;
	bool busy;

	do {
		struct conn c;
		int ret;

		if (connect_with_order(r, &c) == -1)
			return -1;
		*s = (struct submit){ .conn = &c, .pack = &r->pack,
		    .order = &r->order, .outlet = &r->outlet,
		    .message = s->message, .receipt = s->receipt };
		ret = submit_run(s);
		conn_close(&c);
		if (ret == -1)
			return -1;
		busy = s->end.refused && s->end.code == REASON_BUSY &&
		    reach_busy(&r->reach, buf_str(&s->message),
		    s->receipt.len != 0);
		if (busy && s->receipt.len != 0)
			forget_order(r);
	} while (busy);
	return 0;
}

static int
save_receipt(const struct run *r, bool proven)
{
	const struct buf *text = &r->submit.receipt;
	char *path;
	int ret;

	if (r->receipt == NULL || text->len == 0)
		return 0;
	path = need_printf("%s%s", r->receipt, proven ? "" : ".unverified");
	ret = file_save(path, text->data, text->len, 0644);
	if (ret == 0 && !proven)
		say("what the appliance sent is in %s", path);
	free(path);
	return ret;
}

static int
prove(struct run *r)
{
	const struct buf *text = &r->submit.receipt;
	struct evidence e = { 0 };
	struct why w = { "" };
	int ret;

	ret = evidence_check(&e, text->data, text->len, r->reach.pinned, &w);
	if (ret == 0)
		ret = order_check(&r->order, &r->submit.end, &e, &w);
	if (ret == -1) {
		say("THE RECEIPT IS NOT TRUE: %s; do not trust this "
		    "appliance's answer for job %s", w.text, r->order.job);
		save_receipt(r, false);
	} else if (save_receipt(r, true) == -1) {
		ret = -1;
	} else {
		say_progress("receipt verified: %s, leaf %llu of %llu%s%s%s",
		    e.key_name, (unsigned long long)e.index,
		    (unsigned long long)e.size,
		    r->receipt == NULL ? "" : ", in ",
		    r->receipt == NULL ? "" : r->receipt,
		    r->pinned ? "" : "; its key is the one that it showed "
		    "itself (--appliance KEYFILE makes sure)");
	}
	evidence_free(&e);
	return ret;
}

static int
report_refused(struct run *r)
{
	struct submit *s = &r->submit;

	say("refused (%s): %s", reason_word(s->end.code), buf_str(&s->message));
	if (s->receipt.len != 0)
		prove(r);
	return EXIT_RUN_FAILED;
}

static int
report_finished(struct run *r)
{
	struct submit *s = &r->submit;
	const char *word = outcome_word(s->end.code);
	const char *colon = s->message.len == 0 ? "" : ": ";

	if (s->end.code == OUTCOME_EXITED)
		say_progress("job %s exited with status %u", r->order.job,
		    s->end.status);
	else if (s->end.code == OUTCOME_SIGNALLED)
		say("job %s was ended by signal %u%s%s", r->order.job,
		    s->end.status, colon, buf_str(&s->message));
	else
		say("job %s: %s%s%s", r->order.job, word, colon,
		    buf_str(&s->message));
	if (s->receipt.len == 0) {
		say("no receipt: the appliance could not record the end of "
		    "job %s", r->order.job);
		return EXIT_RUN_FAILED;
	}
	if (prove(r) == -1)
		return EXIT_RUN_FAILED;
	return outcome_exit((enum outcome)s->end.code, s->end.status);
}

static int
report_explained(struct run *r)
{
	struct submit *s = &r->submit;

	dryrun_print((const char *)s->message.data, s->message.len,
	    s->allowed, r->verbose);
	return s->allowed ? 0 : EXIT_RUN_FAILED;
}

/* No appliance, no key: by a site's folder. */
static int
run_here(struct run *r)
{
	int allowed;

	if (load_pack(r) == -1)
		return EXIT_RUN_FAILED;
	allowed = dryrun_decide(r->site, &r->pack, r->submitter,
	    r->author == NULL ? r->submitter : r->author, r->verbose);
	return allowed == 1 ? 0 : EXIT_RUN_FAILED;
}

static int
report(struct run *r)
{
	if (r->submit.end.refused)
		return report_refused(r);
	return r->dry ? report_explained(r) : report_finished(r);
}

/* Its output is whole, or as far as it came. */
static int
submit_all(struct run *r)
{
	int ret;

	outlet_init(&r->outlet, r->safe_output);
	ret = submit(r);
	return outlet_end(&r->outlet) == -1 ? -1 : ret;
}

static int
run(struct run *r)
{
	if (r->site != NULL)
		return run_here(r);
	/* Before the job runs: its receipt comes only once. */
	if (r->receipt != NULL && file_try_save(r->receipt) == -1)
		return EXIT_RUN_FAILED;
	if (reach_init(&r->reach, r->on, r->keyfile, r->wait_s) == -1)
		return EXIT_RUN_FAILED;
	r->pinned = r->reach.pinned[0] != '\0';
	if (load_pack(r) == -1 || submit_all(r) == -1)
		return EXIT_RUN_FAILED;
	return report(r);
}

int
cmd_run(int argc, char *argv[])
{
	struct run r = { 0 };
	int code;

	if (parse(&r, argc, argv) == -1)
		return CMD_USAGE;
	say_quiet(r.quiet);
	signal(SIGINT, interrupted);
	signal(SIGTERM, interrupted);
	code = run(&r);
	pack_free(&r.pack);
	order_free(&r.order);
	submit_free(&r.submit);
	return code;
}
