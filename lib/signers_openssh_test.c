/*
 * Lines of an allowed_signers file, as this reader and as ssh-keygen judge
 * them.  What ssh-keygen refuses is refused; what only this reader refuses is
 * in keyd(8).
 */
#include "signers.h"

#include <sys/wait.h>

#include <atf-c.h>

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAMESPACE	"casemate-command"
#define NOW		1750000000	/* as in NOW_TEXT */
#define NOW_TEXT	"-Overify-time=20250615150640Z"
#define LINE_MAX_LEN	1024
#define PAGE_MAX	65536

static char key[256];		/* the type and the key of a .pub file */
static char page[PAGE_MAX];	/* keyd(8), words with one blank between */
static unsigned compared, accepted, stricter;

static int
run(char *const argv[], const char *in)
{
	static char *const env[] = { "PATH=/usr/bin:/bin", "TZ=UTC", NULL };
	posix_spawn_file_actions_t fds;
	int status;
	pid_t pid;

	posix_spawn_file_actions_init(&fds);
	posix_spawn_file_actions_addopen(&fds, 0, in, O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&fds, 1, "out", O_WRONLY | O_CREAT |
	    O_TRUNC, 0600);
	posix_spawn_file_actions_adddup2(&fds, 1, 2);
	ATF_REQUIRE(posix_spawnp(&pid, argv[0], &fds, NULL, argv, env) == 0);
	posix_spawn_file_actions_destroy(&fds);
	ATF_REQUIRE(waitpid(pid, &status, 0) == pid);
	return status;
}

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	ATF_REQUIRE(f != NULL);
	ATF_REQUIRE(fputs(text, f) >= 0 && fclose(f) == 0);
}

static void
read_page(void)
{
	char path[4096], word[256];
	size_t len = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/docs/keyd.8", getenv("CASEMATE_SRC"));
	f = fopen(path, "r");
	ATF_REQUIRE_MSG(f != NULL, "%s", path);
	while (fscanf(f, "%255s", word) == 1 && len + 256 < sizeof(page))
		len += (size_t)sprintf(page + len, "%s ", word);
	fclose(f);
}

/* A key, a message and its signature. */
static void
start(void)
{
	FILE *f;

	read_page();
	write_file("message", "text");
	ATF_REQUIRE(run((char *[]){ "ssh-keygen", "-q", "-t", "ed25519", "-N",
	    "", "-C", "", "-f", "key", NULL }, "message") == 0);
	ATF_REQUIRE(run((char *[]){ "ssh-keygen", "-q", "-Y", "sign", "-n",
	    NAMESPACE, "-f", "key", "message", NULL }, "message") == 0);
	f = fopen("key.pub", "r");
	ATF_REQUIRE(f != NULL && fgets(key, sizeof(key), f) != NULL);
	fclose(f);
	key[strcspn(key, "\n")] = '\0';
}

static bool
openssh_accepts(const char *line)
{
	write_file("signers", line);
	return run((char *[]){ "ssh-keygen", "-Y", "verify", "-f", "signers",
	    "-I", "a", "-n", NAMESPACE, "-s", "message.sig", NOW_TEXT, NULL },
	    "message") == 0;
}

/* With the reason when the line itself is refused. */
static bool
we_accept(const char *line, struct doc_error *e)
{
	struct signers all;
	struct why why;
	bool accept;

	memset(e, 0, sizeof(*e));
	if (signers_parse(&all, "signers", line, strlen(line), e) == -1)
		return false;
	accept = strcmp(all.list[0].principal, "a") == 0 &&
	    signers_check(&all.list[0], NAMESPACE, NOW, &why) == 0;
	signers_free(&all);
	return accept;
}

/* What we refuse, by the words of the message and of keyd(8). */
static const struct {
	const char	*message;
	const char	*page;
} strict[] = {
	{ "pattern", "without patterns" },
	{ "list of principals", "without patterns, lists" },
	{ "quotation mark or backslash in", "quotation marks and backslashes" },
	{ "unknown option", "in small letters" },
	{ "bad time", "a time of the calendar" },
	{ "blank in namespaces", "without patterns and blanks" },
	{ "bad list of namespaces", "at least one" },
	{ "backslash in the options", "No option has a backslash" },
	{ "control character", "no control characters" },
	{ "option behind the key", "without an option" },
	{ "a comma without an option", "joined by commas" },
};

static void
check_strict(const char *line, const struct doc_error *e)
{
	stricter++;
	for (size_t i = 0; i < sizeof(strict) / sizeof(strict[0]); i++)
		if (strstr(e->text, strict[i].message) != NULL) {
			ATF_CHECK_MSG(strstr(page, strict[i].page) != NULL,
			    "keyd(8) does not say `%s'", strict[i].page);
			return;
		}
	atf_tc_fail_nonfatal("only we refuse: %s%s", line, e->text);
}

static void
compare(const char *before, const char *options, const char *after)
{
	char line[LINE_MAX_LEN];
	struct doc_error e;
	bool ours, theirs;

	snprintf(line, sizeof(line), "%s%s%s%s\n", before, options, after, key);
	ours = we_accept(line, &e);
	theirs = openssh_accepts(line);
	compared++;
	accepted += ours && theirs;
	if (ours && !theirs)
		atf_tc_fail_nonfatal("ssh-keygen refuses: %s", line);
	else if (theirs && !ours)
		check_strict(line, &e);
}

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define NS		"namespaces=\"" NAMESPACE "\""

