/*
 * mkfilter NAME FILE - compile a list of system calls to a seccomp filter.
 *
 * Writes to standard output a C header with
 * `static const struct sock_filter NAME_filter[]' (a `-' in NAME becomes `_').
 * Runs on the build machine; no program of the appliance carries libseccomp.
 *
 * The list has one rule a line, and every rule says why it is there:
 *
 *	default kill			what is not listed kills the process
 *	default errno ENOSYS		or fails with this error
 *	default allow			or runs: a filter on top of another
 *	allow read			# reason
 *	allow socket a0 == AF_UNIX	# reason
 *	errno ENOSYS clone3		# reason
 *	include job.seccomp		# reason
 *
 * Conditions on arguments a0 to a5 (all of one line must hold): aN OP VALUE
 * with OP ==, !=, <, <=, > or >=, or aN &MASK == VALUE.  Values are numbers or
 * the names below, joined by `|'.  A call may have several lines with
 * different conditions.  The comparison is of 64 bits, while the kernel looks
 * only at the low 32 of an int: an `allow' with `!=', `<' or `>' is for
 * arguments that really are 64 bits wide, or it can be walked around.
 *
 * An included list (in the same folder) adds its `allow' lines for calls that
 * have no line before it.  It is for a process whose children narrow
 * themselves to that list: filters add up, and the strictest answer wins.
 *
 * Calls of other architectures and of x32 always kill the process.
 */
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/filter.h>

#include <seccomp.h>

#include "stdfds.h"

#define RULES_MAX	400
#define ARGS_MAX	6

struct rule {
	int			 nr;
	uint32_t		 action;
	unsigned		 nargs;
	struct scmp_arg_cmp	 args[ARGS_MAX];
	unsigned		 line;
	bool			 included;
};

struct list {
	const char	*file;
	unsigned	 line;
	bool		 has_default;
	bool		 included;	/* inside an `include' */
	uint32_t	 otherwise;
	size_t		 nrules;
	struct rule	 rules[RULES_MAX];
};

struct name {
	const char	*name;
	uint64_t	 value;
};

#define N(x)	{ #x, (uint64_t)(x) }
static const struct name names[] = {
	N(AF_UNIX), N(AF_VSOCK), N(AF_INET), N(SOCK_STREAM), N(SOCK_DGRAM),
	N(SOCK_SEQPACKET), N(SOCK_CLOEXEC), N(SOCK_NONBLOCK),
	N(SOL_SOCKET), N(SO_ERROR), N(SO_RCVLOWAT), N(SO_PEERCRED),
	N(SO_REUSEADDR), N(SO_KEEPALIVE), N(SO_LINGER), N(SO_PASSCRED),
	N(SO_SNDBUF), N(SO_RCVBUF), N(SO_SNDTIMEO), N(SO_RCVTIMEO),
	N(SO_TYPE), N(SO_DOMAIN), N(SO_PROTOCOL), N(SO_ACCEPTCONN),
	N(SHUT_RD), N(SHUT_WR), N(SHUT_RDWR),
	N(CLONE_NEWCGROUP), N(CLONE_NEWIPC), N(CLONE_NEWNET), N(CLONE_NEWNS),
	N(CLONE_NEWPID), N(CLONE_NEWUSER), N(CLONE_NEWUTS),
	{ "CLONE_NEWTIME", 0x80 },
	N(F_DUPFD), N(F_DUPFD_CLOEXEC), N(F_GETFD), N(F_SETFD), N(F_GETFL),
	N(F_SETFL), N(F_GETLK), N(F_SETLK), N(F_SETLKW), N(F_ADD_SEALS),
	N(O_RDONLY), N(O_WRONLY), N(O_RDWR), N(O_ACCMODE), N(O_CREAT),
	N(PROT_NONE), N(PROT_READ), N(PROT_WRITE), N(PROT_EXEC),
	N(MAP_PRIVATE), N(MAP_SHARED), N(MAP_ANONYMOUS),
	N(MADV_NORMAL), N(MADV_RANDOM), N(MADV_SEQUENTIAL), N(MADV_WILLNEED),
	N(MADV_DONTNEED), N(MADV_FREE), N(MADV_DONTFORK), N(MADV_DOFORK),
	N(MADV_HUGEPAGE), N(MADV_NOHUGEPAGE), N(MADV_DONTDUMP), N(MADV_DODUMP),
	N(MADV_WIPEONFORK), N(MADV_KEEPONFORK),
	/* The kernel's own: musl's headers do not have them. */
	{ "PR_GET_MDWE", 66 },
	{ "MADV_POPULATE_READ", 22 }, { "MADV_POPULATE_WRITE", 23 },
	{ "ARCH_SET_FS", 0x1002 }, { "ARCH_GET_FS", 0x1003 },
	{ "ARCH_GET_XCOMP_SUPP", 0x1021 }, { "ARCH_GET_XCOMP_PERM", 0x1022 },
	{ "ARCH_REQ_XCOMP_PERM", 0x1023 },
	{ "STATX_MNT_ID_UNIQUE", 0x4000 },
	N(PR_SET_NAME), N(PR_GET_NAME), N(PR_SET_PDEATHSIG),
	N(PR_SET_DUMPABLE), N(PR_GET_DUMPABLE), N(PR_SET_NO_NEW_PRIVS),
	N(PR_GET_NO_NEW_PRIVS), N(PR_GET_SECCOMP), N(PR_CAPBSET_READ),
	N(PR_CAPBSET_DROP), N(PR_CAP_AMBIENT),
	N(PR_SET_KEEPCAPS), N(PR_SET_CHILD_SUBREAPER),
	N(TIOCGWINSZ), N(TCGETS), N(TCSETS), N(TCSETSW), N(TCSETSF),
	N(FIONREAD), N(FIONBIO), N(FIOCLEX), N(FIONCLEX), N(TIOCSTI),
	N(SIGKILL), N(SIGTERM),
	N(ENOSYS), N(EPERM), N(EACCES), N(EINVAL), N(EAFNOSUPPORT),
};
#undef N

