/*
 * Where an appliance is: the value of --on.
 */
#ifndef TARGET_H
#define TARGET_H

#include <limits.h>
#include <stdint.h>

#include "lib/msg/msg.h"
#include "lib/why.h"

enum target_kind {
	TARGET_NAME,	/* one that `casemate up' started */
	TARGET_VSOCK,	/* vsock:CID:PORT */
	TARGET_UNIX,	/* unix:PATH, the hybrid CONNECT convention */
};

struct target {
	enum target_kind kind;
	char		 name[NAME_MAX_LEN + 1];
	uint32_t	 cid, port;
	char		 path[PATH_MAX];
};

/* The name of the appliance when the user gives none. */
#define TARGET_DEFAULT	"default"

/* -1 with EBADMSG and *w when the text is not one of the three. */
int	target_parse(struct target *, const char *text, struct why *w);
/* Back to text; dst takes PATH_MAX + 8. */
void	target_format(char *dst, size_t cap, const struct target *);

#endif
