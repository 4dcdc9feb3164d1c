#include "sign.h"

#include <sys/mman.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keygen.h"
#include "need.h"
#include "say.h"
#include "lib/sshkey.h"
#include "lib/sshsig.h"

/* A descriptor from which ssh-keygen can read the data. */
static int
data_fd(const void *data, size_t len)
{
	int fd = memfd_create("casemate-sign", MFD_CLOEXEC);

	if (fd == -1 || write(fd, data, len) != (ssize_t)len ||
	    lseek(fd, 0, SEEK_SET) == -1) {
		say_errno("cannot hand %zu bytes to ssh-keygen", len);
		if (fd != -1)
			close(fd);
		return -1;
	}
	return fd;
}

/* ssh-keygen without file names signs its standard input. */
static int
run_keygen(const char *key, const char *ns, int in, struct buf *sig)
{
	struct keygen k = { .args = { "-q", "-Y", "sign", "-n", ns, "-f", key },
	    .in = in };
	int status = keygen_run(&k);

	if (status == 0)
		buf_set(sig, k.out.data, k.out.len);
	else if (status != -1)
		keygen_say_failure(key, &k);
	keygen_free(&k);
	return status == 0 ? 0 : -1;
}

/* Refuse here what an appliance does not accept: it takes two key types. */
static int
check_signature(const char *key, const struct buf *sig)
{
	struct sshsig s;
	struct sshkey k;
	struct why w;

	if (sshsig_parse(&s, sig->data, sig->len, &w) == -1) {
		say("%s: an appliance does not accept its signatures: %s", key,
		    w.text);
		return -1;
	}
	if (sshkey_parse(&k, s.key, s.keylen, &w) == -1) {
		say("%s: an appliance does not accept this key: %s", key,
		    w.text);
		return -1;
	}
	return 0;
}

/* Once for each key: a queue or a second signature does not change it. */
static int
check_key(const char *key)
{
	static char *checked;

	if (checked != NULL && strcmp(checked, key) == 0)
		return 0;
	if (keygen_check_key(key) == -1)
		return -1;
	free(checked);
	checked = need_str(key);
	return 0;
}

int
sign_data(const char *key, const char *ns, const void *data, size_t len,
    struct buf *sig)
{
	int in, ret;

	if (check_key(key) == -1)
		return -1;
	if ((in = data_fd(data, len)) == -1)
		return -1;
	ret = run_keygen(key, ns, in, sig);
	close(in);
	if (ret == 0)
		ret = check_signature(key, sig);
	return ret;
}
