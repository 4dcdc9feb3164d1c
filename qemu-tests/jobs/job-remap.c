/*
 * remap SEED STEPS - maps, protects, moves and advises memory at random, writes
 * a mark into all that may be written, in its children, too, and looks whether
 * the mark is in memory that may be run.  Prints "no way" and how much it
 * looked at, or the line of /proc/self/maps that shows a way; status 1 then.
 */
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BASE	0x200000000ul	/* pages of its own, away from all others */
#define PAGES	16
#define PAGE	4096ul
#define MARK	"written by the job"
#define FILES	4
#define LEN(a)	(sizeof(a) / sizeof((a)[0]))

struct mapping {
	unsigned long	from, to;
	char		mode[5];
	char		line[512];
};

static int files[FILES];
static unsigned marked, looked;

static unsigned
any(unsigned n)
{
	return (unsigned)rand() % n;
}

/* The next of those in the pages above; false at the end. */
static bool
next_mapping(FILE *maps, struct mapping *m)
{
	while (fgets(m->line, sizeof(m->line), maps) != NULL)
		if (sscanf(m->line, "%lx-%lx %4s", &m->from, &m->to,
		    m->mode) == 3 && m->from >= BASE &&
		    m->to <= BASE + 4 * PAGES * PAGE)
			return true;
	return false;
}

static void *
address(unsigned long number)
{
	union {
		unsigned long	 number;
		void		*p;
	} u = { number };

	return u.p;
}

/* Through a pipe, so that pages past a file's end are an error, no signal. */
static bool
copy_mark(const void *from, void *to)
{
	bool ok = false;
	int fds[2];

	if (pipe(fds) == -1)
		return false;
	if (write(fds[1], from, sizeof(MARK)) == sizeof(MARK))
		ok = read(fds[0], to, sizeof(MARK)) == sizeof(MARK);
	close(fds[0]);
	close(fds[1]);
	return ok;
}

static void
mark_all(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	struct mapping m;

	while (maps != NULL && next_mapping(maps, &m))
		for (; m.mode[1] == 'w' && m.from < m.to; m.from += PAGE)
			marked += copy_mark(MARK, address(m.from));
	if (maps != NULL)
		fclose(maps);
}

/* Whether any memory to run may be written, or was. */
static bool
look(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char got[sizeof(MARK)] = "";
	struct mapping m;
	bool found = maps == NULL;

	while (!found && next_mapping(maps, &m)) {
		found = m.mode[1] == 'w' && m.mode[2] == 'x';
		for (; m.mode[2] == 'x' && m.from < m.to; m.from += PAGE) {
			looked++;
			if (copy_mark(address(m.from), got))
				found = found || strcmp(got, MARK) == 0;
		}
	}
	if (found)
		printf("%s", maps == NULL ? "no /proc\n" : m.line);
	if (maps != NULL)
		fclose(maps);
	return found;
}

static unsigned long
any_size(void)
{
	static const unsigned long odd[] = {
		0, 1, -1ul, -(PAGE - 1), -PAGE,
	};

	return any(8) == 0 ? odd[any(LEN(odd))] : (1 + any(4)) * PAGE;
}

static void
step(void)
{
	static const unsigned long prots[] = {
		PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE,
		PROT_READ | PROT_EXEC, PROT_EXEC,
		PROT_READ | PROT_WRITE | PROT_EXEC,
	}, flags[] = {
		MAP_PRIVATE, MAP_SHARED, MAP_SHARED_VALIDATE,
		MAP_PRIVATE | MAP_ANONYMOUS, MAP_SHARED | MAP_ANONYMOUS,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN,
		MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE,
	};
	unsigned long at = BASE + any(PAGES) * PAGE;
	unsigned long prot = prots[any(LEN(prots))];

	switch (any(6)) {
	case 0:
	case 1:
		syscall(SYS_mmap, at, any_size() & 0xffff, prot,
		    flags[any(LEN(flags))] | MAP_FIXED, files[any(FILES)],
		    any(3) * PAGE);
		break;
	case 2:
		syscall(SYS_mprotect, at, any_size() & 0xffff, prot);
		break;
	case 3:
		syscall(SYS_mremap, at, any_size(), any_size() & 0xffff,
		    any(8), BASE + any(PAGES) * PAGE);
		break;
	case 4:
		syscall(SYS_madvise, at, any_size() & 0xffff, any(27));
		break;
	case 5:
		mark_all();
		break;
	}
}

static bool
steps(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		step();
		if (i % 8 == 7 && look())
			return true;
	}
	return false;
}

/* The same in a child, which has its parent's shared pages. */
static bool
child_steps(unsigned n)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		bool found = steps(n);

		fflush(stdout);
		_exit(found);
	}
	return waitpid(pid, &status, 0) != pid || status != 0 || look();
}

static void
open_files(void)
{
	static char page[PAGE];
	int fd = open("/tmp/remap", O_RDWR | O_CREAT | O_EXCL, 0700);

	for (int i = 0; i < 4; i++)
		if (write(fd, page, sizeof(page)) != sizeof(page))
			perror("/tmp/remap");
	files[0] = fd;
	files[1] = open("/dev/zero", O_RDWR);
	files[2] = open("/proc/self/exe", O_RDONLY);
	files[3] = -1;
}

int
main(int argc, char *argv[])
{
	unsigned n = argc == 3 ? (unsigned)atoi(argv[2]) : 0;
	bool found = false;

	srand(argc == 3 ? (unsigned)atoi(argv[1]) : 0);
	open_files();
	while (!found && n >= 100) {
		found = steps(70);
		fflush(stdout);
		found = found || child_steps(30);
		n -= 100;
	}
	if (found)
		return 1;
	printf("no way\n");
	/* A test that looked at nothing shows nothing. */
	return marked < 1000 || looked < 100 ? 2 : 0;
}
