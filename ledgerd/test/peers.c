#include "peers.h"

#include <sys/syscall.h>
#include <sys/wait.h>

#include <atf-c.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

#include "evident.h"
#include "fill.h"
#include "replies.h"
#include "lib/fds.h"
#include "lib/sha256.h"
#include "lib/sums.h"

enum {		/* of play.pipes */
	RUNNER_OUT, RUNNER_IN, KEYD_OUT, KEYD_IN, INIT_OUT, INIT_IN, PIPES,
};

void
play_init(struct ledgerd_play *p)
{
	unsigned char pub[NOTE_KEY_LEN];

	memset(p, 0, sizeof(*p));
	p->pid = p->pidfd = p->notify = -1;
	ATF_REQUIRE(sodium_init() != -1);
	crypto_sign_keypair(pub, p->secret);
	ATF_REQUIRE_EQ(0, note_key_init(&p->key, "casemate/test", pub));
	for (int i = 0; i < PIPES; i++)
		ATF_REQUIRE_EQ(0, pipe2(p->pipes[i], O_DIRECT | O_CLOEXEC));
	play_new_runner(p);
	play_new_keyd(p);
	play_new_init(p);
}

void
play_new_runner(struct ledgerd_play *p)
{
	p->runner_there = false;
	chan_init(&p->runner, p->pipes[RUNNER_IN][0], p->pipes[RUNNER_OUT][1],
	    PEER_RUNNER, PEER_LEDGERD);
}

void
play_new_keyd(struct ledgerd_play *p)
{
	p->owed = false;
	chan_init(&p->keyd, p->pipes[KEYD_IN][0], p->pipes[KEYD_OUT][1],
	    PEER_KEYD, PEER_LEDGERD);
}

void
play_new_init(struct ledgerd_play *p)
{
	chan_init(&p->init, p->pipes[INIT_IN][0], p->pipes[INIT_OUT][1],
	    PEER_INIT, PEER_LEDGERD);
}

static const char *
program(void)
{
	static char path[4096];
	const char *build = getenv("CASEMATE_BUILD");
	const char *src = getenv("CASEMATE_SRC");

	if (build != NULL)
		snprintf(path, sizeof(path), "%s/bin/ledgerd", build);
	else
		snprintf(path, sizeof(path), "%s/build/bin/ledgerd",
		    src != NULL ? src : ".");
	return path;
}

