/*
 * Reads an allowed_signers file of any bytes; a refusal names the file, and
 * what is accepted has principals, keys and a time in which they hold.
 */
#include "signers.h"

#include <stdlib.h>
#include <string.h>

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	struct signers all;
	struct doc_error e;
	struct why w;

	if (signers_parse(&all, "signers", (const char *)data, len, &e) == -1) {
		if (strcmp(e.file, "signers") != 0 || e.text[0] == '\0')
			abort();
		return 0;
	}
	for (size_t i = 0; i < all.n; i++) {
		const struct signer *s = &all.list[i];

		if (s->principal[0] == '\0' || sshkey_type_name(&s->key) ==
		    NULL || s->valid_after >= s->valid_before ||
		    signers_find(&all, s->key.blob, s->key.len) != s)
			abort();
		signers_check(s, "casemate-command", 1800000000, &w);
	}
	signers_free(&all);
	return 0;
}
