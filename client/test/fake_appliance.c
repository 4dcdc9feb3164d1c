#include "fake_appliance.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <sodium.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client/need.h"
#include "lib/command.h"
#include "lib/receipt.h"
#include "lib/sha256.h"
#include "lib/test/kept_tree.h"
#include "client/unixsock.h"

void
fake_check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fake appliance: %s\n", what);
	_exit(1);
}

void
fake_init(struct fake *f, const char *path)
{
	static const unsigned char seed[32] = "a seed that only tests may use";
	unsigned char pub[NOTE_KEY_LEN];
	char here[4096];

	memset(f, 0, sizeof(*f));
	f->path = path;
	f->message = "";
	/* What the client keeps stays in the test's folder. */
	fake_check(getcwd(here, sizeof(here)) != NULL &&
	    setenv("XDG_STATE_HOME", here, 0) == 0, "XDG_STATE_HOME");
	fake_check(sodium_init() != -1, "sodium_init");
	crypto_sign_seed_keypair(pub, f->secret, seed);
	fake_check(note_key_init(&f->key, "casemate/fake", pub) == 0, "key");
	note_format_vkey(f->vkey, &f->key);
}

void
fake_serve(struct fake *f, int connections, fake_handler *handler, void *arg)
{
	int dir = open(".", O_RDONLY | O_DIRECTORY);

	f->listener = unixsock_listen(dir, f->path);
	close(dir);
	fake_check(f->listener != -1, "cannot listen");
	if ((f->pid = fork()) != 0) {
		close(f->listener);
		return;
	}
	alarm(60);
	for (int i = 0; i < connections; i++) {
		int fd = accept(f->listener, NULL, NULL);

		fake_check(fd != -1, "accept");
		handler(f, fd, i, arg);
		close(fd);
	}
	_exit(0);
}

