#include "start.h"

#include <sys/socket.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/buf.h"
#include "client/need.h"
#include "differ.h"
#include "hostdev.h"
#include "proc.h"
#include "client/say.h"
#include "stop.h"
#include "client/unixsock.h"

#define QEMU_VSOCK_FD	3	/* numbers in the new programs */
#define QEMU_WRITER_FD	4
#define DEVICE_VHOST_FD	3
#define DEVICE_LISTEN_FD 4
#define DEVICE_CID	"3"	/* one guest for each device, so any works */
#define EVENTS_SIZE	4096	/* of the events of one VM */

/* Descriptors while things start. */
struct start {
	const char	*name;
	int		 dir, null, log, events;
	/* A monitor's input.  QEMU has both ends, so it never reads the end. */
	int		 commands[2];
	int		 vsock;		/* QEMU's end, or /dev/vhost-vsock */
	bool		 tied;
	struct vm_state	*state;
};

static void
note_proc(struct proc *p, pid_t pid)
{
	p->pid = pid;
	p->start = proc_start_time(pid);
}

static pid_t
run_device(struct start *s, int vhost, int listener)
{
	char *path = hostdev_vsock_program();
	const char *argv[] = { path, "--cid", DEVICE_CID, "--vhost-fd", "3",
	    "--uds-fd", "4", "--once", NULL };
	const struct proc_fd fds[] = { { s->null, 0 }, { s->null, 1 },
	    { s->log, 2 }, { vhost, DEVICE_VHOST_FD },
	    { listener, DEVICE_LISTEN_FD } };
	pid_t pid;

	pid = proc_start(argv, s->tied ? PROC_TIED : PROC_SESSION, s->dir, fds,
	    5);
	free(path);
	return pid;
}

/* Starts casemate-vsock; the other end of the pair is for QEMU. */
static int
start_device(struct start *s)
{
	int pair[2] = { -1, -1 }, listener, ret = -1;
	pid_t pid;

	listener = unixsock_listen(s->dir, "vsock.sock");
	if (listener == -1 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1) {
		say_errno("%s: cannot make the sockets for its vsock", s->name);
	} else if ((pid = run_device(s, pair[0], listener)) != -1) {
		note_proc(&s->state->device, pid);
		s->vsock = pair[1];
		pair[1] = -1;	/* transferred */
		ret = 0;
	}
	for (int i = 0; i < 2; i++)
		if (pair[i] != -1)
			close(pair[i]);
	if (listener != -1)
		close(listener);
	return ret;
}

static int
start_qemu(struct start *s, struct vm *vm)
{
	const struct proc_fd fds[] = { { s->commands[0], 0 }, { s->events, 1 },
	    { s->log, 2 }, { s->vsock, QEMU_VSOCK_FD },
	    { s->commands[1], QEMU_WRITER_FD } };
	struct vm_args args;
	pid_t pid;

	vm->vsock_fd = QEMU_VSOCK_FD;
	vm_args(&args, vm);
	pid = proc_start(args.argv, s->tied ? PROC_TIED : PROC_SESSION, s->dir,
	    fds, 5);
	vm_free_args(&args);
	if (pid == -1)
		return -1;
	note_proc(&s->state->qemu, pid);
	return 0;
}

/* A new file: opening a FIFO that is there would block. */
static int
open_log(struct start *s, const char *file)
{
	int fd;

	unlinkat(s->dir, file, 0);
	fd = openat(s->dir, file,
	    O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	if (fd == -1)
		say_errno("%s: cannot make the file %s in its folder",
		    s->name, file);
	return fd;
}

/* Makes the monitor's input, which has one command. */
static int
make_commands(struct start *s)
{
	const ssize_t len = sizeof(VM_EVENTS_ON) - 1;

	if (pipe2(s->commands, O_CLOEXEC) == 0 &&
	    write(s->commands[1], VM_EVENTS_ON, (size_t)len) == len)
		return 0;
	say_errno("%s: cannot make a pipe for QEMU", s->name);
	return -1;
}

static int
open_files(struct start *s)
{
	unlinkat(s->dir, "console.log", 0);
	s->null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (s->null == -1) {
		say_errno("/dev/null");
		return -1;
	}
	if ((s->log = open_log(s, "qemu.log")) == -1 ||
	    (s->events = open_log(s, "events.log")) == -1)
		return -1;
	/* So that a full disk does not lose them; not all file systems can. */
	(void)!fallocate(s->events, FALLOC_FL_KEEP_SIZE, 0, EVENTS_SIZE);
	return make_commands(s);
}

static void
close_files(struct start *s)
{
	const int fds[] = { s->null, s->log, s->events, s->vsock,
	    s->commands[0], s->commands[1] };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] != -1)
			close(fds[i]);
}

void
start_describe(struct vm_state *s, const struct vm *vm)
{
	size_t len = 0;

	strcpy(s->machine, vm_machine_name(vm->machine));
	strcpy(s->accel, vm->kvm ? "kvm" : "tcg");
	s->memory_mib = vm->memory_mib;
	s->cpus = vm->cpus;
	snprintf(s->image, sizeof(s->image), "%s", vm->image);
	snprintf(s->disk, sizeof(s->disk), "%s",
	    vm->disk == NULL ? "" : vm->disk);
	differ_stamp(vm->image, s->image_stamp);
	for (size_t i = 0; i < vm->nruntimes; i++) {
		char stamp[STAMP_MAX];

		differ_stamp(vm->runtimes[i].file, stamp);
		len += (size_t)snprintf(s->runtimes + len,
		    sizeof(s->runtimes) - len, "%s %s ", vm->runtimes[i].name,
		    stamp);
	}
}

int
start_vm(const char *name, int dirfd, struct vm *vm, bool tied,
    struct vm_state *state)
{
	struct start s = { .name = name, .dir = dirfd, .null = -1, .log = -1,
	    .events = -1, .commands = { -1, -1 }, .vsock = -1, .tied = tied,
	    .state = state };
	int ret = -1;

	start_describe(state, vm);
	if (open_files(&s) == -1)
		goto out;
	s.vsock = hostdev_open_vsock(&vm->cid);
	state->cid = vm->cid;
	if (s.vsock == -1 && start_device(&s) == -1)
		goto out;
	if (start_qemu(&s, vm) == 0)
		ret = state_save(name, state);
out:
	close_files(&s);
	if (ret == -1) {
		int qemu = proc_open(&state->qemu);

		if (qemu != -1) {
			proc_signal(qemu, SIGKILL);
			close(qemu);
		}
		stop_leftovers(name, state);
	}
	return ret;
}
