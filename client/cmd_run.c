/* casemate run */
#include "casemate.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cited.h"
#include "client/policy/dryrun.h"
#include "file.h"
#include "need.h"
#include "pack.h"
#include "save.h"
#include "say.h"
#include "session.h"
#include "submit.h"

struct run_job {
	const char	*what, *author_key, *receipt;
	const char	*site, *submitter, *author;	/* --dry-run here */
	bool		 no_check, quiet, safe_output, print_manifest;
	bool		 dry, verbose;
	struct session	 session;
	struct pack	 pack;
	struct outlet	 outlet;
	struct submit	 submit;
	struct save	 saved;		/* where the receipt goes */
	struct save	 disclosed;	/* and its disclosures, unless NULL: */
	char		*beside;
};

/* When we end the connection closes, and so the appliance cancels the job. */
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

/* Options that need or exclude each other. */
static int
check_options(const struct run_job *r)
{
	const bool here = r->site != NULL;

	if (r->print_manifest && (r->dry || here || r->receipt != NULL))
		return complain("--print-manifest: nothing is run; leave out "
		    "--dry-run, --site and --receipt");
	if (r->print_manifest)
		return 0;
	if (!r->dry && (here || r->submitter != NULL || r->author != NULL ||
	    r->verbose))
		return complain("--verbose, --site, --submitter and --author "
		    "go with --dry-run");
	if (r->dry && r->receipt != NULL)
		return complain("--receipt: a dry run has no receipt");
	if (here != (r->submitter != NULL) || (r->author != NULL && !here))
		return complain("--site and --submitter go together, and "
		    "--author goes with them");
	if (here && (r->session.key != NULL || r->author_key != NULL ||
	    r->session.on != NULL || r->session.label != NULL))
		return complain("--site: a dry run here takes no key and no "
		    "appliance; leave out --key, --on and --session");
	if (!here && r->session.key == NULL)
		return complain("--key KEY is missing; only "
		    "--print-manifest, and --dry-run with --site, need none");
	return 0;
}

/* The manifest that is signed is not the file: how to get its bytes. */
static void
tell_manifest(const struct run_job *r)
{
	unsigned char digest[SHA256_LEN];
	char hex[2 * SHA256_LEN + 1];

	if (!r->pack.listed)
		return;
	sha256(r->pack.manifest.data, r->pack.manifest.len, digest);
	sha256_hex(digest, hex);
	say_progress("%s/manifest.yaml lists no files; the manifest that is "
	    "signed has their list, too, and the digest %s; `casemate run "
	    "--print-manifest' prints it", r->what, hex);
}

static int
load_pack(struct run_job *r)
{
	enum pack_check check = r->no_check ? PACK_AS_IS : PACK_CHECK;
	const char *author = r->print_manifest ? NULL :
	    r->author_key != NULL ? r->author_key : r->session.key;
	struct stat st;

	if (stat(r->what, &st) == -1) {
		say("%s: cannot find the job: %s", r->what,
		    file_reason(AT_FDCWD, r->what));
		return -1;
	}
	if (S_ISDIR(st.st_mode))
		return pack_folder(&r->pack, r->what, author, check);
	if (r->author_key != NULL) {
		say("%s: is a finished bundle, signed by its author already; "
		    "leave --author-key out", r->what);
		return -1;
	}
	return pack_bundle(&r->pack, r->what, check);
}

/* What does not verify must not be taken for a receipt. */
static void
save_unverified(struct run_job *r)
{
	const struct buf *text = &r->session.receipt;
	char *path;

	if (r->receipt == NULL || text->len == 0)
		return;
	if (save_is_stream(&r->saved)) {
		say("%s: nothing is written there; give a file as --receipt to "
		    "keep what the appliance sent", r->receipt);
		return;
	}
	path = need_printf("%s.unverified", r->receipt);
	if (file_save(path, text->data, text->len, 0644) == 0)
		say("the receipt that the appliance sent is in %s", path);
	free(path);
}

/* The disclosures first: a receipt is never without them. */
static int
save_verified(struct run_job *r)
{
	const struct buf *text = &r->session.receipt;
	const struct buf *lines = &r->session.disclosures;

	if (r->receipt == NULL)
		return 0;
	if (r->beside != NULL && lines->len != 0 &&
	    save_data(&r->disclosed, lines->data, lines->len) == -1)
		return -1;
	return save_data(&r->saved, text->data, text->len);
}

