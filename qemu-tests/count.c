/*
 * A plugin of QEMU that counts what the guest executes, for bench.  Argument:
 * counts=PATH, which holds the counts while QEMU runs.
 *
 * A loop with PAUSE waits for a device or a clock.  How often it goes round is
 * no work, so it is counted apart.  For one virtual processor.
 */
#include <sys/mman.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#define LOOP_MAX 64 /* instructions once round a loop that waits */
#define EXPORT __attribute__((visibility("default")))

/* QEMU's interface, version 1; Debian has no header of it. */
struct qemu_plugin_insn;
struct qemu_plugin_tb;
enum { INLINE_ADD_U64 = 0, CB_NO_REGS = 0 };

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(
    const struct qemu_plugin_tb *, size_t);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *);
void qemu_plugin_register_vcpu_insn_exec_inline(
    struct qemu_plugin_insn *, int, void *, uint64_t);
void qemu_plugin_register_vcpu_tb_exec_cb(
    struct qemu_plugin_tb *, void (*)(unsigned, void *), int, void *);
void qemu_plugin_register_vcpu_tb_trans_cb(
    uint64_t, void (*)(uint64_t, struct qemu_plugin_tb *));
EXPORT int qemu_plugin_install(uint64_t, const void *, int, char **);

EXPORT int qemu_plugin_version = 1;

/* bench reads these in this order. */
static struct counts {
	uint64_t work;
	uint64_t waits;
	uint64_t kernel; /* work before the kernel's first block */
	uint64_t user;	 /* work before init's first one */
} * counts;

/* The kernel runs in the upper half of the addresses, processes below. */
static void
on_block(unsigned cpu, void *upper)
{
	(void)cpu;
	if (upper != NULL && counts->kernel == 0)
		counts->kernel = counts->work;
	if (upper == NULL && counts->kernel != 0 && counts->user == 0)
		counts->user = counts->work;
}

/* The same PAUSE so soon again: what is between them was once round. */
static void
on_pause(unsigned cpu, void *block)
{
	static void *last;
	static uint64_t then;
	uint64_t round = counts->work - then;

	(void)cpu;
	if (block == last && round <= LOOP_MAX) {
		counts->waits += round;
		counts->work -= round;
	}
	last = block;
	then = counts->work;
}

static bool
has_pause(const struct qemu_plugin_tb *tb, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		if (qemu_plugin_insn_size(insn) == 2 &&
		    memcmp(qemu_plugin_insn_data(insn), "\xf3\x90", 2) == 0)
			return true;
	}
	return false;
}

static void
on_translation(uint64_t id, struct qemu_plugin_tb *tb)
{
	static char yes;
	size_t n = qemu_plugin_tb_n_insns(tb);
	uint64_t vaddr = qemu_plugin_tb_vaddr(tb);

	(void)id;
	if (counts->user == 0)
		qemu_plugin_register_vcpu_tb_exec_cb(
		    tb, on_block, CB_NO_REGS, vaddr >> 63 != 0 ? &yes : NULL);
	if (has_pause(tb, n))
		qemu_plugin_register_vcpu_tb_exec_cb(
		    tb, on_pause, CB_NO_REGS, (void *)(uintptr_t)vaddr);
	for (size_t i = 0; i < n; i++)
		qemu_plugin_register_vcpu_insn_exec_inline(
		    qemu_plugin_tb_get_insn(tb, i), INLINE_ADD_U64,
		    &counts->work, 1);
}

int
qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	int fd;

	(void)info;
	if (argc != 1 || strncmp(argv[0], "counts=", 7) != 0)
		return -1;
	fd = open(argv[0] + 7, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd == -1 || ftruncate(fd, sizeof(*counts)) == -1)
		return -1;
	counts = mmap(
	    NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (counts == MAP_FAILED)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	return 0;
}