/* dup2() clears close-on-exec; the targets are clear of all sources. */
static void
child(struct ledgerd_play *p, const char *dir, const char *const args[], int notify)
{
	int low[] = { -1, -1, -1, notify, p->pipes[RUNNER_OUT][0],
	    p->pipes[RUNNER_IN][1], p->pipes[KEYD_OUT][0],
	    p->pipes[KEYD_IN][1], p->pipes[INIT_OUT][0],
	    p->pipes[INIT_IN][1] };
	enum { LOW = sizeof(low) / sizeof(low[0]) };
	const char *argv[16] = { "ledgerd" };
	union {
		const char **in;
		char *const *out;
	} v = { .in = argv };
	const char *path = program();

	low[0] = low[1] = open("/dev/null", O_RDWR | O_CLOEXEC);
	low[2] = open("log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	for (int i = 0; i < LOW; i++)
		low[i] = fcntl(low[i], F_DUPFD_CLOEXEC, 100);
	for (int i = 0; i < LOW; i++)
		if (dup2(low[i], i) == -1)
			_exit(99);
	for (int i = 0; args[i] != NULL && i < 14; i++)
		argv[i + 1] = args[i];
	if (chdir(dir) == 0)
		execv(path, v.out);
	_exit(98);
}

void
play_start(struct ledgerd_play *p, const char *dir, const char *const args[])
{
	int notify[2];

	if (access(program(), X_OK) == -1)
		atf_tc_skip("%s is not built: make progs", program());
	ATF_REQUIRE_EQ(0, pipe2(notify, O_CLOEXEC));
	if (p->notify != -1)
		close(p->notify);
	p->notify = notify[0];
	p->ready = false;
	p->pid = fork();
	ATF_REQUIRE(p->pid != -1);
	if (p->pid == 0)
		child(p, dir, args, notify[1]);
	close(notify[1]);
	if (p->pidfd != -1)
		close(p->pidfd);
	p->pidfd = (int)syscall(SYS_pidfd_open, p->pid, 0);
	ATF_REQUIRE(p->pidfd != -1);
}

void
play_start_ready(struct ledgerd_play *p, const char *dir)
{
	static const char *const args[] = { "-m", "kept", "-b", "boot-1",
	    NULL };

	play_start(p, dir, args);
	play_until_ready(p);
}

void
play_keyd_go(struct ledgerd_play *p)
{
	char body[256], note[NOTE_TEXT_MAX];
	struct put b, n;

	p->owed = false;
	if (p->mood == KEYD_DENIES) {
		MSG_SEND(&p->keyd, checkpoint_denied, .size = p->owed_size,
		    .message = "a larger tree was signed before");
		return;
	}
	p->owed_root[0] ^= p->mood == KEYD_LIES;
	put_init(&b, body, sizeof(body));
	checkpoint_format(&b, p->key.name, p->owed_size, p->owed_root);
	put_init(&n, note, sizeof(note));
	note_sign(&n, &p->key, p->secret, body, b.len);
	MSG_SEND(&p->keyd, checkpoint_signed, .size = p->owed_size,
	    .note = { note, n.len });
}

static void
take_opened(struct ledgerd_play *p, struct get *g)
{
	struct msg_ledger_opened m;
	uint64_t names = 0, bytes = 0;

	ATF_REQUIRE_EQ(0, msg_get_ledger_opened(g, &m));
	snprintf(p->source, sizeof(p->source), "%s", m.source);
	memcpy(p->newest, m.checkpoint.p, m.checkpoint.len);
	p->newest_len = m.checkpoint.len;
	p->opened = true;
	for (uint32_t i = 0; i < p->nfiles; i++) {
		names += strlen(p->files[i].path);
		bytes += p->files[i].len;
	}
	MSG_SEND(&p->keyd, site_is, .sha256 = p->site,
	    .heartbeat_s = p->heartbeat_s, .files = p->nfiles,
	    .names = names, .bytes = bytes);
}

void
play_site(struct ledgerd_play *p, const struct play_file *files, uint32_t n)
{
	static char text[SITE_FILES_MAX * SUMS_LINE(SITE_PATH_MAX)];
	unsigned char digest[DIGEST_LEN];
	struct put sums;

	put_init(&sums, text, sizeof(text));
	for (uint32_t i = 0; i < n; i++) {
		sha256(files[i].data, files[i].len, digest);
		sums_put(&sums, digest, files[i].path, strlen(files[i].path));
	}
	ATF_REQUIRE_EQ(0, sums.err);
	sha256(text, sums.len, p->site);
	p->files = files;
	p->nfiles = n;
}

static void
take_site_read(struct ledgerd_play *p, struct get *g)
{
	static unsigned char other[DATA_MAX];
	const struct play_file *f;
	struct msg_site_read m;
	struct bytes data;

	ATF_REQUIRE_EQ(0, msg_get_site_read(g, &m));
	ATF_REQUIRE(m.file < p->nfiles);
	f = &p->files[m.file];
	ATF_REQUIRE(m.offset <= f->len);
	data = (struct bytes){ (const unsigned char *)f->data + m.offset,
	    f->len - m.offset < DATA_MAX ? f->len - m.offset : DATA_MAX };
	if (p->other_site)
		data.p = other;
	MSG_SEND(&p->keyd, site_part, .file = m.file, .offset = m.offset,
	    .path = f->path, .size = f->len, .data = data);
	p->parts++;
}

static void
keyd_turn(struct ledgerd_play *p)
{
	struct msg_checkpoint_sign m;
	enum chan_event event;
	enum msg type;
	struct get g;

	while ((event = chan_next(&p->keyd, &type, &g)) != CHAN_NONE) {
		if (event == CHAN_RESET) {
			p->owed = p->opened = false;
			continue;
		}
		if (type == MSG_LEDGER_OPENED) {
			take_opened(p, &g);
			continue;
		}
		if (type == MSG_SITE_READ) {
			take_site_read(p, &g);
			continue;
		}
		ATF_REQUIRE(p->opened && type == MSG_CHECKPOINT_SIGN);
		ATF_REQUIRE_EQ(0, msg_get_checkpoint_sign(&g, &m));
		ATF_REQUIRE(!p->owed);
		p->owed_size = m.size;
		memcpy(p->owed_root, m.root, sizeof(p->owed_root));
		p->owed = true;
		p->asked++;
		if (p->mood != KEYD_SILENT)
			play_keyd_go(p);
	}
}

static void
send_boot(struct ledgerd_play *p)
{
	static const unsigned char image[DIGEST_LEN] = { 0x1a };
	static const unsigned char build[DIGEST_LEN] = { 0xb1 };

	MSG_SEND(&p->init, init_boot, .image = "1.2.3 linux 4.5.6",
	    .image_sha256 = image, .build_sha256 = build,
	    .runtimes = "python=1024", .command_line = "quiet", .cpus = 3,
	    .memory_bytes = 1 << 20);
}

static void
init_turn(struct ledgerd_play *p)
{
	struct msg_init_event_done m;
	enum chan_event event;
	enum msg type;
	struct get g;

	while ((event = chan_next(&p->init, &type, &g)) != CHAN_NONE) {
		if (event == CHAN_RESET && !p->silent_init)
			send_boot(p);
		if (event == CHAN_RESET)
			continue;
		ATF_REQUIRE_EQ(MSG_INIT_EVENT_DONE, type);
		ATF_REQUIRE_EQ(0, msg_get_init_event_done(&g, &m));
		p->done = m.seq;
		snprintf(p->failure, sizeof(p->failure), "%s", m.failure);
	}
}

static struct put event_fields;

struct put *
play_fields(void)
{
	static unsigned char bytes[INIT_FIELDS_MAX];

	put_init(&event_fields, bytes, sizeof(bytes));
	return &event_fields;
}

void
play_send_event(struct ledgerd_play *p, uint32_t seq, enum event event)
{
	p->done = 0;
	MSG_SEND(&p->init, init_event, .seq = seq, .event = (uint8_t)event,
	    .fields = { event_fields.base, event_fields.len });
}

void
play_until_done(struct ledgerd_play *p, uint32_t seq)
{
	static struct answer a;

	while (p->done != seq)
		ATF_REQUIRE_MSG(play_turn(p, &a, PLAY_LIMIT_MS),
		    "no reply to init's event");
}

static bool
runner_turn(struct ledgerd_play *p, struct answer *a)
{
	struct msg_ledger_grew grew;
	enum chan_event event;
	enum msg type;
	struct get g;

	while ((event = chan_next(&p->runner, &type, &g)) != CHAN_NONE) {
		if (event == CHAN_MSG && type == MSG_LEDGER_GREW) {
			ATF_REQUIRE_EQ(0, msg_get_ledger_grew(&g, &grew));
			p->grew = grew.size;
			continue;
		}
		if (event == CHAN_MSG) {
			replies_take(a, type, &g);
			return true;
		}
		p->runner_there = true;
		p->resets++;
	}
	return false;
}

/* Takes the readiness byte, once. */
static void
take_ready(struct ledgerd_play *p)
{
	struct pollfd pfd = { .fd = p->notify, .events = POLLIN };
	char byte;

	if (!p->ready && poll(&pfd, 1, 0) == 1 && read(p->notify, &byte, 1) == 1)
		p->ready = byte == '\n';
}

bool
play_turn(struct ledgerd_play *p, struct answer *a, int ms)
{
	struct pollfd pfd[8];
	int n;

	a->type = MSG_CHAN_HELLO;
	chan_poll(&p->runner, pfd);
	chan_poll(&p->keyd, pfd + 2);
	chan_poll(&p->init, pfd + 6);
	pfd[4] = (struct pollfd){ .fd = p->ready ? -1 : p->notify,
	    .events = POLLIN };
	pfd[5] = (struct pollfd){ .fd = p->pidfd, .events = POLLIN };
	n = poll(pfd, 8, ms);
	chan_flush(&p->runner);
	chan_flush(&p->keyd);
	chan_flush(&p->init);
	init_turn(p);
	take_ready(p);
	keyd_turn(p);
	return runner_turn(p, a) || (n > 0 && pfd[5].revents == 0);
}

static int
take_status(struct ledgerd_play *p)
{
	int status;

	ATF_REQUIRE_EQ(p->pid, waitpid(p->pid, &status, 0));
	p->pid = -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) :
	    1000 + WTERMSIG(status);
}

