#include "sshkey.h"

#include <errno.h>
#include <string.h>

#include <bearssl.h>
#include <sodium.h>

#include "base64.h"
#include "sha256.h"
#include "wire.h"

#define TYPE_NAME_MAX	64
#define ED25519_LEN	32
#define ED25519_SIG_LEN	64
#define P256_POINT_LEN	65	/* 0x04, x, y */
#define P256_HALF	32

struct sshkey_type {
	const char	*name;
	const char	*curve;		/* second field of a key, or NULL */
	size_t		 point_len;
	int		(*check)(const unsigned char *point);
	int		(*verify)(const unsigned char *point, struct get *sig,
			    const void *data, size_t len);
};

static int
ed25519_check(const unsigned char *point)
{
	(void)point;	/* libsodium refuses weak points as it verifies */
	return 0;
}

static int
ed25519_verify(const unsigned char *point, struct get *sig, const void *data,
    size_t len)
{
	unsigned char s[ED25519_SIG_LEN];

	get_fixed(sig, s, sizeof(s));
	if (get_end(sig) == -1)
		return -1;
	return crypto_sign_verify_detached(s, data, len, point);
}

/* 0 when the point is on the curve. */
static int
p256_check(const unsigned char *point)
{
	unsigned char copy[P256_POINT_LEN];
	static const unsigned char one = 1;

	memcpy(copy, point, sizeof(copy));
	if (copy[0] != 0x04 || br_ec_p256_m31.mul(copy, sizeof(copy), &one, 1,
	    BR_EC_secp256r1) != 1)
		return -1;
	return 0;
}

/* A positive mpint (RFC 4251), left-padded with zeros to 32 bytes. */
static void
get_scalar(struct get *g, unsigned char dst[P256_HALF])
{
	size_t len;
	const unsigned char *p = get_string(g, &len, P256_HALF + 1);

	memset(dst, 0, P256_HALF);
	if (len == 0 || (p[0] & 0x80) != 0 ||
	    (p[0] == 0 && (len == 1 || (p[1] & 0x80) == 0)))
		g->err = EBADMSG;	/* zero, negative, or not minimal */
	if (g->err != 0)
		return;
	if (p[0] == 0) {
		p++;
		len--;
	}
	if (len > P256_HALF)
		g->err = EBADMSG;
	else
		memcpy(dst + P256_HALF - len, p, len);
}

static int
p256_verify(const unsigned char *point, struct get *sig, const void *data,
    size_t len)
{
	unsigned char copy[P256_POINT_LEN], hash[SHA256_LEN];
	unsigned char raw[2 * P256_HALF];
	br_ec_public_key key = { BR_EC_secp256r1, copy, sizeof(copy) };
	const void *inner;
	size_t innerlen;
	struct get g;

	inner = get_string(sig, &innerlen, SSHKEY_SIG_MAX);
	if (get_end(sig) == -1)
		return -1;
	get_init(&g, inner, innerlen);
	get_scalar(&g, raw);
	get_scalar(&g, raw + P256_HALF);
	if (get_end(&g) == -1)
		return -1;
	memcpy(copy, point, sizeof(copy));
	sha256(data, len, hash);
	return br_ecdsa_i31_vrfy_raw(&br_ec_p256_m31, hash, sizeof(hash), &key,
	    raw, sizeof(raw)) == 1 ? 0 : -1;
}

static const struct sshkey_type types[] = {
	{ "ssh-ed25519", NULL, ED25519_LEN, ed25519_check, ed25519_verify },
	{ "ecdsa-sha2-nistp256", "nistp256", P256_POINT_LEN, p256_check,
	    p256_verify },
};

static const struct sshkey_type *
find_type(const char *name)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].name, name) == 0)
			return &types[i];
	return NULL;
}

static int
refuse_type(const char *name, struct why *w)
{
	char quoted[QUOTE_MAX];

	if (strncmp(name, "sk-", 3) == 0)
		return why_set(w, "security keys (%s) cannot be used yet; use "
		    "an ssh-ed25519 or ecdsa-sha2-nistp256 key",
		    doc_quote(quoted, name, strlen(name)));
	return why_set(w, "key type %s cannot be used; make a key with "
	    "`ssh-keygen -t ed25519'", doc_quote(quoted, name, strlen(name)));
}

int
sshkey_parse(struct sshkey *key, const void *blob, size_t len, struct why *w)
{
	char name[TYPE_NAME_MAX + 1], curve[TYPE_NAME_MAX + 1] = "";
	const void *point;
	size_t pointlen;
	struct get g;

	memset(key, 0, sizeof(*key));
	get_init(&g, blob, len);
	get_cstr(&g, name, sizeof(name));
	if (g.err != 0)
		return why_set(w, "the key is malformed; copy the whole line "
		    "of the .pub file");
	key->type = find_type(name);
	if (key->type == NULL)
		return refuse_type(name, w);
	if (key->type->curve != NULL)
		get_cstr(&g, curve, sizeof(curve));
	point = get_string(&g, &pointlen, key->type->point_len);
	if (get_end(&g) == -1 || pointlen != key->type->point_len ||
	    len > sizeof(key->blob) || (key->type->curve != NULL &&
	    strcmp(curve, key->type->curve) != 0) ||
	    key->type->check(point) == -1) {
		key->type = NULL;
		return why_set(w, "the %s key is malformed; copy the whole "
		    "line of the .pub file", name);
	}
	memcpy(key->blob, blob, len);
	key->len = len;
	key->point = len - pointlen;
	return 0;
}

const char *
sshkey_type_name(const struct sshkey *key)
{
	return key->type == NULL ? NULL : key->type->name;
}

int
sshkey_verify(const struct sshkey *key, const void *sig, size_t siglen,
    const void *data, size_t len)
{
	char name[TYPE_NAME_MAX + 1];
	struct get g;

	get_init(&g, sig, siglen);
	get_cstr(&g, name, sizeof(name));
	if (g.err != 0 || strcmp(name, key->type->name) != 0 ||
	    key->type->verify(key->blob + key->point, &g, data, len) != 0) {
		errno = EBADMSG;
		return -1;
	}
	return 0;
}

void
sshkey_fingerprint(char dst[SSHKEY_FINGERPRINT_LEN + 1], const void *blob,
    size_t len)
{
	unsigned char hash[SHA256_LEN];
	char text[BASE64_LEN(SHA256_LEN)];
	struct put p;

	sha256(blob, len, hash);
	put_init(&p, text, sizeof(text));
	base64_put(&p, hash, sizeof(hash));
	memcpy(dst, "SHA256:", 7);
	memcpy(dst + 7, text, SSHKEY_FINGERPRINT_LEN - 7); /* not its "=" */
	dst[SSHKEY_FINGERPRINT_LEN] = '\0';
}
