/*
 * `casemate up', the program itself, with a script in QEMU's place and a fake
 * appliance behind the socket.
 */
#include "start.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <atf-c.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/file.h"
#include "client/need.h"
#include "client/test/fake_appliance.h"
#include "client/test/fake_qemu.h"
#include "client/test/user.h"
#include "lib/clock.h"

#define FOLDER	"casemate/vm/"
#define LIMIT_MS	20000

static char here[PATH_MAX];
static struct fake appliance;

/*
 * QEMU's replacement: it notes its arguments, puts the fake appliance's socket
 * in the place of the device's, and lives until it is killed.
 */
#define QEMU_LIVES							\
	"echo \"$*\" > ../../args; mv ../../vm.sock vsock.sock\n"	\
	"echo 'casemate: ready in 1 ms' > console.log\n"		\
	"exec tail -f /dev/null\n"

static void
fake_qemu(const char *script)
{
	char *text = need_printf("#!/bin/sh\n%s", script);
	char *path = need_printf("%s/bin:%s", here, getenv("PATH"));

	ATF_REQUIRE(mkdir("bin", 0755) == 0 || access("bin", F_OK) == 0);
	user_write("bin/qemu-system-x86_64", text, 0755);
	if (strncmp(getenv("PATH"), path, strlen(here) + 5) != 0)
		ATF_REQUIRE_EQ(0, setenv("PATH", path, 1));
	free(text);
	free(path);
}

static void
enter(const char *script)
{
	char *line;

	if (access("/dev/vhost-vsock", F_OK) == 0)
		atf_tc_skip("the guest's vsock would be this host's");
	ATF_REQUIRE(getcwd(here, sizeof(here)) != NULL);
	ATF_REQUIRE_EQ(0, setenv("XDG_STATE_HOME", here, 1));
	fake_qemu(script);
	user_make_key();
	user_slurp("key.pub", user_out);
	line = need_printf("alice %s", user_out);
	ATF_REQUIRE_EQ(0, mkdir("site", 0755));
	user_write("site/allowed_signers", line, 0644);
	user_make_image("image");
	free(line);
}

