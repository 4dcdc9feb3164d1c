#include "peers.h"

#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"

#define TURNS	50

struct play play;

/* The clock, instead of runner.c's. */
uint64_t
now_ms(void)
{
	return play.now;
}

uint64_t
uptime_ms(void)
{
	return play.now;
}

/* A job's processes, instead of spawn.c's. */

void
child_init(struct child *c)
{
	c->pidfd = c->go = c->report = c->out[0] = c->out[1] = -1;
}

void
child_close(struct child *c)
{
	int fds[] = { c->pidfd, c->go, c->report, c->out[0], c->out[1] };

	for (int i = 0; i < 5; i++)
		if (fds[i] != -1)
			close(fds[i]);
	child_init(c);
}

static void
make_pipe(int *mine, int *theirs, int mine_is)
{
	int p[2];

	ATF_REQUIRE(pipe2(p, O_CLOEXEC | O_NONBLOCK | O_DIRECT) == 0);
	*mine = p[mine_is];
	*theirs = p[!mine_is];
}

int
spawn_job(int spawner, const struct spawn_place *place, const struct grant *g,
    int bundle, struct child *c, struct why *why)
{
	struct played_child *p = &play.child[place->slot];

	(void)spawner;
	p->cpus = place->cpus;
	child_init(c);
	if (play.spawn_fails)
		return why_set(why, "no processes today");
	ATF_CHECK_EQ(lseek(bundle, 0, SEEK_END), (off_t)g->bundle_len);
	make_pipe(&c->go, &p->go, 1);
	make_pipe(&c->report, &p->report, 0);
	make_pipe(&c->out[0], &p->out[0], 0);
	make_pipe(&c->out[1], &p->out[1], 0);
	c->pidfd = eventfd(0, EFD_NONBLOCK);
	p->life = dup(c->pidfd);
	p->started = p->alive = true;
	return 0;
}

void
play_die(unsigned slot)
{
	struct played_child *p = &play.child[slot];
	uint64_t one = 1;

	if (!p->alive)
		return;
	p->alive = false;
	ATF_REQUIRE(write(p->life, &one, sizeof(one)) == sizeof(one));
	close(p->life);
	close(p->go);
	close(p->report);
	close(p->out[0]);
	close(p->out[1]);
}

/* A control group, instead of cgroup.c's. */

void
cgroup_init(struct cgroup *c)
{
	c->dir = c->events = c->kill = -1;
}

int
cgroup_open(struct cgroup *c, int parent, unsigned slot,
    const struct limits *l, struct why *why)
{
	(void)parent;
	(void)l;
	(void)why;
	c->dir = open("/", O_PATH);
	c->events = -1;
	c->slot = slot;
	memset(&play.child[slot], 0, sizeof(play.child[slot]));
	return 0;
}

int
cgroup_limit_cpu(const struct cgroup *c, uint32_t cpu_millis, struct why *why)
{
	if (play.limit_fails)
		return why_set(why, "no limits today");
	play.child[c->slot].cpu_millis = cpu_millis;
	return 0;
}

int
cgroup_kill(const struct cgroup *c)
{
	if (play.kill_fails)
		return -1;
	play.child[c->slot].killed = true;
	if (!play.child[c->slot].stubborn)
		play_die(c->slot);
	return 0;
}

bool
cgroup_is_empty(const struct cgroup *c)
{
	return !play.child[c->slot].alive;
}

void
cgroup_read(const struct cgroup *c, struct cgroup_figures *f)
{
	*f = play.child[c->slot].figures;
}

int
cgroup_close(struct cgroup *c, int parent)
{
	(void)parent;
	if (play.child[c->slot].empty_stays)
		return -1;
	close(c->dir);
	cgroup_init(c);
	return 0;
}

/* The peers. */

static void
connect_peer(struct chan *ours, struct chan *theirs, enum peer peer, int *fds)
{
	ATF_REQUIRE(pipe2(fds, O_DIRECT) == 0);
	ATF_REQUIRE(pipe2(fds + 2, O_DIRECT) == 0);
	chan_init(ours, fds[0], fds[3], PEER_RUNNER, peer);
	chan_init(theirs, fds[2], fds[1], peer, PEER_RUNNER);
}

void
play_restart(struct chan *c)
{
	enum peer self = c->self;

	chan_init(c, c->in, c->out, self, PEER_RUNNER);
	play_turn();
}