int
play_wait_exit(struct ledgerd_play *p)
{
	struct pollfd pfd = { .fd = p->pidfd, .events = POLLIN };
	static struct answer a;

	while (play_turn(p, &a, PLAY_LIMIT_MS))
		;
	ATF_REQUIRE_MSG(poll(&pfd, 1, 0) == 1, "ledgerd does not end");
	return take_status(p);
}

void
play_kill(struct ledgerd_play *p)
{
	kill(p->pid, SIGKILL);
	ATF_REQUIRE_EQ(1000 + SIGKILL, take_status(p));
}

void
play_until_ready(struct ledgerd_play *p)
{
	static struct answer a;

	while (!p->ready || !p->runner_there)
		ATF_REQUIRE_MSG(play_turn(p, &a, PLAY_LIMIT_MS),
		    "ledgerd does not become ready");
}

void
play_until_owed(struct ledgerd_play *p)
{
	static struct answer a;

	while (!p->owed)
		ATF_REQUIRE_MSG(play_turn(p, &a, PLAY_LIMIT_MS),
		    "ledgerd does not ask for a checkpoint");
}

void
play_until_answer(struct ledgerd_play *p, struct answer *a)
{
	a->type = MSG_CHAN_HELLO;
	while (a->type == MSG_CHAN_HELLO)
		ATF_REQUIRE_MSG(play_turn(p, a, PLAY_LIMIT_MS),
		    "ledgerd does not answer");
}

