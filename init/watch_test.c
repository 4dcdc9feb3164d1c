/*
 * The supervision core, not as process 1, with services that only wait,
 * driven by Debian's own s6 programs.
 */
#include "watch.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct watch watch;
static bool ending, blind;

/* "slow" never becomes ready; "quick" dies before it is. */
static pid_t
spawn(struct super *s)
{
	int notify = watch_notify_pipe(&watch, watch_index(&watch, s));
	pid_t pid = fork();
	sigset_t none;

	if (pid == 0) {
		setsid();
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		if (strcmp(s->name, "quick") == 0)
			_exit(7);
		if (strcmp(s->name, "slow") != 0)
			(void)!write(notify, "hello\n", 6);
		close(notify);
		for (;;)
			pause();
	}
	close(notify);
	return pid;
}

static void
send_signal(struct super *s, int signo)
{
	if (s->pid > 0)
		kill(s->pid, signo);
}

static void
news(struct super *s, enum super_news what)
{
	svdir_news(&watch.dirs[watch_index(&watch, s)], s, what);
}

static void
on_stop(int signo)
{
	(void)signo;
	ending = true;
	for (size_t i = 0; i < watch.n; i++)
		super_event(&watch.supers[i], SUPER_STOP);
}

static bool
all_down(void)
{
	for (size_t i = 0; i < watch.n; i++)
		if (watch.supers[i].state != SUPER_DOWN)
			return false;
	return true;
}

/* The supervisor's process, with one service in ./service/NAME. */
static void
supervise(const char *name, int ready)
{
	static const struct super_sys sys = { spawn, send_signal, news };
	const struct rlimit two = { 2, 2 };

	if (watch_init(&watch) == -1)
		_exit(1);
	watch.on_stop = on_stop;
	watch_add(&watch, name, 500, &sys);
	if (mkdir("service", 0755) == -1 ||
	    svdir_open(&watch.dirs[0], "service", &watch.supers[0]) == -1)
		_exit(2);
	if (blind && setrlimit(RLIMIT_NOFILE, &two) == -1)
		_exit(3);	/* poll(2) refuses more than this many */
	close(ready);		/* or the service would hold it */
	super_event(&watch.supers[0], SUPER_START);
	while (!ending || !all_down())
		watch_turn(&watch);
	_exit(0);
}

static pid_t
start(const char *name)
{
	char byte;
	int p[2];
	pid_t pid;

	ATF_REQUIRE(pipe2(p, O_CLOEXEC) == 0);
	pid = fork();
	ATF_REQUIRE(pid != -1);
	if (pid == 0) {
		close(p[0]);
		supervise(name, p[1]);
	}
	close(p[1]);
	ATF_REQUIRE_EQ(0, read(p[0], &byte, 1));
	close(p[0]);
	return pid;
}

static void
finish(pid_t pid)
{
	int status;

	kill(pid, SIGTERM);
	ATF_REQUIRE_EQ(pid, waitpid(pid, &status, 0));
	ATF_CHECK_EQ(0, status);
}

/* What a command prints; its exit code is checked. */
static const char *
output(const char *command, int code)
{
	static char text[512];
	FILE *f = popen(command, "r");
	size_t n;
	int status;

	ATF_REQUIRE(f != NULL);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	status = pclose(f);
	ATF_CHECK_MSG(WEXITSTATUS(status) == code, "%s: exit code %d: %s",
	    command, WEXITSTATUS(status), text);
	return text;
}

static void
check_stat(const char *fields, const char *want)
{
	char command[128];
	const char *got;

	snprintf(command, sizeof(command), "s6-svstat -o %s service/x 2>&1",
	    fields);
	got = output(command, 0);
	ATF_CHECK_MSG(strcmp(got, want) == 0, "%s: \"%s\" and not \"%s\"",
	    fields, got, want);
}

#define S6_TC(name)						\
	ATF_TC(name);						\
	ATF_TC_HEAD(name, tc)					\
	{							\
		atf_tc_set_md_var(tc, "require.progs",		\
		    "s6-svstat s6-svc s6-svwait");		\
	}							\
	ATF_TC_BODY(name, tc)

S6_TC(svstat_tells_a_ready_service)
{
	pid_t pid = start("x");
	char want[64], id[32];

	output("s6-svwait -U -t 5000 service/x", 0);
	check_stat("up,ready,wantedup,normallyup,paused",
	    "true true true true false\n");
	snprintf(id, sizeof(id), "%s", output("s6-svstat -o pid service/x", 0));
	ATF_CHECK_EQ(0, kill(atoi(id), 0));
	snprintf(want, sizeof(want), "up (pid %d", atoi(id));
	ATF_CHECK(strstr(output("s6-svstat service/x", 0), want) != NULL);
	finish(pid);
	ATF_CHECK_EQ(-1, kill(atoi(id), 0));
}

S6_TC(svstat_tells_one_that_is_not_ready)
{
	pid_t pid = start("slow");

	output("s6-svwait -u -t 5000 service/slow", 0);
	ATF_CHECK_STREQ("true false\n",
	    output("s6-svstat -o up,ready service/slow", 0));
	output("s6-svwait -U -t 100 service/slow 2>&1", 99);
	finish(pid);
}