/* The runner's signalfd, instead of runner.c's. */
static void
start_signals(void)
{
	int p[2];

	ATF_REQUIRE(pipe2(p, O_NONBLOCK | O_DIRECT) == 0);
	play.r.signals = p[0];
	play.signals = p[1];
}

static void
start_measurer(void)
{
	struct runtimes *rt = &play.r.runtimes;
	int sock[2];

	ATF_REQUIRE(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sock) == 0);
	play.r.measurer = sock[0];
	play.measurer = sock[1];
	rt->n = 2;
	strcpy(rt->list[0].name, "node");
	strcpy(rt->list[1].name, "python");
	strcpy(play.r.runtimes_text, "node,python");
}

int
play_asked_to_measure(void)
{
	unsigned char i;

	return recv(play.measurer, &i, 1, MSG_DONTWAIT) == 1 ? i : -1;
}

void
play_measured(unsigned i, int err, int byte)
{
	unsigned char buf[64], digest[DIGEST_LEN];
	struct put p;

	memset(digest, byte, sizeof(digest));
	put_init(&p, buf, sizeof(buf));
	put_u8(&p, (uint8_t)i);
	put_u32(&p, (uint32_t)err);
	put_u64(&p, 4096);
	put_string(&p, digest, sizeof(digest));
	ATF_REQUIRE(write(play.measurer, buf, p.len) == (ssize_t)p.len);
	play_turn();
}

void
play_start(void)
{
	struct runner *r = &play.r;

	log_init("job_test");
	memset(&play, 0, sizeof(play));
	play.now = 1000;
	r->budget.total = 1 << 20;
	r->cgroup = r->spawner = -1;
	r->cpus = PLAY_CPUS;
	shares_init(&r->shares);
	r->usage.room = UINT64_MAX;
	start_signals();
	start_measurer();
	for (unsigned i = 0; i < JOB_SLOTS; i++)
		job_init(&r->jobs[i], r, i);
	connect_peer(&r->gate, &play.gate, PEER_GATE, play.pipes);
	connect_peer(&r->keyd, &play.keyd, PEER_KEYD, play.pipes + 4);
	connect_peer(&r->ledgerd, &play.ledgerd, PEER_LEDGERD, play.pipes + 8);
	play_expect(&play.keyd, MSG_KEYD_INFO);
	play_expect(&play.ledgerd, MSG_LEDGER_INFO);
	play_expect_none(&play.gate);
}

void
play_turn(void)
{
	(void)runner_turn(&play.r, 0);
	chan_flush(&play.gate);
	chan_flush(&play.keyd);
	chan_flush(&play.ledgerd);
}

void
play_stop(void)
{
	struct signalfd_siginfo si = { .ssi_signo = SIGTERM };

	ATF_REQUIRE(write(play.signals, &si, sizeof(si)) == sizeof(si));
	play_turn();
}

struct get
play_expect(struct chan *c, enum msg want)
{
	enum msg type;
	struct get g;

	for (int i = 0; i < TURNS; i++) {
		enum chan_event ev = chan_next(c, &type, &g);

		if (ev == CHAN_MSG && type == want)
			return g;
		if (ev == CHAN_MSG)
			atf_tc_fail("%s got %s and not %s", peer_name(c->self),
			    msg_info(type)->name, msg_info(want)->name);
		if (ev == CHAN_NONE)
			play_turn();
	}
	atf_tc_fail("%s did not get %s", peer_name(c->self),
	    msg_info(want)->name);
}

void
play_expect_none(struct chan *c)
{
	enum msg type;
	struct get g;

	for (int i = 0; i < TURNS; i++) {
		if (chan_next(c, &type, &g) == CHAN_MSG)
			atf_tc_fail("%s got %s", peer_name(c->self),
			    msg_info(type)->name);
		play_turn();
	}
}

void
play_report(unsigned slot, enum report_kind kind, enum reason reason,
    uint32_t value, const char *text)
{
	struct report rep = {
		.kind = kind, .reason = (uint8_t)reason, .value = value,
		.full = play.full,
	};

	strcpy(rep.text, text);
	ATF_REQUIRE_EQ(report_send(play.child[slot].report, &rep), 0);
	play_turn();
}

void
play_write(unsigned slot, int stream, const void *data, size_t len)
{
	ssize_t n = write(play.child[slot].out[stream - 1], data, len);

	ATF_REQUIRE_EQ(n, (ssize_t)len);
	play_turn();
}

bool
play_told_to_go(unsigned slot)
{
	char c;

	return read(play.child[slot].go, &c, 1) == 1;
}
