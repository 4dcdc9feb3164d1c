#include "hostdev.h"

#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <linux/kvm.h>
#include <linux/vhost.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/buf.h"
#include "client/file.h"
#include "client/need.h"
#include "lib/clock.h"
#include "image.h"
#include "proc.h"
#include "client/say.h"
#include "state.h"

#define PROBE_MS	10000	/* a guest that runs prints within 1 s */
#define KILL_MS		3000	/* QEMU in a KVM that hangs exits late */
#define PROBE_LINE	"casemate: probe ok"
#define CACHE_NAME	".kvm-probe"	/* not an appliance's name */
#define CID_TRIES	8

/* The result of a trial of KVM; the first two are kept in a file. */
enum kvm_trial {
	KVM_FAILS,
	KVM_WORKS,
	KVM_UNKNOWN,	/* not tried, or a signal broke it off */
};

/* Reads until the line comes, the end, a signal, or PROBE_MS have passed. */
static enum kvm_trial
hear_probe(int fd)
{
	const uint64_t deadline = clock_ms() + PROBE_MS;
	struct buf text = { 0 };
	bool heard = false, interrupted = false;

	while (!heard) {
		struct pollfd pfd = { .fd = fd, .events = POLLIN };
		int left = clock_left_ms(deadline);
		ssize_t n;

		if (left == 0 || poll(&pfd, 1, left) < 1) {
			interrupted = left != 0 && errno == EINTR;
			break;
		}
		if ((n = read(fd, buf_room(&text, 4096), 4096)) <= 0)
			break;
		text.len += (size_t)n;
		heard = strstr(buf_str(&text), PROBE_LINE) != NULL;
	}
	buf_free(&text);
	if (interrupted)
		return KVM_UNKNOWN;
	return heard ? KVM_WORKS : KVM_FAILS;
}

/* Ends the probe's QEMU, which may hang inside the kernel. */
static void
end_probe(pid_t pid)
{
	struct proc p = { pid, proc_start_time(pid) };
	int pidfd = proc_open(&p);

	if (pidfd != -1) {
		proc_signal(pidfd, SIGKILL);
		if (!proc_ended(pidfd, KILL_MS))
			say("the KVM probe's QEMU (pid %ld) did not exit after "
			    "SIGKILL; this host's KVM is broken", (long)pid);
		else
			proc_wait(pid);
		close(pidfd);
	} else {
		proc_wait(pid);
	}
}

static enum kvm_trial
run_probe(const struct vm *vm)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), out[2];
	struct vm probe = *vm;
	struct vm_args args;
	struct proc_fd fds[3];
	enum kvm_trial shown = KVM_FAILS;
	pid_t pid = -1;

	probe.kvm = true;
	vm_probe_args(&args, &probe);
	if (null != -1 && pipe2(out, O_CLOEXEC) == 0) {
		fds[0] = (struct proc_fd){ null, 0 };
		fds[1] = (struct proc_fd){ out[1], 1 };
		fds[2] = (struct proc_fd){ null, 2 };
		pid = proc_start(args.argv, PROC_TIED, -1, fds, 3);
		close(out[1]);
		if (pid != -1) {
			shown = hear_probe(out[0]);
			end_probe(pid);
		}
		close(out[0]);
	}
	if (null != -1)
		close(null);
	vm_free_args(&args);
	return shown;
}

/* What a result holds for: a line that changes when any of it does. */
static char *
probe_key(const struct vm *vm)
{
	char *qemu = proc_find(VM_QEMU), *key, boot[40] = "";
	struct stat q = { 0 }, i = { 0 };
	int fd;

	stat(qemu, &q);
	stat(vm->image, &i);
	free(qemu);
	fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	if (fd != -1) {
		ssize_t n = read(fd, boot, 36);

		boot[n > 0 ? n : 0] = '\0';
		close(fd);
	}
	key = need_printf("%s qemu %llu %lld %lld image %llu %lld %lld.%09ld "
	    "%s", boot, (unsigned long long)q.st_ino, (long long)q.st_size,
	    (long long)q.st_mtime, (unsigned long long)i.st_ino,
	    (long long)i.st_size, (long long)i.st_mtime, i.st_mtim.tv_nsec,
	    vm_machine_name(vm->machine));
	return key;
}

