#include "disclosure.h"

#include <string.h>

#include "base64.h"
#include "sha256.h"

/* Text is encoded in groups of three bytes; the rest waits for more. */
struct encoder {
	void		(*emit)(void *arg, const void *text, size_t len);
	void		*arg;
	unsigned char	rest[3];
	size_t		n;
};

static void
encode(struct encoder *e, const void *bytes, size_t len)
{
	char text[BASE64URL_LEN(sizeof(e->rest))];
	struct put p;

	put_init(&p, text, sizeof(text));
	base64url_put(&p, bytes, len);
	e->emit(e->arg, text, p.len);
}

static void
add(struct encoder *e, const void *data, size_t len)
{
	const unsigned char *from = data;

	for (size_t i = 0; i < len; i++) {
		e->rest[e->n++] = from[i];
		if (e->n < sizeof(e->rest))
			continue;
		encode(e, e->rest, e->n);
		e->n = 0;
	}
}

/* ["SALT","NAME",VALUE] */
static void
encode_array(struct encoder *e, const unsigned char salt[DISCLOSURE_SALT],
    const char *name, const void *value, size_t len)
{
	char text[BASE64URL_LEN(DISCLOSURE_SALT)];
	struct put p;

	put_init(&p, text, sizeof(text));
	base64url_put(&p, salt, DISCLOSURE_SALT);
	add(e, "[\"", 2);
	add(e, text, p.len);
	add(e, "\",\"", 3);
	add(e, name, strlen(name));
	add(e, "\",", 2);
	add(e, value, len);
	add(e, "]", 1);
	encode(e, e->rest, e->n);
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
