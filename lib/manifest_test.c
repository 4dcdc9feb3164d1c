/* Manifests, and by them the readers of fields (lib/doc/fields.c). */
#include "manifest.h"

#include <atf-c.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HEAD	"version: 1\nname: a\n"
#define ARGV	"argv: [x]\n"
#define SHA	"0123456789abcdef0123456789abcdef" \
		"0123456789abcdef0123456789abcdef"
#define FILE_A	"{path: a, sha256: " SHA "}"
#define BIG	(1 << 20)

static struct manifest m;

static int
parse(const char *text, size_t len, struct doc_error *e)
{
	char *copy = malloc(len + 1);
	int rc;

	memcpy(copy, text, len);
	manifest_init(&m);
	rc = manifest_parse(&m, "manifest.yaml", copy, len, e);
	free(copy);
	return rc;
}

static void
good(const char *text)
{
	struct doc_error e;

	ATF_REQUIRE_MSG(parse(text, strlen(text), &e) == 0, "%s\n%s", text,
	    e.text);
}

/* Refused at this place, in these words. */
static void
bad(const char *text, const char *place, const char *words)
{
	char want[TEXT_MAX], have[1024], word[TEXT_MAX];
	struct doc_error e;

	snprintf(want, sizeof(want), "manifest.yaml:%s: ", place);
	ATF_CHECK_ERRNO(EBADMSG, parse(text, strlen(text), &e) == -1);
	doc_error_format(&e, 0, have, sizeof(have));
	ATF_CHECK_MSG(strncmp(have, want, strlen(want)) == 0 &&
	    strstr(have, words) != NULL, "%.200s\nwant: %s%s\nhave: %s", text,
	    want, words, have);
	ATF_CHECK_MSG(strchr(have, ';') != NULL, "no advice: %s", have);
	snprintf(word, sizeof(word), "%.*s", (int)e.word_len, e.text + e.word);
	doc_error_public(&e, have, sizeof(have));
	ATF_CHECK_MSG(strncmp(have, want, strlen(want)) == 0 &&
	    (e.word_len == 0 || strstr(have, word) == NULL), "%s", have);
	manifest_free(&m);
}

ATF_TC_WITHOUT_HEAD(every_field_is_read);
ATF_TC_BODY(every_field_is_read, tc)
{
	good("# a job\nversion: 1\nname: hello-2\nruntime: python\n"
	    "class: batch\nprofile: eu-west-1\n"
	    "capabilities: [shared-memory, exec-memory]\n"
	    "secrets: [db-password, token]\n"
	    "argv:\n  - /usr/bin/python3\n  - 'main.py'\n  - \"a\\tb\"\n"
	    "files:\n  - path: main.py\n    sha256: " SHA "\n"
	    "  - {path: bin/x, sha256: " SHA ", executable: true}\n"
	    "env:\n  LANG: C\n  _A1: \"\"\n"
	    "limits:\n  cpu_millis: 500\n  memory_mib: 64\n  processes: 8\n"
	    "  wall_seconds: 5\n  output_kib: 10\n  tmp_mib: 1\n"
	    "  open_files: 77\n");
	ATF_CHECK_STREQ(m.name, "hello-2");
	ATF_CHECK_STREQ(m.runtime, "python");
	ATF_CHECK_STREQ(m.class, "batch");
	ATF_CHECK_STREQ(m.profile, "eu-west-1");
	ATF_CHECK(capability_has(m.capabilities, CAPABILITY_EXEC_MEMORY));
	ATF_CHECK(capability_has(m.capabilities, CAPABILITY_SHARED_MEMORY));
	ATF_REQUIRE_EQ(m.nsecrets, 2);
	ATF_CHECK_STREQ(m.secrets[0], "db-password");
	ATF_CHECK_STREQ(m.secrets[1], "token");
	ATF_REQUIRE_EQ(m.nargs, 3);
	ATF_CHECK_STREQ(m.args[0], "/usr/bin/python3");
	ATF_CHECK_STREQ(m.args[2], "a\tb");
	ATF_REQUIRE_EQ(m.nfiles, 2);
	ATF_CHECK_STREQ(m.files[1].path, "bin/x");
	ATF_CHECK(!m.files[0].executable && m.files[1].executable);
	ATF_CHECK_EQ(m.files[1].sha256[31], 0xef);
	ATF_REQUIRE_EQ(m.nenv, 2);
	ATF_CHECK_STREQ(m.env[0], "LANG=C");
	ATF_CHECK_STREQ(m.env[1], "_A1=");
	ATF_CHECK_EQ(m.limits.cpu_millis, 500);
	ATF_CHECK_EQ(m.limits.memory_bytes, 64u << 20);
	ATF_CHECK_EQ(m.limits.processes, 8);
	ATF_CHECK_EQ(m.limits.wall_ms, 5000);
	ATF_CHECK_EQ(m.limits.output_bytes, 10240);
	ATF_CHECK_EQ(m.limits.tmp_bytes, 1u << 20);
	ATF_CHECK_EQ(m.limits.open_files, 77);
	manifest_free(&m);
}