/* The kept result for this key. */
static enum kvm_trial
load_result(const char *path, const char *key)
{
	struct buf text = { 0 };
	enum kvm_trial kept = KVM_UNKNOWN;
	size_t len = strlen(key);

	if (access(path, R_OK) == 0 && file_read(AT_FDCWD, path, FILE_FOLLOW,
	    path, 4096, &text, NULL) == 0 && text.len == len + 3 &&
	    memcmp(text.data, key, len) == 0)
		kept = strcmp(buf_str(&text) + len, " 1\n") == 0 ?
		    KVM_WORKS : KVM_FAILS;
	buf_free(&text);
	return kept;
}

/* `casemate up' has made the folder, other commands do not. */
static void
save_result(const char *path, const char *key, enum kvm_trial shown)
{
	char *line = need_printf("%s %d\n", key, shown == KVM_WORKS ? 1 : 0);
	char *base = state_base();

	if (base != NULL && access(base, W_OK) == 0)
		file_save(path, line, strlen(line), 0600);
	free(base);
	free(line);
}

static bool
open_kvm(const char **whyp)
{
	int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int version = fd == -1 ? -1 : ioctl(fd, KVM_GET_API_VERSION, 0);

	if (fd == -1)
		*whyp = errno == ENOENT ? "there is no /dev/kvm" :
		    "/dev/kvm cannot be opened (is the user in group kvm?)";
	else if (version != KVM_API_VERSION)
		*whyp = "/dev/kvm does not speak KVM's interface";
	if (fd != -1)
		close(fd);
	return fd != -1 && version == KVM_API_VERSION;
}

bool
hostdev_kvm_works(const struct vm *vm, const char **whyp)
{
	char *path, *key;
	enum kvm_trial shown;

	if (!open_kvm(whyp))
		return false;
	if ((path = state_path(CACHE_NAME)) == NULL)
		return false;
	key = probe_key(vm);
	shown = load_result(path, key);
	if (shown == KVM_UNKNOWN) {
		say_progress("/dev/kvm opens; trying whether a guest really "
		    "runs (at most %d s, once)", PROBE_MS / 1000);
		shown = run_probe(vm);
		if (shown != KVM_UNKNOWN)
			save_result(path, key, shown);
	}
	*whyp = shown == KVM_UNKNOWN ?
	    "the trial of /dev/kvm was interrupted" :
	    "/dev/kvm opens, but a guest does not run in it";
	free(key);
	free(path);
	return shown == KVM_WORKS;
}

int
hostdev_open_vsock(uint32_t *cidp)
{
	int fd = open(HOSTDEV_VSOCK, O_RDWR | O_CLOEXEC);
	uint64_t features, cid;
	uint32_t number;

	if (fd == -1)
		return -1;
	if (ioctl(fd, VHOST_GET_FEATURES, &features) == -1)
		goto fail;
	/* A random number in 2^16..2^31: other programs count from 3. */
	for (int i = 0; i < CID_TRIES; i++) {
		if (getrandom(&number, sizeof(number), 0) != sizeof(number))
			break;
		cid = 0x10000 + number % 0x7fff0000;
		if (ioctl(fd, VHOST_VSOCK_SET_GUEST_CID, &cid) == 0) {
			*cidp = (uint32_t)cid;
			return fd;
		}
		if (errno != EADDRINUSE)
			break;
	}
fail:
	close(fd);
	return -1;
}

char *
hostdev_vsock_program(void)
{
	char *folder = image_program_folder();
	char *path = need_printf("%s/casemate-vsock", folder);

	free(folder);
	return path;
}
