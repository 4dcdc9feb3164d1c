/* `casemate doctor': what a VM is made of. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/need.h"
#include "client/vm/capture.h"
#include "client/vm/hostdev.h"
#include "client/vm/image.h"
#include "client/vm/proc.h"
#include "diagnosis.h"
#include "lib/sha256.h"

#define QEMU_MS		10000	/* it replies within 0.1 s */
#define QEMU_TESTED	702	/* the oldest that the tests have run with */
#define QEMU_HOLE_FIXED	901	/* docs/threat-model.md */

static int
digest_file(const char *path, char hex[2 * SHA256_LEN + 1], off_t *sizep)
{
	unsigned char block[65536], digest[SHA256_LEN];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct sha256 h;
	struct stat st;
	ssize_t n = -1;

	sha256_init(&h);
	if (fd != -1 && fstat(fd, &st) == 0) {
		*sizep = st.st_size;
		while ((n = read(fd, block, sizeof(block))) > 0)
			sha256_update(&h, block, (size_t)n);
	}
	sha256_final(&h, digest);
	sha256_hex(digest, hex);
	if (fd != -1)
		close(fd);
	return n == 0 ? 0 : -1;
}

/* "PATH, 1234 KiB, sha256 0123..." */
static void
describe_file(struct diagnosis *d, const char *path)
{
	char hex[2 * SHA256_LEN + 1];
	off_t size = 0;

	if (digest_file(path, hex, &size) == -1)
		diagnosis_set(d, DIAGNOSIS_FAIL, "%s: cannot be read: %s",
		    path, strerror(errno));
	else
		diagnosis_set(d, DIAGNOSIS_OK, "%s, %lld KiB, sha256 %s", path,
		    (long long)size / 1024, hex);
}

void
virtual_image(struct diagnosis *d, struct host_facts *host)
{
	char *folder = image_program_folder(), *found = image_find();
	struct why w;

	if (found != NULL)
		host->image = realpath(found, NULL);
	if (host->image == NULL) {
		diagnosis_set(d, DIAGNOSIS_FAIL, "there is no " IMAGE_NAME
		    " beside %s", folder);
		diagnosis_advise(d, "make it with `make image', or give "
		    "`casemate up' another with --image");
	} else if (image_check_kernel(host->image, &w) == -1) {
		diagnosis_set(d, DIAGNOSIS_FAIL, "%s: %s", host->image, w.text);
		diagnosis_advise(d, "make it again with `make image'");
		free(host->image);
		host->image = NULL;
	} else {
		describe_file(d, host->image);
	}
	free(found);
	free(folder);
}

static void
check_runtimes(struct diagnosis *d, char **paths, size_t n)
{
	char list[DIAGNOSIS_TEXT_MAX] = "";
	struct why w;

	for (size_t i = 0; i < n; i++) {
		const size_t used = strlen(list);

		if (image_check_runtime(paths[i], &w) == -1) {
			diagnosis_set(d, DIAGNOSIS_WARN, "%s: %s", paths[i],
			    w.text);
			diagnosis_advise(d, "`make' makes the python runtime "
			    "again");
			return;
		}
		snprintf(list + used, sizeof(list) - used, "%s%s",
		    used == 0 ? "" : ", ", paths[i]);
	}
	if (n == 1)
		describe_file(d, paths[0]);
	else
		diagnosis_set(d, DIAGNOSIS_OK, "%s", list);
}

/* Beside the image. */
void
virtual_runtimes(struct diagnosis *d, struct host_facts *host)
{
	const size_t len = host->image == NULL ? 0 :
	    (size_t)(strrchr(host->image, '/') - host->image);
	char *pattern = need_printf("%.*s/*.erofs", (int)len,
	    host->image == NULL ? "" : host->image);
	glob_t found = { 0 };

	if (len != 0 && glob(pattern, 0, NULL, &found) == 0)
		check_runtimes(d, found.gl_pathv, found.gl_pathc);
	else
		diagnosis_set(d, DIAGNOSIS_OK, "none beside the image; jobs "
		    "can be static programs");
	if (len != 0)
		globfree(&found);
	free(pattern);
}