/* Before the job runs: its receipt is sent only once. */
static int
open_receipt(struct run_job *r)
{
	if (r->receipt == NULL)
		return 0;
	if (save_open(&r->saved, r->receipt, 0644) == -1)
		return -1;
	if (save_is_stream(&r->saved))
		return 0;
	r->beside = verified_disclosures_path(r->receipt);
	return save_open(&r->disclosed, r->beside, 0600);
}

/* What the leaf says of the command, as far as it is disclosed. */
static void
tell_recorded(const struct verified *v)
{
	struct parsed_leaf shown;
	const char *session;

	if (disclosed_find(&v->withheld, "submitter") == NULL)
		return;
	verified_show(v, &shown);
	session = leaf_get(&shown, "data.session");
	say_progress("recorded: submitter %s, key %s, rules %s%s%s",
	    leaf_get(&shown, "data.submitter"),
	    leaf_get(&shown, "data.submitter_key"),
	    leaf_get(&shown, "data.rules"),
	    *session == '\0' ? "" : ", session ", session);
	leaf_free(&shown);
}

static int
verify(struct run_job *r)
{
	struct verified v = { 0 };
	int ret;

	ret = session_verify(&r->session, &v);
	if (ret == -1) {
		save_unverified(r);
	} else if (save_verified(r) == -1) {
		ret = -1;
	} else {
		say_progress("receipt verified: %s, leaf %llu of %llu%s%s%s",
		    v.key_name, (unsigned long long)v.index,
		    (unsigned long long)v.size,
		    r->receipt == NULL ? "" : ", in ",
		    r->receipt == NULL ? "" : r->receipt,
		    r->session.key_known ? "" : "; the appliance itself "
		    "showed this key (use --appliance KEYFILE to make sure)");
		tell_recorded(&v);
	}
	verified_free(&v);
	return ret;
}

static int
report_refused(struct run_job *r)
{
	cited_say(&r->pack, buf_str(&r->session.message));
	if (r->session.receipt.len != 0)
		verify(r);
	return EXIT_RUN_FAILED;
}

static int
report_finished(struct run_job *r)
{
	struct session *s = &r->session;
	const char *word = outcome_word(s->end.code);
	const char *colon = s->message.len == 0 ? "" : ": ";

	if (s->end.code == OUTCOME_EXITED && s->message.len == 0)
		say_progress("job %s exited with status %u", s->command.id,
		    s->end.status);
	else if (s->end.code == OUTCOME_EXITED)
		say("job %s exited with status %u: %s", s->command.id,
		    s->end.status, buf_str(&s->message));
	else if (s->end.code == OUTCOME_SIGNALLED)
		say("job %s was ended by signal %u%s%s", s->command.id,
		    s->end.status, colon, buf_str(&s->message));
	else
		say("job %s: %s%s%s", s->command.id, word, colon,
		    buf_str(&s->message));
	if (s->receipt.len == 0) {
		say("no receipt: the appliance could not record the end of "
		    "job %s", s->command.id);
		return EXIT_RUN_FAILED;
	}
	if (verify(r) == -1)
		return EXIT_RUN_FAILED;
	return outcome_exit((enum outcome)s->end.code, s->end.status);
}

static int
report_explained(struct run_job *r)
{
	const struct buf *text = &r->session.message;
	const bool allowed = r->submit.allowed;

	dryrun_print((const char *)text->data, text->len, allowed, r->verbose);
	if (!allowed)
		cited_say(&r->pack, buf_str(&r->session.message));
	return allowed ? 0 : EXIT_RUN_FAILED;
}

/* Decides by a site's folder, without an appliance or a key. */
static int
run_here(struct run_job *r)
{
	int allowed;

	if (load_pack(r) == -1)
		return EXIT_RUN_FAILED;
	allowed = dryrun_decide(r->site, &r->pack, r->submitter,
	    r->author == NULL ? r->submitter : r->author, r->verbose);
	return allowed == 1 ? 0 : EXIT_RUN_FAILED;
}

static int
report(struct run_job *r)
{
	if (r->session.end.refused)
		return report_refused(r);
	return r->dry ? report_explained(r) : report_finished(r);
}

