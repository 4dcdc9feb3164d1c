/* `casemate doctor': room, permissions and limits of this host. */
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/need.h"
#include "client/target.h"
#include "client/unixsock.h"
#include "client/vm/disk.h"
#include "client/vm/state.h"
#include "client/vm/vm.h"
#include "diagnosis.h"
#include "lib/clock.h"

#define MIB		1048576ull
#define MEMORY_QEMU	64	/* MiB of QEMU itself */
#define FILES_LEAST	64	/* QEMU has some 30 */
#define TRIAL		".doctor.sock"
#define YEAR_2026	1767225600u	/* this program is not older */

/* The folder, or the nearest one above it that exists; the caller frees. */
static char *
nearest_folder(const char *path)
{
	char *near = need_str(path), *slash;

	while (access(near, F_OK) == -1 && (slash = strrchr(near, '/')) !=
	    NULL && slash != near)
		*slash = '\0';
	if (access(near, F_OK) == -1)
		strcpy(near, "/");
	return near;
}

/* That a file and a socket can be made there. */
static int
try_folder(const char *path)
{
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd = -1;
	int err;

	if (dir != -1 && (fd = unixsock_listen(dir, TRIAL)) != -1)
		unlinkat(dir, TRIAL, 0);
	err = errno;
	if (fd != -1)
		close(fd);
	if (dir != -1)
		close(dir);
	errno = err;
	return fd == -1 ? -1 : 0;
}

static void
check_modes(struct diagnosis *d, const char *base)
{
	struct stat st;

	if (stat(base, &st) == -1)
		return;
	if (st.st_uid != geteuid()) {
		diagnosis_set(d, DIAGNOSIS_WARN, "%s: belongs to user %u, and "
		    "this is user %u", base, (unsigned)st.st_uid,
		    (unsigned)geteuid());
		diagnosis_advise(d, "give it to this user with chown(1), or "
		    "set XDG_STATE_HOME to another folder");
	} else if ((st.st_mode & 022) != 0) {
		diagnosis_set(d, DIAGNOSIS_WARN, "%s: others may write in it "
		    "(mode %04o)", base, (unsigned)st.st_mode & 07777);
		diagnosis_advise(d, "chmod go-w %s", base);
	}
}

void
room_state(struct diagnosis *d, struct host_facts *host)
{
	char *base = state_base(), *near;
	bool there;

	(void)host;
	if (base == NULL) {
		diagnosis_set(d, DIAGNOSIS_FAIL, "neither XDG_STATE_HOME nor "
		    "HOME is an absolute path");
		diagnosis_advise(d, "set one; an appliance's state is kept "
		    "there");
		return;
	}
	near = nearest_folder(base);
	there = strcmp(near, base) == 0;
	if ((there ? try_folder(base) : access(near, W_OK | X_OK)) == -1) {
		diagnosis_set(d, DIAGNOSIS_FAIL, "%s: cannot make files and "
		    "sockets there: %s", near, strerror(errno));
		diagnosis_advise(d, "let this user write there, or set "
		    "XDG_STATE_HOME to another folder");
	} else {
		diagnosis_set(d, DIAGNOSIS_OK, "%s%s", base,
		    there ? "" : ", which `casemate up' will make");
		check_modes(d, base);
	}
	free(near);
	free(base);
}

void
room_disk(struct diagnosis *d, struct host_facts *host)
{
	char *base = state_base(), *near;
	struct statvfs f;
	uint64_t room;

	(void)host;
	if (base == NULL) {
		diagnosis_set(d, DIAGNOSIS_FAIL, "not known: there is no "
		    "folder for the state");
		return;
	}
	near = nearest_folder(base);
	free(base);
	if (statvfs(near, &f) == -1) {
		diagnosis_set(d, DIAGNOSIS_WARN, "%s: %s", near,
		    strerror(errno));
		free(near);
		return;
	}
	room = (uint64_t)f.f_bavail * f.f_frsize;
	diagnosis_set(d, room < DISK_SIZE_MIN ? DIAGNOSIS_FAIL :
	    room < DISK_SIZE ? DIAGNOSIS_WARN : DIAGNOSIS_OK,
	    "%s: %llu MiB are free", near, (unsigned long long)(room / MIB));
	if (room < DISK_SIZE)
		diagnosis_advise(d, "free some: a data disk grows to %llu MiB "
		    "(--disk-size), and one that cannot grow stops the "
		    "appliance", DISK_SIZE / MIB);
	free(near);
}

/* The number after this word in a small file; -1 when it is not there. */
static long long
read_number(const char *file, const char *word)
{
	char text[4096];
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd == -1 ? -1 : read(fd, text, sizeof(text) - 1);
	const char *at;
	long long number = -1;

	if (fd != -1)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	at = strstr(text, word);
	if (at == NULL || sscanf(at + strlen(word), " %lld", &number) != 1)
		return -1;
	return number;
}

