/*
 * The folders on the data disk.  Another system may have written anything to
 * it: no link on it is followed, and each folder is reached, checked, and
 * given to its service through descriptors.
 */
#ifndef DATA_H
#define DATA_H

/*
 * Makes the folders keyd and ledger in the disk's root where they are missing,
 * and gives them to their services.  0 with keyd's folder in *keyd; -1 when
 * one of them is not what it must be, which is said on the log with what to
 * do.
 */
int	data_open(const char *root, int *keyd);

#endif