static int
submit(struct run_job *r)
{
	struct command what;
	int ret;

	pack_command(&r->pack, r->dry ? VERB_EXPLAIN : VERB_RUN, &what);
	r->submit = (struct submit){ .pack = &r->pack, .outlet = &r->outlet };
	outlet_init(&r->outlet, r->safe_output);
	ret = session_run(&r->session, &what, submit_talk, &r->submit);
	return outlet_end(&r->outlet) == -1 ? -1 : ret;
}

/* The bytes whose digest is in the leaves of the job. */
static int
print_manifest(struct run_job *r)
{
	const struct buf *text = &r->pack.manifest;

	if (load_pack(r) == -1)
		return EXIT_RUN_FAILED;
	fwrite(text->data, 1, text->len, stdout);
	return 0;
}

static int
run_job(struct run_job *r)
{
	if (r->print_manifest)
		return print_manifest(r);
	if (r->site != NULL)
		return run_here(r);
	if (open_receipt(r) == -1)
		return EXIT_RUN_FAILED;
	if (session_open(&r->session) == -1 || load_pack(r) == -1)
		return EXIT_RUN_FAILED;
	tell_manifest(r);
	return submit(r) == -1 ? EXIT_RUN_FAILED : report(r);
}

static int
run(int argc, char *argv[])
{
	struct run_job r = { .session.wait_s = APPLIANCE_WAIT_S,
	    .saved.fd = -1, .disclosed.fd = -1 };
	int code;

	if (opts_parse(&cmd_run, &r, argc, argv, &r.what) == -1 ||
	    check_options(&r) == -1)
		return CMD_USAGE;
	say_quiet(r.quiet);
	signal(SIGINT, interrupted);
	signal(SIGTERM, interrupted);
	code = run_job(&r);
	save_close(&r.saved);
	save_close(&r.disclosed);
	free(r.beside);
	pack_free(&r.pack);
	session_free(&r.session);
	return code;
}

#define AT(member)	offsetof(struct run_job, member)

/* Form 1 needs an appliance, form 2 decides here. */
static const struct opt opts[] = {
	{ "key", 'k', OPT_TEXT, AT(session.key), "KEY",
	    "the submitter's key, which signs the command",
	    .forms = OPT_FORM_1, .needed = OPT_FORM_1 },
	SESSION_OPTS(AT(session), OPT_FORM_1),
	{ "receipt", 'r', OPT_TEXT, AT(receipt), "FILE",
	    "where the receipt goes", .forms = OPT_FORM_1 },
	{ "author-key", 0, OPT_TEXT, AT(author_key), "KEY",
	    "the author's key, when that is another",
	    .forms = OPT_FORM_1 },
	{ "no-check", 0, OPT_FLAG, AT(no_check), NULL,
	    .help = "leave all checks of the job to the appliance",
	    .forms = OPT_FORM_1 },
	{ "print-manifest", 0, OPT_FLAG, AT(print_manifest), NULL,
	    .help = "only print the manifest that would be signed",
	    .forms = OPT_FORM_1 },
	{ "quiet", 'q', OPT_FLAG, AT(quiet), NULL,
	    .help = "print errors only", .forms = OPT_FORM_1 },
	{ "safe-output", 0, OPT_FLAG, AT(safe_output), NULL,
	    .help = "escape what a terminal would obey",
	    .forms = OPT_FORM_1 },
	{ "dry-run", 'n', OPT_FLAG, AT(dry), NULL,
	    .help = "only print whether the job may run",
	    .needed = OPT_FORM_2 },
	{ "site", 0, OPT_TEXT, AT(site), "SITEDIR",
	    "decide here, by this site's rules", .forms = OPT_FORM_2,
	    .needed = OPT_FORM_2 },
	{ "submitter", 0, OPT_TEXT, AT(submitter), "NAME",
	    "as if this user submitted it", .forms = OPT_FORM_2,
	    .needed = OPT_FORM_2 },
	{ "author", 0, OPT_TEXT, AT(author), "NAME",
	    "as if this user wrote it (default: the submitter)",
	    .forms = OPT_FORM_2 },
	{ "verbose", 'v', OPT_FLAG, AT(verbose), NULL,
	    .help = "with --dry-run: print the whole decision" },
	{ 0 },
};

const struct cmd cmd_run = {
	.name = "run",
	.summary = "sign, submit and follow a job",
	.forms = { "DIR|BUNDLE", "DIR|BUNDLE" },
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.run = run,
	.failed = EXIT_RUN_FAILED,
};