ATF_TC_WITHOUT_HEAD(what_is_left_out_has_its_default);
ATF_TC_BODY(what_is_left_out_has_its_default, tc)
{
	good(HEAD ARGV);
	ATF_CHECK_STREQ(m.runtime, "");
	ATF_CHECK_STREQ(m.class, "standard");
	ATF_CHECK_STREQ(m.profile, "standard");
	ATF_CHECK_EQ(m.capabilities, 0);
	ATF_CHECK_EQ(m.nsecrets, 0);
	ATF_CHECK_EQ(m.nfiles, 0);
	ATF_CHECK_EQ(m.limits.memory_bytes, 256u << 20);
	manifest_free(&m);
	good(HEAD ARGV "files: []\nenv: {}\nlimits: {}\ncapabilities: []\n"
	    "secrets: []\n");
	ATF_CHECK_EQ(m.capabilities, 0);
	manifest_free(&m);
}

ATF_TC_WITHOUT_HEAD(json_is_yaml);
ATF_TC_BODY(json_is_yaml, tc)
{
	good("{\"version\": 1, \"name\": \"a\", \"argv\": [\"x\", \"y\"],\n"
	    " \"files\": [{\"path\": \"a\", \"sha256\": \"" SHA "\",\n"
	    " \"executable\": false}], \"env\": {\"A\": \"b\"}}\n");
	ATF_CHECK_EQ(m.nargs, 2);
	manifest_free(&m);
}

ATF_TC_WITHOUT_HEAD(scalars_have_the_type_of_their_field);
ATF_TC_BODY(scalars_have_the_type_of_their_field, tc)
{
	good("version: 1\nname: 123\nargv: [yes, 1.0, null, ~, 0x10]\n"
	    "env: {A: no, B: 007}\n");
	ATF_CHECK_STREQ(m.name, "123");
	ATF_CHECK_STREQ(m.args[0], "yes");
	ATF_CHECK_STREQ(m.args[1], "1.0");
	ATF_CHECK_STREQ(m.args[2], "null");
	ATF_CHECK_STREQ(m.args[3], "~");
	ATF_CHECK_STREQ(m.args[4], "0x10");
	ATF_CHECK_STREQ(m.env[1], "B=007");
	manifest_free(&m);
}

