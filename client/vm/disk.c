#include "disk.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "client/buf.h"
#include "client/need.h"
#include "client/save.h"
#include "client/say.h"
#include "lib/filekind.h"
#include "proc.h"

#define DISK_FD	3	/* its number in mkfs.ext4 */

/* Returns a descriptor of the new file, which has a temporary name. */
static int
make_sparse(const char *tmp, const char *path, uint64_t size)
{
	int fd = open(tmp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd == -1) {
		say_errno("%s: cannot make the data disk", path);
		return -1;
	}
	if (ftruncate(fd, (off_t)size) == 0)
		return fd;
	say_errno("%s: cannot give it %llu bytes", path,
	    (unsigned long long)size);
	close(fd);
	unlink(tmp);
	return -1;
}

/*
 * Writes the inode tables now, so that the guest need not.  Few inodes: the
 * ledger is a few large files.  The journal is not written: the file is sparse,
 * so it reads as zeros.  By descriptor, so that no message of mkfs.ext4 has the
 * temporary name.
 */
static int
run_mkfs(int fd, const char *path)
{
	const char *argv[] = { "mkfs.ext4", "-q", "-F", "-L", "casemate-data",
	    "-m", "0", "-i", "65536", "-O", "has_journal", "-E",
	    "lazy_itable_init=0,lazy_journal_init=1,root_owner=0:0",
	    "/proc/self/fd/3", NULL };
	const struct proc_fd fds[] = { { fd, DISK_FD } };
	pid_t pid = proc_start(argv, PROC_ATTACHED, -1, fds, 1);
	int status;

	if (pid == -1) {
		say("mkfs.ext4 is in the Debian package e2fsprogs");
		return -1;
	}
	if ((status = proc_wait(pid)) == 0)
		return 0;
	say("%s: mkfs.ext4 failed (exit status %d, its message is above); is "
	    "there room on this file system?", path, status);
	return -1;
}

/* By link(2), which never replaces a disk that was made meanwhile. */
static int
publish(const char *tmp, const char *path)
{
	if (link(tmp, path) == 0)
		return 1;
	say_errno("%s: cannot give the new data disk its name", path);
	return -1;
}

static int
make(const char *path, uint64_t size)
{
	char *tmp = need_printf("%s.%ld.new", path, (long)getpid());
	int fd = make_sparse(tmp, path, size), ret = -1;

	if (fd != -1) {
		if (run_mkfs(fd, path) == 0)
			ret = publish(tmp, path);
		close(fd);
		unlink(tmp);
	}
	free(tmp);
	return ret;
}

/* The link stays, and the disk is made where it leads. */
static int
make_target(const char *link, uint64_t size)
{
	char *path = save_resolve(link, 0600);
	int ret = path == NULL ? -1 : make(path, size);

	free(path);
	return ret;
}

int
disk_make(const char *path, uint64_t size)
{
	struct stat st;

	if (stat(path, &st) == 0) {
		if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode)) {
			say("%s: is %s; a data disk is a file or a block "
			    "device", path, filekind_word(st.st_mode));
			return -1;
		}
		if (access(path, R_OK | W_OK) == 0)
			return 0;
		say_errno("%s: cannot use it as the data disk", path);
		return -1;
	}
	if (errno != ENOENT) {
		say_errno("%s: cannot use it as the data disk", path);
		return -1;
	}
	if (lstat(path, &st) == 0)
		return make_target(path, size);
	return make(path, size);
}
