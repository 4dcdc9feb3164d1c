/*
 * Reads a signature of any bytes: as an armour, or, after a NUL, as what is
 * inside of one.  None may verify, whatever key it names.
 */
#include "sshsig.h"

#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "lib/msg/msg.h"

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

static int
parse(struct sshsig *s, const unsigned char *data, size_t len)
{
	char armor[2 * SIG_MAX];
	struct why w;
	struct put p;

	if (len == 0 || data[0] != 0)
		return sshsig_parse(s, data, len, &w);
	put_init(&p, armor, sizeof(armor));
	put_raw(&p, "-----BEGIN SSH SIGNATURE-----\n", 30);
	base64_put(&p, data + 1, len - 1);
	put_raw(&p, "\n-----END SSH SIGNATURE-----\n", 29);
	return p.err != 0 ? -1 : sshsig_parse(s, armor, p.len, &w);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	struct sshkey key;
	struct sshsig s;
	struct why w;

	if (parse(&s, data, len) == -1)
		return 0;
	if (sshkey_parse(&key, s.key, s.keylen, &w) == -1 || s.ns[0] == '\0')
		abort();
	if (sshsig_check(&s, &key, s.ns, "never signed", 12) == 0)
		abort();
	return 0;
}
