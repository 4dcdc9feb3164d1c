/*
 * How every service restricts itself, irreversibly: after sandbox_enter() the
 * process has its rlimits, cannot gain privileges, is not dumpable unless its
 * table says so, and may make only the system calls of its list; any other
 * kills it.  The lists are text files (NAME.seccomp beside the program's
 * source, with a reason on every line) that lib/mkfilter compiles to BPF at
 * build time.
 */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <linux/filter.h>

#include <stdbool.h>
#include <stddef.h>

struct sandbox_limit {
	int		resource;	/* RLIMIT_x */
	unsigned long	value;		/* soft and hard */
};

struct sandbox {
	const struct sock_filter	*filter;
	unsigned short			 nfilter;
	const struct sandbox_limit	*limits;
	size_t				 nlimits;
	bool				 dumpable;	/* see runner.c */
};

/* Exits 111 when any part cannot be set up: never a partial sandbox. */
void	sandbox_enter(const struct sandbox *);

/* Tells init that the service is ready: s6 notification-fd convention. */
void	sandbox_ready(int notify_fd);

#endif
