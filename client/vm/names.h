/*
 * The names of this host's appliances: the folders of client/vm/state.h, up or
 * not.
 */
#ifndef NAMES_H
#define NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct names {
	char	**name;		/* in alphabetical order */
	size_t	  n;
};

/*
 * Reads the folder of all states; none when it is missing.  With `tell' it says
 * what in it is not an appliance's folder.  Complains and returns -1; nothing
 * is to be freed then.
 */
int	names_load(struct names *, bool tell);
void	names_free(struct names *);

/*
 * For a message that no appliance `name' is up: which are, or which name is
 * similar.  The caller frees.
 */
char	*names_advise(const char *name);

#endif
