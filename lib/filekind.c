#include "filekind.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

const char *
filekind_word(mode_t mode)
{
	static const struct {
		mode_t		 kind;
		const char	*word;
	} words[] = {
		{ S_IFREG, "a file" }, { S_IFDIR, "a folder" },
		{ S_IFLNK, "a symbolic link" }, { S_IFIFO, "a FIFO" },
		{ S_IFSOCK, "a socket" }, { S_IFBLK, "a block device" },
		{ S_IFCHR, "a character device" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if ((mode & S_IFMT) == words[i].kind)
			return words[i].word;
	return "of an unknown kind";
}

int
filekind_check(const char *name, const struct stat *st, struct why *w)
{
	if (!S_ISREG(st->st_mode))
		return why_set(w, "%s: is %s and must be a file; "
		    FILEKIND_ADVICE, name, filekind_word(st->st_mode));
	if (st->st_nlink != 1)
		return why_set(w, "%s: is a file with %lu names and must have "
		    "one; " FILEKIND_ADVICE, name,
		    (unsigned long)st->st_nlink);
	if (st->st_uid != geteuid())
		return why_set(w, "%s: belongs to user %u and must belong to "
		    "%u; " FILEKIND_ADVICE, name, (unsigned)st->st_uid,
		    (unsigned)geteuid());
	return 0;
}

int
filekind_check_at(int dirfd, const char *name, struct why *w)
{
	struct stat st;
	int saved;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return filekind_check(name, &st, w);
	saved = errno;
	why_set(w, "%s: %s; check the data disk", name, strerror(saved));
	errno = saved;
	return -1;
}
