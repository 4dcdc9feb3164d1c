/*
 * For tests: what `casemate down' sees of a VM.  A child process plays QEMU
 * and its monitor (QMP); another may play casemate-vsock.
 */
#ifndef FAKE_QEMU_H
#define FAKE_QEMU_H

#include <sys/types.h>

#include <stdbool.h>

/*
 * A monitor that serves one connection after the other.  It sends `greeting',
 * and replies[i] to the i-th command of a connection.  At a NULL it closes the
 * connection.
 */
struct fake_monitor {
	const char	*greeting;
	const char	*replies[2];
	bool		 deaf;		/* its socket takes no more bytes */
};

#define FAKE_QMP_GREETING	\
	"{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n"
#define FAKE_QMP_OK		"{\"return\": {}}\r\n"

struct fake_qemu {
	struct fake_monitor monitor;
	bool		 no_monitor;
	/* What it does after system_powerdown was replied to. */
	bool		 hangs;		/* it is off, but does not exit */
	bool		 stops;		/* it ends ... */
	unsigned	 presses;	/* ... after so many more commands ... */
	const char	*last_words;	/* ... with this on its console ... */
	const char	*reason;	/* ... and this in its last event */
};

/*
 * Starts QEMU as the child of the test, with qmp.sock, events.log and
 * console.log in folder.  It ends at the command quit, and after a minute.
 */
pid_t	fake_qemu_start(const struct fake_qemu *, const char *folder);

/*
 * Starts the monitor alone.  Each command that it gets becomes a line of the
 * file `commands' in the current folder.
 */
pid_t	fake_monitor_start(const struct fake_monitor *, const char *folder);

/* A child process that lives until it is killed; SIGTERM may not do. */
pid_t	fake_process_start(bool ignores_sigterm);

/* Ends a child process and waits for it; returns its status for wait(2). */
int	fake_process_end(pid_t);

#endif