__attribute__((noreturn, format(printf, 2, 3)))
static void
refuse(const struct list *l, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%u: ", l->file, l->line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static bool
parse_number(const char *s, uint64_t *vp)
{
	char *end;

	if (*s < '0' || *s > '9')
		return false;
	errno = 0;
	*vp = strtoull(s, &end, 0);
	return errno == 0 && *end == '\0';
}

/* One number or name. */
static uint64_t
parse_word(const struct list *l, const char *s)
{
	uint64_t v;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i].name, s) == 0)
			return names[i].value;
	if (!parse_number(s, &v))
		refuse(l, "\"%s\" is no number and no name that mkfilter "
		    "knows; write the number or add the name to lib/mkfilter.c",
		    s);
	return v;
}

/* Words joined by `|'. */
static uint64_t
parse_value(const struct list *l, char *s)
{
	uint64_t v = 0;
	char *bar;

	while ((bar = strchr(s, '|')) != NULL) {
		*bar = '\0';
		v |= parse_word(l, s);
		s = bar + 1;
	}
	return v | parse_word(l, s);
}

static uint32_t
parse_errno(const struct list *l, const char *s)
{
	if (s == NULL || s[0] != 'E')
		refuse(l, "\"errno\" needs the name of an error, as ENOSYS");
	return SCMP_ACT_ERRNO((uint16_t)parse_word(l, s));
}

static char *
next_word(char **sp)
{
	char *word;

	do
		word = strsep(sp, " \t");
	while (word != NULL && *word == '\0');
	return word;
}

static enum scmp_compare
parse_op(const struct list *l, const char *op)
{
	static const struct {
		const char		*text;
		enum scmp_compare	 op;
	} ops[] = {
		{ "==", SCMP_CMP_EQ }, { "!=", SCMP_CMP_NE },
		{ "<", SCMP_CMP_LT }, { "<=", SCMP_CMP_LE },
		{ ">", SCMP_CMP_GT }, { ">=", SCMP_CMP_GE },
	};

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (strcmp(ops[i].text, op) == 0)
			return ops[i].op;
	refuse(l, "\"%s\" is no comparison; use == != < <= > >= or &MASK ==",
	    op);
}