int
fake_wait(struct fake *f)
{
	int status;

	if (waitpid(f->pid, &status, 0) != f->pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static void
read_exactly(int fd, void *dst, size_t len)
{
	unsigned char *p = dst;

	while (len > 0) {
		ssize_t n = read(fd, p, len);

		fake_check(n > 0, "the client left early");
		p += n;
		len -= (size_t)n;
	}
}

static void
write_exactly(int fd, const void *src, size_t len)
{
	const unsigned char *p = src;

	while (len > 0) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		p += n;
		len -= (size_t)n;
	}
}

void
fake_connect(int fd)
{
	char line[13];

	read_exactly(fd, line, sizeof(line));
	fake_check(memcmp(line, "CONNECT 1024\n", sizeof(line)) == 0,
	    "CONNECT");
	write_exactly(fd, "OK 1073741824\n", 14);
}

void
fake_send(int fd, unsigned type, const void *data, size_t len)
{
	struct buf b = { 0 };
	unsigned char header[5];
	struct put p;

	put_init(&p, header, sizeof(header));
	put_u32(&p, (uint32_t)len + 1);
	put_u8(&p, (uint8_t)type);
	buf_add(&b, header, sizeof(header));
	buf_add(&b, data, len);
	write_exactly(fd, b.data, b.len);
	buf_free(&b);
}

void
fake_read(int fd, unsigned type, struct buf *out)
{
	unsigned char header[5];
	struct get g;
	uint32_t len;

	read_exactly(fd, header, sizeof(header));
	get_init(&g, header, sizeof(header));
	len = get_u32(&g);
	fake_check(get_u8(&g) == type, "a frame of another type was expected");
	fake_check(len >= 1 && len - 1 <= client_max(type), "frame too long");
	out->len = 0;
	read_exactly(fd, buf_room(out, len), len - 1);
	out->len = len - 1;
}

void
fake_hello(struct fake *f, int fd)
{
	unsigned char frame[1024];
	struct put p;

	put_init(&p, frame, sizeof(frame));
	client_put_hello(&p, &(struct client_hello){
	    .protocol = "casemate", .version = CLIENT_VERSION,
	    .vkey = f->vkey, .mode = f->is_kept ? "kept" : "ephemeral",
	    .now = (uint64_t)time(NULL), .slots = 8 });
	fake_send(fd, CLIENT_HELLO, frame, p.len);
}

static void
refuse(int fd, enum reason why, const char *text, const char *receipt,
    const struct buf *disclosures)
{
	static unsigned char frame[RECEIPT_MAX + DISCLOSURES_MAX + 2048];
	struct put p;

	put_init(&p, frame, sizeof(frame));
	client_put_refused(&p, &(struct client_refused){
	    .reason = (uint8_t)why, .message = text, .job = "",
	    .receipt = { receipt, strlen(receipt) },
	    .disclosures = { disclosures->data, disclosures->len } });
	fake_send(fd, CLIENT_REFUSED, frame, p.len);
}

void
fake_refuse(int fd, enum reason why, const char *text)
{
	refuse(fd, why, text, "", &(struct buf){ 0 });
}

void
fake_refuse_recorded(int fd, enum reason why, const char *text)
{
	refuse(fd, why, text, "a receipt", &(struct buf){ 0 });
}

void
fake_refuse_proven(struct fake *f, int fd, const struct command *c,
    const unsigned char *digest, enum reason why, enum fake_lie lie)
{
	const bool job = c->verb == VERB_RUN;
	const struct fake_head head = { .index = fake_next(f),
	    .source = f->key.name,
	    .type = job ? "casemate.job.refused" : "casemate.read.refused",
	    .said = lie == LIE_OTHER_EVENT ? "casemate.job.accepted" : NULL };
	static char text[RECEIPT_MAX];
	char id[JOB_ID_LEN + 1];
	struct fake_leaf leaf;
	struct put p;

	command_job(digest, id);
	fake_leaf_make(&leaf, &head, (struct fake_field[]){
	    { job ? "job" : "id", .text = id },
	    { "command_sha256", .digest = digest },
	    { "submitter", .text = "a" }, { "message", .text = "with proof" },
	    { "reason", .text = reason_word(lie == LIE_OTHER_OUTCOME ?
	    REASON_REPLAY : why) }, { NULL } });
	put_init(&p, text, sizeof(text) - 1);
	fake_put_receipt(&p, f, leaf.text, lie);
	text[p.len] = '\0';
	refuse(fd, why, "with proof", text, &leaf.disclosures);
	fake_leaf_free(&leaf);
}

const char *
fake_hex(const void *digest)
{
	static char text[8][2 * DIGEST_LEN + 1];	/* one leaf has 7 */
	static int next;
	char *dst = text[next++ & 7];

	for (int i = 0; i < DIGEST_LEN; i++)
		snprintf(dst + 2 * i, 3, "%02x",
		    ((const unsigned char *)digest)[i]);
	return dst;
}

static void
make_leaf(struct fake_leaf *l, struct fake *f, const struct command *c,
    const char *job, const unsigned char *digest, enum fake_lie lie)
{
	static const unsigned char zeros[DIGEST_LEN];
	unsigned char out[DIGEST_LEN], err[DIGEST_LEN], accepted[DIGEST_LEN];
	const struct fake_head head = { .index = fake_next(f),
	    .type = "casemate.job.finished",
	    .source = lie == LIE_OTHER_SOURCE ? "casemate/other" : f->key.name,
	    .said = lie == LIE_OTHER_EVENT ? "casemate.job.accepted" : NULL,
	    .moved = lie == LIE_OTHER_DISCLOSURE };

	sha256("out\n", 4, out);
	sha256("err\n", 4, err);
	memset(accepted, 0xaa, sizeof(accepted));
	fake_leaf_make(l, &head, (struct fake_field[]){
	    { "job", .text = lie == LIE_OTHER_JOB ?
	    "00000000000000000000000000000000" : job },
	    { "name", .text = "t" }, { "submitter", .text = "dana" },
	    { "submitter_key", .text = "SHA256:fake" },
	    { "session", .text = lie == LIE_OTHER_SESSION ? "other" :
	    c->session },
	    { "rules", .text = "run-all" }, { "author", .text = "erin" },
	    { "command_sha256", .digest = lie == LIE_OTHER_COMMAND ? zeros :
	    digest },
	    { "manifest_sha256", .digest = c->manifest_sha256 },
	    { "bundle_sha256", .digest = lie == LIE_OTHER_BUNDLE ? zeros :
	    c->bundle_sha256 },
	    { "accepted_leaf", .digest = lie == LIE_OTHER_ACCEPTED ? zeros :
	    accepted },
	    { "outcome", .text = lie == LIE_OTHER_OUTCOME ? "timed-out" :
	    "exited" },
	    { "status", .number = lie == LIE_OTHER_STATUS ? 0 : 7 },
	    { "stdout_sha256", .digest = lie == LIE_OTHER_OUTPUT ? err : out },
	    { "stdout_bytes", .number = 4 }, { "stderr_sha256", .digest = err },
	    { "stderr_bytes", .number = 4 }, { "wall_ms", .number = 1 },
	    { NULL } });
}

void
fake_put_proof(struct put *out, struct fake *f, const char *leaf,
    uint64_t index, uint64_t size, const struct proof *proof,
    const unsigned char root[TREE_HASH], enum fake_lie lie)
{
	char note[1024];
	size_t len = fake_put_note(f, note, sizeof(note), size, root, lie);

	receipt_format(out, leaf, strlen(leaf), index, proof, note, len);
	fake_check(out->err == 0, "receipt");
}

uint64_t
fake_next(const struct fake *f)
{
	return f->leaves + (f->asked != NULL);
}

void
fake_put_receipt(struct put *out, struct fake *f, const char *leaf,
    enum fake_lie lie)
{
	const uint64_t index = fake_next(f), size = index + 1;
	unsigned char root[TREE_HASH];
	struct proof proof;

	fake_fill(f);
	if (f->asked != NULL)
		kept_append(f->asked, strlen(f->asked));
	kept_append(leaf, strlen(leaf) - (lie == LIE_OTHER_LEAF));
	tree_root(&kept_tree.tree, root);
	fake_check(tree_prove(&kept_nodes, index, size, &proof) == 0,
	    "proof");
	fake_put_proof(out, f, leaf, index, size, &proof, root, lie);
}

void
fake_output(int fd, unsigned stream, const void *data, size_t len)
{
	static unsigned char frame[DATA_MAX + 16];
	struct put p;

	put_init(&p, frame, sizeof(frame));
	client_put_output(&p, &(struct client_output){
	    .stream = (uint8_t)stream, .data = { data, len } });
	fake_send(fd, CLIENT_OUTPUT, frame, p.len);
}

static void
send_accepted(int fd, const char *job)
{
	unsigned char frame[256], leaf[DIGEST_LEN];
	struct put p;

	memset(leaf, 0xaa, sizeof(leaf));
	put_init(&p, frame, sizeof(frame));
	client_put_accepted(&p, &(struct client_accepted){
	    .job = job, .leaf_hash = leaf });
	fake_send(fd, CLIENT_ACCEPTED, frame, p.len);
}

static void
send_finished(struct fake *f, int fd, const struct fake_leaf *leaf,
    enum fake_lie lie)
{
	static unsigned char frame[RECEIPT_MAX + DISCLOSURES_MAX + 2048];
	static unsigned char text[RECEIPT_MAX];
	struct put p, r;

	put_init(&r, text, sizeof(text));
	if (lie != LIE_NO_RECEIPT)
		fake_put_receipt(&r, f, leaf->text, lie);
	put_init(&p, frame, sizeof(frame));
	client_put_finished(&p, &(struct client_finished){
	    .outcome = OUTCOME_EXITED, .status = 7,
	    .message = f->message,
	    .receipt = { text, r.len },
	    .disclosures = { leaf->disclosures.data, leaf->disclosures.len } });
	fake_send(fd, CLIENT_FINISHED, frame, p.len);
}

void
fake_parse_command(const struct bytes *text, struct command *c,
    unsigned char digest[DIGEST_LEN])
{
	struct why w = { "" };

	fake_check(command_parse(c, text->p, text->len, &w) == 0, w.text);
	sha256(text->p, text->len, digest);
}

/* Reads SUBMIT; the command in it, its digest and job. */
static void
read_submit(int fd, struct command *c, unsigned char digest[DIGEST_LEN],
    char job[JOB_ID_LEN + 1])
{
	struct buf b = { 0 };
	struct client_submit m;
	struct get g;

	fake_read(fd, CLIENT_SUBMIT, &b);
	get_init(&g, b.data, b.len);
	fake_check(client_get_submit(&g, &m) == 0, "a bad SUBMIT");
	fake_parse_command(&m.command, c, digest);
	command_job(digest, job);
	buf_free(&b);
}

void
fake_read_submit(int fd, struct command *c)
{
	unsigned char digest[DIGEST_LEN];
	char job[JOB_ID_LEN + 1];

	read_submit(fd, c, digest, job);
}

void
fake_refuse_job(struct fake *f, int fd, enum reason why, enum fake_lie lie)
{
	unsigned char digest[DIGEST_LEN];
	char job[JOB_ID_LEN + 1];
	struct command c;

	fake_greet(f, fd);
	read_submit(fd, &c, digest, job);
	fake_refuse_proven(f, fd, &c, digest, why, lie);
}

static void
read_bundle(int fd, const struct command *c)
{
	unsigned char digest[DIGEST_LEN];
	struct buf b = { 0 };
	struct sha256 sum;
	uint64_t got = 0;

	sha256_init(&sum);
	while (got < c->bundle_len) {
		struct client_data m;
		struct get g;

		fake_read(fd, CLIENT_DATA, &b);
		get_init(&g, b.data, b.len);
		fake_check(client_get_data(&g, &m) == 0 && m.data.len > 0,
		    "a bad DATA");
		sha256_update(&sum, m.data.p, m.data.len);
		got += m.data.len;
	}
	sha256_final(&sum, digest);
	fake_check(got == c->bundle_len &&
	    memcmp(digest, c->bundle_sha256, DIGEST_LEN) == 0,
	    "the bundle is not the command's");
	buf_free(&b);
}

static void
begin_job(struct fake *f, int fd, struct command *c,
    unsigned char digest[DIGEST_LEN], char job[JOB_ID_LEN + 1])
{
	unsigned char frame[64];
	struct put p;

	fake_greet(f, fd);
	read_submit(fd, c, digest, job);
	fake_check(strcmp(c->appliance, f->vkey) == 0,
	    "command for another one");
	put_init(&p, frame, sizeof(frame));
	client_put_send(&p, &(struct client_send){ .job = job });
	fake_send(fd, CLIENT_SEND, frame, p.len);
	read_bundle(fd, c);
	send_accepted(fd, job);
}

void
fake_begin_job(struct fake *f, int fd)
{
	unsigned char digest[DIGEST_LEN];
	char job[JOB_ID_LEN + 1];
	struct command c;

	begin_job(f, fd, &c, digest, job);
}

void
fake_job(struct fake *f, int fd, enum fake_lie lie)
{
	unsigned char digest[DIGEST_LEN];
	char job[JOB_ID_LEN + 1];
	struct fake_leaf leaf;
	struct command c;

	begin_job(f, fd, &c, digest, job);
	fake_output(fd, 1, "out\n", 4);
	fake_output(fd, 2, "err\n", 4);
	make_leaf(&leaf, f, &c, job, digest, lie);
	send_finished(f, fd, &leaf, lie);
	fake_leaf_free(&leaf);
}

void
fake_serve_job(struct fake *f, int fd, int nr, void *lie)
{
	(void)nr;
	fake_job(f, fd, *(enum fake_lie *)lie);
}
