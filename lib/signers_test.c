#include "signers.h"

#include <atf-c.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sshsig.h"

/* Public keys of throw-away pairs. */
#define KEY_A	"ssh-ed25519 " \
	"AAAAC3NzaC1lZDI1NTE5AAAAIKyRmcFeSNWSTa1iYNxtEk5Bg6u0DeWTtKoY" \
	"BUkUltF+"
#define KEY_B	"ssh-ed25519 " \
	"AAAAC3NzaC1lZDI1NTE5AAAAIMLN1JMDc3UafeiC1l8lA+2Laq/W1ynCY0Qa" \
	"ACa5Q+G1"
#define KEY_P	"ecdsa-sha2-nistp256 " \
	"AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBAjaOlMw" \
	"S+WKI/1OlSGPBbywH9K5dRbRDl4Kr3xjm7hRNl2Ld0lYVr65aBpAE7QyvoG9" \
	"kgOQaYm1/F5rxperoj0="
#define KEY_384	"ecdsa-sha2-nistp384 " \
	"AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBCtDOYMS" \
	"FZioL04TK6PWJD+1HrswowKf16r7DxFmcty6VFbv1b0D3fECNBar4WgkYyYE" \
	"8ddrPqKbA/ZDk/b6OCdQwQ8I0ihLPcpIBLoJIIliu+Gaq1m212Pq//WTPDjl" \
	"3g=="
#define KEY_RSA	"ssh-rsa " \
	"AAAAB3NzaC1yc2EAAAADAQABAAABAQDXA04KITJ5apbJGFC7LBz9z0E2r6x5" \
	"yFlZHgN6U1E945pIhjETc6HrLHLrzLUDQsiR27WziDXZeqj1A27DYAw49Mku" \
	"+MWn0u0F3zyYCxL8SUecDD1Y+REUm3UlffEH4arnTZeDfttwJ5fW8Ic9yF9c" \
	"5iHBBmYYBEpnflt20HFiSgTMt2KOguN55O6HBjRAUcQeCqGqvLc9+3HUQHXl" \
	"tEPdoKzgzvmL3CF5kpgvzy0aLxkpfQluVdfD5ZVK8EUWaf6PlLGhxPG2zcpH" \
	"g4kkjJxZUlP8xNFb5EjhHMoixTY9Tl8XVS9iWiQPMXQIpCiluAdcgyMOzoss" \
	"iAWR9HGErYnh"
#define KEY_SK	"sk-ssh-ed25519@openssh.com " \
	"AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAABAgMEBQYHCAkK" \
	"CwwNDg8QERITFBUWFxgZGhscHR4fAAAABHNzaDo="

static struct signers all;

/* Parses a copy of exactly that size, so that ASan sees a step beyond. */
static int
parse(const char *text, size_t len, struct doc_error *e)
{
	char *copy = malloc(len + 1);
	int rc;

	memcpy(copy, text, len);
	rc = signers_parse(&all, "allowed_signers", copy, len, e);
	free(copy);
	return rc;
}

static void
good(const char *text)
{
	struct doc_error e;

	ATF_REQUIRE_MSG(parse(text, strlen(text), &e) == 0, "%s: %s", text,
	    e.text);
}

static void
bad(const char *text, const char *words)
{
	char message[1024];
	struct doc_error e;

	ATF_CHECK_ERRNO(EBADMSG, parse(text, strlen(text), &e) == -1);
	doc_error_format(&e, 0, message, sizeof(message));
	ATF_CHECK_MSG(strstr(message, words) != NULL, "%s\n%s\n%s", text,
	    words, message);
	ATF_CHECK(all.list == NULL);
}

ATF_TC_WITHOUT_HEAD(lines_options_and_comments_are_read);
ATF_TC_BODY(lines_options_and_comments_are_read, tc)
{
	good("# who may sign\n\n"
	    "alice@example.org " KEY_A " alice's laptop\n"
	    "\t bob\tnamespaces=\"casemate-manifest,file\","
	    "valid-after=\"20240229\",valid-before=\"202801312359Z\" "
	    KEY_P "\n");
	ATF_REQUIRE_EQ(all.n, 2);
	ATF_CHECK_STREQ(all.list[0].principal, "alice@example.org");
	ATF_CHECK_STREQ(all.list[0].namespaces, "");
	ATF_CHECK_EQ(all.list[0].valid_after, 0);
	ATF_CHECK_EQ(all.list[0].valid_before, UINT64_MAX);
	ATF_CHECK_EQ(all.list[0].line, 3);
	ATF_CHECK_STREQ(all.list[1].principal, "bob");
	ATF_CHECK_STREQ(all.list[1].namespaces, "casemate-manifest,file");
	ATF_CHECK_EQ(all.list[1].valid_after, 1709164800);
	ATF_CHECK_EQ(all.list[1].valid_before, 1832975940);
	ATF_CHECK_STREQ(sshkey_type_name(&all.list[1].key),
	    "ecdsa-sha2-nistp256");
	signers_free(&all);
	good("a " KEY_A);		/* no newline at the end */
	signers_free(&all);
}

