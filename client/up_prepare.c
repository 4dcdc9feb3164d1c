#include "up.h"

#include <sys/sysinfo.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/vm/disk.h"
#include "client/vm/hostdev.h"
#include "client/vm/image.h"
#include "client/vm/names.h"
#include "client/vm/proc.h"
#include "client/vm/start.h"
#include "client/vm/tsc.h"
#include "file.h"
#include "lib/name.h"
#include "need.h"
#include "say.h"
#include "sitemake.h"

#define SITE_FILE_MAX	(1u << 20)	/* both files have a tenth of it */

int
up_parse_runtime(struct up *u, const char *text)
{
	struct vm_runtime *rt = &u->vm.runtimes[u->vm.nruntimes];
	const char *equals = strchr(text, '=');
	size_t len = equals == NULL ? 0 : (size_t)(equals - text);

	if (len == 0 || len > VM_RUNTIME_NAME_MAX || equals[1] == '\0') {
		say("--runtime %s: must be NAME=FILE, NAME of at most %d "
		    "letters (a virtio serial holds no more)", text,
		    VM_RUNTIME_NAME_MAX);
		return -1;
	}
	memcpy(rt->name, text, len);
	if (name_check(rt->name) == -1) {
		say("--runtime %s: a name has lower-case letters, digits and "
		    "-", text);
		return -1;
	}
	for (size_t i = 0; i < u->vm.nruntimes; i++) {
		if (strcmp(u->vm.runtimes[i].name, rt->name) == 0) {
			say("--runtime %s: is given twice", rt->name);
			return -1;
		}
	}
	rt->file = equals + 1;
	u->vm.nruntimes++;
	return 0;
}

/* QEMU runs in another folder: it needs absolute paths. */
static const char *
absolute(struct up *u, const char *what, const char *path)
{
	char *real = realpath(path, NULL);

	if (real == NULL) {
		say("%s: cannot find the %s: %s", path, what,
		    file_reason(AT_FDCWD, path));
		return NULL;
	}
	u->real[u->nreal++] = real;
	return real;
}

static char *
find_image(void)
{
	char *path = image_find(), *folder;

	if (path == NULL) {
		folder = image_program_folder();
		say("--image is missing, and there is no " IMAGE_NAME " beside "
		    "%s; `make image' makes it", folder);
		free(folder);
	}
	return path;
}

/* What `casemate site' made; half of it could lack the signers. */
static int
load_site_file(const char *path, struct buf *cpio)
{
	static const char name[] = "site/allowed_signers", end[] = "TRAILER!!!";

	if (access(path, F_OK) == -1) {
		say("--site %s: cannot find it: %s", path,
		    file_reason(AT_FDCWD, path));
		return -1;
	}
	if (file_read(AT_FDCWD, path, FILE_FOLLOW, path, SITE_FILE_MAX, cpio,
	    NULL) == -1)
		return -1;
	if (cpio->len >= 6 && memcmp(cpio->data, "070701", 6) == 0 &&
	    memmem(cpio->data, cpio->len, name, sizeof(name)) != NULL &&
	    memmem(cpio->data, cpio->len, end, sizeof(end)) != NULL)
		return 0;
	say("%s: is not a whole site; make one with `casemate site DIR -o "
	    "FILE', or give the folder", path);
	return -1;
}

static int
load_site(struct up *u, struct vm_state *asked)
{
	unsigned char digest[SHA256_LEN];
	struct settings settings;
	int fd, ret;

	fd = open(u->site, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd != -1) {
		close(fd);
		ret = sitemake_cpio(u->site, &u->site_cpio, &settings);
	} else {
		ret = load_site_file(u->site, &u->site_cpio);
	}
	sha256(u->site_cpio.data, u->site_cpio.len, digest);
	sha256_hex(digest, asked->site);
	u->vm.initrd = "site.cpio";
	return ret;
}

static int
save_site(const struct up *u)
{
	char *path = state_file(u->name, "site.cpio");
	int ret = -1;

	if (path != NULL)
		ret = file_save(path, u->site_cpio.data, u->site_cpio.len,
		    0600);
	free(path);
	return ret;
}

/* The disk may not exist yet. */
static int
find_disk(struct up *u)
{
	char *real;

	if (u->ephemeral)
		return 0;
	if (u->disk == NULL)
		u->disk = u->own_disk = state_file(u->name, "data.img");
	if (u->disk == NULL)
		return -1;
	if ((real = realpath(u->disk, NULL)) != NULL)
		u->real[u->nreal++] = real;
	u->vm.disk = real == NULL ? u->disk : real;
	return 0;
}

/* Which appliance of this host has the disk; NULL: none.  Caller frees. */
static char *
disk_owner(const char *disk)
{
	struct names names;
	char *owner = NULL;

	if (names_load(&names, false) == -1)
		return NULL;
	for (size_t i = 0; i < names.n && owner == NULL; i++) {
		struct vm_state s;

		if (state_load(names.name[i], &s) == STATE_UP &&
		    strcmp(s.disk, disk) == 0)
			owner = need_str(names.name[i]);
	}
	names_free(&names);
	return owner;
}

