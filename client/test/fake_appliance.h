/*
 * For tests: an appliance on a UNIX socket that can do what a real one does
 * not do on demand: lie, break off, be slow.  It runs in a child process; its
 * key, tree (of one leaf) and signatures are real.
 */
#ifndef FAKE_APPLIANCE_H
#define FAKE_APPLIANCE_H

#include <sys/types.h>

#include <stdbool.h>

#include "client/buf.h"
#include "lib/command.h"
#include "lib/msg/codec.h"
#include "lib/msg/msg.h"
#include "lib/note.h"
#include "lib/tree.h"
#include "lib/wire.h"
#include "lib/codes.h"

enum fake_lie {
	LIE_NONE,
	LIE_OTHER_JOB,
	LIE_OTHER_COMMAND,
	LIE_OTHER_BUNDLE,
	LIE_OTHER_STATUS,
	LIE_OTHER_OUTCOME,
	LIE_OTHER_OUTPUT,
	LIE_OTHER_ACCEPTED,
	LIE_OTHER_SOURCE,
	LIE_OTHER_EVENT,
	LIE_OTHER_KEY,		/* signs with another key than it shows */
	LIE_OTHER_LEAF,		/* the proof is of another leaf */
	LIE_OTHER_DISCLOSURE,	/* one of another leaf */
	LIE_OTHER_SESSION,
	LIE_NO_RECEIPT,
	LIE_OTHER_FIELD,	/* of a query about one */
	LIE_OTHER_LOG,		/* the checkpoint has another origin */
};

struct fake {
	const char	*path;		/* of the socket */
	int		 listener;
	pid_t		 pid;
	struct note_key	 key;
	unsigned char	 secret[NOTE_SECRET_LEN];
	char		 vkey[VKEY_MAX + 1];
	bool		 is_kept;	/* it says that it has a data disk */
	/*
	 * Its ledger's leaves before a connection: kept_fill()'s, of which
	 * number `forged' less 1 is another.  With 0, each connection has a
	 * ledger of its own, and what the client keeps of them is removed.
	 */
	uint64_t	 leaves, forged;
	bool		 bad_proofs;	/* with a hash too much */
	enum fake_lie	 note_lie;	/* in the reply to PROVE */
	const char	*message;	/* of a job's end */
	char		*asked;		/* fake_receipt()'s leaf, before its own */
};

/* A leaf's field: one of text, digest and number; of a list the only text. */
struct fake_field {
	const char	*name;		/* NULL ends them */
	const char	*text;
	const unsigned char *digest;
	uint64_t	 number;
};

/* What a leaf has before its fields. */
struct fake_head {
	const char	*source, *type;
	const char	*said;		/* the type that it says, or NULL */
	uint64_t	 index;
	const char	*prev;		/* NULL: zeros */
	const unsigned char *site;	/* NULL: zeros */
	bool		 moved;		/* its disclosures are another leaf's */
};

struct fake_leaf {
	char		*text;
	struct buf	 disclosures;	/* of all withheld fields, as lines */
};

/* As ledgerd makes it; fields that are not given are empty or 0. */
void	fake_leaf_make(struct fake_leaf *, const struct fake_head *,
	    const struct fake_field *);
void	fake_leaf_free(struct fake_leaf *);

/* What the child does with one connection. */
typedef void fake_handler(struct fake *, int fd, int nr, void *arg);

void	fake_init(struct fake *, const char *path);
/* Listens and forks; the child serves so many connections, then exits 0. */
void	fake_serve(struct fake *, int connections, fake_handler *, void *arg);
/* Waits for the child; its exit status. */
int	fake_wait(struct fake *);

/* For handlers: all exit with 1 when the client does not what it must. */
void	fake_connect(int fd);			/* CONNECT line, OK */
void	fake_hello(struct fake *, int fd);
/* The three steps of a connection before the request. */
void	fake_greet(struct fake *, int fd);
/* The reply to PROVE. */
void	fake_prove(struct fake *, int fd);
/* Makes kept_tree its ledger. */
void	fake_fill(const struct fake *);
/* The checkpoint of this size and root. */
size_t	fake_put_note(const struct fake *, char *note, size_t cap,
	    uint64_t size, const unsigned char root[TREE_HASH], enum fake_lie);