S6_TC(svc_takes_it_down_and_up)
{
	pid_t pid = start("x");
	char before[32];

	output("s6-svwait -U -t 5000 service/x", 0);
	snprintf(before, sizeof(before), "%s",
	    output("s6-svstat -o pid service/x", 0));
	output("s6-svc -wD -T 5000 -d service/x 2>&1", 0);
	check_stat("up,wantedup,signal,pid", "false false SIGTERM -1\n");
	output("s6-svc -wU -T 5000 -u service/x 2>&1", 0);
	check_stat("up,ready,wantedup", "true true true\n");
	ATF_CHECK(strcmp(before,
	    output("s6-svstat -o pid service/x", 0)) != 0);
	finish(pid);
}

S6_TC(svc_kills_and_it_comes_back)
{
	pid_t pid = start("x");
	char before[32];

	output("s6-svwait -U -t 5000 service/x", 0);
	snprintf(before, sizeof(before), "%s",
	    output("s6-svstat -o pid service/x", 0));
	output("s6-svc -wR -T 5000 -k service/x 2>&1", 0);
	ATF_CHECK(strcmp(before,
	    output("s6-svstat -o pid service/x", 0)) != 0);
	finish(pid);
}

S6_TC(svc_pauses)
{
	pid_t pid = start("x");

	output("s6-svwait -U -t 5000 service/x", 0);
	output("s6-svc -p service/x 2>&1", 0);
	for (int i = 0; i < 500; i++) {
		if (strcmp(output("s6-svstat -o paused service/x", 0),
		    "true\n") == 0)
			break;
		usleep(10000);
	}
	check_stat("up,paused", "true true\n");
	output("s6-svc -c service/x", 0);
	finish(pid);	/* a paused one would not end by itself */
}

S6_TC(svstat_tells_how_it_died)
{
	pid_t pid = start("quick");
	const char *text;

	/* It starts again by itself, perhaps before s6-svstat looks. */
	do {
		output("s6-svwait -d -t 5000 service/quick", 0);
		text = output("s6-svstat -o up,wantedup,exitcode "
		    "service/quick", 0);
	} while (strncmp(text, "true", 4) == 0);
	ATF_CHECK_STREQ("false true 7\n", text);
	finish(pid);
}

S6_TC(only_one_supervises_a_directory)
{
	struct super s = { .name = "x" };
	struct svdir d;
	pid_t pid = start("x");

	svdir_init(&d);
	ATF_CHECK_EQ(-1, svdir_open(&d, "service", &s));
	ATF_CHECK_EQ(EBUSY, errno);
	finish(pid);
}

ATF_TC_WITHOUT_HEAD(ends_in_order_when_it_cannot_wait);
ATF_TC_BODY(ends_in_order_when_it_cannot_wait, tc)
{
	int status;
	pid_t pid;

	blind = true;
	pid = start("slow");
	ATF_REQUIRE_EQ(pid, waitpid(pid, &status, 0));
	ATF_CHECK_EQ(0, status);
}

static int peer[2];
static unsigned reads, writes;

static void
on_readable(void)
{
	char byte;

	ATF_REQUIRE_EQ(1, read(peer[0], &byte, 1));
	reads++;
}

static void
on_writable(void)
{
	writes++;
	watch.extras[1].fd = -1;
}

ATF_TC_WITHOUT_HEAD(further_descriptors_and_a_deadline);
ATF_TC_BODY(further_descriptors_and_a_deadline, tc)
{
	tain wait;

	ATF_REQUIRE_EQ(0, watch_init(&watch));
	ATF_REQUIRE_EQ(0, pipe2(peer, O_CLOEXEC | O_NONBLOCK));
	watch.extras[0] = (struct watch_extra){ peer[0], false, on_readable };
	watch.extras[1] = (struct watch_extra){ peer[1], true, on_writable };
	watch_turn(&watch);
	ATF_CHECK_EQ(1, writes);
	ATF_CHECK_EQ(0, reads);
	ATF_REQUIRE_EQ(1, write(peer[1], "x", 1));
	watch_turn(&watch);
	ATF_CHECK_EQ(1, writes);
	ATF_CHECK_EQ(1, reads);
	tain_from_millisecs(&wait, 50);
	tain_add_g(&watch.deadline, &wait);
	watch_turn(&watch);		/* or it would wait for ever */
	ATF_CHECK(!tain_future(&watch.deadline));
	ATF_CHECK_EQ(1, reads);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, further_descriptors_and_a_deadline);
	ATF_TP_ADD_TC(tp, svstat_tells_a_ready_service);
	ATF_TP_ADD_TC(tp, svstat_tells_one_that_is_not_ready);
	ATF_TP_ADD_TC(tp, svc_takes_it_down_and_up);
	ATF_TP_ADD_TC(tp, svc_kills_and_it_comes_back);
	ATF_TP_ADD_TC(tp, svc_pauses);
	ATF_TP_ADD_TC(tp, svstat_tells_how_it_died);
	ATF_TP_ADD_TC(tp, only_one_supervises_a_directory);
	ATF_TP_ADD_TC(tp, ends_in_order_when_it_cannot_wait);
	return atf_no_error();
}