static const struct {
	const char	*text, *place, *words;
} refused[] = {
	/* fields */
	{ HEAD ARGV "nmae: b\n", "4:1", "unknown field `nmae'" },
	{ HEAD ARGV "memory_mib: 5\n", "4:1", "unknown field `memory_mib'; "
	    "it is a field of `limits'; move it there; the fields here are" },
	{ HEAD "limits:\n  cpu_millis: 50\n  argv: [a]\n", "5:3", "unknown "
	    "field `argv'; it is no field of `limits'; move it out of there; "
	    "the fields here are cpu_millis" },
	{ HEAD "argv: [x]\nname: b\n", "4:1",
	    "key `name' is in this object twice" },
	{ "version: 1\n" ARGV, "1:1", "no field `name'" },
	{ HEAD, "1:1", "no field `argv'" },
	{ "name: a\n" ARGV, "1:1", "no field `version'" },
	{ "version: 2\nname: a\n" ARGV, "1:10",
	    "the number 1; write that, without quotes" },
	{ "", "1:1", "empty" },
	{ "# nothing\n", "2:1", "empty" },
	{ "[]\n", "1:1", "takes a mapping" },
	{ "x\n", "1:1", "takes a mapping" },
	{ "? [a]\n: b\n", "1:3", "a key that is a list" },
	{ "\"\": b\n", "1:1", "unknown field `'" },
	{ "\"a\\0b\": b\n", "1:1", "unknown field `a?b'" },
	/* names */
	{ "version: 1\nname: Hello\n" ARGV, "2:7",
	    "`name' takes a name; use a to z" },
	{ "version: 1\nname: \"a\\n\"\n" ARGV, "2:7", "takes a name" },
	{ "version: 1\nname:\n" ARGV, "2:6", "takes a value" },
	{ "version: 1\nname: \"\"\n" ARGV, "2:7", "takes a name" },
	{ HEAD ARGV "runtime: a/b\n", "4:10", "`runtime' takes a name" },
	{ HEAD ARGV "class: Batch\n", "4:8", "`class' takes a name" },
	{ HEAD ARGV "profile: \"\"\n", "4:10", "`profile' takes a name" },
	{ HEAD ARGV "class: [a]\n", "4:8", "takes text" },
	/* capabilities and secrets */
	{ HEAD ARGV "capabilities: exec-memory\n", "4:15", "takes a list" },
	{ HEAD ARGV "capabilities: [a-a, exec-memory]\n", "4:16",
	    "unknown capability `a-a'; leave it out; there are exec-memory, "
	    "shared-memory" },
	{ HEAD ARGV "capabilities: [exec_memory]\n", "4:16", "unknown "
	    "capability `exec_memory'; did you mean `exec-memory'?" },
	{ HEAD ARGV "capabilities:\n- exec-memory\n- shared-memory\n- net\n",
	    "7:3", "unknown capability `net'" },
	{ HEAD ARGV "capabilities: [EXEC-MEMORY]\n", "4:16", "unknown" },
	{ HEAD ARGV "capabilities: [\"\"]\n", "4:16", "unknown" },
	{ HEAD ARGV "capabilities: [exec-memory, exec-memory]\n", "4:29",
	    "duplicate capability" },
	{ HEAD ARGV "capabilities: [{exec-memory: yes}]\n", "4:16",
	    "takes text" },
	{ HEAD ARGV "secrets: {a: b}\n", "4:10", "takes a list" },
	{ HEAD ARGV "secrets: [a/b]\n", "4:11", "`secrets' takes a name" },
	{ HEAD ARGV "secrets: [a, b, a]\n", "4:17", "duplicate secret" },
	{ HEAD ARGV "secrets: [a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q]\n", "4:43",
	    "more than 16" },
	/* wrong types */
	{ "version: one\nname: a\n" ARGV, "1:10", "takes the number 1" },
	{ "version: \"1\"\nname: a\n" ARGV, "1:10", "without quotes" },
	{ "version: [1]\nname: a\n" ARGV, "1:10", "not a list" },
	{ "version: 1\nname: [a]\n" ARGV, "2:7", "takes text" },
	{ "version: 1\nname: {a: b}\n" ARGV, "2:7", "takes text" },
	{ HEAD "argv: x\n", "3:7", "takes a list" },
	{ HEAD "argv: {x: y}\n", "3:7", "takes a list" },
	{ HEAD "argv: [[x]]\n", "3:8", "takes text" },
	{ "# nothing\n", "2:1", "is empty; write `NAME: VALUE' lines" },
	{ HEAD "argv: []\n", "3:7", "is empty" },
	{ HEAD "argv: [\"\"]\n", "3:8", "program to run is empty" },
	{ HEAD "argv:\n  - x\n  -\n", "5:4", "takes a value" },
	{ HEAD "argv: [\"a\\0b\"]\n", "3:8", "without NUL" },
	{ HEAD ARGV "env: [A]\n", "4:6", "takes a mapping" },
	{ HEAD ARGV "env: {A: [b]}\n", "4:10", "takes text" },
	{ HEAD ARGV "env: {A: b, A: c}\n", "4:13", "twice" },
	{ HEAD ARGV "env: {1A: b}\n", "4:7", "name of a variable" },
	{ HEAD ARGV "env: {A=B: b}\n", "4:7", "name of a variable" },
	{ HEAD ARGV "env: {A-B: b}\n", "4:7", "name of a variable" },
	{ HEAD ARGV "env: {<<: b}\n", "4:7", "name of a variable" },
	{ HEAD ARGV "env: {CASEMATE_X: b}\n", "4:7", "the appliance's own" },
	/* files */
	{ HEAD ARGV "files: {a: b}\n", "4:8", "takes a list" },
	{ HEAD ARGV "files: [a]\n", "4:9", "takes a mapping" },
	{ HEAD ARGV "files: [{path: a}]\n", "4:9", "no field `sha256'" },
	{ HEAD ARGV "files: [{sha256: " SHA "}]\n", "4:9", "no field `path'" },
	{ HEAD ARGV "files: [{path: ../a, sha256: " SHA "}]\n", "4:16",
	    "`path' takes the path of" },
	{ HEAD ARGV "files: [{path: /a, sha256: " SHA "}]\n", "4:16",
	    "`path' takes the path of" },
	{ HEAD ARGV "files: [{path: \"a\\nb\", sha256: " SHA "}]\n", "4:16",
	    "control characters" },
	{ HEAD ARGV "files: [{path: a, sha256: 00}]\n", "4:27",
	    "`sha256' takes a SHA-256; write the 64" },
	{ HEAD ARGV "files: [{path: a, sha256: " SHA "0}]\n", "4:27",
	    "65 bytes, at most 64" },
	{ HEAD ARGV "files: [{path: a, sha256: 0123456789ABCDEF0123456789ABCDEF"
	    "0123456789ABCDEF0123456789ABCDEF}]\n", "4:27", "lower-case" },
	{ HEAD ARGV "files:\n- " FILE_A "\n- " FILE_A "\n", "6:10",
	    "already in the list" },
	{ HEAD ARGV "files:\n- " FILE_A "\n- {path: a/b, sha256: " SHA "}\n",
	    "6:10", "or as a folder" },
	{ HEAD ARGV "files:\n- {path: a/b, sha256: " SHA "}\n- " FILE_A "\n",
	    "6:10", "or as a folder" },
	{ HEAD ARGV "files: [{path: a, sha256: " SHA ", executable: yes}]\n",
	    "4:105", "takes true or false" },
	{ HEAD ARGV "files: [{path: a, sha256: " SHA
	    ", executable: \"true\"}]\n", "4:105", "without quotes" },
	{ HEAD ARGV "files: [{path: a, sha256: " SHA ", mode: 7}]\n",
	    "4:93", "unknown field `mode'" },
	/* limits */
	{ HEAD ARGV "limits: {cpu: 1}\n", "4:10", "unknown field `cpu'" },
	{ HEAD ARGV "limits: {memory_mib: 0}\n", "4:22", "from 1 to" },
	{ HEAD ARGV "limits: {memory_mib: 010}\n", "4:22", "decimal" },
	{ HEAD ARGV "limits: {memory_mib: 0x10}\n", "4:22", "decimal" },
	{ HEAD ARGV "limits: {memory_mib: -1}\n", "4:22", "decimal" },
	{ HEAD ARGV "limits: {memory_mib: +1}\n", "4:22", "decimal" },
	{ HEAD ARGV "limits: {memory_mib: 1.5}\n", "4:22", "decimal" },
	{ HEAD ARGV "limits: {memory_mib: 1_0}\n", "4:22", "decimal" },
	{ HEAD ARGV "limits: {memory_mib: 99999999999999999999}\n", "4:22",
	    "from 1 to" },
	{ HEAD ARGV "limits: {wall_seconds: 604801}\n", "4:24",
	    "from 1 to 604800" },
	/* what YAML could do more */
	{ HEAD "argv: &a [x]\n", "3:7", "an anchor" },
	{ "version: 1\nname: &n a\n" ARGV, "2:7", "an anchor" },
	{ "&d\n" HEAD ARGV, "1:1", "an anchor" },
	{ HEAD "argv: [*a]\n", "3:8", "an alias" },
	{ "version: !!int 1\nname: a\n" ARGV, "1:10", "a tag" },
	{ HEAD "argv: !x [x]\n", "3:7", "a tag" },
	{ "--- !t\n" HEAD ARGV, "1:5", "a tag" },
	{ "version: ! 1\nname: a\n" ARGV, "1:10", "a tag" },
	{ "%YAML 1.1\n---\n" HEAD ARGV, "1:1", "a directive" },
	{ "%TAG ! !x\n---\n" HEAD ARGV, "1:1", "a directive" },
	{ HEAD ARGV "---\n" HEAD ARGV, "4:1", "a second document" },
	{ HEAD ARGV "...\nx\n", "5:1", "complete without this line" },
	/* broken text */
	{ "version: 1\n\tname: a\n", "2:1", "a tab" },
	{ HEAD "argv: [x\n", "3:7", "has no `]'" },
	{ HEAD "argv: \"x\n", "3:7", "has no end" },
	{ HEAD "argv: [\"\xff\"]\n", "3:9", "not UTF-8" },
	{ HEAD "argv: [\xc3\xa4\xc3\xa4\xc0\x80]\n", "3:12", "not UTF-8" },
	{ HEAD "argv: [a\x01]\n", "3:9", "control character" },
	{ "\xef\xbb\xbf" HEAD ARGV, "1:1", "byte order mark" },
	{ "\xff\xfev\0", "1:1", "UTF-16" },
};

