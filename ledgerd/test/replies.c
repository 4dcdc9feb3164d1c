#include "replies.h"

#include <atf-c.h>

#include <stdio.h>
#include <string.h>

#include "lib/consistency.h"

static void
take_disclosures(struct answer *a, struct bytes text)
{
	memcpy(a->disclosures, text.p, text.len);
	a->disclosures[text.len] = '\0';
}

static void
take_appended(struct answer *a, struct get *g)
{
	struct msg_ledger_appended m;

	ATF_REQUIRE_EQ(0, msg_get_ledger_appended(g, &m));
	a->seq = m.seq;
	a->index = m.index;
	memcpy(a->hash, m.leaf_hash, sizeof(a->hash));
	a->room = m.bytes;
	a->len = m.receipt.len;
	memcpy(a->text, m.receipt.p, m.receipt.len);
	take_disclosures(a, m.disclosures);
}

static void
take_leaf(struct answer *a, struct get *g)
{
	struct msg_ledger_leaf m;

	ATF_REQUIRE_EQ(0, msg_get_ledger_leaf(g, &m));
	a->seq = m.seq;
	a->index = m.index;
	a->len = m.receipt.len;
	memcpy(a->text, m.receipt.p, m.receipt.len);
	take_disclosures(a, m.disclosures);
}

static void
take_proof(struct answer *a, struct get *g)
{
	struct msg_ledger_proof m;

	ATF_REQUIRE_EQ(0, msg_get_ledger_proof(g, &m));
	a->seq = m.seq;
	a->index = m.size;
	a->len = m.note.len;
	memcpy(a->text, m.note.p, m.note.len);
	ATF_REQUIRE_EQ(0, proof_from_bytes(&a->first, m.first));
	ATF_REQUIRE_EQ(0, proof_from_bytes(&a->second, m.second));
}

static void
take_failed(struct answer *a, struct get *g)
{
	struct msg_ledger_failed m;

	ATF_REQUIRE_EQ(0, msg_get_ledger_failed(g, &m));
	a->seq = m.seq;
	a->len = strlen(m.message);
	memcpy(a->text, m.message, a->len);
	a->not_kept = m.not_kept;
}

static void
take_evidence(struct answer *a, struct get *g)
{
	struct msg_ledger_evidence_is m;

	ATF_REQUIRE_EQ(0, msg_get_ledger_evidence_is(g, &m));
	a->seq = m.seq;
	strcpy(a->name, m.name);
	a->forgotten = m.forgotten;
	a->last = m.last;
	a->len = m.data.len;
	memcpy(a->text, m.data.p, m.data.len);
}

static void
take_erased(struct answer *a, struct get *g)
{
	struct msg_ledger_erased_is m;

	ATF_REQUIRE_EQ(0, msg_get_ledger_erased_is(g, &m));
	a->seq = m.seq;
	a->len = strlen(m.message);
	memcpy(a->text, m.message, a->len);
}

static void
take_info(struct answer *a, struct get *g)
{
	struct msg_ledger_info_is m;

	ATF_REQUIRE_EQ(0, msg_get_ledger_info_is(g, &m));
	a->index = m.size;
	memcpy(a->hash, m.root, sizeof(a->hash));
	a->room = m.room;
}

static void
take_fsck(struct answer *a, struct get *g)
{
	struct msg_ledger_fsck_is m;

	ATF_REQUIRE_EQ(0, msg_get_ledger_fsck_is(g, &m));
	a->seq = m.seq;
	a->index = m.next;
	a->last = m.done;
	a->room = m.findings;
	a->len = m.text.len;
	memcpy(a->text, m.text.p, m.text.len);
}

void
replies_take(struct answer *a, enum msg type, struct get *g)
{
	static const struct {
		enum msg	 type;
		void		(*take)(struct answer *, struct get *);
	} rows[] = {
		{ MSG_LEDGER_APPENDED, take_appended },
		{ MSG_LEDGER_LEAF, take_leaf },
		{ MSG_LEDGER_PROOF, take_proof },
		{ MSG_LEDGER_FAILED, take_failed },
		{ MSG_LEDGER_EVIDENCE_IS, take_evidence },
		{ MSG_LEDGER_ERASED_IS, take_erased },
		{ MSG_LEDGER_FSCK_IS, take_fsck },
		{ MSG_LEDGER_INFO_IS, take_info },
	};

	memset(a, 0, sizeof(*a));
	a->type = type;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].type == type)
			rows[i].take(a, g);
}
