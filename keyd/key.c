/*
 * The file: string "casemate-key@v1", string seed (32 bytes), and the first 8
 * bytes of the SHA-256 of both.
 */
#include "key.h"

#include <sys/random.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <sodium.h>

#include "state.h"
#include "lib/wire.h"

#define KEY_FILE	"key"
#define KEY_VERSION	"casemate-key@v1"
#define SEED_LEN	crypto_sign_SEEDBYTES
#define FILE_LEN	(4 + sizeof(KEY_VERSION) - 1 + 4 + SEED_LEN + \
			    STATE_CHECK_LEN)

/* All secrets are here, in one guarded allocation, and not on the stack. */
struct secret {
	unsigned char	file[FILE_LEN];
	unsigned char	seed[SEED_LEN];
};

_Static_assert(NOTE_SECRET_LEN == crypto_sign_SECRETKEYBYTES, "libsodium's");
_Static_assert(NOTE_KEY_LEN == crypto_sign_PUBLICKEYBYTES, "libsodium's");

/* Returns guarded memory that is really locked, or NULL with *w. */
static void *
secret_alloc(size_t len, struct why *w)
{
	void *p = sodium_malloc(len);

	if (p != NULL && sodium_mlock(p, len) == 0)
		return p;
	sodium_free(p);
	why_set(w, "memory for the key cannot be locked: %s; raise the "
	    "limit on locked memory", strerror(errno));
	return NULL;
}

/* state_check() with libsodium's hash, which wipes its copy of the seed. */
static void
check_value(const void *data, size_t len, unsigned char check[STATE_CHECK_LEN])
{
	unsigned char hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(hash, data, len);
	memcpy(check, hash, STATE_CHECK_LEN);
}

int
key_exists(int dirfd, struct why *w)
{
	struct stat st;

	if (fstatat(dirfd, KEY_FILE, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return 1;
	if (errno == ENOENT)
		return 0;
	return why_set(w, KEY_FILE ": %s; check the data disk",
	    strerror(errno));
}

int
key_create(int dirfd, struct why *w)
{
	struct secret *s = secret_alloc(sizeof(*s), w);
	struct put p;
	int rc;

	if (s == NULL)
		return -1;
	if (getrandom(s->seed, SEED_LEN, 0) != SEED_LEN) {
		sodium_free(s);
		return why_set(w, "no random numbers: %s", strerror(errno));
	}
	put_init(&p, s->file, sizeof(s->file));
	put_cstr(&p, KEY_VERSION);
	put_string(&p, s->seed, SEED_LEN);
	check_value(s->file, p.len, s->file + p.len);
	rc = state_replace(dirfd, KEY_FILE, s->file, sizeof(s->file), w);
	sodium_free(s);
	return rc;
}

/* Reads the seed from the file's bytes. */
static int
parse_file(struct secret *s, size_t len)
{
	unsigned char check[STATE_CHECK_LEN];
	char version[sizeof(KEY_VERSION)];
	struct get g;

	if (len != sizeof(s->file))
		return -1;
	len -= STATE_CHECK_LEN;
	check_value(s->file, len, check);
	if (sodium_memcmp(check, s->file + len, STATE_CHECK_LEN) != 0)
		return -1;
	get_init(&g, s->file, len);
	get_cstr(&g, version, sizeof(version));
	get_fixed(&g, s->seed, SEED_LEN);
	return get_end(&g) == -1 || strcmp(version, KEY_VERSION) != 0 ? -1 : 0;
}

static int
load(struct key *k, struct secret *s, int dirfd, const char *name,
    struct why *w)
{
	unsigned char pub[NOTE_KEY_LEN];
	size_t len = 0;

	if (state_read(dirfd, KEY_FILE, s->file, sizeof(s->file), &len, w)
	    == -1 && errno != EFBIG)
		return -1;
	if (parse_file(s, len) == -1)
		return why_set(w, KEY_FILE ": damaged; " STATE_ADVICE);
	crypto_sign_seed_keypair(pub, k->secret, s->seed);
	if (note_key_init(&k->note, name, pub) == -1)
		return why_set(w, "%s cannot be the name of a key", name);
	if (sodium_mprotect_readonly(k->secret) == -1)
		return why_set(w, "the key's memory cannot be protected: %s",
		    strerror(errno));
	return 0;
}

int
key_load(struct key *k, int dirfd, const char *name, struct why *w)
{
	struct secret *s;
	int rc;

	memset(k, 0, sizeof(*k));
	s = secret_alloc(sizeof(*s), w);
	if (s == NULL)
		return -1;
	k->secret = secret_alloc(NOTE_SECRET_LEN, w);
	rc = k->secret == NULL ? -1 : load(k, s, dirfd, name, w);
	sodium_free(s);
	if (rc == -1)
		key_free(k);
	return rc;
}

void
key_free(struct key *k)
{
	sodium_free(k->secret);
	memset(k, 0, sizeof(*k));
}
