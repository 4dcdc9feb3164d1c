#include "data.h"

#include <sys/stat.h>
#include <sys/syscall.h>

#include <linux/openat2.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "lib/filekind.h"
#include "lib/log.h"
#include "services.h"

#define DISK	"the data disk: "

struct data_folder {
	const char	*name;
	uid_t		 uid;
	mode_t		 mode;
	struct stat	 st;
	int		 fd;
};

static int
open_within(int dirfd, const char *name)
{
	struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
		    RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
	};

	return (int)syscall(SYS_openat2, dirfd, name, &how, sizeof(how));
}

/* Logs why it could not be opened: most often it is not a folder. */
static int
refuse(int dirfd, const char *name)
{
	int saved = errno;
	struct stat st;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    !S_ISDIR(st.st_mode)) {
		log_info(DISK "%s is %s and must be a folder; "
		    FILEKIND_ADVICE, name, filekind_word(st.st_mode));
		return -1;
	}
	errno = saved;
	log_info(DISK "%s cannot be opened: %m; repair the disk on the host "
	    "with `fsck.ext4 -f', or start with another one", name);
	return -1;
}

/* Writes only what differs; most boots write nothing. */
static int
give(struct data_folder *f)
{
	struct stat *st = &f->st;

	if (fstat(f->fd, st) == 0 &&
	    ((st->st_mode & 07777) == f->mode ||
	    fchmod(f->fd, f->mode) == 0) &&
	    ((st->st_uid == f->uid && st->st_gid == f->uid) ||
	    fchown(f->fd, f->uid, f->uid) == 0))
		return 0;
	log_info(DISK "%s cannot be given to user %u: %m; clear its "
	    "attributes on the host (`chattr -R -i -a'), or start with another "
	    "disk", f->name, (unsigned)f->uid);
	return -1;
}

static int
open_folder(int rootfd, struct data_folder *f)
{
	if (mkdirat(rootfd, f->name, f->mode) == -1 && errno != EEXIST) {
		log_info(DISK "the folder %s cannot be made: %m; free space on "
		    "the disk or clear its attributes on the host (`chattr -i "
		    "-a'), or start with another one", f->name);
		return -1;
	}
	f->fd = open_within(rootfd, f->name);
	return f->fd == -1 ? refuse(rootfd, f->name) : give(f);
}

static int
open_folders(int rootfd, struct data_folder *keyd, struct data_folder *ledger)
{
	if (open_folder(rootfd, keyd) == -1 ||
	    open_folder(rootfd, ledger) == -1)
		return -1;
	if (keyd->st.st_ino != ledger->st.st_ino)
		return 0;
	log_info(DISK "%s and %s are one folder; repair the disk on the host "
	    "with `fsck.ext4 -f', or start with another one", keyd->name,
	    ledger->name);
	return -1;
}

int
data_open(const char *root, int *keydp)
{
	struct data_folder top = { .name = "its root folder", .mode = 0755 };
	struct data_folder keyd = { .name = "keyd", .mode = 0700,
	    .uid = UID_KEYD, .fd = -1 };
	struct data_folder ledger = { .name = "ledger", .mode = 0700,
	    .uid = UID_LEDGERD, .fd = -1 };
	int rc;

	top.fd = open(root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (top.fd == -1) {
		log_info("cannot open %s: %m", root);
		return -1;
	}
	rc = give(&top);
	if (rc == 0)
		rc = open_folders(top.fd, &keyd, &ledger);
	if (ledger.fd != -1)
		close(ledger.fd);
	if (rc == -1 && keyd.fd != -1)
		close(keyd.fd);
	close(top.fd);
	*keydp = rc == 0 ? keyd.fd : -1;
	return rc;
}
