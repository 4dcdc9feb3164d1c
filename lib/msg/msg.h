/*
 * The messages' numbers, from msg.def, and the limits that more than one format
 * shares.  lib/msg/codec.h has the messages themselves.
 */
#ifndef MSG_H
#define MSG_H

#include <stddef.h>
#include <stdint.h>

enum peer {
	PEER_ANY,
	PEER_INIT,
	PEER_GATE,
	PEER_RUNNER,
	PEER_KEYD,
	PEER_LEDGERD,
	PEER_CONSOLE,
};

enum msg {
#define MSG(NAME, name, nr, from, to, fields)	MSG_##NAME = nr,
#include "msg.def"
#undef MSG
};

/* How many rows the table has. */
enum {
	MSG_COUNT = 0
#define MSG(NAME, name, nr, from, to, fields)	+ 1
#include "msg.def"
#undef MSG
};

#define DIGEST_LEN	32		/* SHA-256 */
#define JOB_ID_LEN	32		/* hex digits, see command.h */
#define COMMAND_MAX	1024		/* a command has 10 short fields */
#define SIG_MAX		4096		/* an armored SSHSIG is under 1 KiB */
#define MANIFEST_MAX	65536		/* 256 files, argv and env fit */
#define SUBMIT_MAX	(COMMAND_MAX + MANIFEST_MAX + 2 * SIG_MAX + 64)
#define DATA_MAX	32768		/* one DATA or OUTPUT chunk */
#define EVENT_MAX	16384		/* one event's fields */
#define LEAF_MAX	16384		/* its JSON: escapes may double it */
#define DISCLOSURES_KEPT_MAX (6 * EVENT_MAX)	/* escaped, with salts */
#define DISCLOSURES_MAX	65536		/* of a leaf, as lines of text */
#define EVIDENCE_NAME_MAX 255		/* of one file beside a leaf */
#define EVIDENCE_MAX	(SUBMIT_MAX + 256)	/* of one leaf, with names */
#define SITE_FILES_MAX	520		/* two folders of 256, and a few */
#define SITE_PATH_MAX	105		/* of one: policies/ and a name */
#define SITE_BYTES_MAX	(8u << 20)	/* the limits of its files: under 6 */
#define RECEIPT_MAX	65536		/* base64 leaf, 64 hashes, checkpoint */
#define BUNDLE_MAX	(64u << 20)	/* kept in memory while it unpacks */
#define VKEY_MAX	256		/* name, id and key of the appliance */
#define NAME_MAX_LEN	63		/* a job's, runtime's or site's name */
#define PRINCIPAL_MAX	255		/* as in allowed_signers */
#define EXPLAINED_MAX	32768		/* what a person reads of a decision */
#define TEXT_MAX	512		/* one message to a person */
#define PROOF_MAX	2048		/* 64 hashes of a Merkle tree */
#define NOTE_TEXT_MAX	1024		/* a signed checkpoint */
#define MODE_MAX	16		/* kept, ephemeral */
#define PROTOCOL_MAX	8		/* HELLO's "casemate" */
#define SERVICE_NAME_MAX 15		/* in service.def */
#define IMAGE_TEXT_MAX	127		/* versions of image and kernel */
#define BOOT_RUNTIMES_MAX 767		/* 16 times a name and a size */
#define COMMAND_LINE_MAX 2047		/* as Linux has it on x86 */
#define INIT_FIELDS_MAX	1024		/* of one of init's events */
#define OUTPUT_WINDOW	(256u << 10)	/* output unread by the client, bytes */

const char	*peer_name(enum peer);

#endif