ATF_TC_WITHOUT_HEAD(what_openssh_would_widen_is_refused);
ATF_TC_BODY(what_openssh_would_widen_is_refused, tc)
{
	bad("* " KEY_A "\n", "allowed_signers:1:1: pattern *; name one");
	bad("#\na?b " KEY_A "\n", "allowed_signers:2:1: pattern a?b");
	bad("!eve " KEY_A "\n", "pattern !eve");
	bad("a,b " KEY_A "\n", "list of principals a,b; write one line");
	bad("\"a b\" " KEY_A "\n", "write the principal plainly");
	bad("a namespaces=\"git*\" " KEY_A "\n", "pattern or blank");
	bad("a namespaces=\"!git,x\" " KEY_A "\n", "pattern or blank");
	bad("a cert-authority " KEY_A "\n", "list each key itself");
	bad("a cert-authority,namespaces=\"x\" " KEY_A "\n", "certificate");
}

ATF_TC_WITHOUT_HEAD(bad_options_are_refused);
ATF_TC_BODY(bad_options_are_refused, tc)
{
	bad("a no-touch-required " KEY_A "\n", "unknown option "
	    "`no-touch-required'; the options");
	bad("a Namespaces=\"x\" " KEY_A "\n", "unknown option `Namespaces'; "
	    "did you mean `namespaces'?");
	bad("a namespaces=x " KEY_A "\n", "no quoted value");
	bad("a namespaces " KEY_A "\n", "no quoted value");
	bad("a namespaces=\"x " KEY_A "\n", "no quoted value");
	bad("a namespaces=\"\" " KEY_A "\n", "bad list of namespaces");
	bad("a namespaces=\"x,\" " KEY_A "\n", "bad list of namespaces");
	bad("a namespaces=\"x,,y\" " KEY_A "\n", "bad list of namespaces");
	bad("a namespaces=\"x\",namespaces=\"y\" " KEY_A "\n", "twice");
	bad("a namespaces=\"x,y\\\" " KEY_A "\n", "backslash in the options; no "
	    "value needs one");
	bad("a namespaces=\"x\", " KEY_A "\n", "a comma without an option");
	bad("a valid-after=\"2024\" " KEY_A "\n",
	    "allowed_signers:1:16: bad time 2024; write it");
	bad("a valid-after=\"20240101\",valid-before=\"20240101\" " KEY_A "\n",
	    "no time is left");
}

ATF_TC_WITHOUT_HEAD(bad_keys_are_refused);
ATF_TC_BODY(bad_keys_are_refused, tc)
{
	char cut[256];

	bad("alice\n", "allowed_signers:1:6: no key type; a line is");
	bad(KEY_A " alice@host\n", "allowed_signers:1:1: no principal in front "
	    "of the key; put the signer's name and a blank before it");
	bad("# keys\n " KEY_P "\n", "allowed_signers:2:2: no principal in");
	bad(KEY_RSA "\n", "no principal in front");
	bad("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n",
	    "allowed_signers:1:1: a private key, or another file of a key; "
	    "write the signer's name and the line of the .pub file");
	bad("a " KEY_A " namespaces=\"x\"\n", "allowed_signers:1:84: option "
	    "behind the key: namespaces; put it between");
	bad("a " KEY_A " a@b valid-before=\"20240101\"\n", "option behind");
	bad("alice ssh-ed25519\n", "no key; a line is");
	bad("alice ssh-ed25519 AAAA*\n", "the key is damaged");
	snprintf(cut, sizeof(cut), "a ecdsa-sha2-nistp256 %s\n", &KEY_A[12]);
	bad(cut, "not of the type before it: ssh-ed25519;");
	snprintf(cut, sizeof(cut), "alice %.60s\n", KEY_A);
	bad(cut, "copy the whole line");
	bad("alice " KEY_RSA "\n", "allowed_signers:1:15: key type ssh-rsa");
	bad("alice " KEY_384 "\n", "key type ecdsa-sha2-nistp384 cannot");
	bad("a " KEY_SK "\n", "security keys");
	bad("a " KEY_A "\nb " KEY_B "\nc " KEY_A "\n",
	    "allowed_signers:3:1: this key is already on line 1; keep one");
}

ATF_TC_WITHOUT_HEAD(bad_text_is_refused);
ATF_TC_BODY(bad_text_is_refused, tc)
{
	struct doc_error e;

	bad("a " KEY_A "\r\n", "allowed_signers:1:83: a carriage return");
	bad("\xef\xbb\xbf" "a " KEY_A "\n",
	    "allowed_signers:1:1: a byte order mark");
	bad("a\x01 " KEY_A "\n", "control character");
	bad("a\xff " KEY_A "\n", "not UTF-8");
	bad("", "allowed_signers: no key; add a line");
	bad("# only this\n", "no key; add a line");
	ATF_CHECK_EQ(parse("a\0b " KEY_A "\n", 8, &e), -1);
	ATF_CHECK(strstr(e.text, "a NUL byte") != NULL);
	good("j\xc3\xb6rg " KEY_A "\n");
	ATF_CHECK_STREQ(all.list[0].principal, "j\xc3\xb6rg");
	signers_free(&all);
}

