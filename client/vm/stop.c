#include "stop.h"

#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/buf.h"
#include "qmp.h"
#include "client/say.h"

#define QUIT_MS		5000	/* QEMU ends within 0.1 s when it can */
#define DEVICE_MS	2000	/* it ends by itself after QEMU */
#define TAIL_BYTES	4096
#define TAIL_LINES	12
#define STOPPED_LINE	"casemate: stopped"

/* The last bytes of a log. */
static void
read_tail(const char *name, const char *file, struct buf *out)
{
	char *path = state_file(name, file);
	int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	off_t size = fd == -1 ? 0 : lseek(fd, 0, SEEK_END);
	ssize_t n;

	if (fd != -1) {
		n = pread(fd, buf_room(out, TAIL_BYTES), TAIL_BYTES,
		    size > TAIL_BYTES ? size - TAIL_BYTES : 0);
		out->len += n > 0 ? (size_t)n : 0;
		close(fd);
	}
	free(path);
}

/* Where the last TAIL_LINES lines begin. */
static size_t
find_lines(const struct buf *b)
{
	size_t at = b->len, lines = 0;

	while (at > 0) {
		if (b->data[at - 1] == '\n' && at != b->len &&
		    ++lines == TAIL_LINES)
			break;
		at--;
	}
	return at;
}

void
stop_show_log(const char *name, const char *whose, const char *file)
{
	struct buf b = { 0 };
	size_t at;

	read_tail(name, file, &b);
	at = find_lines(&b);
	say("%s: %s said%s", name, whose, at < b.len ? ":" : " nothing");
	while (at < b.len) {
		const char *line = (const char *)b.data + at;
		const char *end = memchr(line, '\n', b.len - at);
		size_t len = end == NULL ? b.len - at : (size_t)(end - line);

		at += len + 1;
		while (len > 0 && line[len - 1] == '\r')
			len--;
		if (len > 0)
			say_quoted(line, len);
	}
	buf_free(&b);
}

bool
stop_said(const char *name, const char *text)
{
	struct buf b = { 0 };
	bool said;

	read_tail(name, "console.log", &b);
	said = strstr(buf_str(&b), text) != NULL;
	buf_free(&b);
	return said;
}

static int
press_power_button(const char *name, int qemu, uint64_t wait_s)
{
	char *path = state_file(name, "qmp.sock");
	struct why w = { "" };
	int ret = -1;

	if (path != NULL && qmp_command(path, "system_powerdown", &w) == -1)
		say("%s: %s", name, w.text);
	else if (path != NULL)
		ret = proc_ended(qemu, (int)wait_s * 1000) ? 0 : -1;
	free(path);
	return ret;
}

static void
end_qemu(const char *name, const struct vm_state *s, int qemu)
{
	char *path = state_file(name, "qmp.sock");
	struct why w = { "" };

	if (path == NULL || qmp_command(path, "quit", &w) == -1 ||
	    !proc_ended(qemu, QUIT_MS)) {
		proc_signal(qemu, SIGKILL);
		if (!proc_ended(qemu, QUIT_MS))
			say("%s: QEMU (pid %ld) did not exit after SIGKILL; "
			    "look at the host's kernel log", name,
			    (long)s->qemu.pid);
	}
	free(path);
}

/* The device ends by itself after QEMU; else it is ended. */
static void
end_device(const struct vm_state *s)
{
	int fd = proc_open(&s->device);

	if (fd == -1)
		return;
	if (!proc_ended(fd, DEVICE_MS)) {
		proc_signal(fd, SIGTERM);
		if (!proc_ended(fd, DEVICE_MS))
			proc_signal(fd, SIGKILL);
	}
	close(fd);
}

void
stop_leftovers(const char *name, const struct vm_state *s)
{
	end_device(s);
	/* Children of ours, when `up' itself calls. */
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
	state_remove(name);
}

static int
report(const char *name, bool orderly, bool force, uint64_t wait_s)
{
	if (force) {
		say_progress("%s: ended by force, as asked", name);
		return 0;
	}
	if (!orderly) {
		say("%s: did not stop within %llu s and was ended by force; "
		    "its jobs were cut off, its ledger has all that was "
		    "committed", name, (unsigned long long)wait_s);
	} else if (stop_said(name, STOPPED_LINE)) {
		say_progress("%s: stopped in good order", name);
		return 0;
	} else {
		say("%s: the VM ended without its console line `%s'", name,
		    STOPPED_LINE);
	}
	stop_show_log(name, "its console", "console.log");
	return -1;
}

int
stop_vm(const char *name, const struct vm_state *s, uint64_t wait_s, bool force)
{
	int qemu = proc_open(&s->qemu);
	bool orderly = false;

	if (qemu != -1) {
		if (!force)
			orderly = press_power_button(name, qemu, wait_s) == 0;
		if (!orderly)
			end_qemu(name, s, qemu);
		close(qemu);
	}
	stop_leftovers(name, s);
	return report(name, orderly || qemu == -1, force, wait_s);
}
