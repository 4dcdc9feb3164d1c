/* What init records: the events that ledger_pipe.h is given, as JSON. */
#include "record.h"

#include <sys/wait.h>

#include <atf-c.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/msg/chan.h"

static struct recorder r;
static struct super s;
static const unsigned char digest[DIGEST_LEN];
static const struct msg_init_boot boot = { .image = "", .runtimes = "",
	.image_sha256 = digest, .build_sha256 = digest, .command_line = "" };
static int in[2], out[2];
static char text[4096];

static void
make(void)
{
	ATF_REQUIRE(pipe2(in, O_DIRECT | O_NONBLOCK | O_CLOEXEC) == 0);
	ATF_REQUIRE(pipe2(out, O_DIRECT | O_NONBLOCK | O_CLOEXEC) == 0);
	tain_now_set_stopwatch_g();
	record_init(&r, in[0], out[1], &boot);
	super_init(&s, "gate", 0, NULL);
	s.pid = 77;
	s.state = SUPER_WAITING;
}

/* The newest event. */
static const char *
newest(void)
{
	const struct ledger_pipe *p = &r.pipe;
	const struct ledger_pipe_event *e =
	    &p->events[(p->head + p->len - 1) % LEDGER_PIPE_EVENTS];
	const struct event_info *info = event_info(e->event);
	struct put o, kept;
	struct get g;

	ATF_REQUIRE(p->len > 0);
	put_init(&kept, text, 0);	/* no field of these is withheld */
	put_init(&o, text, sizeof(text) - 1);
	put_raw(&o, info->type, strlen(info->type));
	put_raw(&o, " ", 1);
	get_init(&g, e->fields, e->len);
	ATF_REQUIRE_EQ(0, event_format(info, &g, NULL, &o, &kept));
	text[o.len] = '\0';
	return text;
}

static void
check(const char *want)
{
	const char *got = newest();

	ATF_CHECK_MSG(strcmp(got, want) == 0, "%s and not %s", got, want);
}

static void
end(int wstat, uint64_t now_ms)
{
	s.wstat = wstat;
	record_end(&r, SERVICE_GATE, &s, now_ms);
	s.restarts++;
}

ATF_TC_WITHOUT_HEAD(ends_have_their_cause);
ATF_TC_BODY(ends_have_their_cause, tc)
{
	make();
	record_reason(&r, SERVICE_GATE, "because");
	record_reason(&r, SERVICE_GATE, "later");
	end(SIGKILL, 0);
	check("casemate.service.ended \"service\":\"gate\","
	    "\"cause\":\"signal\",\"status\":9,\"reason\":\"because\","
	    "\"up_ms\":0,\"then\":\"restart\",\"restarts\":0,"
	    "\"unrecorded\":0");
	end(110 << 8, 0);
	check("casemate.service.ended \"service\":\"gate\","
	    "\"cause\":\"exit\",\"status\":110,\"reason\":\"\",\"up_ms\":0,"
	    "\"then\":\"restart\",\"restarts\":1,\"unrecorded\":0");
	s.pid = 0;
	s.state = SUPER_DOWN;
	end(0, 0);
	check("casemate.service.ended \"service\":\"gate\","
	    "\"cause\":\"spawn\",\"status\":0,\"reason\":\"\",\"up_ms\":0,"
	    "\"then\":\"stop\",\"restarts\":2,\"unrecorded\":0");
}