ATF_TC_WITHOUT_HEAD(what_is_wrong_is_named_with_its_place);
ATF_TC_BODY(what_is_wrong_is_named_with_its_place, tc)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		bad(refused[i].text, refused[i].place, refused[i].words);
}

/* HEAD, then this n times. */
static size_t
repeat(char *dst, const char *head, const char *text, size_t n)
{
	size_t len = (size_t)sprintf(dst, "%s", head), one = strlen(text);

	for (size_t i = 0; i < n; i++, len += one)
		memcpy(dst + len, text, one);
	dst[len] = '\0';
	return len;
}

static void
bad_soon(const char *text, const char *place, const char *words)
{
	struct timespec a, b;

	ATF_REQUIRE(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a) == 0);
	bad(text, place, words);
	ATF_REQUIRE(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b) == 0);
	ATF_CHECK_MSG(b.tv_sec - a.tv_sec <= 2, "%s: slow", words);
}

ATF_TC_WITHOUT_HEAD(large_text_is_refused_soon_and_by_place);
ATF_TC_BODY(large_text_is_refused_soon_and_by_place, tc)
{
	static char text[4 * BIG + 256];

	repeat(text, "version: 1\nname: ", "a", BIG);
	bad_soon(text, "2:7", "1048576 bytes, at most 63");
	repeat(text, HEAD "argv: [x, ", "a", BIG);
	strcat(text, "]\n");
	bad_soon(text, "3:11", "1048576 bytes, at most 4096");
	repeat(text, HEAD "argv: [\"", "\\t", BIG);
	strcat(text, "\"]\n");
	bad_soon(text, "3:8", "1048576 bytes");
	repeat(text, HEAD "argv: |\n", " a\n", BIG);
	bad_soon(text, "3:7", "takes a list");
	repeat(text, "", "a", BIG);
	strcat(text, ": b\n");
	bad_soon(text, "1:1048577", "cannot be a name; write a shorter");
	repeat(text, HEAD "argv: ", "[", BIG);
	bad_soon(text, "3:198", "192 levels deep");
	repeat(text, "", "[", BIG);
	bad_soon(text, "1:193", "192 levels deep");
	repeat(text, "", "{a: ", BIG);
	bad_soon(text, "1:769", "192 levels deep");
	repeat(text, "", "a: ", BIG);
	bad_soon(text, "1:5", "a second `: '");
	repeat(text, "", "- ", BIG);
	bad_soon(text, "1:385", "192 levels deep");
	repeat(text, HEAD "argv:\n", "- a\n", BIG / 2);
	bad_soon(text, "4096:3", "more than 4096 values");
	repeat(text, HEAD "argv:\n", "- a\n", 1000);
	bad_soon(text, "68:3", "more than 64 entries");
}

