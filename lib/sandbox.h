/*
 * The one-way door of every service: after sandbox_enter() the process has
 * its rlimits, cannot gain privileges, is not dumpable unless it says so, and
 * makes only the system calls of its list; any other kills it.  The lists are
 * text files (NAME.seccomp beside the program's source, a reason on every
 * line), compiled to BPF at build time by lib/mkfilter, so that the programs
 * carry no compiler for them.
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

/* Exits 111 when any part of it cannot be had: never a partial sandbox. */
void	sandbox_enter(const struct sandbox *);

/* Tells init that the service is ready: s6 notification-fd convention. */
void	sandbox_ready(int notify_fd);

#endif
