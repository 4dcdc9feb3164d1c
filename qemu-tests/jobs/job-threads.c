/* Threads, pipes, a local socket, a child and a semaphore all work: "ok". */
#include <sys/socket.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define THREADS	8

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int sum;

static void *
run(void *arg)
{
	for (int i = 0; i < 1000; i++) {
		pthread_mutex_lock(&lock);
		sum++;
		pthread_mutex_unlock(&lock);
	}
	return arg;
}

static void
need(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

static void
try_threads(void)
{
	pthread_t t[THREADS];

	for (int i = 0; i < THREADS; i++)
		need(pthread_create(&t[i], NULL, run, NULL) == 0, "thread");
	for (int i = 0; i < THREADS; i++)
		need(pthread_join(t[i], NULL) == 0, "join");
	need(sum == THREADS * 1000, "sum");
}

static void
try_child(void)
{
	char text[8] = "";
	int sv[2], status;
	pid_t pid;

	need(socketpair(AF_UNIX, SOCK_STREAM, 0, sv) == 0, "socketpair");
	pid = fork();
	need(pid != -1, "fork");
	if (pid == 0)
		_exit(write(sv[1], "child", 5) == 5 ? 7 : 1);
	need(read(sv[0], text, sizeof(text) - 1) == 5, "read");
	need(strcmp(text, "child") == 0, "text");
	need(waitpid(pid, &status, 0) == pid, "wait");
	need(WIFEXITED(status) && WEXITSTATUS(status) == 7, "status");
}

static void
try_files(void)
{
	sem_t *s = sem_open("/s", O_CREAT | O_EXCL, 0600, 1);
	int fd = open("/tmp/f", O_RDWR | O_CREAT | O_EXCL, 0600);

	need(s != SEM_FAILED && sem_wait(s) == 0, "semaphore");
	need(fd != -1 && write(fd, "x", 1) == 1, "/tmp");
	need(open("/dev/null", O_WRONLY | O_TRUNC) != -1, "/dev/null");
	need(open("/dev/urandom", O_RDONLY) != -1, "/dev/urandom");
}

int
main(void)
{
	try_threads();
	try_child();
	try_files();
	puts("ok");
	return 0;
}