/*
 * As in <sanitizer/allocator_interface.h>, which gcc does not install.  They
 * are NULL in a build without the sanitizers.
 */
#pragma weak __sanitizer_install_malloc_and_free_hooks
#pragma weak __sanitizer_get_allocated_size
int	__sanitizer_install_malloc_and_free_hooks(
	    void (*)(const volatile void *, size_t),
	    void (*)(const volatile void *));
size_t	__sanitizer_get_allocated_size(const volatile void *);

/* What is allocated, and the most that was. */
static size_t allocated, peak;

static void
count_malloc(const volatile void *p, size_t size)
{
	(void)p;
	allocated += size;
	if (allocated > peak)
		peak = allocated;
}

static void
count_free(const volatile void *p)
{
	if (p != NULL)
		allocated -= __sanitizer_get_allocated_size(p);
}

static void
check_memory(const char *head, const char *text, const char *tail)
{
	const size_t n = (MANIFEST_MAX - strlen(head) - strlen(tail)) /
	    strlen(text);
	char *all = malloc(MANIFEST_MAX + 1);
	struct doc_error e;
	size_t before, len = repeat(all, head, text, n);

	strcpy(all + len, tail);
	manifest_init(&m);
	before = peak = allocated;
	(void)manifest_parse(&m, "manifest.yaml", all, strlen(all), &e);
	ATF_CHECK_MSG(peak - before <= 1 << 20, "%s%s...: %zu bytes", head,
	    text, peak - before);
	manifest_free(&m);
	ATF_CHECK_EQ_MSG(allocated, before, "%s%s...", head, text);
	free(all);
}

