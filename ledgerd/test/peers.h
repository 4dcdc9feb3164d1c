/*
 * For tests: plays init, the runner and keyd around the real ledgerd, over
 * pipes like init's.
 */
#ifndef PLAY_H
#define PLAY_H

#include <stdbool.h>
#include <sys/types.h>

#include "lib/msg/chan.h"
#include "lib/msg/event.h"
#include "lib/note.h"
#include "lib/tree.h"

#define PLAY_LIMIT_MS	20000	/* for anything that must happen */

enum play_keyd {
	KEYD_SIGNS,
	KEYD_DENIES,
	KEYD_SILENT,		/* holds the answer back, see play_keyd_go() */
	KEYD_LIES,		/* signs another root */
};

struct ledgerd_play {
	pid_t		 pid;
	int		 pidfd;
	int		 pipes[6][2];	/* runner to ledgerd, back; keyd, init */
	int		 notify;
	bool		 ready;
	struct chan	 runner, keyd, init;
	bool		 silent_init;	/* says nothing of the boot */
	uint32_t	 done;		/* init's event with a reply, or 0 */
	char		 failure[TEXT_MAX + 1];	/* in that reply */
	bool		 runner_there;
	uint64_t	 grew;		/* the last LEDGER_GREW's size */
	unsigned	 resets;	/* conversations with the runner */
	enum play_keyd	 mood;
	uint32_t	 heartbeat_s;	/* what keyd says of the site */
	/* The site that keyd names; see play_site(). */
	unsigned char	 site[32];
	const struct play_file *files;
	uint32_t	 nfiles;
	uint32_t	 parts;		/* so many were asked for */
	bool		 other_site;	/* keyd sends another content */
	bool		 owed;		/* keyd has a question */
	uint64_t	 owed_size;
	unsigned char	 owed_root[32];
	unsigned	 asked;		/* questions so far */
	bool		 opened;	/* it has said which ledger it has: */
	char		 source[VKEY_MAX + 1];
	char		 newest[NOTE_TEXT_MAX];
	size_t		 newest_len;
	struct note_key	 key;
	unsigned char	 secret[NOTE_SECRET_LEN];
};

/* A file of a site. */
struct play_file {
	const char	*path;
	const void	*data;
	size_t		 len;
};

struct answer {
	enum msg	 type;
	uint32_t	 seq;
	uint64_t	 index;		/* or the size of a tree */
	unsigned char	 hash[32];
	uint64_t	 room;		/* also the findings of LEDGER_FSCK_IS */
	char		 text[RECEIPT_MAX];	/* receipt or message */
	size_t		 len;
	bool		 not_kept;	/* LEDGER_FAILED */
	char		 disclosures[DISCLOSURES_MAX + 1];
	char		 name[EVIDENCE_NAME_MAX + 1]; /* LEDGER_EVIDENCE_IS; its */
	bool		 forgotten, last;	/* data: text */
	struct proof	 first, second;		/* LEDGER_PROOF; its note: text */
};

/* Makes the pipes and a key named casemate/test. */
void	play_init(struct ledgerd_play *);

/*
 * Starts build/bin/ledgerd in the folder `dir', its log in ./log.  args ends
 * in NULL.
 */
void	play_start(struct ledgerd_play *, const char *dir, const char *const args[]);
/* The same for boot "boot-1", kept, and waits until it is ready. */
void	play_start_ready(struct ledgerd_play *, const char *dir);

/* keyd has a site of these files, in the order of their paths. */
void	play_site(struct ledgerd_play *, const struct play_file *, uint32_t n);

/* kill -9 and wait. */
void	play_kill(struct ledgerd_play *);
/* Plays on until its end; the exit status, or 1000 + the signal. */
int	play_wait_exit(struct ledgerd_play *);

/*
 * One round: at most one answer for the runner, else a->type is
 * MSG_CHAN_HELLO.  False when it has ended, or after ms of nothing.
 */
bool	play_turn(struct ledgerd_play *, struct answer *, int ms);
/* Until the condition of its name, or the test fails. */
void	play_until_ready(struct ledgerd_play *);
void	play_until_owed(struct ledgerd_play *);
void	play_until_answer(struct ledgerd_play *, struct answer *);

/* keyd's answer to the question it owes. */
void	play_keyd_go(struct ledgerd_play *);
/* A new process on the other end of the pipes. */
void	play_new_keyd(struct ledgerd_play *);
void	play_new_runner(struct ledgerd_play *);
void	play_new_init(struct ledgerd_play *);

/*
 * SEND_EVENT(p, seq, appliance_ready, .ready_ms = ...): as init, and waits for
 * the reply, in p->failure.
 */
#define SEND_EVENT(p, seq, name, ...) do {				\
	event_put_##name(play_fields(), &(struct event_##name){ __VA_ARGS__ }); \
	play_send_event(p, seq, (enum event)EVENT_NUMBER_##name);	\
	play_until_done(p, seq);					\
} while (0)
struct put	*play_fields(void);
void	play_send_event(struct ledgerd_play *, uint32_t seq, enum event);
void	play_until_done(struct ledgerd_play *, uint32_t seq);

/* Sends an append of an event with small fields, its `job' as given. */
void	play_append(struct ledgerd_play *, uint32_t seq, enum event, bool receipt,
	    const char *job);
/* The same of a refused job with a manifest of len bytes: see evident.h. */
void	play_append_evidence(struct ledgerd_play *, uint32_t seq, bool receipt,
	    size_t len);
/* Asks for some steps of a check from this leaf on. */
void	play_fsck(struct ledgerd_play *, uint32_t seq, uint64_t next);
void	play_info(struct ledgerd_play *);
/* Asks for a leaf with its receipt. */
void	play_read(struct ledgerd_play *, uint32_t seq, uint64_t index);

/*
 * Sends an append of an event whose texts are TAG and the field's name, with
 * evidence.
 */
void	play_append_tagged(struct ledgerd_play *, uint32_t seq, enum event,
	    const char *tag, struct bytes evidence);
/* The order to forget a field of a leaf, its leaf tagged as above. */
void	play_forget(struct ledgerd_play *, uint32_t seq, uint64_t leaf,
	    enum withheld, const char *tag);

/* Asks for the proofs from two sizes to a third. */
void	play_prove(struct ledgerd_play *, uint32_t seq, uint64_t first,
	    uint64_t second, uint64_t size);

/* Whether ./log has the text; fails the test when not. */
void	play_check_log(const char *text);

#endif
