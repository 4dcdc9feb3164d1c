/* docs/verify-receipt.sh, which is none of our code, against real receipts. */
#include <sys/stat.h>
#include <sys/wait.h>

#include <atf-c.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ledgerd/test/peers.h"

#define LEAVES	21

static struct ledgerd_play p;
static struct answer a;
static char receipts[LEAVES][4096];
static size_t lens[LEAVES];

static void
write_file(const char *name, const void *data, size_t len)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	ATF_REQUIRE(fd != -1);
	ATF_REQUIRE_EQ((ssize_t)len, write(fd, data, len));
	close(fd);
}

/* Receipts of leaves 1 to 20, most against the tree of 21, and the key. */
static void
make_receipts(void)
{
	char vkey[VKEY_MAX + 2];

	ATF_REQUIRE_EQ(0, mkdir("ledger", 0700));
	play_init(&p);
	note_format_vkey(vkey, &p.key);
	strcat(vkey, "\n");
	write_file("key", vkey, strlen(vkey));
	play_start_ready(&p, "ledger");
	p.mood = KEYD_SILENT;
	for (uint32_t i = 1; i < LEAVES; i++)
		play_append(&p, i, EVENT_JOB_FINISHED, true, "job");
	do {	/* until all are committed: they share a checkpoint then */
		play_info(&p);
		play_until_answer(&p, &a);
	} while (a.index != LEAVES);
	p.mood = KEYD_SIGNS;
	play_until_owed(&p);
	play_keyd_go(&p);
	for (uint32_t i = 1; i < LEAVES; i++) {
		play_until_answer(&p, &a);
		ATF_REQUIRE(a.len > 0 && a.len < sizeof(receipts[i]));
		memcpy(receipts[i], a.text, a.len);
		lens[i] = a.len;
	}
	play_kill(&p);
}

/* Exit status of the script on this text. */
static int
verify(const char *text, size_t len)
{
	const char *src = getenv("CASEMATE_SRC");
	char path[4096];
	int status;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/docs/verify-receipt.sh",
	    src == NULL ? "." : src);
	write_file("receipt", text, len);
	pid = fork();
	if (pid == 0) {
		int fd = open("out", O_RDWR | O_CREAT | O_TRUNC, 0600);

		dup2(fd, 1);
		dup2(fd, 2);
		execl("/bin/sh", "sh", path, "receipt", "key", (char *)NULL);
		_exit(99);
	}
	ATF_REQUIRE_EQ(pid, waitpid(pid, &status, 0));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000;
}

static void
check_out(const char *text)
{
	char out[4096];
	int fd = open("out", O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, out, sizeof(out) - 1);

	ATF_REQUIRE(n >= 0);
	out[n] = '\0';
	close(fd);
	ATF_CHECK_MSG(strstr(out, text) != NULL, "\"%s\" is not in: %s", text,
	    out);
}

ATF_TC(the_shell_recipe_verifies_receipts);
ATF_TC_HEAD(the_shell_recipe_verifies_receipts, tc)
{
	atf_tc_set_md_var(tc, "require.progs", "openssl base64 sha256sum od");
}
ATF_TC_BODY(the_shell_recipe_verifies_receipts, tc)
{
	char id[32];

	make_receipts();
	for (int i = 1; i < LEAVES; i += 1 + i / 4) {
		ATF_CHECK_EQ_MSG(0, verify(receipts[i], lens[i]), "leaf %d",
		    i);
		check_out("receipt verified");
		snprintf(id, sizeof(id), "\"id\":\"%d\"", i);
		check_out(id);
	}
}

/*
 * Another base64 digit for `c': it differs in the first bit of six, because
 * base64 -d ignores the last bits before padding.
 */
static char
change(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	return at == NULL ? 'A' : digits[(at - digits) ^ 32];
}

ATF_TC(the_shell_recipe_refuses_what_was_changed);
ATF_TC_HEAD(the_shell_recipe_refuses_what_was_changed, tc)
{
	atf_tc_set_md_var(tc, "require.progs", "openssl base64 sha256sum od");
}
ATF_TC_BODY(the_shell_recipe_refuses_what_was_changed, tc)
{
	char *text;
	size_t len;

	make_receipts();
	text = receipts[6];
	len = lens[6];
	for (size_t at = 0; at < len; at += 97) {
		char was = text[at];

		text[at] = change(was);
		ATF_CHECK_EQ_MSG(1, verify(text, len), "byte %zu", at);
		text[at] = was;
	}
	for (size_t n = 0; n + 1 < len; n += 400)
		ATF_CHECK_EQ_MSG(1, verify(text, n), "cut at %zu", n);
	ATF_CHECK_EQ(0, verify(text, len));
	play_init(&p);		/* another appliance of the same name */
	note_format_vkey(text, &p.key);
	write_file("key", text, strlen(text));
	ATF_CHECK_EQ(1, verify(receipts[7], lens[7]));
	check_out("is not signed by casemate/test+");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, the_shell_recipe_verifies_receipts);
	ATF_TP_ADD_TC(tp, the_shell_recipe_refuses_what_was_changed);
	return atf_no_error();
}
