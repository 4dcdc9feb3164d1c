/*
 * What the processes say to each other: names, numbers and limits, all from
 * msg.def, and the limits that more than one format shares.
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
#define MSG(name, nr, from, to, max)	MSG_##name = nr,
#include "msg.def"
#undef MSG
};

/* How many rows the table has. */
enum {
	MSG_COUNT = 0
#define MSG(name, nr, from, to, max)	+ 1
#include "msg.def"
#undef MSG
};

#define DIGEST_LEN	32		/* SHA-256 */
#define JOB_ID_LEN	32		/* hex digits, see command.h */
#define COMMAND_MAX	1024		/* a command has 9 short fields */
#define SIG_MAX		4096		/* an armored SSHSIG is under 1 KiB */
#define MANIFEST_MAX	65536		/* 256 files, argv and env fit */
#define SUBMIT_MAX	(COMMAND_MAX + MANIFEST_MAX + 2 * SIG_MAX + 64)
#define DATA_MAX	32768		/* one DATA or OUTPUT chunk */
#define EVENT_MAX	8192		/* one event's fields */
#define LEAF_MAX	16384		/* its JSON: escapes may double it */
#define RECEIPT_MAX	65536		/* base64 leaf, 64 hashes, checkpoint */
#define BUNDLE_MAX	(64u << 20)	/* kept in memory while it unpacks */
#define VKEY_MAX	256		/* name, id and key of the appliance */
#define NAME_MAX_LEN	63		/* a job's, runtime's or site's name */
#define PRINCIPAL_MAX	255		/* as in allowed_signers */
#define EXPLAINED_MAX	32768		/* what a person reads of a decision */
#define TEXT_MAX	512		/* one message to a person */
#define OUTPUT_WINDOW	(256u << 10)	/* output unread by the client, bytes */

struct msg_info {
	const char	*name;
	unsigned	 nr;
	enum peer	 from;
	enum peer	 to;
	size_t		 max;
};

/* The row for a number, or NULL when no message has it. */
const struct msg_info	*msg_info(unsigned nr);
const char		*peer_name(enum peer);

#endif
