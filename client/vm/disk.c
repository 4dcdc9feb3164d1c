#include "disk.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/buf.h"
#include "client/need.h"
#include "client/save.h"
#include "client/say.h"
#include "lib/filekind.h"
#include "le.h"
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

/*
 * QEMU holds OFD locks on these bytes of an image: one for each permission that
 * it uses, or denies to others (block/file-posix.c).
 */
static bool
is_locked(int fd)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET,
	    .l_start = 100, .l_len = 200 };

	return fcntl(fd, F_OFD_GETLK, &l) == 0 && l.l_type != F_UNLCK;
}

/* ext4's superblock is 1024 bytes after the start: fs/ext4/ext4.h. */
static enum disk_state
check_ext4(int fd, uint64_t size, struct why *w)
{
	unsigned char sb[1024] = { 0 };
	uint64_t blocks, need;

	if (size < 2 * sizeof(sb) || pread(fd, sb, sizeof(sb), sizeof(sb)) !=
	    (ssize_t)sizeof(sb) || le_get(sb + 0x38, 2) != 0xef53) {
		why_set(w, "it holds no ext4 file system; give another file, "
		    "or the name of a new one");
		return DISK_BAD;
	}
	blocks = le_get(sb + 0x4, 4);
	if ((le_get(sb + 0x60, 4) & 0x80) != 0)		/* 64bit */
		blocks |= le_get(sb + 0x150, 4) << 32;
	need = blocks << (10 + (le_get(sb + 0x18, 4) & 7));
	if (size >= need)
		return DISK_USABLE;
	why_set(w, "it is cut short: it has %llu bytes of a file system of "
	    "%llu; put back a copy of it", (unsigned long long)size,
	    (unsigned long long)need);
	return DISK_BAD;
}

static enum disk_state
check_open(int fd, struct why *w)
{
	off_t size = lseek(fd, 0, SEEK_END);

	if (is_locked(fd)) {
		why_set(w, "another QEMU uses it; stop that first, or give "
		    "another disk with --disk");
		return DISK_IN_USE;
	}
	return check_ext4(fd, size < 0 ? 0 : (uint64_t)size, w);
}

enum disk_state
disk_check(const char *path, struct why *w)
{
	/* A block device that this host has mounted cannot be opened so. */
	struct stat st;
	const bool device = stat(path, &st) == 0 && S_ISBLK(st.st_mode);
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK |
	    (device ? O_EXCL : 0));
	enum disk_state state;

	if (fd == -1 && errno == EBUSY) {
		why_set(w, "this host uses it; unmount it first, or give "
		    "another disk with --disk");
		return DISK_IN_USE;
	}
	if (fd == -1) {
		why_set(w, "it cannot be written: %s; the ledger is kept there",
		    strerror(errno));
		return DISK_BAD;
	}
	state = check_open(fd, w);
	close(fd);
	return state;
}
