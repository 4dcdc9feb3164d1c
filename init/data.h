/*
 * The folders on the data disk.  Another system may have written anything to
 * it, so no link is followed, and each folder is opened, checked and given to
 * its service by descriptor.
 */
#ifndef DATA_H
#define DATA_H

/*
 * Makes the folders keyd and ledger in the disk's root if they are missing,
 * and gives them to their services.  Returns 0 with keyd's folder in *keyd, or
 * -1 after logging what is wrong and what to do.
 */
int	data_open(const char *root, int *keyd);

#endif
