/* The input is a leaf's record; one that is asked for is the same again. */
#include "beside.h"

#include <errno.h>
#include <string.h>

#include "lib/msg/msg.h"

#define INDEX	7

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int	__wrap_store_record(struct store *, uint64_t index, uint64_t at,
	    void *dst, size_t cap, size_t *lenp, uint64_t *totalp);

static const uint8_t *record;
static size_t record_len;

int
__wrap_store_record(struct store *s, uint64_t index, uint64_t at, void *dst,
    size_t cap, size_t *lenp, uint64_t *totalp)
{
	size_t left = at < record_len ? record_len - at : 0;

	(void)s;
	if (index > INDEX) {
		errno = ENOENT;
		return -1;
	}
	*totalp = record_len;
	*lenp = left < cap ? left : cap;
	memcpy(dst, record + (record_len - left), *lenp);
	return 0;
}

static void
read_files(struct beside *b)
{
	static unsigned char part[DATA_MAX];
	struct beside_file f;
	size_t len;
	bool last;
	int ret;

	for (ret = beside_file(b, 0, &f); ret == 1;
	    ret = beside_file(b, f.next, &f))
		(void)beside_read(b, &f, 3, part, sizeof(part), &len, &last);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char lines[DISCLOSURES_MAX];
	static struct store s;
	struct beside_field f;
	struct beside b;
	struct put p;

	record = data;
	record_len = size;
	put_init(&p, lines, sizeof(lines));
	if (beside_open(&b, &s, INDEX) == -1)
		return 0;
	(void)beside_disclose(&b, UINT32_MAX, &p);
	(void)beside_field(&b, "command_line", &f);
	read_files(&b);
	return 0;
}