/* Of the host, or less where a container has a limit. */
static long long
free_memory_mib(void)
{
	const long long host = read_number("/proc/meminfo", "MemAvailable:");
	const long long most = read_number("/sys/fs/cgroup/memory.max", "");
	const long long used = read_number("/sys/fs/cgroup/memory.current",
	    "");
	long long mib = host == -1 ? -1 : host / 1024;

	if (most != -1 && used != -1 && (most - used) / (long long)MIB < mib)
		mib = (most - used) / (long long)MIB;
	return mib;
}

void
room_memory(struct diagnosis *d, struct host_facts *host)
{
	const long long mib = free_memory_mib();

	(void)host;
	if (mib == -1) {
		diagnosis_set(d, DIAGNOSIS_WARN, "/proc/meminfo does not say "
		    "how much is free");
		return;
	}
	diagnosis_set(d, mib < VM_MEMORY_MIN + MEMORY_QEMU ? DIAGNOSIS_FAIL :
	    mib < VM_MEMORY + MEMORY_QEMU ? DIAGNOSIS_WARN : DIAGNOSIS_OK,
	    "%lld MiB are free; a VM has %d, if --memory does not say "
	    "otherwise", mib, VM_MEMORY);
	if (d->result != DIAGNOSIS_OK)
		diagnosis_advise(d, "end other programs, or give `casemate up' "
		    "a smaller --memory (at least %d)", VM_MEMORY_MIN);
}

void
room_sockets(struct diagnosis *d, struct host_facts *host)
{
	const size_t most = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;
	char *path = state_file(TARGET_DEFAULT, "console.sock");

	(void)host;
	if (path == NULL) {
		diagnosis_set(d, DIAGNOSIS_FAIL, "not known: there is no "
		    "folder for the state");
	} else if (strlen(path) > most) {
		diagnosis_set(d, DIAGNOSIS_WARN, "%s: has more than %zu bytes, "
		    "so that only casemate can connect to it", path, most);
		diagnosis_advise(d, "set XDG_STATE_HOME to a folder with a "
		    "shorter path, for other programs");
	} else {
		diagnosis_set(d, DIAGNOSIS_OK, "paths as %s are short enough",
		    path);
	}
	free(path);
}

void
room_limits(struct diagnosis *d, struct host_facts *host)
{
	static const struct {
		int		 which;
		uint64_t	 least;
		const char	*what, *option;
	} limits[] = {
		{ RLIMIT_NOFILE, FILES_LEAST, "open files", "-n" },
		{ RLIMIT_FSIZE, DISK_SIZE, "bytes of a file", "-f" },
		{ RLIMIT_AS, (VM_MEMORY + 1024) * MIB,
		    "bytes of address space", "-v" },
	};
	struct rlimit r;

	(void)host;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		if (getrlimit(limits[i].which, &r) == -1 ||
		    r.rlim_cur >= limits[i].least)
			continue;
		diagnosis_set(d, DIAGNOSIS_FAIL, "at most %llu %s; a VM needs "
		    "%llu", (unsigned long long)r.rlim_cur, limits[i].what,
		    (unsigned long long)limits[i].least);
		diagnosis_advise(d, "raise it with ulimit %s",
		    limits[i].option);
		return;
	}
	diagnosis_set(d, DIAGNOSIS_OK, "open files, size of a file and address "
	    "space are enough; locked memory is not needed");
}

/* lib/stdfds.h has opened those that were closed, for reading only. */
void
room_descriptors(struct diagnosis *d, struct host_facts *host)
{
	char closed[64] = "";

	(void)host;
	for (int fd = 1; fd <= 2; fd++)
		if ((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY)
			strcat(closed, fd == 1 ? " standard output" :
			    *closed == '\0' ? " standard error" :
			    " and standard error");
	if (*closed == '\0') {
		diagnosis_set(d, DIAGNOSIS_OK, "standard output and error are "
		    "open");
		return;
	}
	diagnosis_set(d, DIAGNOSIS_WARN, "closed:%s; what is written there is "
	    "lost", closed);
	diagnosis_advise(d, "start casemate with both open, for example on a "
	    "file or /dev/null");
}

void
room_clock(struct diagnosis *d, struct host_facts *host)
{
	struct timex tx = { 0 };
	const int state = adjtimex(&tx);
	const uint64_t now = clock_unix_s();
	char text[CLOCK_TEXT_MAX];

	(void)host;
	clock_format(text, now);
	if (now < YEAR_2026) {
		diagnosis_set(d, DIAGNOSIS_WARN, "it shows %s, which is in "
		    "the past; an appliance takes its time from it", text);
		diagnosis_advise(d, "set it before `casemate up'");
	} else if (state == TIME_ERROR) {
		diagnosis_set(d, DIAGNOSIS_WARN, "it shows %s and is not "
		    "synchronized; an appliance takes its time from it", text);
		diagnosis_advise(d, "check the time, or run a time service "
		    "such as chrony");
	} else {
		diagnosis_set(d, DIAGNOSIS_OK, "it shows %s", text);
	}
}
