/* init's side of the console's pipes, and a real chan on the other. */
#include "console_pipe.h"

#include <atf-c.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/msg/chan.h"
#include "console/line.h"

static int in[2], out[2];
static enum service_id which;

static void
make(void)
{
	ATF_REQUIRE(pipe2(in, O_DIRECT | O_NONBLOCK | O_CLOEXEC) == 0);
	ATF_REQUIRE(pipe2(out, O_DIRECT | O_NONBLOCK | O_CLOEXEC) == 0);
}

static enum console_pipe_event
heard(void)
{
	return console_pipe_read(in[0], out[1], &which);
}

static enum console_pipe_event
after(const void *bytes, size_t len)
{
	ATF_REQUIRE_EQ((ssize_t)len, write(in[1], bytes, len));
	return heard();
}

static void
ask(struct chan *c, uint8_t letter)
{
	MSG_SEND(c, init_command, .command = letter);
}

ATF_TC_WITHOUT_HEAD(talks_with_a_chan);
ATF_TC_BODY(talks_with_a_chan, tc)
{
	struct super s = { .name = "ledgerd", .state = SUPER_UP, .pid = 77,
	    .restarts = 2 };
	struct msg_init_service m;
	struct chan c;
	struct get g;
	enum msg type;
	tain age;

	make();
	chan_init(&c, out[0], in[1], PEER_CONSOLE, PEER_INIT);
	ATF_CHECK_EQ(CONSOLE_PIPE_NONE, heard());
	ATF_CHECK_EQ(CHAN_RESET, chan_next(&c, &type, &g));
	ask(&c, 's');
	ATF_CHECK_EQ(CONSOLE_PIPE_STATUS, heard());
	ask(&c, 'p');
	ATF_CHECK_EQ(CONSOLE_PIPE_POWEROFF, heard());
	ask(&c, 'r');
	ATF_CHECK_EQ(CONSOLE_PIPE_REBOOT, heard());
	ATF_CHECK_EQ(CONSOLE_PIPE_NONE, heard());
	ask(&c, '3');
	ATF_CHECK_EQ(CONSOLE_PIPE_KILL, heard());
	ATF_CHECK_EQ(SERVICE_GATE, which);
	ask(&c, '0' + SERVICE_N);
	ATF_CHECK_EQ(CONSOLE_PIPE_BAD, heard());
	ask(&c, 'x');
	ATF_CHECK_EQ(CONSOLE_PIPE_BAD, heard());
	tain_now_set_stopwatch_g();
	s.since = STAMP;
	tain_from_millisecs(&age, 1234);
	tain_add_g(&STAMP, &age);
	console_pipe_send_service(out[1], &s);
	ATF_REQUIRE_EQ(CHAN_MSG, chan_next(&c, &type, &g));
	ATF_CHECK_EQ(MSG_INIT_SERVICE, type);
	ATF_REQUIRE_EQ(0, msg_get_init_service(&g, &m));
	ATF_CHECK_STREQ("ledgerd", m.name);
	ATF_CHECK_EQ(SUPER_UP, m.state);
	ATF_CHECK_EQ(77, m.pid);
	ATF_CHECK_EQ(2, m.restarts);
	ATF_CHECK_EQ(1234, m.up_ms);
}

ATF_TC_WITHOUT_HEAD(bad_packets_are_the_consoles_fault);
ATF_TC_BODY(bad_packets_are_the_consoles_fault, tc)
{
	char flood[4096];

	memset(flood, 'p', sizeof(flood));
	make();
	ATF_CHECK_EQ(CONSOLE_PIPE_BAD, after("p", 1));
	ATF_CHECK_EQ(CONSOLE_PIPE_BAD, after("\3\0\0\0\2\x50", 6));
	ATF_CHECK_EQ(CONSOLE_PIPE_BAD, after("\1\0\0\0\2\x50p", 7));
	ATF_CHECK_EQ(CONSOLE_PIPE_BAD, after("\3\0\0\0\3\x50pp", 8));
	ATF_CHECK_EQ(CONSOLE_PIPE_BAD, after("\3\0\0\0\2\x51p", 7));
	ATF_CHECK_EQ(CONSOLE_PIPE_BAD, after("\3\0\0\0\2\2p", 7));
	ATF_CHECK_EQ(CONSOLE_PIPE_BAD, after(flood, sizeof(flood)));
	ATF_CHECK_EQ(CONSOLE_PIPE_POWEROFF, after("\3\0\0\0\2\x50p", 7));
}

ATF_TC_WITHOUT_HEAD(full_pipe_never_blocks);
ATF_TC_BODY(full_pipe_never_blocks, tc)
{
	struct super s = { .name = "gate" };

	make();
	for (int i = 0; i < 1000; i++)
		console_pipe_send_service(out[1], &s);
	ATF_CHECK_EQ(CONSOLE_PIPE_NONE, heard());
}

static char
typed(struct line *l, const char *text)
{
	char command = '-', echo[LINE_ECHO];

	for (; *text != '\0'; text++) {
		if (!line_take(l, *text, echo))
			continue;
		command = line_command(l);
		line_next(l);
	}
	return command;
}

ATF_TC_WITHOUT_HEAD(lines);
ATF_TC_BODY(lines, tc)
{
	struct line l = { .len = 0 };

	ATF_CHECK_EQ('h', typed(&l, "help\n"));
	ATF_CHECK_EQ('s', typed(&l, "status\r"));
	ATF_CHECK_EQ('p', typed(&l, "poweroff\n"));
	ATF_CHECK_EQ('r', typed(&l, "reboot\n"));
	ATF_CHECK_EQ(0, typed(&l, "\n"));
	ATF_CHECK_EQ('0', typed(&l, "kill keyd\n"));
	ATF_CHECK_EQ('4', typed(&l, "kill console\n"));
	ATF_CHECK_EQ('?', typed(&l, "kill init\n"));
	ATF_CHECK_EQ('?', typed(&l, "Help\n"));
	ATF_CHECK_EQ('?', typed(&l, "help \n"));
	ATF_CHECK_EQ('p', typed(&l, "pow\001eroff\n"));
	ATF_CHECK_EQ('p', typed(&l, "\004\023\032\034poweroff\n"));
	ATF_CHECK_EQ('p', typed(&l, "\b\177poww\177err\boff\n"));
	ATF_CHECK_EQ('p', typed(&l, "stat\003poweroff\n"));
	ATF_CHECK_EQ('p', typed(&l, "stat\025poweroff\n"));
	ATF_CHECK_EQ('?', typed(&l, "power\303\266ff\n"));
	ATF_CHECK_EQ('-', typed(&l, "power"));
	ATF_CHECK_EQ('p', typed(&l, "off\n"));
	ATF_CHECK_EQ('?', typed(&l,
	    "poweroffpoweroffpoweroffpoweroffpoweroffpoweroff\n"));
	ATF_CHECK_EQ('h', typed(&l, "help\n"));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, talks_with_a_chan);
	ATF_TP_ADD_TC(tp, bad_packets_are_the_consoles_fault);
	ATF_TP_ADD_TC(tp, full_pipe_never_blocks);
	ATF_TP_ADD_TC(tp, lines);
	return atf_no_error();
}
