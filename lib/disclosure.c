#include "disclosure.h"

#include <string.h>

#include "base64.h"
#include "sha256.h"

#define PIECE	192		/* of three, and most disclosures fit */

/* Text is encoded in pieces; the rest waits for more. */
struct encoder {
	void		(*emit)(void *arg, const void *text, size_t len);
	void		*arg;
	struct put	rest;
	unsigned char	bytes[PIECE];	/* of the rest */
};

static void
start(struct encoder *e)
{
	put_init(&e->rest, e->bytes, sizeof(e->bytes));
}

static void
encode(struct encoder *e)
{
	char text[BASE64URL_LEN(PIECE)];
	struct put p;

	put_init(&p, text, sizeof(text));
	base64url_put(&p, e->bytes, e->rest.len);
	e->emit(e->arg, text, p.len);
	start(e);
}

static void
add(struct encoder *e, const void *data, size_t len)
{
	const unsigned char *from = data;

	while (len > 0) {
		size_t room = PIECE - e->rest.len;
		size_t n = len < room ? len : room;

		put_raw(&e->rest, from, n);
		from += n;
		len -= n;
		if (e->rest.len == PIECE)
			encode(e);
	}
}

/* ["SALT","NAME",VALUE] */
static void
encode_array(struct encoder *e, const unsigned char salt[DISCLOSURE_SALT],
    const char *name, const void *value, size_t len)
{
	char text[BASE64URL_LEN(DISCLOSURE_SALT)];
	struct put p;

	start(e);
	put_init(&p, text, sizeof(text));
	base64url_put(&p, salt, DISCLOSURE_SALT);
	add(e, "[\"", 2);
	add(e, text, p.len);
	add(e, "\",\"", 3);
	add(e, name, strlen(name));
	add(e, "\",", 2);
	add(e, value, len);
	add(e, "]", 1);
	encode(e);
}

static void
emit_put(void *arg, const void *text, size_t len)
{
	put_raw(arg, text, len);
}

static void
emit_hash(void *arg, const void *text, size_t len)
{
	sha256_update(arg, text, len);
}

void
disclosure_put(struct put *p, const unsigned char salt[DISCLOSURE_SALT],
    const char *name, const void *value, size_t len)
{
	struct encoder e = { .emit = emit_put, .arg = p };

	encode_array(&e, salt, name, value, len);
}

static void
put_digest(const struct sha256 *hash, char digest[DISCLOSURE_DIGEST + 1])
{
	unsigned char bytes[SHA256_LEN];
	struct put p;

	sha256_final(hash, bytes);
	put_init(&p, digest, DISCLOSURE_DIGEST);
	base64url_put(&p, bytes, sizeof(bytes));
	digest[DISCLOSURE_DIGEST] = '\0';
}

void
disclosure_digest(const unsigned char salt[DISCLOSURE_SALT], const char *name,
    const void *value, size_t len, char digest[DISCLOSURE_DIGEST + 1])
{
	struct sha256 hash;
	struct encoder e = { .emit = emit_hash, .arg = &hash };

	sha256_init(&hash);
	encode_array(&e, salt, name, value, len);
	put_digest(&hash, digest);
}

void
disclosure_digest_text(const void *text, size_t len,
    char digest[DISCLOSURE_DIGEST + 1])
{
	struct sha256 hash;

	sha256_init(&hash);
	sha256_update(&hash, text, len);
	put_digest(&hash, digest);
}