static const char *const options[] = {
	NS, "namespaces=\"x," NAMESPACE "\"", "namespaces=\"x\"",
	"namespaces=\"" NAMESPACE ",x\\\"", "namespaces=\"" NAMESPACE "\\\"",
	"namespaces=\"x\\\"," NAMESPACE "\"", "namespaces=\"x\\," NAMESPACE "\"",
	"namespaces=\\\"" NAMESPACE "\"", "namespaces=\"\\" NAMESPACE "\"",
	"Namespaces=\"" NAMESPACE "\"", "NAMESPACES=\"" NAMESPACE "\"",
	"namespaces=" NAMESPACE, "namespaces=\"" NAMESPACE,
	"namespaces=" NAMESPACE "\"", "namespaces='" NAMESPACE "'",
	"namespaces=\"\"", "namespaces=", "namespaces", "namespaces\"x\"",
	"namespaces=\"casemate-*\"", "namespaces=\"!x," NAMESPACE "\"",
	"namespaces=\"casemate-comman?\"", "namespaces=\"*\"",
	"namespaces=\"Casemate-Command\"", "namespaces=\" " NAMESPACE "\"",
	"namespaces=\"" NAMESPACE ", x\"", "namespaces=\"x, " NAMESPACE "\"",
	"namespaces=\"" NAMESPACE "\t\"", "namespaces=\"," NAMESPACE "\"",
	"namespaces=\"" NAMESPACE ",\"", "namespaces=\"x,," NAMESPACE "\"",
	NS "x", "x" NS, NS "\"", "\"" NS, "\"" NS "\"", NS NS, NS " " NS,
	"namespaces =\"" NAMESPACE "\"", "namespaces= \"" NAMESPACE "\"",
	"cert-authority", "CERT-AUTHORITY", "no-touch-required", "restrict",
	"from=\"*\"", "", ",", "\"", "\"\"", "\\", "#", "=",
	"verify-required=\"x\"", "valid-after=\"20240101\",", ",valid-after="
	"\"20240101\"",
};

static const char *const times[] = {
	"20240101", "20240101Z", "20240101z", "20240101UTC", "20240101utc",
	"202401012359", "202401012359Z", "20240101235959", "20240101235959Z",
	"20240101235960", "20240101235961", "202401012400", "202401012360",
	"20240229", "20230229", "20240230", "20240431", "20241301", "20240001",
	"20240100", "20240132", "2024 1 1", " 20240101", "20240101 ",
	"2024010", "202401011", "2024010112", "2024010112345", "0", "", "Z",
	"+0240101", "-0240101", "2024-01-01", "20240101T0000", "19700101",
	"19700102", "19691231", "99991231", "20250615", "20250615150640Z",
	"20250615150641Z", "20250615150639Z", "always", "forever", "20240101+1",
	"20240101\\\"", "\\\"20240101",
};

static const char *const pairs[] = {
	NS, "namespaces=\"x\"", "valid-after=\"20240101\"",
	"valid-after=\"20300101\"", "valid-before=\"20300101\"",
	"valid-before=\"20240101\"", "valid-before=\"20230101\"",
	"Valid-After=\"20240101\"", "cert-authority", "x",
};

static const char *const principals[] = {
	"a", "A", "b", "*", "?", "a*", "!a", "!b,a", "a,b", "b,a", ",a", "a,",
	"\"a\"", "\"a", "a\"", "a\"\"", "\"a b\"", "a\\", "\\a", "'a'", "a=",
	"#a", "ssh-a", "\xc3\xa4", "a\xc2\xa0", "a\x01",
};

static const char *const gaps[] = { " ", "\t", "  ", " \t ", "\v", "" };

ATF_TC(a_line_is_never_read_more_widely_than_by_ssh_keygen);
ATF_TC_HEAD(a_line_is_never_read_more_widely_than_by_ssh_keygen, tc)
{
	atf_tc_set_md_var(tc, "timeout", "120");
}
ATF_TC_BODY(a_line_is_never_read_more_widely_than_by_ssh_keygen, tc)
{
	char text[512];

	start();
	for (size_t i = 0; i < COUNT(options); i++)
		compare("a ", options[i], " ");
	for (size_t i = 0; i < 2 * COUNT(times); i++) {
		snprintf(text, sizeof(text), "valid-%s=\"%s\"",
		    i % 2 ? "after" : "before", times[i / 2]);
		compare("a ", text, " ");
	}
	for (size_t i = 0; i < COUNT(pairs) * COUNT(pairs); i++) {
		snprintf(text, sizeof(text), "%s,%s", pairs[i / COUNT(pairs)],
		    pairs[i % COUNT(pairs)]);
		compare("a ", text, " ");
	}
	for (size_t i = 0; i < COUNT(pairs); i++) {
		snprintf(text, sizeof(text), "a %s %s", key, pairs[i]);
		compare(text, " ", "");
	}
	for (size_t i = 0; i < COUNT(principals); i++)
		compare(principals[i], " ", "");
	for (size_t i = 0; i < COUNT(gaps); i++) {
		snprintf(text, sizeof(text), "%sa%s", gaps[i], gaps[i]);
		compare(text, "", "");
		snprintf(text, sizeof(text), "a%s%s%s", gaps[i], NS, gaps[i]);
		compare(text, "", "");
	}
	printf("%u lines, %u accepted, %u refused by us alone\n", compared,
	    accepted, stricter);
	ATF_CHECK(accepted > 20 && stricter > 20);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp,
	    a_line_is_never_read_more_widely_than_by_ssh_keygen);
	return atf_no_error();
}
