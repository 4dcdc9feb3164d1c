/*
 * Which kinds of memory it gets: a line "WAY: yes" or "WAY: no" for each.
 * Given words, it checks them against the ways that worked, in this order, and
 * ends with status 1 when they are others.  The word "fill" alone: fills shared
 * memory and says how much there was.
 */
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PAGE	4096

/* mov $42, %eax; ret */
static const unsigned char code[] = { 0xb8, 42, 0, 0, 0, 0xc3 };

static void *
map(int prot, int flags, int fd)
{
	void *p = mmap(NULL, PAGE, prot, flags, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

static bool
runs(void *p)
{
	union {
		void *data;
		int (*run)(void);
	} u = { p };

	return u.run() == 42;
}

/* Writable and executable at once. */
static bool
try_both(void)
{
	void *p = map(PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1);

	return p != NULL && memcpy(p, code, sizeof(code)) && runs(p);
}

/* Written, then executable, as compilers do. */
static bool
try_compile(void)
{
	void *p = map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	return p != NULL && memcpy(p, code, sizeof(code)) &&
	    mprotect(p, PAGE, PROT_READ | PROT_EXEC) == 0 && runs(p);
}

/* One process runs it, another one writes it. */
static bool
try_share(void)
{
	void *p = map(PROT_READ | PROT_EXEC, MAP_SHARED | MAP_ANONYMOUS, -1);
	int status = 1;
	pid_t pid = p == NULL ? -1 : fork();

	if (pid == 0) {
		if (mprotect(p, PAGE, PROT_READ | PROT_WRITE) == -1)
			_exit(1);
		memcpy(p, code, sizeof(code));
		_exit(0);
	}
	return pid != -1 && waitpid(pid, &status, 0) == pid && status == 0 &&
	    runs(p);
}

/* Mapped twice: once to run, once to write. */
static bool
twin(void *p, size_t size)
{
	long w = p == NULL ? -1 : syscall(SYS_mremap, p, size, PAGE,
	    MREMAP_MAYMOVE, 0);
	union {
		long number;
		void *page;
	} u = { w };

	return w != -1 && mprotect(u.page, PAGE, PROT_READ | PROT_WRITE) == 0 &&
	    memcpy(u.page, code, sizeof(code)) && runs(p);
}

static bool
try_twin(void)
{
	const int rx = PROT_READ | PROT_EXEC, how = MAP_SHARED | MAP_ANONYMOUS;

	return twin(map(rx, how, -1), 0) || twin(map(rx, how, -1), SIZE_MAX);
}

/* Pages of /dev/zero are shared memory, too. */
static bool
try_zero(void)
{
	int fd = open("/dev/zero", O_RDWR);

	return twin(map(PROT_READ | PROT_EXEC, MAP_SHARED, fd), 0) ||
	    map(PROT_READ | PROT_EXEC, MAP_PRIVATE, fd) != NULL;
}

/* Code that is there is written over. */
static bool
try_patch(void)
{
	int fd = open("/proc/self/mem", O_RDWR);
	void *p = map(PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	return fd != -1 && p != NULL && pwrite(fd, code, sizeof(code),
	    (off_t)(unsigned long)p) == sizeof(code) && runs(p);
}

static bool
try_shm(void)
{
	int fd = shm_open("/memory", O_RDWR | O_CREAT | O_EXCL, 0600);
	char *p;

	if (fd == -1 || ftruncate(fd, PAGE) == -1)
		return false;
	p = map(PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	return p != NULL && strcpy(p, "here") && strcmp(p, "here") == 0;
}

/* The same memory, once to write and once to run. */
static bool
try_run_shm(void)
{
	int fd = shm_open("/memory", O_RDWR, 0);
	void *w = map(PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	void *x = map(PROT_READ | PROT_EXEC, MAP_SHARED, fd);

	return w != NULL && x != NULL && memcpy(w, code, sizeof(code)) &&
	    runs(x);
}

static int
fill(void)
{
	static char page[PAGE];
	int fd = shm_open("/fill", O_RDWR | O_CREAT, 0600);
	unsigned pages = 0;

	memset(page, 'x', sizeof(page));
	while (fd != -1 && write(fd, page, sizeof(page)) == sizeof(page))
		pages++;
	printf("filled %u KiB\n", pages * (PAGE / 1024));
	return 0;
}

static bool
try_sem(void)
{
	sem_t *s = sem_open("/memory-sem", O_CREAT | O_EXCL, 0600, 1);

	return s != SEM_FAILED && sem_wait(s) == 0;
}

static const struct {
	const char	*way;
	bool		(*try)(void);
} ways[] = {
	{ "both", try_both }, { "compile", try_compile },
	{ "share", try_share }, { "twin", try_twin }, { "zero", try_zero },
	{ "patch", try_patch }, { "shm", try_shm }, { "run-shm", try_run_shm },
	{ "sem", try_sem },
};

int
main(int argc, char *argv[])
{
	int got = 1;
	bool wrong = false;

	if (argc == 2 && strcmp(argv[1], "fill") == 0)
		return fill();
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		bool works = ways[i].try();

		printf("%s: %s\n", ways[i].way, works ? "yes" : "no");
		if (works)
			wrong = wrong || got >= argc ||
			    strcmp(argv[got++], ways[i].way) != 0;
	}
	return argc > 1 && (wrong || got != argc);
}