ATF_TC_WITHOUT_HEAD(memory_has_a_limit_whatever_a_manifest_holds);
ATF_TC_BODY(memory_has_a_limit_whatever_a_manifest_holds, tc)
{
	if (&__sanitizer_install_malloc_and_free_hooks == NULL)
		atf_tc_skip("it needs the sanitizers to count memory");
	ATF_REQUIRE(__sanitizer_install_malloc_and_free_hooks(count_malloc,
	    count_free) > 0);
	check_memory("", "[", "");
	check_memory("", "{", "");
	check_memory("", "- ", "");
	check_memory("", "? ", "");
	check_memory("", "a: ", "");
	check_memory("", "{a: ", "");
	check_memory("", "[],", "");
	check_memory("[", "[],", "]\n");
	check_memory("[", "a,", "]\n");
	check_memory("[", "\"\",", "]\n");
	check_memory("\"", "\\L", "\"\n");
	check_memory("a: |\n", " a\n", "");
	check_memory(HEAD ARGV "env: {", "A: b,", "}\n");
	check_memory(HEAD "argv:\n", "- \"\\L\\L\\L\\L\"\n", "");
	check_memory(HEAD ARGV "files:\n", "- {path: a, sha256: b}\n", "");
	check_memory("# ", "#", "\n" HEAD ARGV);
	ATF_CHECK(peak != 0);
}

