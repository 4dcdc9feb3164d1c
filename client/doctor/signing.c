/* `casemate doctor': keys, and what signs with them. */
#include <fcntl.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/need.h"
#include "client/vm/capture.h"
#include "client/vm/proc.h"
#include "diagnosis.h"

#define KEYGEN		"ssh-keygen"
#define KEYGEN_MS	5000
#define NAMED_MAX	8	/* keys in one line */

/* With a file that is not a key: a program with `-Y sign' names the file. */
void
signing_keygen(struct diagnosis *d, struct host_facts *host)
{
	const char *argv[] = { KEYGEN, "-Y", "sign", "-n", "casemate-doctor",
	    "-f", "/dev/null", NULL };
	char *path = proc_find(KEYGEN);
	struct buf out = { 0 };

	(void)host;
	if (*path == '\0') {
		diagnosis_set(d, DIAGNOSIS_WARN, KEYGEN ": no such program in "
		    "PATH; nothing can be signed");
		diagnosis_advise(d, "install it: the Debian package is "
		    "openssh-client");
	} else if (capture_run(argv, KEYGEN_MS, &out) == -1 ||
	    strstr(buf_str(&out), "key /dev/null") == NULL) {
		diagnosis_set(d, DIAGNOSIS_WARN, "%s: has no -Y sign", path);
		diagnosis_advise(d, "install OpenSSH 8.1 or newer");
	} else {
		diagnosis_set(d, DIAGNOSIS_OK, "%s, with -Y sign", path);
	}
	buf_free(&out);
	free(path);
}

/* The public keys in the agent, one a line. */
static int
ask_agent(struct buf *out)
{
	const char *argv[] = { "ssh-add", "-L", NULL };

	return capture_run(argv, KEYGEN_MS, out);
}

static size_t
count_lines(struct buf *b)
{
	size_t n = 0;

	for (const char *s = buf_str(b); (s = strchr(s, '\n')) != NULL; s++)
		n++;
	return n;
}

void
signing_agent(struct diagnosis *d, struct host_facts *host)
{
	const char *sock = getenv("SSH_AUTH_SOCK");
	struct buf out = { 0 };
	int status;

	(void)host;
	if (sock == NULL || *sock == '\0') {
		diagnosis_set(d, DIAGNOSIS_OK, "none (SSH_AUTH_SOCK is not "
		    "set); keys in files need none");
		return;
	}
	status = ask_agent(&out);
	if (status == 0) {
		diagnosis_set(d, DIAGNOSIS_OK, "%s has %zu key%s", sock,
		    count_lines(&out), count_lines(&out) == 1 ? "" : "s");
	} else if (status == 1) {
		diagnosis_set(d, DIAGNOSIS_OK, "%s has no keys; ssh-add adds "
		    "one", sock);
	} else {
		diagnosis_set(d, DIAGNOSIS_WARN, status == -1 ?
		    "ssh-add: no such program in PATH to ask %s" :
		    "%s: no agent replies", sock);
		diagnosis_advise(d, "start it again: eval $(ssh-agent); or "
		    "unset SSH_AUTH_SOCK");
	}
	buf_free(&out);
}

/* lib/sshkey.h has the kinds that an appliance accepts. */
static bool
is_usable(const char *line)
{
	return strncmp(line, "ssh-ed25519 ", 12) == 0 ||
	    strncmp(line, "ecdsa-sha2-nistp256 ", 20) == 0;
}

static bool
is_usable_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char line[64];
	ssize_t n = fd == -1 ? -1 : read(fd, line, sizeof(line) - 1);

	if (fd != -1)
		close(fd);
	line[n > 0 ? n : 0] = '\0';
	return is_usable(line);
}

/* Adds the usable ones of ~/.ssh to the list. */
static size_t
list_files(char *list, size_t cap)
{
	const char *home = getenv("HOME");
	char *pattern = need_printf("%s/.ssh/*.pub", home == NULL ? "" : home);
	glob_t found = { 0 };
	size_t n = 0;

	glob(pattern, 0, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const size_t used = strlen(list);

		if (!is_usable_file(found.gl_pathv[i]) || ++n > NAMED_MAX)
			continue;
		snprintf(list + used, cap - used, "%s%s",
		    used == 0 ? "" : ", ", found.gl_pathv[i]);
	}
	globfree(&found);
	free(pattern);
	return n;
}

static size_t
count_agent(void)
{
	struct buf out = { 0 };
	const char *s;
	size_t n = 0;

	if (getenv("SSH_AUTH_SOCK") != NULL && ask_agent(&out) == 0)
		for (s = buf_str(&out); s != NULL; s = strchr(s, '\n')) {
			s += *s == '\n';
			n += is_usable(s);
		}
	buf_free(&out);
	return n;
}

void
signing_keys(struct diagnosis *d, struct host_facts *host)
{
	char list[DIAGNOSIS_TEXT_MAX - 128] = "";
	const size_t files = list_files(list, sizeof(list));
	const size_t agent = count_agent();

	(void)host;
	if (files + agent != 0) {
		diagnosis_set(d, DIAGNOSIS_OK, "%s%s%zu in the agent%s", list,
		    files == 0 ? "" : "; ", agent, files > NAMED_MAX ?
		    "; and more" : "");
		return;
	}
	diagnosis_set(d, DIAGNOSIS_WARN, "neither ~/.ssh nor the agent has a "
	    "key that an appliance accepts: ssh-ed25519 or "
	    "ecdsa-sha2-nistp256");
	diagnosis_advise(d, "make one with `ssh-keygen -t ed25519 -f NAME', "
	    "or give --key the path of one that is elsewhere");
}
