#include "checkpoints.h"

#include <sys/file.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/vm/state.h"
#include "file.h"
#include "lib/clock.h"
#include "lib/msg/msg.h"
#include "need.h"
#include "say.h"

#define FOLDER		".checkpoints"
#define LOCK_MS		30000	/* another one waits for the appliance */
#define RETRY_MS	20

/* The warning comes once in a process, which may connect many times. */
static void
warn_not_kept(const char *path)
{
	static bool warned;

	if (!warned)
		say_errno("%s: the ledger's checkpoints cannot be kept, so "
		    "that a ledger that goes back later is not noticed", path);
	warned = true;
}

/* NULL, and said once, when there is no place for state. */
static char *
make_path(const struct note_key *key)
{
	char name[3 * NOTE_NAME_MAX + 1];
	static bool none;
	char *base, *path;
	size_t n = 0;

	if (none || (base = state_base()) == NULL) {
		none = true;
		return NULL;
	}
	for (const char *p = key->name; *p != '\0'; p++)
		n += (size_t)snprintf(name + n, sizeof(name) - n,
		    *p == '/' || *p == '%' ? "%%%02X" : "%c", *p);
	path = need_printf("%s/" FOLDER "/%s+%08" PRIx32, base, name,
	    key->id);
	free(base);
	return path;
}

static char *
file_path(const struct checkpoints *k, const char *file)
{
	return need_printf("%s/%s", k->folder, file);
}

static int
wait_for_lock(int fd)
{
	const uint64_t deadline = clock_ms() + LOCK_MS;
	int rc;

	while ((rc = flock(fd, LOCK_EX | LOCK_NB)) == -1 &&
	    (errno == EWOULDBLOCK || errno == EINTR) &&
	    clock_left_ms(deadline) > 0)
		poll(NULL, 0, RETRY_MS);
	return rc;
}

/* Where nothing can be written, there is no lock, and nothing is kept. */
static int
take_lock(struct checkpoints *k)
{
	char *path = file_path(k, "lock");
	int ret = 0;

	k->lock = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (k->lock == -1) {
		warn_not_kept(path);
	} else if (wait_for_lock(k->lock) == -1) {
		say_errno("%s: another casemate compares this appliance's "
		    "checkpoints; try again when it has ended", path);
		ret = -1;
	}
	free(path);
	return ret;
}

static int
load(const struct checkpoints *k, const char *file, struct seen_checkpoint *s)
{
	char *path = file_path(k, file);
	struct buf note = { 0 };
	struct why w = { "" };
	int ret = 0;

	if (access(path, F_OK) == 0 || errno != ENOENT)
		ret = file_read(AT_FDCWD, path, FILE_NOFOLLOW, path,
		    NOTE_TEXT_MAX, &note, NULL);
	if (ret == 0 && note.len != 0) {
		ret = checkpoint_verify(&k->key, buf_str(&note), note.len, 1,
		    &s->c, &w);
		s->there = ret == 0;
	} else if (ret == 0 && access(path, F_OK) == 0) {
		ret = why_set(&w, "it is empty");
	}
	if (ret == -1 && w.text[0] != '\0')
		say("%s: is damaged: %s; put back a copy of it, or remove it: "
		    "then this appliance's ledger is not compared with what it "
		    "was", path, w.text);
	buf_free(&note);
	free(path);
	return ret;
}

int
checkpoints_open(struct checkpoints *k, const char *vkey)
{
	struct why w = { "" };

	memset(k, 0, sizeof(*k));
	k->lock = -1;
	if (note_parse_vkey(&k->key, vkey, strlen(vkey), &w) == -1) {
		say("the appliance's key is malformed: %s", w.text);
		return -1;
	}
	k->folder = make_path(&k->key);
	if (k->folder == NULL)
		return 0;
	if (state_make(k->folder) == -1) {
		warn_not_kept(k->folder);
		free(k->folder);
		k->folder = NULL;
		return 0;
	}
	if (take_lock(k) == -1)
		return -1;
	if (load(k, "proved", &k->proved) == -1 ||
	    load(k, "newest", &k->newest) == -1)
		return -1;
	if (k->newest.c.size < k->proved.c.size)
		k->newest = k->proved;
	return 0;
}

void
checkpoints_close(struct checkpoints *k)
{
	if (k->lock != -1)
		close(k->lock);
	free(k->folder);
	k->folder = NULL;
	k->lock = -1;
}

static void
put(struct checkpoints *k, const char *file, const char *note, size_t len)
{
	char *path;

	if (k->lock == -1)
		return;
	path = file_path(k, file);
	if (file_save(path, note, len, 0600) == -1) {
		close(k->lock);		/* complained: that is enough */
		k->lock = -1;
	}
	free(path);
}

void
checkpoints_put_proved(struct checkpoints *k, const char *note, size_t len)
{
	put(k, "proved", note, len);
}

void
checkpoints_put_newest(struct checkpoints *k, const char *note, size_t len)
{
	put(k, "newest", note, len);
}

void
checkpoints_put_refused(struct checkpoints *k, const char *note, size_t len)
{
	put(k, "refused", note, len);
}
