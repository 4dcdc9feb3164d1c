#include "disk.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "client/buf.h"
#include "client/need.h"
#include "proc.h"
#include "client/say.h"

static int
make_sparse(const char *path, uint64_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd == -1) {
		say_errno("%s: cannot make the data disk", path);
		return -1;
	}
	if (ftruncate(fd, (off_t)size) == -1) {
		say_errno("%s: cannot give it %llu bytes", path,
		    (unsigned long long)size);
		close(fd);
		unlink(path);
		return -1;
	}
	close(fd);
	return 0;
}

/*
 * Writes the inode tables now, so that the guest need not.  Few inodes: the
 * ledger is a few large files.  The journal is not written: the file is sparse,
 * so it reads as zeros.
 */
static int
run_mkfs(const char *path)
{
	const char *argv[] = { "mkfs.ext4", "-q", "-F", "-L", "casemate-data",
	    "-m", "0", "-i", "65536", "-O", "has_journal", "-E",
	    "lazy_itable_init=0,lazy_journal_init=1,root_owner=0:0", path,
	    NULL };
	pid_t pid = proc_start(argv, PROC_ATTACHED, -1, NULL, 0);
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

int
disk_make(const char *path, uint64_t size)
{
	struct stat st;
	char *tmp;
	int ret = -1;

	if (stat(path, &st) == 0) {
		if (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode))
			return 0;
		say("%s: is not a file or a block device, so it cannot be the "
		    "data disk", path);
		return -1;
	}
	if (errno != ENOENT) {
		say_errno("%s", path);
		return -1;
	}
	tmp = need_printf("%s.%ld.new", path, (long)getpid());
	if (make_sparse(tmp, size) == 0) {
		if (run_mkfs(tmp) == 0)
			ret = publish(tmp, path);
		unlink(tmp);
	}
	free(tmp);
	return ret;
}
