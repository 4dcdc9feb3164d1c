/* The fake appliance's answers to queries. */
#include "client/need.h"
#include "fake_appliance.h"

#include <stdlib.h>
#include <string.h>

#include "client/buf.h"
#include "lib/command.h"
#include "lib/consistency.h"
#include "lib/sha256.h"
#include "lib/test/kept_tree.h"
#include "lib/tree.h"

/* Reads READ; the command in it and its digest. */
static void
read_query(int fd, struct command *c, unsigned char digest[DIGEST_LEN])
{
	struct buf b = { 0 };
	struct client_read m;
	struct get g;

	fake_read(fd, CLIENT_READ, &b);
	get_init(&g, b.data, b.len);
	fake_check(client_get_read(&g, &m) == 0, "a bad READ");
	fake_parse_command(&m.command, c, digest);
	buf_free(&b);
}

static void
send_piece(int fd, unsigned stream, const char *text, size_t len)
{
	static unsigned char frame[RECEIPT_MAX + 16];
	struct put p;

	put_init(&p, frame, sizeof(frame));
	client_put_read_data(&p, &(struct client_read_data){
	    .stream = (uint8_t)stream, .data = { text, len } });
	fake_send(fd, CLIENT_READ_DATA, frame, p.len);
}

static void
send_pieces(int fd, const char *answer)
{
	while (*answer != '\0') {
		size_t len = strcspn(answer, "\n");

		len += answer[len] == '\n';
		if (*answer == '!')
			send_piece(fd, 2, answer + 1, len - 1);
		else
			send_piece(fd, 1, answer, len);
		answer += len;
	}
}

static void
make_read_leaf(struct fake_leaf *l, struct fake *f, const struct command *c,
    const unsigned char *digest, enum fake_lie lie)
{
	static const unsigned char zeros[DIGEST_LEN];
	const struct fake_head head = { .index = fake_next(f),
	    .type = c->verb == VERB_FORGET ? "casemate.disclosure.forgotten" :
	    "casemate.read.allowed",
	    .source = lie == LIE_OTHER_SOURCE ? "casemate/other" : f->key.name,
	    .said = lie == LIE_OTHER_EVENT ? "casemate.read.refused" : NULL,
	    .moved = lie == LIE_OTHER_DISCLOSURE };
	char id[JOB_ID_LEN + 1];

	command_job(lie == LIE_OTHER_JOB ? zeros : digest, id);
	fake_leaf_make(l, &head, (struct fake_field[]){
	    { "id", .text = id }, { "submitter", .text = "a" },
	    { "command_sha256", .digest = lie == LIE_OTHER_COMMAND ? zeros :
	    digest },
	    { "verb", .text = lie == LIE_OTHER_OUTCOME ? "output" :
	    verb_word(c->verb) }, { "job", .text = c->job },
	    { "first", .number = c->first }, { "count", .number = c->count },
	    { "second", .number = c->second },
	    { "leaf", .number = c->first + (lie == LIE_OTHER_OUTCOME) },
	    { "field", .text = lie == LIE_OTHER_FIELD ? "secrets" : c->field },
	    { "session", .text = lie == LIE_OTHER_SESSION ? "other" :
	    c->session }, { NULL } });
}

/* HELLO and READ. */
static void
begin_query(struct fake *f, int fd, enum verb verb, struct command *c,
    unsigned char digest[DIGEST_LEN])
{
	fake_greet(f, fd);
	read_query(fd, c, digest);
	fake_check(c->verb == verb, "another verb was expected");
	fake_check(strcmp(c->appliance, f->vkey) == 0,
	    "command for another one");
}

static void
end_query(struct fake *f, int fd, const struct command *c,
    const unsigned char *digest, const char *note, enum fake_lie lie)
{
	static unsigned char frame[RECEIPT_MAX + DISCLOSURES_MAX + 2048];
	static unsigned char text[RECEIPT_MAX];
	struct fake_leaf leaf;
	struct put p, r;

	make_read_leaf(&leaf, f, c, digest, lie);
	put_init(&r, text, sizeof(text));
	if (lie != LIE_NO_RECEIPT)
		fake_put_receipt(&r, f, leaf.text, lie);
	put_init(&p, frame, sizeof(frame));
	client_put_read_end(&p, &(struct client_read_end){
	    .text = note, .receipt = { text, r.len },
	    .disclosures = { leaf.disclosures.data, leaf.disclosures.len } });
	fake_send(fd, CLIENT_READ_END, frame, p.len);
	fake_leaf_free(&leaf);
}

/* The query that has begun. */
static struct command begun;
static unsigned char begun_digest[DIGEST_LEN];

void
fake_begin_query(struct fake *f, int fd, enum verb verb)
{
	begin_query(f, fd, verb, &begun, begun_digest);
}

void
fake_end_query(struct fake *f, int fd, const struct fake_reply *r)
{
	send_pieces(fd, r->answer);
	end_query(f, fd, &begun, begun_digest, r->note, r->lie);
}

void
fake_query(struct fake *f, int fd, const struct fake_reply *r)
{
	fake_begin_query(f, fd, r->verb);
	fake_end_query(f, fd, r);
}

void
fake_parts(struct fake *f, int fd, enum verb verb, const struct fake_part *part,
    enum fake_lie lie)
{
	fake_begin_query(f, fd, verb);
	for (; part->stream != 0; part++)
		send_piece(fd, part->stream, part->data, part->len);
	end_query(f, fd, &begun, begun_digest, "", lie);
}

