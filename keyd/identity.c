/*
 * The file: string "casemate-name@v1", string name, and the first 8 bytes of
 * the SHA-256 of both.
 */
#include "identity.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "state.h"
#include "lib/settings.h"

#define NAME_FILE	"name"
#define NAME_VERSION	"casemate-name@v1"
#define FILE_MAX	(4 + sizeof(NAME_VERSION) - 1 + 4 + NOTE_NAME_MAX + \
			    STATE_CHECK_LEN)

#define TWO_DISKS	"put back keyd's files and the ledger from one copy " \
			"of the data disk, or start with another disk"

int
identity_save(int dirfd, const char *name, struct why *w)
{
	unsigned char file[FILE_MAX];
	struct put p;

	put_init(&p, file, sizeof(file) - STATE_CHECK_LEN);
	put_cstr(&p, NAME_VERSION);
	put_cstr(&p, name);
	if (p.err != 0)
		return why_set(w, NAME_FILE ": %s is too long", name);
	state_check(file, p.len, file + p.len);
	return state_replace(dirfd, NAME_FILE, file, p.len + STATE_CHECK_LEN,
	    w);
}

static int
parse(const unsigned char *file, size_t len, char name[NOTE_NAME_MAX + 1])
{
	unsigned char check[STATE_CHECK_LEN];
	char version[sizeof(NAME_VERSION)];
	struct get g;

	if (len < STATE_CHECK_LEN)
		return -1;
	len -= STATE_CHECK_LEN;
	state_check(file, len, check);
	if (memcmp(check, file + len, STATE_CHECK_LEN) != 0)
		return -1;
	get_init(&g, file, len);
	get_cstr(&g, version, sizeof(version));
	get_cstr(&g, name, NOTE_NAME_MAX + 1);
	if (get_end(&g) == -1 || strcmp(version, NAME_VERSION) != 0)
		return -1;
	return note_check_name(name);
}

int
identity_load(int dirfd, char name[NOTE_NAME_MAX + 1], struct why *w)
{
	unsigned char file[FILE_MAX];
	size_t len = 0;

	name[0] = '\0';
	if (state_read(dirfd, NAME_FILE, file, sizeof(file), &len, w) == -1) {
		if (errno == ENOENT)
			return 0;
		if (errno != EFBIG)
			return -1;
	}
	if (parse(file, len, name) == -1)
		return why_set(w, NAME_FILE ": damaged; " STATE_ADVICE);
	return 0;
}

/* The name as settings.yaml has it. */
static const char *
site_name(const char *name)
{
	size_t n = strlen(SETTINGS_KEY_PREFIX);

	return strncmp(name, SETTINGS_KEY_PREFIX, n) == 0 ? name + n : name;
}

int
identity_check_name(const char *recorded, const char *site, struct why *w)
{
	if (strcmp(recorded, site) == 0)
		return 0;
	return why_set(w, "the site names this appliance %s, but the key and "
	    "the ledger on its data disk are those of %s, and their receipts "
	    "have that name; write `name: %s' into settings.yaml, or start "
	    "with another data disk", site_name(site), site_name(recorded),
	    site_name(recorded));
}

static int
check_checkpoint(const struct bytes *note, const struct note_key *key,
    const struct head *head, struct why *w)
{
	struct checkpoint c;
	size_t len;

	if (note_verify(key, note->p, note->len, 1, &len, w) == -1 ||
	    checkpoint_parse(&c, note->p, len, w) == -1)
		return why_set(w, "the newest checkpoint of the ledger on the "
		    "data disk was not signed by the key there, %s+%08" PRIx32
		    ": they are of two disks; " TWO_DISKS, key->name, key->id);
	if (c.size < head->size || (c.size == head->size &&
	    memcmp(c.root, head->root, sizeof(c.root)) == 0))
		return 0;
	return why_set(w, "the ledger on the data disk has a checkpoint of %"
	    PRIu64 " leaves that keyd's files do not know, since their newest "
	    "has %" PRIu64 ": they are an older copy, with which a command "
	    "could run twice; " TWO_DISKS, c.size, head->size);
}

int
identity_check_ledger(const struct identity_ledger *l,
    const struct note_key *key, const struct head *head, struct why *w)
{
	if (l->source[0] != '\0' &&
	    identity_check_name(l->source, key->name, w) == -1)
		return -1;
	if (l->checkpoint.len == 0)
		return 0;
	return check_checkpoint(&l->checkpoint, key, head, w);
}
