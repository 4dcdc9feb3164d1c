/*
 * What an allowed_signers file means for one signature.  (signers.c reads the
 * file.)
 */
#include "signers.h"

#include <stdbool.h>
#include <string.h>

#include "clock.h"
#include "sshsig.h"

const struct signer *
signers_find(const struct signers *all, const void *blob, size_t len)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct sshkey *key = &all->list[i].key;

		if (key->len == len && memcmp(key->blob, blob, len) == 0)
			return &all->list[i];
	}
	return NULL;
}

/* Whether a comma-separated list holds the name. */
static bool
list_has(const char *list, const char *name)
{
	size_t len = strlen(name);

	for (;;) {
		size_t n = strcspn(list, ",");

		if (n == len && memcmp(list, name, len) == 0)
			return true;
		if (list[n] == '\0')
			return false;
		list += n + 1;
	}
}

enum reason
signers_check(const struct signer *s, const char *ns, uint64_t now,
    struct why *w)
{
	char principal[QUOTE_MAX], limit[CLOCK_TEXT_MAX], clock[CLOCK_TEXT_MAX];

	doc_quote(principal, s->principal, strlen(s->principal));
	if (s->namespaces[0] != '\0' && !list_has(s->namespaces, ns)) {
		why_set(w, "the key of %s (allowed_signers line %u) may not "
		    "sign for %s; add it to the line's namespaces= and build "
		    "the site again, or sign with another key", principal,
		    s->line, ns);
		return REASON_NAMESPACE;
	}
	if (now < s->valid_after) {
		why_set(w, "the key of %s (allowed_signers line %u) is valid "
		    "only after %s, and the appliance's clock says %s; wait, "
		    "or sign with another key", principal, s->line,
		    clock_format(limit, s->valid_after),
		    clock_format(clock, now));
		return REASON_KEY_NOT_YET_VALID;
	}
	if (now > s->valid_before) {
		why_set(w, "the key of %s (allowed_signers line %u) was valid "
		    "until %s, and the appliance's clock says %s; sign with a "
		    "key that is valid", principal, s->line,
		    clock_format(limit, s->valid_before),
		    clock_format(clock, now));
		return REASON_KEY_EXPIRED;
	}
	return 0;
}

enum reason
signers_verify(const struct signers *all, const char *what, const char *ns,
    uint64_t now, const void *msg, size_t len, const void *sig, size_t siglen,
    const struct signer **signerp, struct why *w)
{
	char fingerprint[SSHKEY_FINGERPRINT_LEN + 1];
	const struct signer *signer;
	enum reason reason;
	struct sshsig s;
	struct why inner;

	*signerp = NULL;
	if (sshsig_parse(&s, sig, siglen, &inner) == -1) {
		why_set(w, "%s: %s", what, inner.text);
		return REASON_SIGNATURE;
	}
	if (strcmp(s.ns, ns) != 0) {
		why_set(w, "the %s is signed for another namespace; sign it "
		    "with `ssh-keygen -Y sign -n %s'", what, ns);
		return REASON_NAMESPACE;
	}
	signer = signers_find(all, s.key, s.keylen);
	if (signer == NULL) {
		sshkey_fingerprint(fingerprint, s.key, s.keylen);
		why_set(w, "the %s is signed by the key %s, which is not in "
		    "the site's allowed_signers; add a line for it and build "
		    "the site again", what, fingerprint);
		return REASON_UNKNOWN_SIGNER;
	}
	if (sshsig_check(&s, &signer->key, ns, msg, len) == -1) {
		why_set(w, "the signature does not match the %s: one of the "
		    "two was changed after signing; sign it again", what);
		return REASON_SIGNATURE;
	}
	reason = signers_check(signer, ns, now, w);
	if (reason == 0)
		*signerp = signer;
	return reason;
}
