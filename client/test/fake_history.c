/* The fake appliance's ledger, and what it proves of it. */
#include "fake_appliance.h"

#include <sodium.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/checkpoints.h"
#include "client/need.h"
#include "lib/consistency.h"
#include "lib/test/kept_tree.h"

void
fake_fill(const struct fake *f)
{
	static const char other[] = "another leaf";

	if (f->forged == 0) {
		kept_fill(f->leaves);
		return;
	}
	kept_fill(f->forged - 1);
	kept_append(other, strlen(other));
	for (uint64_t i = f->forged; i < f->leaves; i++)
		kept_append(&i, sizeof(i));
}

size_t
fake_put_note(const struct fake *f, char *note, size_t cap, uint64_t size,
    const unsigned char root[TREE_HASH], enum fake_lie lie)
{
	unsigned char other[NOTE_SECRET_LEN], pub[NOTE_KEY_LEN];
	static const unsigned char seed[32] = "another seed";
	char text[512];
	struct put t, n;

	crypto_sign_seed_keypair(pub, other, seed);
	put_init(&t, text, sizeof(text));
	checkpoint_format(&t, lie == LIE_OTHER_LOG ? "casemate/other" :
	    f->key.name, size, root);
	put_init(&n, note, cap);
	note_sign(&n, &f->key, lie == LIE_OTHER_KEY ? other : f->secret, text,
	    t.len);
	fake_check(n.err == 0 && t.err == 0, "note");
	return n.len;
}

/* The client forgets the ledger of the connection before. */
static void
forget(const struct fake *f)
{
	static const char *const files[] = { "proved", "newest", "refused" };
	struct checkpoints k;

	fake_check(checkpoints_open(&k, f->vkey) == 0, "checkpoints");
	for (size_t i = 0; i < 3 && k.folder != NULL; i++) {
		char *path = need_printf("%s/%s", k.folder, files[i]);

		unlink(path);
		free(path);
	}
	checkpoints_close(&k);
}

static void
make_proof(const struct fake *f, uint64_t from, struct proof *p)
{
	p->count = 0;
	if (from <= f->leaves)
		fake_check(tree_prove_consistency(&kept_nodes, from,
		    f->leaves, p) == 0, "proof");
	if (f->bad_proofs)
		memset(p->hash[p->count++], 3, TREE_HASH);
}

void
fake_prove(struct fake *f, int fd)
{
	static unsigned char frame[sizeof(((union client_payload *)0)->proof)];
	unsigned char root[TREE_HASH];
	struct proof first, second;
	struct buf asked = { 0 };
	struct client_prove m;
	char note[1024];
	struct put p;
	struct get g;
	size_t len;

	fake_read(fd, CLIENT_PROVE, &asked);
	get_init(&g, asked.data, asked.len);
	fake_check(client_get_prove(&g, &m) == 0, "a bad PROVE");
	fake_fill(f);
	make_proof(f, m.first, &first);
	make_proof(f, m.second, &second);
	tree_root(&kept_tree.tree, root);
	len = fake_put_note(f, note, sizeof(note), f->leaves, root,
	    f->note_lie);
	put_init(&p, frame, sizeof(frame));
	client_put_proof(&p, &(struct client_proof){ .note = { note, len },
	    .first = proof_bytes(&first), .second = proof_bytes(&second) });
	fake_send(fd, CLIENT_PROOF, frame, p.len);
	buf_free(&asked);
}

void
fake_greet(struct fake *f, int fd)
{
	if (f->leaves == 0)
		forget(f);
	fake_connect(fd);
	fake_hello(f, fd);
	fake_prove(f, fd);
}
