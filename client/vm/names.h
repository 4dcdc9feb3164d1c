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
 * Reads the folder of all states; a missing folder has no names.  With `tell'
 * it also prints what in the folder is not an appliance's.  Free the names with
 * names_free().  Complains and returns -1; then there is nothing to free.
 */
int	names_load(struct names *, bool tell);
void	names_free(struct names *);

/*
 * The end of a message that no appliance `name' is up: a similar name, those
 * that are up, and the command that lists all.  The caller frees.
 */
char	*names_advise(const char *name);

#endif