/* `aN OP VALUE' or `aN &MASK == VALUE'; false at the end of the line. */
static bool
parse_arg(const struct list *l, struct rule *r, char **sp)
{
	struct scmp_arg_cmp *cmp = &r->args[r->nargs];
	char *arg = next_word(sp), *op, *value;

	if (arg == NULL)
		return false;
	if (arg[0] != 'a' || arg[1] < '0' || arg[1] > '5' || arg[2] != '\0')
		refuse(l, "\"%s\" is no argument; use a0 to a5", arg);
	for (unsigned i = 0; i < r->nargs; i++)
		if (r->args[i].arg == (unsigned)(arg[1] - '0'))
			refuse(l, "%s has two conditions; write two lines",
			    arg);
	op = next_word(sp);
	if (op == NULL)
		refuse(l, "%s has no comparison", arg);
	*cmp = (struct scmp_arg_cmp){ .arg = (unsigned)(arg[1] - '0') };
	if (op[0] == '&') {
		cmp->op = SCMP_CMP_MASKED_EQ;
		cmp->datum_a = parse_value(l, op + 1);
		op = next_word(sp);
		if (op == NULL || strcmp(op, "==") != 0)
			refuse(l, "a mask is followed by \"==\"");
	} else
		cmp->op = parse_op(l, op);
	value = next_word(sp);
	if (value == NULL)
		refuse(l, "%s is compared with nothing", arg);
	if (cmp->op == SCMP_CMP_MASKED_EQ)
		cmp->datum_b = parse_value(l, value);
	else
		cmp->datum_a = parse_value(l, value);
	r->nargs++;
	return true;
}

static bool
same_args(const struct rule *a, const struct rule *b)
{
	if (a->nargs != b->nargs)
		return false;
	for (unsigned i = 0; i < a->nargs; i++) {
		const struct scmp_arg_cmp *x = &a->args[i], *y = &b->args[i];

		if (x->arg != y->arg || x->op != y->op ||
		    x->datum_a != y->datum_a || x->datum_b != y->datum_b)
			return false;
	}
	return true;
}

/* Two lines for one call have conditions, and different ones. */
static void
check_rule(const struct list *l, const struct rule *new, const char *name)
{
	for (size_t i = 0; i < l->nrules; i++) {
		const struct rule *r = &l->rules[i];

		if (r->nr != new->nr)
			continue;
		if (r->nargs == 0 || new->nargs == 0 || same_args(r, new))
			refuse(l, "%s is on line %u already", name, r->line);
	}
	if (l->has_default && new->action == l->otherwise)
		refuse(l, "%s does what the default does", name);
}

/* An included list yields to the lines before it. */
static bool
is_overruled(const struct list *l, const struct rule *new)
{
	if (!l->included)
		return false;
	if (new->action == l->otherwise || new->action != SCMP_ACT_ALLOW)
		return true;
	for (size_t i = 0; i < l->nrules; i++)
		if (l->rules[i].nr == new->nr && !l->rules[i].included)
			return true;
	return false;
}

static void
parse_rule(struct list *l, uint32_t action, char *s)
{
	struct rule r = {
		.action = action, .line = l->line, .included = l->included,
	};
	char *name = next_word(&s);

	if (name == NULL)
		refuse(l, "a system call is missing");
	r.nr = seccomp_syscall_resolve_name(name);
	if (r.nr < 0)
		refuse(l, "\"%s\" is no system call of this machine", name);
	while (r.nargs < ARGS_MAX && parse_arg(l, &r, &s))
		continue;
	if (s != NULL && next_word(&s) != NULL)
		refuse(l, "too many conditions");
	if (is_overruled(l, &r))
		return;
	check_rule(l, &r, name);
	if (l->nrules == RULES_MAX)
		refuse(l, "more than %d rules", RULES_MAX);
	l->rules[l->nrules++] = r;
}

static void
parse_default(struct list *l, char *s)
{
	char *word = next_word(&s);

	if (l->included)
		return;			/* the including list's holds */
	if (l->has_default)
		refuse(l, "a second default");
	if (l->nrules != 0)
		refuse(l, "the default comes before all rules");
	if (word != NULL && strcmp(word, "kill") == 0)
		l->otherwise = SCMP_ACT_KILL_PROCESS;
	else if (word != NULL && strcmp(word, "allow") == 0)
		l->otherwise = SCMP_ACT_ALLOW;
	else if (word != NULL && strcmp(word, "errno") == 0)
		l->otherwise = parse_errno(l, next_word(&s));
	else
		refuse(l, "\"default\" is followed by \"kill\", "
		    "\"allow\" or \"errno NAME\"");
	if (s != NULL && next_word(&s) != NULL)
		refuse(l, "more than a default on this line");
	l->has_default = true;
}

static bool
has_text(const char *s)
{
	return s != NULL && s[strspn(s, " \t")] != '\0';
}

static void	load_list(struct list *);

