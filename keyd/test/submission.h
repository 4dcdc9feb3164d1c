/*
 * For keyd's tests: keys and signatures by OpenSSH itself, in the test's
 * working directory, and submissions made of them.  Every function ends the
 * test when it fails.
 */
#ifndef TESTKIT_H
#define TESTKIT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/command.h"
#include "keyd/decide.h"

#define KIT_NOW		1800000000u	/* the tests' clock */
#define KIT_MANIFEST	"version: 1\nname: hello\nargv: [run, yes]\n"

/* One submission and the memory that it points into. */
struct kit {
	struct command	fields;
	unsigned char	command[COMMAND_MAX];
	char		command_sig[SIG_MAX];
	char		manifest[MANIFEST_MAX + 4096];
	char		manifest_sig[SIG_MAX];
	struct runtimes	runtimes;
	struct share_left left;
	struct submission s;
};

/* A key pair NAME, NAME.pub of a ssh-keygen type, unless it is there. */
void	kit_key(const char *name, const char *type);
/* "PRINCIPAL [OPTIONS] KEY" as a line in dst. */
void	kit_line(char *dst, size_t cap, const char *principal,
	    const char *options, const char *key);
void	kit_write(const char *path, const void *, size_t len);
/* `ssh-keygen -Y sign'; returns the length of the armour. */
size_t	kit_sign(const char *key, const char *ns, const void *msg, size_t len,
	    char sig[SIG_MAX]);

/* What alice and bob may: all that a job may ask for. */
#define KIT_RULES	"permit(principal in Role::\"all\", " \
			"action in Action::\"submit\", resource);\n"

/* Directories `state' and `site', with these allowed_signers and KIT_RULES. */
void	kit_site(const char *allowed_signers);
/* The site's rules in place of KIT_RULES, in policy/kit.cedar. */
void	kit_rules(const char *text);
int	kit_dir(const char *path);

/*
 * A good submission for this appliance with its own nonce: command signed by
 * one key, manifest by another.
 */
void	kit_submit(struct kit *, const char *vkey, const char *submitter,
	    const char *author, uint64_t now);
/* Encodes k->fields again and signs that. */
void	kit_sign_command(struct kit *, const char *key);
/* Sets the manifest; the command follows it and both are signed. */
void	kit_set_manifest(struct kit *, const char *submitter,
	    const char *author, const char *text, size_t len);

#endif