ATF_TC_WITHOUT_HEAD(a_crash_loop_writes_few_leaves);
ATF_TC_BODY(a_crash_loop_writes_few_leaves, tc)
{
	size_t before;

	make();
	for (int i = 0; i < 100; i++)
		end(1 << 8, 5000 + (uint64_t)i);
	ATF_CHECK_EQ(RECORD_ENDS, r.pipe.len);
	before = r.pipe.len;
	end(1 << 8, 5000 + RECORD_ENDS_MS - 1);
	ATF_CHECK_EQ(before, r.pipe.len);
	end(1 << 8, 5000 + RECORD_ENDS_MS);
	ATF_CHECK_EQ(before + 1, r.pipe.len);
	end(1 << 8, 5000 + RECORD_ENDS_MS);
	ATF_CHECK_EQ(before + 1, r.pipe.len);
	ATF_CHECK_MSG(strstr(newest(), "\"unrecorded\":93") != NULL, "%s",
	    text);
	end(1 << 8, 5000 + 100 * (uint64_t)RECORD_ENDS_MS);
	ATF_CHECK_MSG(strstr(newest(), "\"unrecorded\":1") != NULL, "%s", text);
	ATF_CHECK_EQ(RECORD_ENDS - 1, r.ends[SERVICE_GATE].left);
}

ATF_TC_WITHOUT_HEAD(one_that_keeps_failing_is_recorded_once);
ATF_TC_BODY(one_that_keeps_failing_is_recorded_once, tc)
{
	make();
	for (s.backoff_ms = 100; s.backoff_ms < 5000; s.backoff_ms *= 2)
		end(1 << 8, 0);
	s.backoff_ms = 5000;
	end(1 << 8, 0);
	check("casemate.appliance.degraded \"part\":\"service\","
	    "\"name\":\"gate\",\"message\":\"it ends again and again; see the "
	    "console for why\"");
	end(1 << 8, 0);
	ATF_CHECK(strstr(newest(), "service.ended") != NULL ||
	    strstr(text, "degraded") != NULL);
	ATF_CHECK(r.pipe.len <= RECORD_ENDS + 1);
}

ATF_TC_WITHOUT_HEAD(a_stop_waits_for_its_leaves);
ATF_TC_BODY(a_stop_waits_for_its_leaves, tc)
{
	tain second;

	make();
	record_stopping(&r, HALT_REBOOT, "button", "");
	check("casemate.appliance.stopping \"ordered_by\":\"button\","
	    "\"service\":\"\",\"how\":\"reboot\"");
	ATF_CHECK(record_holds(&r, true));
	ATF_CHECK(!record_holds(&r, false));	/* ledgerd is not up */
	ATF_CHECK(!record_holds(&r, true));	/* and that counts */
	record_stopped(&r);
	record_stopped(&r);
	check("casemate.appliance.stopped \"how\":\"reboot\"");
	ATF_CHECK_EQ(2, r.pipe.len);
	ATF_CHECK(record_holds(&r, true));
	tain_from_millisecs(&second, RECORD_WAIT_MS);
	tain_add_g(&STAMP, &second);
	ATF_CHECK(!record_holds(&r, true));
	ATF_CHECK(!tain_less(&r.deadline, &tain_infinite));
}

ATF_TC_WITHOUT_HEAD(a_stop_goes_on_with_the_reply);
ATF_TC_BODY(a_stop_goes_on_with_the_reply, tc)
{
	struct chan c;

	make();
	chan_init(&c, out[0], in[1], PEER_LEDGERD, PEER_INIT);
	ATF_REQUIRE_EQ(0, ledger_pipe_read(&r.pipe));
	record_ready(&r, 12);
	record_stopping(&r, HALT_POWEROFF, "signal", "");
	MSG_SEND(&c, init_event_done, .seq = 1, .failure = "");
	ATF_REQUIRE_EQ(0, ledger_pipe_read(&r.pipe));
	ATF_CHECK(record_holds(&r, true));
	MSG_SEND(&c, init_event_done, .seq = 2, .failure = "it is full");
	ATF_REQUIRE_EQ(0, ledger_pipe_read(&r.pipe));
	ATF_CHECK(!record_holds(&r, true));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, ends_have_their_cause);
	ATF_TP_ADD_TC(tp, a_crash_loop_writes_few_leaves);
	ATF_TP_ADD_TC(tp, one_that_keeps_failing_is_recorded_once);
	ATF_TP_ADD_TC(tp, a_stop_waits_for_its_leaves);
	ATF_TP_ADD_TC(tp, a_stop_goes_on_with_the_reply);
	return atf_no_error();
}