char *
fake_receipt(struct fake *f, const char *leaf, enum fake_lie lie)
{
	char *text = need_alloc(RECEIPT_MAX, 1);
	struct put p;

	free(f->asked);
	f->asked = NULL;
	put_init(&p, text, RECEIPT_MAX - 1);
	fake_put_receipt(&p, f, leaf, lie);
	text[p.len] = '\0';
	f->asked = need_str(leaf);
	return text;
}

/* The leaf of the query itself is the newest. */
static size_t
make_consistency(struct fake *f, const struct command *c,
    const unsigned char *digest, char *text, size_t cap)
{
	const uint64_t newest = f->leaves + 1;
	const uint64_t to = c->second == 0 ? newest : c->second;
	char note[1024];
	struct fake_leaf leaf;
	unsigned char root[TREE_HASH];
	struct proof proof;
	struct put p;
	size_t len = 0;

	make_read_leaf(&leaf, f, c, digest, LIE_NONE);
	fake_fill(f);
	kept_append(leaf.text, strlen(leaf.text));
	tree_root(&kept_tree.tree, root);
	fake_check(tree_prove_consistency(&kept_nodes, c->first, to, &proof)
	    == 0, "consistency");
	if (to == newest)
		len = fake_put_note(f, note, sizeof(note), to, root, LIE_NONE);
	put_init(&p, text, cap);
	consistency_format(&p, c->first, &proof, note, len);
	fake_check(p.err == 0, "consistency");
	fake_leaf_free(&leaf);
	return p.len;
}

void
fake_consistency(struct fake *f, int fd, const char *instead)
{
	char text[CONSISTENCY_MAX];

	fake_begin_query(f, fd, VERB_CONSISTENCY);
	if (instead == NULL)
		send_piece(fd, 1, text, make_consistency(f, &begun,
		    begun_digest, text, sizeof(text)));
	else
		send_piece(fd, *instead == '!' ? 2 : 1, instead,
		    strlen(instead));
	end_query(f, fd, &begun, begun_digest, "", LIE_NONE);
}

static void
serve_reply(struct fake *f, int fd, int nr, void *reply)
{
	(void)nr;
	fake_query(f, fd, reply);
}

void
fake_serve_replies(struct fake *f, const char *path, int n,
    struct fake_reply *r)
{
	fake_init(f, path);
	fake_serve(f, n, serve_reply, r);
}

/* Leaf `index' of the two, whose hashes these are. */
static void
send_leaf(struct fake *f, int fd, const char *leaf, uint64_t index,
    unsigned char hash[2][TREE_HASH], enum fake_lie lie)
{
	static char text[RECEIPT_MAX];
	unsigned char root[TREE_HASH];
	struct proof proof = { .count = 1 };
	struct put p;

	memcpy(proof.hash[0], hash[1 - index], TREE_HASH);
	tree_hash_children(hash[0], hash[1], root);
	root[0] ^= lie == LIE_OTHER_LEAF;
	put_init(&p, text, sizeof(text));
	fake_put_proof(&p, f, leaf, index, 2, &proof, root, lie);
	send_piece(fd, 1, text, p.len);
}

void
fake_leaves(struct fake *f, int fd, const char *prev, enum fake_lie lie)
{
	unsigned char digest[DIGEST_LEN], hash[2][TREE_HASH];
	struct command c;
	char *leaf[2];

	begin_query(f, fd, VERB_LEDGER, &c, digest);
	leaf[0] = need_printf(FAKE_LEAF, 0, "00");
	tree_hash_leaf(leaf[0], strlen(leaf[0]), hash[0]);
	leaf[1] = need_printf(FAKE_LEAF, 1, prev != NULL ? prev :
	    fake_hex(hash[0]));
	tree_hash_leaf(leaf[1], strlen(leaf[1]), hash[1]);
	send_leaf(f, fd, leaf[0], 0, hash, lie);
	send_leaf(f, fd, leaf[1], 1, hash, LIE_NONE);
	end_query(f, fd, &c, digest, "", LIE_NONE);
	free(leaf[0]);
	free(leaf[1]);
}

void
fake_lost_leaf(struct fake *f, int fd, enum fake_lie lie)
{
	static const unsigned char lost[TREE_HASH];
	unsigned char digest[DIGEST_LEN], hash[2][TREE_HASH];
	struct command c;
	char *leaf;

	begin_query(f, fd, VERB_LEDGER, &c, digest);
	leaf = need_printf(FAKE_LEAF, 0, "00");
	tree_hash_leaf(leaf, strlen(leaf), hash[0]);
	memcpy(hash[1], lost, sizeof(lost));
	send_leaf(f, fd, leaf, 0, hash, LIE_NONE);
	fake_refuse_proven(f, fd, &c, digest, REASON_LEDGER, lie);
	free(leaf);
}

void
fake_gap(struct fake *f, int fd, const char *const why[3])
{
	static char text[RECEIPT_MAX];
	unsigned char digest[DIGEST_LEN], root[TREE_HASH];
	struct proof proof = { .count = 2 };
	struct command c;
	struct put p;
	char *leaf;

	begin_query(f, fd, VERB_LEDGER, &c, digest);
	for (int i = 0; i < 3; i++)
		send_piece(fd, 2, why[i], strlen(why[i]));
	leaf = need_printf(FAKE_LEAF, 3, "00");
	tree_hash_leaf(leaf, strlen(leaf), root);
	tree_hash_children(proof.hash[0], root, root);
	tree_hash_children(proof.hash[1], root, root);
	put_init(&p, text, sizeof(text));
	fake_put_proof(&p, f, leaf, 3, 4, &proof, root, LIE_NONE);
	send_piece(fd, 1, text, p.len);
	end_query(f, fd, &c, digest, "", LIE_NONE);
	free(leaf);
}