/* The first line of what a program said. */
static const char *
first_line(struct buf *b)
{
	char *text = (char *)need_str(buf_str(b));

	text[strcspn(text, "\n")] = '\0';
	buf_set(b, text, strlen(text));
	free(text);
	return buf_str(b);
}

void
virtual_qemu(struct diagnosis *d, struct host_facts *host)
{
	const char *argv[] = { VM_QEMU, "--version", NULL };
	char *path = proc_find(VM_QEMU);
	struct buf out = { 0 };
	unsigned major = 0, minor = 0;
	int status = -1;

	if (*path != '\0')
		status = capture_run(argv, QEMU_MS, &out);
	if (*path == '\0') {
		diagnosis_set(d, DIAGNOSIS_FAIL, VM_QEMU ": no such program "
		    "in PATH");
		diagnosis_advise(d, "install it: the Debian package is "
		    "qemu-system-x86");
	} else if (status != 0 || sscanf(buf_str(&out),
	    "QEMU emulator version %u.%u", &major, &minor) != 2) {
		diagnosis_set(d, DIAGNOSIS_FAIL, "%s --version: exit status "
		    "%d: %.200s", path, status, first_line(&out));
		diagnosis_advise(d, "install it again, or put another one "
		    "first in PATH");
	} else {
		host->qemu_version = (int)(major * 100 + minor);
		diagnosis_set(d, host->qemu_version < QEMU_TESTED ?
		    DIAGNOSIS_WARN : DIAGNOSIS_OK, "%s, version %u.%u", path,
		    major, minor);
		if (host->qemu_version < QEMU_TESTED)
			diagnosis_advise(d, "use QEMU %d.%d or newer; older "
			    "ones are not tested", QEMU_TESTED / 100,
			    QEMU_TESTED % 100);
	}
	buf_free(&out);
	free(path);
}

/* Whether a line of QEMU's list begins with this word or has it in quotes. */
static bool
list_has(struct buf *list, const char *word)
{
	char *line = need_printf("\n%s ", word);
	char *quoted = need_printf("\"%s\"", word);
	const char *text = buf_str(list);
	const bool has = strstr(text, line) != NULL ||
	    strstr(text, quoted) != NULL;

	free(line);
	free(quoted);
	return has;
}

static void
list_parts(struct buf *out)
{
	const char *machines[] = { VM_QEMU, "-M", "help", NULL };
	const char *devices[] = { VM_QEMU, "-device", "help", NULL };

	capture_run(machines, QEMU_MS, out);
	capture_run(devices, QEMU_MS, out);
}

void
virtual_machine(struct diagnosis *d, struct host_facts *host)
{
	static const char *const parts[] = { "microvm", "q35", "pc",
	    "virtio-blk-device", "virtio-rng-device", "virtio-blk-pci",
	    "virtio-rng-pci", "vhost-user-vsock-device",
	    "vhost-user-vsock-pci" };
	char missing[256] = "";
	struct buf out = { 0 };

	if (host->qemu_version != 0)
		list_parts(&out);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const size_t used = strlen(missing);

		if (!list_has(&out, parts[i]))
			snprintf(missing + used, sizeof(missing) - used,
			    "%s%s", used == 0 ? "" : ", ", parts[i]);
	}
	if (host->qemu_version == 0) {
		diagnosis_set(d, DIAGNOSIS_FAIL, "not known: QEMU does not "
		    "run");
	} else if (*missing == '\0') {
		diagnosis_set(d, DIAGNOSIS_OK, "microvm, q35 and pc");
	} else {
		diagnosis_set(d, list_has(&out, "microvm") &&
		    list_has(&out, "vhost-user-vsock-device") &&
		    list_has(&out, "virtio-blk-device") ? DIAGNOSIS_WARN :
		    DIAGNOSIS_FAIL, "QEMU lacks %s", missing);
		diagnosis_advise(d, "install a QEMU that has them: Debian's "
		    "package qemu-system-x86 does");
	}
	buf_free(&out);
}