void	fake_send(int fd, unsigned type, const void *, size_t);
/* One frame's payload. */
void	fake_read(int fd, unsigned type, struct buf *);
void	fake_refuse(int fd, enum reason, const char *text);
/* The same for a command that was recorded: with a receipt. */
void	fake_refuse_recorded(int fd, enum reason, const char *text);
/* The same with a receipt that verifies, but for the lie. */
void	fake_refuse_proven(struct fake *, int fd, const struct command *,
	    const unsigned char *digest, enum reason, enum fake_lie);
/* HELLO to ACCEPTED of a job, and its output then. */
void	fake_begin_job(struct fake *, int fd);
void	fake_output(int fd, unsigned stream, const void *, size_t);
/* The command of a SUBMIT or READ, and its digest. */
void	fake_parse_command(const struct bytes *text, struct command *,
	    unsigned char digest[DIGEST_LEN]);
/* SUBMIT, and the command in it. */
void	fake_read_submit(int fd, struct command *);
/* SUBMIT of a job, which is refused with proof. */
void	fake_refuse_job(struct fake *, int fd, enum reason, enum fake_lie);
/*
 * A query for a consistency proof.  The answer has this text instead, and in
 * stream 2 if it begins with `!', unless it is NULL.
 */
void	fake_consistency(struct fake *, int fd, const char *instead);
/* A query that is allowed, and its answer. */
struct fake_reply {
	enum verb	 verb;		/* the query must have this one */
	/*
	 * A READ_DATA for each line; lines that begin with `!' (left out) go to
	 * stream 2.
	 */
	const char	*answer;
	const char	*note;		/* the text of READ_END */
	enum fake_lie	 lie;
};
void	fake_query(struct fake *, int fd, const struct fake_reply *);
/* Its two halves. */
void	fake_begin_query(struct fake *, int fd, enum verb);
void	fake_end_query(struct fake *, int fd, const struct fake_reply *);
/* Starts an appliance on the socket that gives so many of these. */
void	fake_serve_replies(struct fake *, const char *path, int n,
	    struct fake_reply *);
/* A query with this verb, and what answers it, in these streams. */
struct fake_part {
	unsigned	 stream;	/* 0 ends them */
	const void	*data;
	size_t		 len;
};
void	fake_parts(struct fake *, int fd, enum verb, const struct fake_part *,
	    enum fake_lie);
/*
 * The receipt of a leaf behind its ledger's, as the answer to a query, whose
 * own leaf is the next one; the caller frees it.
 */
char	*fake_receipt(struct fake *, const char *leaf, enum fake_lie);
/*
 * A query for leaves, of which there are two.  The second names `prev' as the
 * hash of the one before, or, when that is NULL, the hash of the first.  The
 * lie is in the first one's receipt.
 */
#define FAKE_LEAF							\
	"{\"specversion\":\"1.0\",\"id\":\"%d\",\"source\":"		\
	"\"casemate/fake\",\"type\":\"casemate.appliance.started\","	\
	"\"time\":\"2026-01-01T00:00:00.000Z\",\"prev\":\"%s\","	\
	"\"data\":{\"mode\":\"kept\"}}"
void	fake_leaves(struct fake *, int fd, const char *prev, enum fake_lie);
/* The same, but the second is lost: a refusal with the lie in its receipt. */
void	fake_lost_leaf(struct fake *, int fd, enum fake_lie);
/* A query for four leaves, of which only the last can be read. */
void	fake_gap(struct fake *, int fd, const char *const why[3]);
/* A whole job that prints "out\n" and "err\n" and exits with 7. */
void	fake_job(struct fake *, int fd, enum fake_lie);
/* A handler that gives one; its argument is an enum fake_lie. */
void	fake_serve_job(struct fake *, int fd, int nr, void *lie);

/* Says what and exits with 1 unless it is so. */
void	fake_check(bool ok, const char *what);
/* 32 bytes in hex; the last eight results stay valid. */
const char *fake_hex(const void *digest);
/* The receipt of leaf `index' of a tree of this size and root. */
void	fake_put_proof(struct put *, struct fake *, const char *leaf,
	    uint64_t index, uint64_t size, const struct proof *,
	    const unsigned char root[TREE_HASH], enum fake_lie);
/* The index of the next leaf. */
uint64_t fake_next(const struct fake *);
/* The same for the next leaf; of the whole. */
void	fake_put_receipt(struct put *, struct fake *, const char *leaf,
	    enum fake_lie);

#endif