static int
check_disk(const char *path)
{
	struct why w = { "" };
	char *owner;

	switch (disk_check(path, &w)) {
	case DISK_USABLE:
		return 0;
	case DISK_BAD:
		break;
	case DISK_IN_USE:
		if ((owner = disk_owner(path)) != NULL) {
			say("%s: is the data disk of %s, which is up; stop "
			    "that first with `casemate down %s', or give "
			    "another disk with --disk", path, owner, owner);
			free(owner);
			return -1;
		}
		break;
	}
	say("%s: cannot be the data disk: %s", path, w.text);
	return -1;
}

static int
prepare_disk(struct up *u)
{
	int made;

	if (u->ephemeral)
		return 0;
	if ((made = disk_make(u->disk, u->disk_size)) == -1)
		return -1;
	if (made == 1)
		say_progress("made the data disk %s", u->disk);
	u->vm.disk = absolute(u, "data disk", u->disk);
	return u->vm.disk == NULL ? -1 : check_disk(u->vm.disk);
}

static int
choose_accel(struct up *u, const volatile sig_atomic_t *interrupted)
{
	const char *why = "";

	if (strcmp(u->accel, "tcg") != 0)
		u->vm.kvm = hostdev_kvm_works(&u->vm, &why);
	if (*interrupted)
		return 0;
	if (!u->vm.kvm && strcmp(u->accel, "kvm") == 0) {
		say("--accel kvm: %s; without it the CPU is emulated",
		    why);
		return -1;
	}
	if (!u->vm.kvm && strcmp(u->accel, "auto") == 0)
		say_progress("emulating the CPU (TCG): %s; run only jobs that "
		    "you trust, since native code can break out of an "
		    "emulated CPU", why);
	if (!u->vm.kvm)
		u->vm.tsc_khz = tsc_khz();
	return 0;
}

static int
find_qemu(void)
{
	char *path = proc_find(VM_QEMU);
	int ret = *path == '\0' ? -1 : 0;

	if (ret == -1)
		say(VM_QEMU ": no such program in PATH; install it (Debian "
		    "package qemu-system-x86) and try again");
	free(path);
	return ret;
}

/* More than the host has cannot be used, and often fails much later. */
static int
check_memory(const struct up *u)
{
	struct sysinfo host;
	uint64_t mib;

	if (sysinfo(&host) == -1)
		return 0;
	mib = (uint64_t)host.totalram * host.mem_unit >> 20;
	if (u->memory_mib <= mib)
		return 0;
	say("--memory %llu: this host has %llu MiB; ask for less",
	    (unsigned long long)u->memory_mib, (unsigned long long)mib);
	return -1;
}

static int
check_file(int (*check)(const char *, struct why *), const char *path)
{
	struct why w;

	if (check(path, &w) == 0)
		return 0;
	say("%s: %s", path, w.text);
	return -1;
}

/* The appliance records it: only who starts an image can know it. */
static int
find_digest(struct up *u)
{
	struct why w;

	if (image_digest(u->vm.image, u->vm.image_sha256, &w) == 0)
		return 0;
	say("%s: %s", u->vm.image, w.text);
	return -1;
}

int
up_resolve(struct up *u, struct vm_state *asked)
{
	memset(asked, 0, sizeof(*asked));
	if (u->image == NULL)
		u->image = u->own_image = find_image();
	if (u->image == NULL ||
	    (u->vm.image = absolute(u, "image", u->image)) == NULL)
		return -1;
	u->vm.name = u->name;
	u->vm.memory_mib = u->memory_mib;
	u->vm.cpus = u->cpus;
	for (size_t i = 0; i < u->vm.nruntimes; i++) {
		struct vm_runtime *rt = &u->vm.runtimes[i];

		if ((rt->file = absolute(u, "runtime", rt->file)) == NULL)
			return -1;
	}
	if (find_disk(u) == -1 || load_site(u, asked) == -1)
		return -1;
	start_describe(asked, &u->vm);
	strcpy(asked->accel, strcmp(u->accel, "auto") == 0 ? "" : u->accel);
	return 0;
}

int
up_prepare(struct up *u, const volatile sig_atomic_t *interrupted)
{
	if (find_qemu() == -1 || check_memory(u) == -1 ||
	    check_file(image_check_kernel, u->vm.image) == -1 ||
	    find_digest(u) == -1)
		return -1;
	for (size_t i = 0; i < u->vm.nruntimes; i++)
		if (check_file(image_check_runtime, u->vm.runtimes[i].file)
		    == -1)
			return -1;
	if (save_site(u) == -1 || prepare_disk(u) == -1)
		return -1;
	return choose_accel(u, interrupted);
}

void
up_free(struct up *u)
{
	for (size_t i = 0; i < u->nreal; i++)
		free(u->real[i]);
	free(u->own_image);
	free(u->own_disk);
	buf_free(&u->site_cpio);
}