static void
advise_kvm(struct diagnosis *d)
{
	struct group *g;
	struct stat st;

	if (stat("/dev/kvm", &st) == -1)
		diagnosis_advise(d, "switch on virtualization in the "
		    "firmware, load the module kvm_intel or kvm_amd, or, on "
		    "a rented machine, take one with nested virtualization");
	else if (access("/dev/kvm", R_OK | W_OK) == -1)
		diagnosis_advise(d, "let this user open it: `usermod -aG %s "
		    "USER' as root, then log in again",
		    (g = getgrgid(st.st_gid)) == NULL ? "kvm" : g->gr_name);
	else
		diagnosis_advise(d, "take a machine whose KVM works: on "
		    "rented ones /dev/kvm often opens and then hangs");
}

void
virtual_kvm(struct diagnosis *d, struct host_facts *host)
{
	const struct vm vm = { .machine = VM_MICROVM, .image = host->image,
	    .name = "doctor" };
	const char *why = "";

	if (host->image == NULL || host->qemu_version == 0) {
		diagnosis_set(d, DIAGNOSIS_WARN, "not tried: that needs QEMU "
		    "and an image");
		return;
	}
	if (hostdev_kvm_works(&vm, &why)) {
		diagnosis_set(d, DIAGNOSIS_OK, "a guest runs under KVM");
		return;
	}
	diagnosis_set(d, DIAGNOSIS_WARN, "the CPU is emulated (TCG), which is "
	    "no security boundary%s: %s",
	    host->qemu_version < QEMU_HOLE_FIXED ?
	    ", and a program can read the memory of this QEMU's guest" : "",
	    why);
	advise_kvm(d);
}

void
virtual_vsock(struct diagnosis *d, struct host_facts *host)
{
	char *program = hostdev_vsock_program();
	const bool stands_in = access(program, X_OK) == 0;
	uint32_t cid;
	int fd = hostdev_open_vsock(&cid), err = errno;

	(void)host;
	if (fd != -1) {
		diagnosis_set(d, DIAGNOSIS_OK, HOSTDEV_VSOCK " works");
		close(fd);
	} else if (access(HOSTDEV_VSOCK, F_OK) == 0) {
		diagnosis_set(d, stands_in ? DIAGNOSIS_WARN : DIAGNOSIS_FAIL,
		    HOSTDEV_VSOCK ": %s; %s %s", strerror(err), program,
		    stands_in ? "stands in" : "is missing, too");
		diagnosis_advise(d, "let this user open it: it usually has "
		    "the group kvm");
	} else if (stands_in) {
		diagnosis_set(d, DIAGNOSIS_OK, "there is no " HOSTDEV_VSOCK
		    "; %s stands in", program);
	} else {
		diagnosis_set(d, DIAGNOSIS_FAIL, "there is neither "
		    HOSTDEV_VSOCK " nor %s", program);
		diagnosis_advise(d, "load the module vhost_vsock, or put "
		    "casemate-vsock beside casemate");
	}
	free(program);
}

void
virtual_mkfs(struct diagnosis *d, struct host_facts *host)
{
	char *path = proc_find("mkfs.ext4");

	(void)host;
	if (*path != '\0') {
		diagnosis_set(d, DIAGNOSIS_OK, "%s", path);
	} else {
		diagnosis_set(d, DIAGNOSIS_WARN, "mkfs.ext4: no such program "
		    "in PATH; no data disk can be made");
		diagnosis_advise(d, "install it (the Debian package is "
		    "e2fsprogs), or use --ephemeral or a disk that is there");
	}
	free(path);
}
