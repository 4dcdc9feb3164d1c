/*
 * The files from which a VM starts: the appliance's image, and runtimes.
 */
#ifndef IMAGE_H
#define IMAGE_H

#include "lib/sha256.h"
#include "lib/why.h"

#define IMAGE_NAME	"casemate.bzImage"

/* The folder of this program; the caller frees. */
char	*image_program_folder(void);

/*
 * The image beside this program, as `make' and a package leave it; the caller
 * frees.  NULL when there is none.
 */
char	*image_find(void);

/* Returns 0 for a whole Linux bzImage, else -1 with *w. */
int	image_check_kernel(const char *path, struct why *w);

/* The SHA-256 of the whole file in hex.  Returns 0, or -1 with *w. */
int	image_digest(const char *path, char hex[2 * SHA256_LEN + 1],
	    struct why *w);

/*
 * Returns 0 for a whole EROFS image, else -1 with *w.  The appliance would only
 * leave out another one, with a line on its console.
 */
int	image_check_runtime(const char *path, struct why *w);

#endif
