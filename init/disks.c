#include "disks.h"

#include <sys/mount.h>
#include <sys/stat.h>

#include <dirent.h>
#include <stddef.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "lib/name.h"
#include "lib/log.h"
#include "lib/msg/msg.h"
#include "services.h"

#define DATA_SERIAL	"casemate-data"
#define RUNTIME_PREFIX	"rt-"
#define SERIAL_MAX	20	/* virtio's VIRTIO_BLK_ID_BYTES */
#define DISK_NAME_MAX	8	/* vda .. vdzzz */
#define SAFE		(MS_NOSUID | MS_NODEV)
/* No link on the data disk may lead off it. */
#define DATA_SAFE	(SAFE | MS_NOEXEC | MS_NOSYMFOLLOW)

/* "" when the disk has no serial or it cannot be read. */
static void
read_serial(const char *disk, char serial[SERIAL_MAX + 1])
{
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/block/%.*s/serial", DISK_NAME_MAX,
	    disk);
	n = openreadnclose(path, serial, SERIAL_MAX);
	serial[n > 0 ? n : 0] = '\0';
	serial[strcspn(serial, "\n")] = '\0';
}

static int
mount_data(struct disks *d, const char *device)
{
	if (d->kept) {
		log_info("%s is a second data disk (serial " DATA_SERIAL
		    "): give the appliance only one", device);
		return -1;
	}
	if (mount(device, "/data", "ext4", DATA_SAFE | MS_NOATIME,
	    "errors=remount-ro,barrier") == -1) {
		log_info("the data disk %s (serial " DATA_SERIAL ") holds no "
		    "ext4 file system that can be used: %m", device);
		log_info("repair it on the host with `fsck.ext4 -f', or start "
		    "again with `mkfs.ext4' (the ledger on it is lost then)");
		return -1;
	}
	d->kept = true;
	return 0;
}

/* The block device, which only the runner may read, to measure it. */
static int
make_node(const char *device, const char *name)
{
	char path[128];
	struct stat st;

	snprintf(path, sizeof(path), "/runner/disks/%s", name);
	if (stat(device, &st) == 0 &&
	    mknod(path, S_IFBLK | 0400, st.st_rdev) == 0 &&
	    chown(path, UID_RUNNER, UID_RUNNER) == 0)
		return 0;
	log_info("runtime %s (%s) is left out: %s: %m", name, device, path);
	return -1;
}

static void
leave_out(struct disks *d, const char *name)
{
	if (d->left_out < DISKS_LEFT_OUT)
		snprintf(d->names[d->left_out++], sizeof(d->names[0]), "%s",
		    name);
}

/* Adds it to the list; /sys has the size in blocks of 512 bytes. */
static void
list_runtime(struct disks *d, const char *disk, const char *name)
{
	size_t len = strlen(d->list);
	char path[64], text[24];
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/block/%.*s/size", DISK_NAME_MAX,
	    disk);
	n = openreadnclose(path, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	snprintf(d->list + len, sizeof(d->list) - len, "%s%s=%llu",
	    len == 0 ? "" : ",", name, 512 * strtoull(text, NULL, 10));
	d->runtimes++;
}

/* Returns -1 after a message. */
static int
mount_runtime(const char *device, const char *name)
{
	char path[128];

	if (name_check(name) == -1) {
		log_info("%s: \"%s\" is not a name for a runtime; use a-z 0-9 "
		    "and -, not starting with -", device, name);
		return -1;
	}
	snprintf(path, sizeof(path), "/runner/runtimes/%s", name);
	if (mkdir(path, 0755) == -1) {
		log_info("runtime %s (%s) is left out: %m", name, device);
		return -1;
	}
	if (mount(device, path, "erofs", SAFE | MS_RDONLY, NULL) == -1) {
		log_info("runtime %s (%s) holds no EROFS image that can be "
		    "used: %m; make it again with mkfs.erofs", name, device);
		rmdir(path);	/* the runner lists the folders here */
		return -1;
	}
	if (make_node(device, name) == -1) {
		umount2(path, MNT_DETACH);
		rmdir(path);
		return -1;
	}
	return 0;
}

static int
mount_disk(struct disks *d, const char *disk)
{
	char device[16], serial[SERIAL_MAX + 1];
	const char *name = serial + strlen(RUNTIME_PREFIX);

	if (strncmp(disk, "vd", 2) != 0 || strlen(disk) > DISK_NAME_MAX)
		return 0;
	snprintf(device, sizeof(device), "/dev/%.*s", DISK_NAME_MAX, disk);
	read_serial(disk, serial);
	if (strcmp(serial, DATA_SERIAL) == 0)
		return mount_data(d, device);
	if (strncmp(serial, RUNTIME_PREFIX, strlen(RUNTIME_PREFIX)) != 0)
		return 0;
	if (mount_runtime(device, name) == 0)
		list_runtime(d, disk, name);
	else
		leave_out(d, name_check(name) == -1 ? "" : name);
	return 0;
}

/* Without a data disk: at most a quarter of the memory. */
static int
mount_memory(void)
{
	if (mount("tmpfs", "/data", "tmpfs", DATA_SAFE,
	    "size=25%,mode=0755") == 0)
		return 0;
	log_info("cannot mount a tmpfs at /data: %m");
	return -1;
}

int
disks_mount(struct disks *d)
{
	DIR *dir = opendir("/sys/block");
	struct dirent *e;
	int result = 0;

	*d = (struct disks){ 0 };
	if (dir == NULL && errno != ENOENT) {
		log_info("cannot look for disks in /sys/block: %m");
		return -1;
	}
	while (dir != NULL && result == 0 && (e = readdir(dir)) != NULL)
		result = mount_disk(d, e->d_name);
	if (dir != NULL)
		closedir(dir);
	if (result == 0 && !d->kept)
		result = mount_memory();
	return result;
}
