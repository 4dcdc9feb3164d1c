#include "fake_qemu.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/unixsock.h"
#include "fake_appliance.h"

#define LIFE_S	60	/* longer than any test may take */

static void
append(int folder, const char *file, const char *text)
{
	int fd = openat(folder, file, O_WRONLY | O_CREAT | O_APPEND, 0600);
	const ssize_t len = (ssize_t)strlen(text);

	fake_check(fd != -1 && write(fd, text, (size_t)len) == len, file);
	close(fd);
}

/* One line without its end; false when the client closed. */
static bool
read_command(int fd, char *line, size_t cap)
{
	size_t n = 0;

	while (n < cap - 1 && read(fd, line + n, 1) == 1) {
		if (line[n++] == '\n') {
			line[n] = '\0';
			return true;
		}
	}
	return false;
}

static void
say_event(int folder, const char *event, const char *reason)
{
	char line[256];

	snprintf(line, sizeof(line), "{\"timestamp\": {\"seconds\": 1}, "
	    "\"event\": \"%s\", \"data\": {\"reason\": \"%s\"}}\r\n", event,
	    reason);
	append(folder, "events.log", line);
}

static void
act(const struct fake_qemu *q, int folder, const char *command)
{
	static unsigned pressed;

	if (q == NULL)
		return;
	if (strstr(command, "\"quit\"") != NULL) {
		say_event(folder, "SHUTDOWN", "host-qmp-quit");
		_exit(0);
	}
	if (strstr(command, "\"system_powerdown\"") == NULL)
		return;
	say_event(folder, "POWERDOWN", "");
	if (!q->stops || pressed++ < q->presses)
		return;
	if (q->last_words != NULL)
		append(folder, "console.log", q->last_words);
	if (q->reason != NULL)
		say_event(folder, "SHUTDOWN", q->reason);
	while (q->hangs)
		pause();
	_exit(0);
}

static void
serve(const struct fake_monitor *m, const struct fake_qemu *q, int folder,
    int fd)
{
	char command[256];

	if (m->deaf)
		shutdown(fd, SHUT_RD);
	if (m->greeting == NULL)
		return;
	dprintf(fd, "%s", m->greeting);
	for (size_t i = 0; i < 2; i++) {
		if (!read_command(fd, command, sizeof(command)))
			return;
		append(AT_FDCWD, "commands", command);
		if (m->replies[i] == NULL)
			return;
		dprintf(fd, "%s", m->replies[i]);
		act(q, folder, command);
	}
	/* The client closes. */
	(void)read_command(fd, command, sizeof(command));
}

static pid_t
start(const struct fake_monitor *m, const struct fake_qemu *q,
    const char *path)
{
	int folder = open(path, O_RDONLY | O_DIRECTORY), listener = -1, fd;
	pid_t pid;

	fake_check(folder != -1, path);
	if (m != NULL)
		listener = unixsock_listen(folder, "qmp.sock");
	fake_check(m == NULL || listener != -1, "qmp.sock");
	if ((pid = fork()) != 0) {
		fake_check(pid != -1, "fork");
		if (listener != -1)
			close(listener);
		close(folder);
		return pid;
	}
	alarm(LIFE_S);
	signal(SIGPIPE, SIG_IGN);
	while (m == NULL)
		pause();
	while ((fd = accept(listener, NULL, NULL)) != -1) {
		serve(m, q, folder, fd);
		close(fd);
	}
	_exit(1);
}

pid_t
fake_qemu_start(const struct fake_qemu *q, const char *folder)
{
	return start(q->no_monitor ? NULL : &q->monitor, q, folder);
}

pid_t
fake_monitor_start(const struct fake_monitor *m, const char *folder)
{
	return start(m, NULL, folder);
}

pid_t
fake_process_start(bool ignores_sigterm)
{
	int ready[2];
	pid_t pid;
	char c;

	fake_check(pipe(ready) == 0, "pipe");
	if ((pid = fork()) != 0) {
		close(ready[1]);
		fake_check(pid != -1 && read(ready[0], &c, 1) == 0, "fork");
		close(ready[0]);
		return pid;
	}
	alarm(LIFE_S);
	if (ignores_sigterm)
		signal(SIGTERM, SIG_IGN);
	close(ready[0]);
	close(ready[1]);
	for (;;)
		pause();
}

int
fake_process_end(pid_t pid)
{
	int status = -1;

	kill(pid, SIGKILL);
	fake_check(waitpid(pid, &status, 0) == pid, "waitpid");
	return status;
}
