#include "state.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/file.h"
#include "client/need.h"
#include "client/say.h"
#include "lib/codes.h"
#include "statefile.h"

char *
state_base(void)
{
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");

	/* XDG says to ignore a relative path. */
	if (state != NULL && *state == '/')
		return need_printf("%s/casemate", state);
	if (home != NULL && *home == '/')
		return need_printf("%s/.local/state/casemate", home);
	say("neither XDG_STATE_HOME nor HOME is an absolute path; set one: "
	    "an appliance's state is kept there");
	return NULL;
}

char *
state_path(const char *name)
{
	return state_file(name, NULL);
}

char *
state_file(const char *name, const char *file)
{
	char *base = state_base(), *path;

	if (base == NULL)
		return NULL;
	path = need_printf("%s/%s%s%s", base, name, file == NULL ? "" : "/",
	    file == NULL ? "" : file);
	free(base);
	return path;
}

int
state_make(char *path)
{
	for (char *p = strchr(path + 1, '/'); ; p = strchr(p + 1, '/')) {
		if (p != NULL)
			*p = '\0';
		if (mkdir(path, 0700) == -1 && errno != EEXIST)
			return -1;
		if (p == NULL)
			return 0;
		*p = '/';
	}
}

static int
make_folders(char *path)
{
	if (state_make(path) == 0)
		return 0;
	say_errno("%s: cannot make the folder", path);
	return -1;
}

int
state_open(const char *name)
{
	char *path = state_path(name);
	int fd = -1;

	if (path != NULL && make_folders(path) == 0) {
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd == -1)
			say_errno("%s", path);
	}
	free(path);
	return fd;
}

char *
state_lock_path(const char *name, bool make)
{
	char *base = state_base(), *path = NULL;

	if (base != NULL && (!make || make_folders(base) == 0))
		path = need_printf("%s/.%s.lock", base, name);
	free(base);
	return path;
}

static void
read_boot_id(char dst[40])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd == -1 ? -1 : read(fd, dst, 36);

	dst[n == 36 ? 36 : 0] = '\0';
	if (fd != -1)
		close(fd);
}

static enum state_found
judge(struct vm_state *s)
{
	char now[40];
	int fd;

	read_boot_id(now);
	if (strcmp(now, s->boot_id) != 0) {
		/* Other processes have these pids now. */
		s->qemu.pid = s->device.pid = 0;
		return STATE_STALE;
	}
	if ((fd = proc_open(&s->qemu)) == -1)
		return STATE_STALE;
	close(fd);
	return STATE_UP;
}

enum state_found
state_load(const char *name, struct vm_state *s)
{
	enum state_found found = STATE_ERROR;
	char *path = state_file(name, "state");
	struct buf text = { 0 };

	memset(s, 0, sizeof(*s));
	if (path == NULL)
		return STATE_ERROR;
	if (access(path, F_OK) == -1 && (errno == ENOENT || errno == ENOTDIR)) {
		found = STATE_DOWN;
	} else if (file_read(AT_FDCWD, path, FILE_FOLLOW, path,
	    STATEFILE_MAX, &text, NULL) == 0) {
		if (statefile_parse(s, buf_str(&text)) == 0)
			found = judge(s);
		else if (errno == EPROTONOSUPPORT)
			say("%s: another version of casemate started this "
			    "appliance; stop it with `casemate down' of that "
			    "version", path);
		else
			say("%s: is damaged; if no QEMU of this appliance "
			    "runs, remove the file", path);
	}
	buf_free(&text);
	free(path);
	return found;
}

static int
save_file(const char *name, const char *file, const struct buf *text)
{
	char *path = state_file(name, file);
	int ret = -1;

	if (path != NULL)
		ret = file_save(path, text->data, text->len, 0600);
	free(path);
	return ret;
}

int
state_save(const char *name, struct vm_state *s)
{
	struct buf text = { 0 }, pid = { 0 };
	char *line = need_printf("%ld\n", (long)s->qemu.pid);
	int ret;

	read_boot_id(s->boot_id);
	statefile_format(&text, s);
	buf_add_str(&pid, line);
	ret = save_file(name, "state", &text);
	if (ret == 0)
		ret = save_file(name, "qemu.pid", &pid);
	buf_free(&text);
	buf_free(&pid);
	free(line);
	return ret;
}

void
state_remove(const char *name)
{
	/* The file `state' last: it is needed to find the rest. */
	static const char *const files[] = { "vsock.sock", "console.sock",
	    "qmp.sock", "site.cpio", "qemu.pid", "state" };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char *path = state_file(name, files[i]);

		if (path != NULL)
			unlink(path);
		free(path);
	}
}

int
state_target(const char *name, const struct vm_state *s, struct target *t)
{
	char *path = state_file(name, "vsock.sock");

	memset(t, 0, sizeof(*t));
	if (path == NULL)
		return -1;
	if (s->cid != 0) {
		t->kind = TARGET_VSOCK;
		t->cid = (uint32_t)s->cid;
		t->port = CLIENT_PORT;
	} else if (strlen(path) < sizeof(t->path)) {
		t->kind = TARGET_UNIX;
		strcpy(t->path, path);
	} else {
		say("%s: path too long", path);
		free(path);
		return -1;
	}
	free(path);
	return 0;
}
