/*
 * casemate policy fmt [--write|--check|--json|--text] [FILE]...
 */
#include "policy.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "casemate.h"
#include "cedar/doc.h"
#include "cedar/emit.h"
#include "cedar/format.h"
#include "cedar/policy.h"
#include "file.h"
#include "indent.h"
#include "log.h"
#include "opts.h"
#include "say.h"

#define FILES_MOST	256		/* a site has a handful */
#define OUT_FIRST	(256u << 10)
#define OUT_MOST	(256u << 20)	/* a megabyte of policies as JSON */
#define STDIN_NAME	"standard input"

/* What becomes of a text: 0, or -1 with *e (or EMSGSIZE in the put). */
typedef int convert(struct put *, const char *file, const char *text,
    size_t len, struct cedar_error *);

struct job {
	bool	 write, check, json, text;
	int	 code;			/* the exit code so far */
};