ATF_TC_WITHOUT_HEAD(counts_and_sizes_have_limits);
ATF_TC_BODY(counts_and_sizes_have_limits, tc)
{
	static char text[BIG];
	struct doc_error e;
	size_t len = repeat(text, HEAD ARGV, "#\n", MANIFEST_MAX / 2);

	ATF_CHECK_EQ(parse(text, MANIFEST_MAX, &e), 0);
	manifest_free(&m);
	ATF_CHECK_EQ(parse(text, len, &e), -1);
	ATF_CHECK(strstr(e.text, "a manifest may have 65536") != NULL);
	manifest_free(&m);
	len = repeat(text, HEAD "argv: [", "x,", 64);
	strcpy(text + len, "]\n");
	good(text);
	ATF_CHECK_EQ(m.nargs, 64);
	manifest_free(&m);
	len = repeat(text, HEAD "argv: [\"", "a", 4096);
	strcpy(text + len, "\"]\n");
	good(text);
	manifest_free(&m);
	len = repeat(text, HEAD ARGV "env: {A: ", "a", 4095);
	strcpy(text + len, "}\n");
	bad(text, "4:10", "name and value");
	len = (size_t)sprintf(text, HEAD ARGV "env: {");
	for (int i = 0; i < 65; i++)
		len += (size_t)sprintf(text + len, "A%d: x, ", i);
	strcpy(text + len, "}\n");
	bad(text, "4:509", "more than 64");
	len = (size_t)sprintf(text, HEAD ARGV "files:\n");
	for (int i = 0; i < 257; i++)
		len += (size_t)sprintf(text + len,
		    "- {path: f%d, sha256: %s}\n", i, SHA);
	bad(text, "261:3", "more than 256");
}

ATF_TC_WITHOUT_HEAD(escapes_do_not_grow_past_a_grant);
ATF_TC_BODY(escapes_do_not_grow_past_a_grant, tc)
{
	static char text[BIG];
	size_t len = (size_t)sprintf(text, HEAD "argv:\n");

	for (int i = 0; i < 32; i++) {
		len += (size_t)sprintf(text + len, "- \"");
		len = len + repeat(text + len, "", "\\L", 1000);
		len += (size_t)sprintf(text + len, "\"\n");
	}
	bad(text, "25:3", "more than 65536 bytes");
}

/* With "files/" before it, a longer path is no name of a member. */
ATF_TC_WITHOUT_HEAD(a_path_fits_into_a_bundle);
ATF_TC_BODY(a_path_fits_into_a_bundle, tc)
{
	for (int len = 249; len <= 250; len++) {
		char path[251], text[600], message[600];
		struct doc_error e = { 0 };
		struct manifest fits;
		int ret;

		memset(path, 'a', sizeof(path));
		path[100] = path[200] = '/';
		path[len] = '\0';
		snprintf(text, sizeof(text), HEAD ARGV "files: [{path: %s, "
		    "sha256: " SHA "}]\n", path);
		manifest_init(&fits);
		ret = manifest_parse(&fits, "m", text, strlen(text), &e);
		ATF_CHECK_EQ(len == 249 ? 0 : -1, ret);
		if (ret == -1)
			ATF_CHECK_MATCH("4:16: .*250 bytes, at most 249",
			    doc_error_format(&e, 0, message, sizeof(message)));
		manifest_free(&fits);
	}
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_path_fits_into_a_bundle);
	ATF_TP_ADD_TC(tp, every_field_is_read);
	ATF_TP_ADD_TC(tp, what_is_left_out_has_its_default);
	ATF_TP_ADD_TC(tp, json_is_yaml);
	ATF_TP_ADD_TC(tp, scalars_have_the_type_of_their_field);
	ATF_TP_ADD_TC(tp, what_is_wrong_is_named_with_its_place);
	ATF_TP_ADD_TC(tp, large_text_is_refused_soon_and_by_place);
	ATF_TP_ADD_TC(tp, memory_has_a_limit_whatever_a_manifest_holds);
	ATF_TP_ADD_TC(tp, counts_and_sizes_have_limits);
	ATF_TP_ADD_TC(tp, escapes_do_not_grow_past_a_grant);
	return atf_no_error();
}