ATF_TC_WITHOUT_HEAD(limits_are_named);
ATF_TC_BODY(limits_are_named, tc)
{
	static char text[SIGNERS_FILE_MAX + 2];
	struct doc_error e;
	size_t len = 0;

	memset(text, '#', sizeof(text));
	ATF_CHECK_EQ(parse(text, SIGNERS_FILE_MAX + 1, &e), -1);
	ATF_CHECK(strstr(e.text, "at most 262144") != NULL);
	memset(text, 'p', PRINCIPAL_MAX + 1);
	len = PRINCIPAL_MAX + 1;
	len += (size_t)sprintf(text + len, " %s\n", KEY_A);
	ATF_CHECK_EQ(parse(text, len, &e), -1);
	ATF_CHECK(strstr(e.text, "at most 255 bytes") != NULL);
	ATF_CHECK_EQ(parse(text + 1, len - 1, &e), 0);
	signers_free(&all);
}

static const struct {
	const char	*text;
	uint64_t	 t;	/* 0: refused */
} times[] = {
	{ "19700102", 86400 },
	{ "20000229", 951782400 },
	{ "20240229Z", 1709164800 },
	{ "202402291330Z", 1709213400 },
	{ "20240229133059", 1709213459 },
	{ "21000301", 4107542400 },
	{ "99991231235959Z", 253402300799 },
	{ "", 0 }, { "Z", 0 }, { "2024", 0 }, { "20230229", 0 },
	{ "21000229", 0 }, { "20241301", 0 }, { "20240001", 0 },
	{ "20240100", 0 }, { "20240431", 0 }, { "202401012400", 0 },
	{ "202401012360", 0 }, { "20240101235960", 0 }, { "19691231", 0 },
	{ "2024010a", 0 }, { "+2024101", 0 }, { "2024-01-01", 0 },
	{ "20240101ZZ", 0 }, { "202401011", 0 },
};

ATF_TC_WITHOUT_HEAD(times_are_utc_and_exact);
ATF_TC_BODY(times_are_utc_and_exact, tc)
{
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		uint64_t t = 0;
		int rc = signers_parse_time(times[i].text,
		    strlen(times[i].text), &t);

		ATF_CHECK_MSG(rc == (times[i].t == 0 ? -1 : 0) &&
		    t == times[i].t, "%s: %d %ju", times[i].text, rc,
		    (uintmax_t)t);
	}
}

ATF_TC_WITHOUT_HEAD(each_check_has_its_reason);
ATF_TC_BODY(each_check_has_its_reason, tc)
{
	const struct signer *s;
	struct why w;

	good("a namespaces=\"one,two\",valid-after=\"20240101\","
	    "valid-before=\"20250101\" " KEY_A "\nb " KEY_B "\n");
	s = signers_find(&all, all.list[0].key.blob, all.list[0].key.len);
	ATF_REQUIRE(s == &all.list[0]);
	ATF_CHECK(signers_find(&all, s->key.blob, s->key.len - 1) == NULL);
	ATF_CHECK(signers_find(&all, "x", 1) == NULL);
	ATF_CHECK_EQ(signers_check(s, "one", 1704067200, &w), 0);
	ATF_CHECK_EQ(signers_check(s, "two", 1735689600, &w), 0);
	ATF_CHECK_EQ(signers_check(s, "one", 1704067199, &w),
	    REASON_KEY_NOT_YET_VALID);
	ATF_CHECK(strstr(w.text, "after 2024-01-01T00:00:00Z") != NULL);
	ATF_CHECK_EQ(signers_check(s, "one", 1735689601, &w),
	    REASON_KEY_EXPIRED);
	ATF_CHECK(strstr(w.text, "until 2025-01-01T00:00:00Z") != NULL);
	ATF_CHECK_EQ(signers_check(s, "on", 1704067200, &w),
	    REASON_NAMESPACE);
	ATF_CHECK_EQ(signers_check(s, "one,two", 1704067200, &w),
	    REASON_NAMESPACE);
	ATF_CHECK_EQ(signers_check(&all.list[1], "any", 0, &w), 0);
	signers_free(&all);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, lines_options_and_comments_are_read);
	ATF_TP_ADD_TC(tp, what_openssh_would_widen_is_refused);
	ATF_TP_ADD_TC(tp, bad_options_are_refused);
	ATF_TP_ADD_TC(tp, bad_keys_are_refused);
	ATF_TP_ADD_TC(tp, bad_text_is_refused);
	ATF_TP_ADD_TC(tp, limits_are_named);
	ATF_TP_ADD_TC(tp, times_are_utc_and_exact);
	ATF_TP_ADD_TC(tp, each_check_has_its_reason);
	return atf_no_error();
}
