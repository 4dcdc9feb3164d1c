#include "sshsig.h"

#include <errno.h>
#include <string.h>

#include <bearssl.h>

#include "base64.h"
#include "damage.h"
#include "lib/msg/msg.h"
#include "sha256.h"
#include "wire.h"

#define BEGIN_LINE	"-----BEGIN SSH SIGNATURE-----"
#define BEGIN		BEGIN_LINE "\n"
#define END		"-----END SSH SIGNATURE-----"
#define MAGIC		"SSHSIG"
#define MAGIC_LEN	6
#define SHA512_LEN	64
#define SIGN_AGAIN	"sign again with `ssh-keygen -Y sign'"

/* The longest signed text: magic, namespace, reserved, algorithm, hash. */
#define SIGNED_MAX	(MAGIC_LEN + 4 + SSHSIG_NAMESPACE_MAX + 4 + 4 + 6 + \
			    4 + SHA512_LEN)

/* Joins the lines between the armour's; -1 when it has no such form. */
static int
join_lines(char *dst, size_t *lenp, const char *armor, size_t len)
{
	const char *p, *end;
	size_t n = 0;

	if (len < strlen(BEGIN) || memcmp(armor, BEGIN, strlen(BEGIN)) != 0)
		return -1;
	p = armor + strlen(BEGIN);
	end = armor + len;
	while (p < end && *p != '-') {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		if (nl == NULL || nl == p)
			return -1;
		memcpy(dst + n, p, (size_t)(nl - p));
		n += (size_t)(nl - p);
		p = nl + 1;
	}
	if ((size_t)(end - p) < strlen(END) ||
	    memcmp(p, END, strlen(END)) != 0)
		return -1;
	p += strlen(END);
	if (p < end && *p == '\n')
		p++;
	*lenp = n;
	return p == end ? 0 : -1;
}

static int
check_printable(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s < 0x21 || *s > 0x7e)
			return -1;
	return 0;
}

/* Copies a string of 1 to cap bytes. */
static void
get_copy(struct get *g, unsigned char *dst, size_t *lenp, size_t cap)
{
	const void *p = get_string(g, lenp, cap);

	memcpy(dst, p, *lenp);
	if (*lenp == 0)
		g->err = EBADMSG;
}

static void
get_hash(struct get *g, enum sshsig_hash *hash)
{
	char name[16];

	get_cstr(g, name, sizeof(name));
	if (strcmp(name, "sha512") == 0)
		*hash = SSHSIG_SHA512;
	else if (strcmp(name, "sha256") == 0)
		*hash = SSHSIG_SHA256;
	else
		g->err = EBADMSG;
}

static int
parse_blob(struct sshsig *s, const void *blob, size_t len, struct why *w)
{
	struct sshkey key;
	struct get g;
	const void *magic;
	uint32_t version;
	size_t reserved;

	get_init(&g, blob, len);
	magic = get_raw(&g, MAGIC_LEN);
	if (magic == NULL || memcmp(magic, MAGIC, MAGIC_LEN) != 0)
		return why_set(w, "this is not an SSH signature; " SIGN_AGAIN);
	version = get_u32(&g);
	if (g.err == 0 && version != 1)
		return why_set(w, "the SSH signature has version %u, only 1 "
		    "can be read; " SIGN_AGAIN " of OpenSSH", version);
	get_copy(&g, s->key, &s->keylen, sizeof(s->key));
	if (g.err == 0 && sshkey_parse(&key, s->key, s->keylen, w) == -1)
		return -1;
	get_cstr(&g, s->ns, sizeof(s->ns));
	get_string(&g, &reserved, 0);
	get_hash(&g, &s->hash);
	get_copy(&g, s->sig, &s->siglen, sizeof(s->sig));
	if (get_end(&g) == -1 || s->ns[0] == '\0' ||
	    check_printable(s->ns) == -1)
		return why_set(w, "the SSH signature is malformed; "
		    SIGN_AGAIN);
	return 0;
}

/* The armour as a whole: how it was damaged, if that can be seen. */
static int
refuse_armor(const char *armor, size_t len, struct why *w)
{
	static const struct damage_form form = { .what = "signature",
	    .first = BEGIN_LINE };
	const bool begins = memmem(armor, len, form.first,
	    strlen(form.first)) != NULL;

	if (begins && memmem(armor, len, END, strlen(END)) == NULL)
		return why_set(w, "the signature is damaged: its last line "
		    END " is missing; get it again");
	if (damage_check(&form, armor, len, 1, w) == -1)
		return -1;
	if (!begins)
		return why_set(w, "this is not an SSH signature: its first "
		    "line is not " BEGIN_LINE "; " SIGN_AGAIN);
	return why_set(w, "the signature's armour is damaged; "
	    SIGN_AGAIN " and pass its output unchanged");
}

int
sshsig_parse(struct sshsig *s, const void *armor, size_t len, struct why *w)
{
	unsigned char blob[SIG_MAX];
	char text[SIG_MAX];
	size_t n;

	memset(s, 0, sizeof(*s));
	if (len == 0)
		return why_set(w, "there is no signature; sign with "
		    "`ssh-keygen -Y sign'");
	if (len > SIG_MAX)
		return why_set(w, "the signature has %zu bytes, at most %d can "
		    "be read; " SIGN_AGAIN, len, SIG_MAX);
	if (join_lines(text, &n, armor, len) == -1 ||
	    base64_get(blob, sizeof(blob), &n, text, n) == -1)
		return refuse_armor(armor, len, w);
	return parse_blob(s, blob, n, w);
}

static void
put_hash(struct put *p, enum sshsig_hash hash, const void *msg, size_t len)
{
	unsigned char out[SHA512_LEN];
	br_sha512_context ctx;

	switch (hash) {
	case SSHSIG_SHA256:
		sha256(msg, len, out);
		put_cstr(p, "sha256");
		put_string(p, out, SHA256_LEN);
		break;
	case SSHSIG_SHA512:
		br_sha512_init(&ctx);
		br_sha512_update(&ctx, msg, len);
		br_sha512_out(&ctx, out);
		put_cstr(p, "sha512");
		put_string(p, out, SHA512_LEN);
		break;
	}
}

int
sshsig_check(const struct sshsig *s, const struct sshkey *key, const char *ns,
    const void *msg, size_t len)
{
	unsigned char text[SIGNED_MAX];
	struct put p;

	if (s->keylen != key->len ||
	    memcmp(s->key, key->blob, key->len) != 0 ||
	    strcmp(s->ns, ns) != 0) {
		errno = EBADMSG;
		return -1;
	}
	put_init(&p, text, sizeof(text));
	put_raw(&p, MAGIC, MAGIC_LEN);
	put_cstr(&p, ns);
	put_cstr(&p, "");
	put_hash(&p, s->hash, msg, len);
	if (p.err != 0) {
		errno = p.err;
		return -1;
	}
	return sshkey_verify(key, s->sig, s->siglen, text, p.len);
}