void
play_append(struct ledgerd_play *p, uint32_t seq, enum event nr, bool receipt,
    const char *job)
{
	const struct event_info *info = event_info(nr);
	static const unsigned char digest[32];
	unsigned char fields[EVENT_MAX];
	struct put f;

	put_init(&f, fields, sizeof(fields));
	for (const struct event_field *i = info->fields; i->name != NULL; i++)
		if (i->kind == FIELD_U64)
			put_u64(&f, seq);
		else if (i->kind == FIELD_HEX)
			put_string(&f, digest, sizeof(digest));
		else if (i->kind == FIELD_LIST)
			put_u32(&f, 0);
		else
			put_cstr(&f, i == info->fields ? job : "text");
	ATF_REQUIRE_EQ(0, f.err);
	MSG_SEND(&p->runner, ledger_append, .seq = seq, .event = (uint8_t)nr,
	    .want_receipt = receipt, .fields = { fields, f.len });
}

void
play_append_tagged(struct ledgerd_play *p, uint32_t seq, enum event nr,
    const char *tag, struct bytes evidence)
{
	MSG_SEND(&p->runner, ledger_append, .seq = seq, .event = (uint8_t)nr,
	    .want_receipt = true, .fields = fill_tagged(nr, tag),
	    .evidence = evidence);
}

void
play_forget(struct ledgerd_play *p, uint32_t seq, uint64_t leaf,
    enum withheld field, const char *tag)
{
	MSG_SEND(&p->runner, ledger_forget, .seq = seq, .leaf = leaf,
	    .field = (uint8_t)field,
	    .fields = fill_tagged(EVENT_DISCLOSURE_FORGOTTEN, tag));
}

void
play_append_evidence(struct ledgerd_play *p, uint32_t seq, bool receipt,
    size_t len)
{
	struct evident e;

	evident_make(&e, seq, len);
	MSG_SEND(&p->runner, ledger_append, .seq = seq,
	    .event = EVENT_JOB_REFUSED, .want_receipt = receipt,
	    .fields = { e.fields.base, e.fields.len }, .evidence = e.evidence);
}

void
play_fsck(struct ledgerd_play *p, uint32_t seq, uint64_t next)
{
	MSG_SEND(&p->runner, ledger_fsck, .seq = seq, .next = next);
}

void
play_info(struct ledgerd_play *p)
{
	MSG_SEND(&p->runner, ledger_info, 0);
}

void
play_read(struct ledgerd_play *p, uint32_t seq, uint64_t index)
{
	MSG_SEND(&p->runner, ledger_read, .seq = seq, .index = index);
}

void
play_prove(struct ledgerd_play *p, uint32_t seq, uint64_t first,
    uint64_t second, uint64_t size)
{
	MSG_SEND(&p->runner, ledger_prove, .seq = seq, .first = first,
	    .second = second, .size = size);
}

void
play_check_log(const char *text)
{
	char log[16384];
	int fd = open("log", O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, log, sizeof(log) - 1);

	close(fd);
	ATF_REQUIRE(n >= 0);
	log[n] = '\0';
	ATF_CHECK_MSG(strstr(log, text) != NULL, "\"%s\" is not in: %s", text,
	    log);
}
