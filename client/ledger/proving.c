#include "proving.h"

#include <stdio.h>
#include <string.h>

#include "client/say.h"
#include "lib/base64.h"
#include "lib/evidence_names.h"
#include "lib/sshsig.h"

#define SIGNERS	EVIDENCE_SITE "allowed_signers"

/* What is signed, and who signed it. */
static const struct {
	const char	*file, *sig, *namespace;
	const char	*signer, *digest;	/* the leaf's members */
} signatures[] = {
	{ EVIDENCE_COMMAND, EVIDENCE_COMMAND_SIG, NAMESPACE_COMMAND,
	    "data.submitter", "data.command_sha256" },
	{ EVIDENCE_MANIFEST, EVIDENCE_MANIFEST_SIG, NAMESPACE_MANIFEST,
	    "data.author", "data.manifest_sha256" },
};
#define NSIGNATURES	(sizeof(signatures) / sizeof(signatures[0]))

/* Characters that need no quotes. */
#define PLAIN		BASE64URL_LETTERS "./+=@:,"

/* One word of a shell. */
static void
print_word(const char *word)
{
	if (*word != '\0' && strspn(word, PLAIN) == strlen(word)) {
		fputs(word, stdout);
		return;
	}
	putchar('\'');
	for (; *word != '\0'; word++) {
		if (*word == '\'')
			fputs("'\\'", stdout);
		putchar(*word);
	}
	putchar('\'');
}

/* "2026-11-22T05:22:47.424Z" is 20261122052247Z; nothing for another form. */
static void
print_time(const char *time)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd.dddZ";
	char digits[16] = "";
	size_t n = 0;

	if (strlen(time) != strlen(form))
		return;
	for (size_t i = 0; form[i] != '\0'; i++) {
		const bool digit = time[i] >= '0' && time[i] <= '9';

		if (form[i] == 'd' ? !digit : time[i] != form[i])
			return;
		if (digit && n < 14)
			digits[n++] = time[i];
	}
	printf(" -Overify-time=%sZ", digits);
}

static bool
is_printable(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text < 0x20 || *text > 0x7e)
			return false;
	return true;
}

/* A name that is withheld, or odd, is the one that the key has. */
static void
print_signer(const char *name, bool disclosed, const char *sig,
    const char *time)
{
	if (disclosed && *name != '\0' && is_printable(name)) {
		print_word(name);
		return;
	}
	fputs("\"$(ssh-keygen -Y find-principals -f " SIGNERS, stdout);
	print_time(time);
	printf(" -s %s)\"", sig);
}

static bool
is_disclosed(const struct verified *v, const char *name)
{
	const struct disclosed_field *f = disclosed_find(&v->withheld, name);

	return f == NULL || f->json != NULL;
}

static void
print_proof(size_t i, const char *dir, const struct verified *v,
    const struct parsed_leaf *l)
{
	const char *time = leaf_get(l, "time");

	fputs("(cd -- ", stdout);
	print_word(dir);
	fputs(" && ssh-keygen -Y verify -f " SIGNERS " -I ", stdout);
	print_signer(leaf_get(l, signatures[i].signer), is_disclosed(v,
	    signatures[i].signer + strlen("data.")), signatures[i].sig, time);
	printf(" -n %s", signatures[i].namespace);
	print_time(time);
	printf(" -s %s < %s)\n", signatures[i].sig, signatures[i].file);
}

static bool
can_prove(size_t i, const struct evidence *e)
{
	return evidence_find(e, SIGNERS) != NULL &&
	    evidence_find(e, signatures[i].file) != NULL &&
	    evidence_find(e, signatures[i].sig) != NULL;
}

/* Not every kind of leaf is about a command or a manifest. */
static void
say_missing(size_t i, const struct parsed_leaf *l)
{
	if (leaf_find(l, signatures[i].digest) == NULL)
		return;
	say("who signed %s cannot be proved: %s, %s or " SIGNERS " is not "
	    "beside this leaf; a job's are beside its job.accepted or "
	    "job.refused, unless they were forgotten", signatures[i].file,
	    signatures[i].file, signatures[i].sig);
}

void
proving_print(const char *dir, const struct evidence *e,
    const struct verified *v)
{
	struct parsed_leaf shown;

	verified_show(v, &shown);
	for (size_t i = 0; i < NSIGNATURES; i++) {
		if (can_prove(i, e))
			print_proof(i, dir, v, &shown);
		else
			say_missing(i, &shown);
	}
	leaf_free(&shown);
}