static void
parse_include(struct list *l, char *s)
{
	const char *file = l->file, *slash = strrchr(file, '/');
	unsigned line = l->line;
	char *name = next_word(&s);
	char path[1024];

	if (l->included)
		refuse(l, "an included list includes no other");
	if (name == NULL || strchr(name, '/') != NULL ||
	    (s != NULL && next_word(&s) != NULL))
		refuse(l, "\"include\" is followed by one file's name");
	snprintf(path, sizeof(path), "%.*s%s",
	    slash == NULL ? 0 : (int)(slash - file + 1), file, name);
	l->included = true;
	l->file = path;
	l->line = 0;
	load_list(l);
	l->included = false;
	l->file = file;
	l->line = line;
}

static void
parse_line(struct list *l, char *s)
{
	char *reason = strchr(s, '#');
	char *word;

	if (reason != NULL)
		*reason++ = '\0';
	word = next_word(&s);
	if (word == NULL)
		return;			/* empty, or a comment */
	if (strcmp(word, "default") == 0) {
		parse_default(l, s);
		return;
	}
	if (!l->has_default)
		refuse(l, "no default yet: begin with \"default kill\", "
		    "\"default allow\" or \"default errno NAME\"");
	if (!has_text(reason))
		refuse(l, "no reason: end the line with \"# why\"");
	if (strcmp(word, "allow") == 0)
		parse_rule(l, SCMP_ACT_ALLOW, s);
	else if (strcmp(word, "errno") == 0) {
		uint32_t action = parse_errno(l, next_word(&s));

		parse_rule(l, action, s);
	} else if (strcmp(word, "include") == 0)
		parse_include(l, s);
	else
		refuse(l, "\"%s\" is no rule; use default, allow, errno or "
		    "include", word);
}

static void
load_list(struct list *l)
{
	FILE *f = fopen(l->file, "r");
	char line[1024];

	if (f == NULL)
		refuse(l, "%s", strerror(errno));
	while (fgets(line, sizeof(line), f) != NULL) {
		size_t len = strlen(line);

		l->line++;
		if (len == 0 || line[len - 1] != '\n')
			refuse(l, "the line is too long or has no end");
		line[len - 1] = '\0';
		parse_line(l, line);
	}
	if (ferror(f))
		refuse(l, "%s", strerror(errno));
	if (!l->has_default)
		refuse(l, "the list is empty");
	fclose(f);
}

/* The compiled program; its bytes are the caller's. */
static struct sock_filter *
compile(struct list *l, size_t *np)
{
	scmp_filter_ctx ctx = seccomp_init(l->otherwise);
	struct sock_filter *code;
	size_t size = 0;
	int rc;

	if (ctx == NULL)
		refuse(l, "libseccomp has no filter for this machine");
	rc = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
	    SCMP_ACT_KILL_PROCESS);
	/* A tree: the kernel walks the filter once a call when it loads it. */
	if (rc == 0)
		rc = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	for (size_t i = 0; rc == 0 && i < l->nrules; i++) {
		const struct rule *r = &l->rules[i];

		l->line = r->line;
		rc = seccomp_rule_add_exact_array(ctx, r->action, r->nr,
		    r->nargs, r->args);
	}
	if (rc != 0)
		refuse(l, "libseccomp: %s", strerror(-rc));
	rc = seccomp_export_bpf_mem(ctx, NULL, &size);
	code = malloc(size + 1);
	if (rc == 0 && code != NULL)
		rc = seccomp_export_bpf_mem(ctx, code, &size);
	if (rc != 0 || code == NULL)
		refuse(l, "cannot compile: %s", strerror(-rc));
	seccomp_release(ctx);
	*np = size / sizeof(*code);
	return code;
}

static int
print_header(const char *name, const struct sock_filter *code, size_t n)
{
	printf("/* Made by mkfilter from %s.seccomp. */\n", name);
	printf("#include <linux/filter.h>\n\n");
	printf("static const struct sock_filter ");
	for (const char *s = name; *s != '\0'; s++)
		putchar(*s == '-' ? '_' : *s);
	printf("_filter[] = {\n");
	for (size_t i = 0; i < n; i++)
		printf("\t{ 0x%02x, %u, %u, 0x%08x },\n", code[i].code,
		    code[i].jt, code[i].jf, code[i].k);
	printf("};\n");
	return stdfds_flush();
}

int
main(int argc, char *argv[])
{
	static struct list l;
	struct sock_filter *code;
	size_t n;

	stdfds_fill();
	if (argc != 3) {
		fprintf(stderr, "usage: mkfilter NAME FILE\n");
		return 100;
	}
	l.file = argv[2];
	load_list(&l);
	code = compile(&l, &n);
	if (print_header(argv[1], code, n) != 0) {
		perror("mkfilter: standard output");
		return 1;
	}
	free(code);
	return 0;
}
