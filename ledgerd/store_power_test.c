/*
 * The store when the power goes.  Everything that it writes is recorded, and
 * then, for every moment of the recording, files are built as a disk could
 * hold them if the power had gone there: what was flushed is there; of what
 * was not, any sectors are.  Each must open as the ledger that was last
 * acknowledged, or as the one that was being committed.
 */
#include "store.h"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <atf-c.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ledgerd/test/fill.h"

#define SECTOR		512
#define OPS_MAX		2000
#define IMAGE_MAX	(2u << 20)
#define VARIANTS	3		/* files for each moment */

struct disk_op {
	enum { OP_WRITE, OP_DURABLE_WRITE, OP_FLUSH, OP_GROW, OP_ACK } kind;
	off_t		 at;		/* OP_GROW: the new length */
	size_t		 len;
	unsigned char	*data;
	uint64_t	 size;		/* OP_ACK: the tip */
	unsigned char	 root[TREE_HASH];
};

static struct disk_op ops[OPS_MAX];
static size_t nops;
static bool recording;

static struct disk_op *
record(int kind, off_t at, const void *data, size_t len)
{
	struct disk_op *op = &ops[nops];

	if (!recording)
		return NULL;
	ATF_REQUIRE(nops < OPS_MAX);
	op->kind = kind;
	op->at = at;
	op->len = len;
	op->data = malloc(len + 1);
	if (len != 0)
		memcpy(op->data, data, len);
	nops++;
	return op;
}

static int
write_kind(int fd)
{
	return (fcntl(fd, F_GETFL) & O_DSYNC) != 0 ? OP_DURABLE_WRITE :
	    OP_WRITE;
}

ssize_t
pwrite(int fd, const void *data, size_t len, off_t at)
{
	record(write_kind(fd), at, data, len);
	return syscall(SYS_pwrite64, fd, data, len, at);
}

ssize_t
writev(int fd, const struct iovec *iov, int n)
{
	off_t at = lseek(fd, 0, SEEK_CUR);

	for (int i = 0; i < n; i++) {
		record(write_kind(fd), at, iov[i].iov_base, iov[i].iov_len);
		at += (off_t)iov[i].iov_len;
	}
	return syscall(SYS_writev, fd, iov, n);
}

int
fdatasync(int fd)
{
	int rc = (int)syscall(SYS_fdatasync, fd);

	record(OP_FLUSH, 0, NULL, 0);
	return rc;
}

int
fallocate(int fd, int mode, off_t at, off_t len)
{
	record(OP_GROW, at + len, NULL, 0);
	return (int)syscall(SYS_fallocate, fd, mode, at, len);
}

static void
acknowledge(const struct store *s)
{
	struct disk_op *op = record(OP_ACK, 0, NULL, 0);

	op->size = s->tip.tree.size;
	tree_root(&s->tip.tree, op->root);
}

/* A file as the disk could hold it. */
static unsigned char image[IMAGE_MAX];
static off_t image_len;

static void
apply(const struct disk_op *op, size_t from, size_t len)
{
	if (op->kind == OP_GROW && op->at > image_len)
		image_len = op->at;
	if (op->kind != OP_WRITE && op->kind != OP_DURABLE_WRITE)
		return;
	memcpy(image + op->at + from, op->data + from, len);
	if (op->at + (off_t)(from + len) > image_len)
		image_len = op->at + (off_t)(from + len);
}

/* All of an operation that is not flushed, none of it, or some sectors. */
static void
apply_some(const struct disk_op *op, int variant)
{
	if (variant == 0 || (variant > 1 && op->len == 0 && rand() % 2 == 0))
		return;
	if (variant == 1 || op->len == 0) {
		apply(op, 0, op->len);
		return;
	}
	for (size_t from = 0; from < op->len; from += SECTOR)
		if (rand() % 2 == 0)
			apply(op, from, op->len - from < SECTOR ?
			    op->len - from : SECTOR);
}

/* The power goes while operation `moment' is under way. */
static void
build_image(size_t moment, int variant)
{
	size_t flushed = 0;

	memset(image, 0, sizeof(image));
	image_len = 0;
	for (size_t i = 0; i < moment; i++)
		if (ops[i].kind == OP_FLUSH)
			flushed = i;
	for (size_t i = 0; i <= moment; i++)
		if (i < flushed || (i < moment &&
		    ops[i].kind == OP_DURABLE_WRITE))
			apply(&ops[i], 0, ops[i].len);
		else
			apply_some(&ops[i], variant);
}

static void
check_all(struct store *s)
{
	static char text[1 << 16];
	struct fsck f;

	fill_check(s);
	ATF_REQUIRE_EQ_MSG(0, fill_fsck(s, &f, text, sizeof(text)), "%s", text);
}

/* The file opens as the last acknowledged ledger or the one after it. */
static void
check_image(size_t moment, int variant)
{
	const struct disk_op *before = NULL, *after = NULL;
	unsigned char root[TREE_HASH];
	struct store s;
	uint64_t size;
	int fd;

	for (size_t i = 0; i < nops; i++)
		if (ops[i].kind == OP_ACK && i < moment)
			before = &ops[i];
		else if (ops[i].kind == OP_ACK && after == NULL)
			after = &ops[i];
	fd = open("ledger/data.mdb", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0600);
	ATF_REQUIRE(fd != -1);
	ATF_REQUIRE_EQ(image_len, write(fd, image, (size_t)image_len));
	close(fd);
	fill_open(&s);
	size = s.tip.tree.size;
	tree_root(&s.tip.tree, root);
	if (size != before->size)
		before = after;
	ATF_REQUIRE_MSG(before != NULL && size == before->size &&
	    memcmp(root, before->root, sizeof(root)) == 0,
	    "moment %zu, variant %d", moment, variant);
	if (variant == VARIANTS - 1) {
		check_all(&s);
		ATF_REQUIRE_EQ(0, fill_batch(&s, 3, 700));
		check_all(&s);
	}
	store_close(&s);
}

/* Some commits, recorded from an existing empty ledger on. */
static void
make_recording(void)
{
	struct store s;
	struct stat st;
	int fd;

	fill_open(&s);
	fd = open("ledger/data.mdb", O_RDONLY | O_CLOEXEC);
	ATF_REQUIRE_EQ(0, fstat(fd, &st));
	ATF_REQUIRE_EQ(st.st_size, read(fd, image, sizeof(image)));
	close(fd);
	recording = true;
	record(OP_WRITE, 0, image, (size_t)st.st_size);
	record(OP_FLUSH, 0, NULL, 0);
	acknowledge(&s);
	for (unsigned i = 0; i < 25; i++) {
		ATF_REQUIRE_EQ(0, (i % 3 == 2 ? fill_evidence : fill_batch)(&s,
		    1 + i % 4, i * 331 % 5000));
		acknowledge(&s);
	}
	recording = false;
	store_close(&s);
}

ATF_TC(any_moment_of_power_loss_keeps_what_was_acknowledged);
ATF_TC_HEAD(any_moment_of_power_loss_keeps_what_was_acknowledged, tc)
{
	atf_tc_set_md_var(tc, "timeout", "600");
}
ATF_TC_BODY(any_moment_of_power_loss_keeps_what_was_acknowledged, tc)
{
	make_recording();
	srand(1);
	for (size_t moment = 3; moment < nops; moment++)
		for (int variant = 0; variant < VARIANTS; variant++) {
			build_image(moment, variant);
			check_image(moment, variant);
		}
	printf("%zu operations\n", nops);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp,
	    any_moment_of_power_loss_keeps_what_was_acknowledged);
	return atf_no_error();
}
