#include "submission.h"

#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <atf-c.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/sha256.h"
#include "lib/sshsig.h"

/* The kind of argv that execvp(3) wants. */
static void
run(const char *const argv[])
{
	union {
		const char *const *in;
		char *const *out;
	} args = { .in = argv };
	int status;
	pid_t pid = fork();

	ATF_REQUIRE(pid != -1);
	if (pid == 0) {
		execvp(args.out[0], args.out);
		_exit(127);
	}
	ATF_REQUIRE(waitpid(pid, &status, 0) == pid);
	ATF_REQUIRE_MSG(WIFEXITED(status) && WEXITSTATUS(status) == 0,
	    "%s: status 0x%x", argv[0], (unsigned)status);
}

static size_t
read_whole(const char *path, char *dst, size_t cap)
{
	int fd = open(path, O_RDONLY);
	ssize_t n;

	ATF_REQUIRE_MSG(fd != -1, "%s", path);
	n = read(fd, dst, cap - 1);
	ATF_REQUIRE(n >= 0);
	dst[n] = '\0';
	close(fd);
	return (size_t)n;
}

void
kit_write(const char *path, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ATF_REQUIRE_MSG(fd != -1, "%s", path);
	ATF_REQUIRE(write(fd, data, len) == (ssize_t)len);
	close(fd);
}

void
kit_key(const char *name, const char *type)
{
	const char *const argv[] = { "ssh-keygen", "-q", "-t", type, "-N", "",
	    "-C", "made for a test", "-f", name, NULL };

	if (access(name, F_OK) == -1)
		run(argv);
}

void
kit_line(char *dst, size_t cap, const char *principal, const char *options,
    const char *key)
{
	char path[64], pub[1024];

	snprintf(path, sizeof(path), "%s.pub", key);
	read_whole(path, pub, sizeof(pub));
	ATF_REQUIRE((size_t)snprintf(dst, cap, "%s %s %s", principal, options,
	    pub) < cap);
}

size_t
kit_sign(const char *key, const char *ns, const void *msg, size_t len,
    char sig[SIG_MAX])
{
	const char *const argv[] = { "ssh-keygen", "-q", "-Y", "sign", "-f",
	    key, "-n", ns, "message", NULL };

	kit_write("message", msg, len);
	unlink("message.sig");
	run(argv);
	return read_whole("message.sig", sig, SIG_MAX);
}

/* Those who sign in tests; mallory is not known. */
static const char people[] = "- uid: Role::\"all\"\n"
    "- {uid: User::\"alice\", parents: [Role::\"all\"]}\n"
    "- {uid: User::\"bob\", parents: [Role::\"all\"]}\n";

void
kit_site(const char *allowed_signers)
{
	mkdir("state", 0700);
	mkdir("site", 0700);
	mkdir("site/policy", 0700);
	kit_write("site/allowed_signers", allowed_signers,
	    strlen(allowed_signers));
	kit_rules(KIT_RULES);
	kit_write("site/entities.yaml", people, sizeof(people) - 1);
}

void
kit_rules(const char *text)
{
	kit_write("site/policy/kit.cedar", text, strlen(text));
}

int
kit_dir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	ATF_REQUIRE_MSG(fd != -1, "%s", path);
	return fd;
}

void
kit_sign_command(struct kit *k, const char *key)
{
	struct put p;

	put_init(&p, k->command, sizeof(k->command));
	command_put(&p, &k->fields);
	ATF_REQUIRE_EQ(p.err, 0);
	k->s.command = (struct bytes){ k->command, p.len };
	k->s.command_sig = (struct bytes){ k->command_sig, kit_sign(key,
	    NAMESPACE_COMMAND, k->command, p.len, k->command_sig) };
}

void
kit_set_manifest(struct kit *k, const char *submitter, const char *author,
    const char *text, size_t len)
{
	ATF_REQUIRE(len <= sizeof(k->manifest));
	memmove(k->manifest, text, len);
	sha256(k->manifest, len, k->fields.manifest_sha256);
	k->s.manifest = (struct bytes){ k->manifest, len };
	k->s.manifest_sig = (struct bytes){ k->manifest_sig, kit_sign(author,
	    NAMESPACE_MANIFEST, k->manifest, len, k->manifest_sig) };
	kit_sign_command(k, submitter);
}

void
kit_submit(struct kit *k, const char *vkey, const char *submitter,
    const char *author, uint64_t now)
{
	memset(k, 0, sizeof(*k));
	k->s.runtimes = &k->runtimes;
	k->s.left = &k->left;
	k->fields.verb = VERB_RUN;
	memset(k->fields.bundle_sha256, 0xb0, DIGEST_LEN);
	k->fields.bundle_len = 10240;
	snprintf(k->fields.appliance, sizeof(k->fields.appliance), "%s", vkey);
	k->fields.noncelen = 16;
	ATF_REQUIRE(getrandom(k->fields.nonce, 16, 0) == 16);
	k->fields.issued_at = now;
	k->fields.not_after = now + 600;
	kit_set_manifest(k, submitter, author, KIT_MANIFEST,
	    strlen(KIT_MANIFEST));
}