/* The program; NULL: the one that was built. */
static pid_t
start(const char *program, const char *const words[])
{
	const char *build = getenv("CASEMATE_BUILD");
	union {
		const char *const *in;
		char **out;
	} argv = { .in = words };
	pid_t pid;
	char *path = program != NULL ? need_str(program) :
	    need_printf("%s/bin/casemate", build == NULL ? "build" : build);

	if ((pid = fork()) == 0) {
		alarm(60);
		dup2(open("out", O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
		dup2(open("err", O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
		execv(path, argv.out);
		_exit(127);
	}
	free(path);
	return pid;
}

#define UP	"casemate", "up", "--name", "vm", "--site", "site", "--accel", \
		"tcg"

static int
up(const char *a, const char *b)
{
	const char *words[] = { UP, "--image", "image", "--ephemeral", a, b,
	    NULL };

	return user_wait(start(NULL, words));
}

static int
down(void)
{
	const char *words[] = { "casemate", "down", "--force", "vm", NULL };

	return user_wait(start(NULL, words));
}

static void
greet(struct fake *f, int fd, int nr, void *arg)
{
	(void)nr;
	(void)arg;
	fake_connect(fd);
	fake_hello(f, fd);
}

/* An appliance on vm.sock, which QEMU_LIVES takes. */
static void
serve(fake_handler *handler)
{
	fake_init(&appliance, USER_SOCKET);
	fake_serve(&appliance, 1, handler, NULL);
}

/* Returns when it has ended. */
static void
kill_qemu(void)
{
	const uint64_t end = clock_ms() + LIMIT_MS;
	pid_t pid;

	user_slurp(FOLDER "qemu.pid", user_out);
	pid = (pid_t)atol(user_out);
	ATF_REQUIRE_EQ(0, kill(pid, SIGKILL));
	while (proc_start_time(pid) != 0 && clock_ms() < end)
		usleep(1000);
	ATF_REQUIRE_EQ(0, proc_start_time(pid));
}

static void
wait_for_file(const char *path)
{
	const uint64_t end = clock_ms() + LIMIT_MS;

	while (access(path, F_OK) == -1 && clock_ms() < end)
		usleep(10000);
	ATF_REQUIRE_EQ(0, access(path, F_OK));
}

/* `up' has reported success. */
static void
wait_until_up(void)
{
	const uint64_t end = clock_ms() + LIMIT_MS;

	do {
		usleep(10000);
		user_slurp("out", user_out);
	} while (strstr(user_out, "\nat ") == NULL && clock_ms() < end);
	ATF_REQUIRE(strstr(user_out, "\nat ") != NULL);
}

static void
check_gone(void)
{
	ATF_CHECK_EQ(-1, access(FOLDER "state", F_OK));
	ATF_CHECK_EQ(-1, access(FOLDER "vsock.sock", F_OK));
}

/* What `up' was asked for is in the state. */
static void
check_kept(void)
{
	char *image = need_printf("%s/image", here);
	struct vm_state s;

	ATF_REQUIRE_EQ(STATE_UP, state_load("vm", &s));
	ATF_CHECK_EQ(1, s.ready);
	ATF_CHECK_EQ(512, s.memory_mib);
	ATF_CHECK_EQ(1, s.cpus);
	ATF_CHECK_STREQ(image, s.image);
	ATF_CHECK_STREQ("", s.disk);
	ATF_CHECK_EQ(64, strlen(s.site));
	free(image);
}

ATF_TC_WITHOUT_HEAD(up_shows_the_key_and_keeps_it);
ATF_TC_BODY(up_shows_the_key_and_keeps_it, tc)
{
	char line[VKEY_MAX + 8], kept[USER_TEXT_MAX];

	enter(QEMU_LIVES);
	serve(greet);
	ATF_CHECK_EQ_MSG(0, up(NULL, NULL), "%s", user_err);
	ATF_CHECK_EQ(0, fake_wait(&appliance));
	ATF_CHECK(strncmp(user_out, "vm is up in ", 12) == 0);
	ATF_CHECK(strstr(user_out, " s: ephemeral, microvm, tcg\n") != NULL);
	snprintf(line, sizeof(line), "key %s\n", appliance.vkey);
	ATF_CHECK(strstr(user_out, line) != NULL);
	user_slurp(FOLDER "appliance.vkey", kept);
	ATF_CHECK_STREQ(line + 4, kept);
	check_kept();
	ATF_CHECK_EQ(0, up(NULL, NULL));
	USER_CHECK_ERR("vm: is up already (microvm, tcg); `casemate down vm' "
	    "stops it\n");
	ATF_CHECK_EQ(0, up("--wait", "5"));
	ATF_CHECK_EQ(1, up("--foreground", NULL));
	USER_CHECK_ERR("vm: is up already, so --foreground cannot start it; "
	    "stop it first with `casemate down vm'\n");
	ATF_CHECK_EQ(1, up("--memory", "64"));
	USER_CHECK_ERR("vm: is up with --memory 512 and not 64; to change "
	    "that, stop it first with `casemate down vm'\n");
	user_make_image("image");
	ATF_CHECK_EQ(1, up("--cpus", "2"));
	USER_CHECK_ERR("vm: is up with --cpus 1 and not 2, the image ");
	USER_CHECK_ERR("/image as it was before it changed; ");
	ATF_CHECK_EQ(0, down());
	check_gone();
}

static void
start_kept(void)
{
	fake_init(&appliance, USER_SOCKET);
	appliance.is_kept = true;
	fake_serve(&appliance, 1, greet, NULL);
	ATF_CHECK_EQ_MSG(0, up(NULL, NULL), "%s", user_err);
	ATF_CHECK_EQ(0, fake_wait(&appliance));
}

/* The file has the key that receipts of the disk before need. */
ATF_TC_WITHOUT_HEAD(another_key_than_before_is_said);
ATF_TC_BODY(another_key_than_before_is_said, tc)
{
	static const char before[] = "example.org/by-openssl+778a015e+"
	    "AbkEW/N8SE5uDJatS0s96M3+C2uCavroSAUP0lKfvHPH\n";

	enter(QEMU_LIVES);
	start_kept();
	ATF_CHECK_EQ(0, down());
	start_kept();
	ATF_CHECK_MSG(strstr(user_err, "another appliance") == NULL, "%s",
	    user_err);
	ATF_CHECK_EQ(0, down());
	user_write(FOLDER "appliance.vkey", before, 0644);
	start_kept();
	USER_CHECK_ERR("vm: its key is not the one of its last start");
	USER_CHECK_ERR("the one before need its key example.org/by-openssl+");
	ATF_CHECK_EQ(0, down());
}

ATF_TC_WITHOUT_HEAD(options_past_their_bounds_are_refused);
ATF_TC_BODY(options_past_their_bounds_are_refused, tc)
{
#define A20	"aaaaaaaaaaaaaaaaaaaa"
	static const struct {
		const char	*option, *value, *said;
		int		 code;
	} rows[] = {
		{ "--cpus", "0", "must be a number from 1 to 32", 100 },
		{ "--cpus", "33", "must be a number from 1 to 32", 100 },
		{ "--memory", "47", "must be a number from 48 to", 100 },
		{ "--memory", "1048577", "must be a number from 48 to", 100 },
		{ "--memory", "1048576", "--memory 1048576: this host has ",
		    1 },
		{ "--wait", "0", "must be a number from 1 to 3600", 100 },
		{ "--disk-size", "15M", "must be a number from", 100 },
		{ "--disk-size", "1G", "--disk-size and --ephemeral exclude "
		    "each other", 100 },
		{ "--disk", "d", "--disk and --ephemeral exclude", 100 },
		{ "--disk", "", "--disk: its value is empty", 100 },
		{ "--machine", "q36", "must be microvm, q35 or pc", 100 },
		{ "--runtime", "a=", "must be NAME=FILE", 100 },
		{ "--runtime", "=a", "must be NAME=FILE", 100 },
		{ "--runtime", "aaaaaaaaaaaaaaaaaa=f", "NAME of at most 17",
		    100 },
		{ "--runtime", "aaaaaaaaaaaaaaaaa=f", "f: cannot find the "
		    "runtime", 1 },
		{ "--runtime", "a=fifo", "fifo: is a FIFO; the runtime must "
		    "be a file", 1 },
	};
	static const struct {
		const char	*name, *said;
	} names[] = {
		{ "", "--name: its value is empty" },
		{ "-", "a name has 1 to 63 lower-case letters" },
		{ "A", "a name has 1 to 63 lower-case letters" },
		{ A20 A20 A20 "aaaa", "a name has 1 to 63 lower-case" },
	};
	const char *longest[] = { "casemate", "up", "--site", "none",
	    "--image", "image", "--name", A20 A20 A20 "aaa", NULL };

	enter(QEMU_LIVES);
	ATF_REQUIRE_EQ(0, mkfifo("fifo", 0600));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ATF_CHECK_EQ_MSG(rows[i].code, up(rows[i].option,
		    rows[i].value), "%s %s", rows[i].option, rows[i].value);
		USER_CHECK_ERR(rows[i].said);
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *words[] = { "casemate", "up", "--site", "site",
		    "--name", names[i].name, NULL };

		ATF_CHECK_EQ(100, user_wait(start(NULL, words)));
		USER_CHECK_ERR(names[i].said);
	}
	ATF_CHECK_EQ(1, user_wait(start(NULL, longest)));
	USER_CHECK_ERR("--site none: cannot find it");
	check_gone();
}

ATF_TC_WITHOUT_HEAD(files_that_cannot_be_used_are_named);
ATF_TC_BODY(files_that_cannot_be_used_are_named, tc)
{
	const char *image[] = { UP, "--ephemeral", "--image", "key", NULL };
	const char *disk[] = { UP, "--image", "image", "--disk", "key", NULL };

	enter("echo started > ../../pid\n");
	ATF_CHECK_EQ(1, user_wait(start(NULL, image)));
	USER_CHECK_ERR("/key: is not a Linux bzImage; `make image' makes "
	    "build/casemate.bzImage\n");
	ATF_CHECK_EQ(1, user_wait(start(NULL, disk)));
	USER_CHECK_ERR("/key: cannot be the data disk: it holds no ext4");
	ATF_CHECK_EQ(-1, access("pid", F_OK));
	ATF_CHECK_EQ(-1, access(FOLDER "site.cpio", F_OK));
	check_gone();
}

ATF_TC_WITHOUT_HEAD(what_a_dead_vm_left_is_replaced);
ATF_TC_BODY(what_a_dead_vm_left_is_replaced, tc)
{
	enter(QEMU_LIVES);
	serve(greet);
	ATF_CHECK_EQ_MSG(0, up(NULL, NULL), "%s", user_err);
	ATF_CHECK_EQ(0, fake_wait(&appliance));
	kill_qemu();
	serve(greet);
	ATF_CHECK_EQ_MSG(0, up(NULL, NULL), "%s", user_err);
	USER_CHECK_ERR("vm: an earlier VM of this name has ended: QEMU was "
	    "killed or crashed; removed what it had left\n");
	ATF_CHECK_EQ(0, fake_wait(&appliance));
	user_write(FOLDER "state", "what?\n", 0600);
	ATF_CHECK_EQ(1, up(NULL, NULL));
	USER_CHECK_ERR("vm/state: is damaged");
	kill_qemu();
}

/* Says something else than HELLO. */
static void
serve_web(struct fake *f, int fd, int nr, void *arg)
{
	(void)f;
	(void)nr;
	(void)arg;
	fake_connect(fd);
	(void)!write(fd, "HTTP/1.1 400 Bad Request\r\n", 26);
}

ATF_TC_WITHOUT_HEAD(what_is_no_appliance_is_ended);
ATF_TC_BODY(what_is_no_appliance_is_ended, tc)
{
	enter("echo $$ > ../../pid\n" QEMU_LIVES);
	serve(serve_web);
	ATF_CHECK_EQ(1, up(NULL, NULL));
	USER_CHECK_ERR("vm: its socket answers, but not as an appliance\n");
	USER_CHECK_ERR("vm: its console said:\n  | casemate: ready in 1 ms\n");
	USER_CHECK_ERR("vm: QEMU said nothing\n");
	ATF_CHECK_EQ(0, fake_wait(&appliance));
	user_slurp("pid", user_out);
	ATF_CHECK_EQ(-1, kill((pid_t)atol(user_out), 0));
	check_gone();
}

/* Plays QEMU's part of a stop: the button is pressed, and it ends. */
static void
switch_off(void)
{
	const struct fake_monitor m = { FAKE_QMP_GREETING,
	    { FAKE_QMP_OK, FAKE_QMP_OK }, false };
	pid_t monitor = fake_monitor_start(&m, "casemate/vm");

	wait_for_file("commands");
	user_write(FOLDER "events.log", "{\"event\": \"SHUTDOWN\", \"data\": "
	    "{\"guest\": true, \"reason\": \"guest-shutdown\"}}\r\n", 0600);
	kill_qemu();
	fake_process_end(monitor);
	ATF_REQUIRE_EQ(0, unlink("commands"));
}

ATF_TC_WITHOUT_HEAD(a_signal_ends_the_wait);
ATF_TC_BODY(a_signal_ends_the_wait, tc)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	const char *words[] = { UP, "--image", "image", "--ephemeral", NULL };

	enter("exec tail -f /dev/null\n");
	for (size_t i = 0; i < 3; i++) {
		pid_t pid = start(NULL, words);

		wait_for_file(FOLDER "qemu.pid");
		ATF_REQUIRE_EQ(0, kill(pid, signals[i]));
		usleep(50000);
		ATF_REQUIRE_EQ(0, kill(pid, SIGINT));	/* does no harm */
		switch_off();
		ATF_CHECK_EQ(1, user_wait(pid));
		USER_CHECK_ERR("vm: interrupted while it was starting; "
		    "stopping it (at most 30 s)\n"
		    "casemate: vm: stopped in good order\n");
		check_gone();
	}
}

/* SIGKILL leaves its VM.  The next `up' waits for it, or ends it. */
ATF_TC_WITHOUT_HEAD(a_killed_up_is_continued);
ATF_TC_BODY(a_killed_up_is_continued, tc)
{
	const char *words[] = { UP, "--image", "image", "--ephemeral", NULL };
	pid_t pid;

	enter("while [ ! -e ../../go ]; do sleep 0.05; done\n" QEMU_LIVES);
	serve(greet);
	pid = start(NULL, words);
	wait_for_file(FOLDER "qemu.pid");
	ATF_REQUIRE_EQ(0, kill(pid, SIGKILL));
	ATF_REQUIRE_EQ(pid, waitpid(pid, NULL, 0));
	user_write("go", "", 0600);
	ATF_CHECK_EQ_MSG(0, up(NULL, NULL), "%s", user_err);
	USER_CHECK_ERR("vm: another `up' has left it while it was starting; "
	    "waiting for it\n");
	ATF_CHECK_EQ(0, fake_wait(&appliance));
	ATF_CHECK_EQ(0, access(FOLDER "appliance.vkey", F_OK));
	ATF_CHECK_EQ(0, up(NULL, NULL));
	USER_CHECK_ERR("vm: is up already");
	ATF_CHECK_EQ(0, down());
	check_gone();
}

/* Nothing has been started then. */
ATF_TC_WITHOUT_HEAD(a_signal_in_time_starts_no_vm);
ATF_TC_BODY(a_signal_in_time_starts_no_vm, tc)
{
	const char *words[] = { UP, "--image", "image", "--disk", "disk",
	    NULL };
	pid_t pid;

	enter("exec tail -f /dev/null\n");
	user_write("bin/mkfs.ext4", "#!/bin/sh\n: > making\nsleep 1\n"
	    "exec /usr/sbin/mkfs.ext4 \"$@\"\n", 0755);
	pid = start(NULL, words);
	wait_for_file("making");
	ATF_REQUIRE_EQ(0, kill(pid, SIGTERM));
	ATF_CHECK_EQ(1, user_wait(pid));
	USER_CHECK_ERR("vm: interrupted; its VM has not been started\n");
	check_gone();
}

/* nohup(1) and many a script start it so. */
ATF_TC_WITHOUT_HEAD(an_ignored_hangup_stays_ignored);
ATF_TC_BODY(an_ignored_hangup_stays_ignored, tc)
{
	const char *words[] = { UP, "--image", "image", "--ephemeral", NULL };
	pid_t pid;

	enter("exec tail -f /dev/null\n");
	signal(SIGHUP, SIG_IGN);
	pid = start(NULL, words);
	wait_for_file(FOLDER "qemu.pid");
	ATF_REQUIRE_EQ(0, kill(pid, SIGHUP));
	usleep(400000);
	ATF_CHECK_EQ(0, access(FOLDER "state", F_OK));
	ATF_REQUIRE_EQ(0, kill(pid, SIGINT));
	switch_off();
	ATF_CHECK_EQ(1, user_wait(pid));
}

/* Its monitor lets it stop in good order. */
ATF_TC_WITHOUT_HEAD(foreground_ends_with_its_vm);
ATF_TC_BODY(foreground_ends_with_its_vm, tc)
{
	const char *words[] = { UP, "--image", "image", "--ephemeral",
	    "--foreground", NULL };
	pid_t pid;

	enter(QEMU_LIVES);
	serve(greet);
	pid = start(NULL, words);
	wait_for_file(FOLDER "appliance.vkey");
	wait_until_up();
	kill_qemu();
	ATF_CHECK_EQ(1, user_wait(pid));
	USER_CHECK_ERR("vm: QEMU was killed or crashed; its jobs were cut off");
	check_gone();
	ATF_CHECK_EQ(0, fake_wait(&appliance));
	ATF_REQUIRE_EQ(0, unlink(FOLDER "appliance.vkey"));
	ATF_REQUIRE_EQ(0, unlink("out"));

	serve(greet);
	pid = start(NULL, words);
	wait_for_file(FOLDER "appliance.vkey");
	wait_until_up();
	ATF_REQUIRE_EQ(0, kill(pid, SIGTERM));
	switch_off();
	ATF_CHECK_EQ_MSG(0, user_wait(pid), "%s", user_err);
	USER_CHECK_ERR("vm: stopped in good order\n");
	ATF_CHECK_EQ(0, fake_wait(&appliance));
	check_gone();
}

/* Beside it are neither an image nor casemate-vsock. */
ATF_TC_WITHOUT_HEAD(a_program_that_stands_alone);
ATF_TC_BODY(a_program_that_stands_alone, tc)
{
	const char *build = getenv("CASEMATE_BUILD");
	const char *none[] = { UP, NULL };
	const char *image[] = { UP, "--ephemeral", NULL };
	char *program = need_printf("%s/bin/casemate",
	    build == NULL ? "build" : build);
	const char *copy[] = { "cp", program, "alone/casemate", NULL };

	enter(QEMU_LIVES);
	ATF_REQUIRE_EQ(0, mkdir("alone", 0755));
	ATF_REQUIRE_EQ(0, proc_wait(proc_start(copy, PROC_ATTACHED, -1, NULL,
	    0)));
	ATF_CHECK_EQ(1, user_wait(start("alone/casemate", none)));
	USER_CHECK_ERR("--image is missing, and there is no casemate.bzImage "
	    "beside");
	ATF_REQUIRE_EQ(0, rename("image", "casemate.bzImage"));
	ATF_CHECK_EQ(1, user_wait(start("alone/casemate", image)));
	USER_CHECK_ERR("alone/casemate-vsock: no such program");
	check_gone();
	free(program);
}

ATF_TC_WITHOUT_HEAD(a_log_of_another_kind_is_replaced);
ATF_TC_BODY(a_log_of_another_kind_is_replaced, tc)
{
	struct stat st;

	enter("exit 1\n");
	ATF_REQUIRE_EQ(0, mkdir("casemate", 0700));
	ATF_REQUIRE_EQ(0, mkdir("casemate/vm", 0700));
	ATF_REQUIRE_EQ(0, mkfifo(FOLDER "qemu.log", 0600));
	ATF_CHECK_EQ(1, up(NULL, NULL));
	USER_CHECK_ERR("vm: QEMU said nothing");
	ATF_REQUIRE_EQ(0, stat(FOLDER "qemu.log", &st));
	ATF_CHECK(S_ISREG(st.st_mode));
}

ATF_TC_WITHOUT_HEAD(runtimes_are_given_to_the_vm);
ATF_TC_BODY(runtimes_are_given_to_the_vm, tc)
{
	static char erofs[3 * 512];

	enter(QEMU_LIVES);
	memset(erofs, 'x', 1024);
	memcpy(erofs + 1024, "\xe2\xe1\xf5\xe0", 4);
	ATF_REQUIRE_EQ(0, file_save("python.erofs", erofs, sizeof(erofs),
	    0644));
	ATF_CHECK_EQ(100, up("--runtime", "Python=python.erofs"));
	USER_CHECK_ERR("--runtime Python=python.erofs: a name has lower-case");
	ATF_CHECK_EQ(1, up("--runtime", "python=site"));
	USER_CHECK_ERR("site: is a folder; the runtime must be a file");
	ATF_CHECK_EQ(1, up("--runtime", "python=key"));
	USER_CHECK_ERR("key: is not an EROFS image");
	serve(greet);
	ATF_CHECK_EQ_MSG(0, up("--runtime", "python=python.erofs"), "%s",
	    user_err);
	ATF_CHECK_EQ(0, fake_wait(&appliance));
	user_slurp("args", user_out);
	ATF_CHECK(strstr(user_out, "serial=rt-python") != NULL);
	ATF_CHECK(strstr(user_out, "/python.erofs") != NULL);
	ATF_CHECK_EQ(0, down());
}

ATF_TC_WITHOUT_HEAD(what_cannot_start_is_said);
ATF_TC_BODY(what_cannot_start_is_said, tc)
{
	enter(QEMU_LIVES);
	user_write("bin/qemu-system-x86_64", "#!/no/interpreter\n", 0755);
	ATF_CHECK_EQ(1, up(NULL, NULL));
	USER_CHECK_ERR("cannot start");
	USER_CHECK_ERR("bin/qemu-system-x86_64: No such file");
	check_gone();
	ATF_REQUIRE_EQ(0, unlink(FOLDER "qemu.log"));
	ATF_REQUIRE_EQ(0, mkdir(FOLDER "qemu.log", 0755));
	ATF_CHECK_EQ(1, up(NULL, NULL));
	USER_CHECK_ERR("vm: cannot make the file qemu.log in its folder: Is a");
	ATF_REQUIRE_EQ(0, mkdir(FOLDER "vsock.sock", 0755));
	ATF_REQUIRE_EQ(0, rmdir(FOLDER "qemu.log"));
	ATF_CHECK_EQ(1, up(NULL, NULL));
	USER_CHECK_ERR("vm: cannot make the sockets for its vsock: Address "
	    "in use");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, up_shows_the_key_and_keeps_it);
	ATF_TP_ADD_TC(tp, another_key_than_before_is_said);
	ATF_TP_ADD_TC(tp, options_past_their_bounds_are_refused);
	ATF_TP_ADD_TC(tp, files_that_cannot_be_used_are_named);
	ATF_TP_ADD_TC(tp, what_a_dead_vm_left_is_replaced);
	ATF_TP_ADD_TC(tp, what_is_no_appliance_is_ended);
	ATF_TP_ADD_TC(tp, a_signal_ends_the_wait);
	ATF_TP_ADD_TC(tp, a_killed_up_is_continued);
	ATF_TP_ADD_TC(tp, a_signal_in_time_starts_no_vm);
	ATF_TP_ADD_TC(tp, an_ignored_hangup_stays_ignored);
	ATF_TP_ADD_TC(tp, foreground_ends_with_its_vm);
	ATF_TP_ADD_TC(tp, a_program_that_stands_alone);
	ATF_TP_ADD_TC(tp, a_log_of_another_kind_is_replaced);
	ATF_TP_ADD_TC(tp, runtimes_are_given_to_the_vm);
	ATF_TP_ADD_TC(tp, what_cannot_start_is_said);
	return atf_no_error();
}
