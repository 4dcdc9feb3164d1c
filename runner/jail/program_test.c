/* What a program's headers ask for, as the kernel reads them. */
#include "program.h"

#include <atf-c.h>
#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define HEADERS	4

static struct {
	Elf64_Ehdr	head;
	Elf64_Phdr	rows[HEADERS];
} program;

/* A program as linkers make them: code, data, a stack. */
static void
make(void)
{
	memset(&program, 0, sizeof(program));
	memcpy(program.head.e_ident, ELFMAG, SELFMAG);
	program.head.e_phentsize = sizeof(Elf64_Phdr);
	program.head.e_phoff = sizeof(program.head);
	program.head.e_phnum = 3;
	program.rows[0] = (Elf64_Phdr){ .p_type = PT_LOAD,
	    .p_flags = PF_R | PF_X };
	program.rows[1] = (Elf64_Phdr){ .p_type = PT_LOAD,
	    .p_flags = PF_R | PF_W };
	program.rows[2] = (Elf64_Phdr){ .p_type = PT_GNU_STACK,
	    .p_flags = PF_R | PF_W };
}

static unsigned row;

/* In memory of exactly that size. */
static bool
asks(size_t len)
{
	void *copy = malloc(len);
	bool rc;

	memcpy(copy, &program, len);
	rc = program_memory(copy, len, &row) != PROGRAM_PLAIN;
	free(copy);
	return rc;
}

ATF_TC_WITHOUT_HEAD(plain_program_asks_for_nothing);
ATF_TC_BODY(plain_program_asks_for_nothing, tc)
{
	make();
	ATF_CHECK(!asks(sizeof(program)));
}

ATF_TC_WITHOUT_HEAD(stack_and_segment_to_write_and_run_are_seen);
ATF_TC_BODY(stack_and_segment_to_write_and_run_are_seen, tc)
{
	make();
	program.rows[2].p_flags |= PF_X;
	ATF_CHECK(asks(sizeof(program)));
	make();
	program.rows[2].p_flags = PF_X;
	ATF_CHECK(asks(sizeof(program)));
	make();
	program.rows[1].p_flags |= PF_X;
	ATF_CHECK(asks(sizeof(program)));
}

/* What is asked for, by which row. */
static void
check_asks(enum program_memory want, unsigned n)
{
	ATF_CHECK_EQ(program_memory(&program, sizeof(program), &row), want);
	ATF_CHECK_EQ(row, n);
}

ATF_TC_WITHOUT_HEAD(each_kind_is_told_with_its_row);
ATF_TC_BODY(each_kind_is_told_with_its_row, tc)
{
	make();
	program.rows[2].p_flags |= PF_X;
	check_asks(PROGRAM_STACK, 2);
	program.rows[1].p_flags |= PF_X;
	check_asks(PROGRAM_BOTH, 1);
	program.rows[0].p_memsz = 1;
	check_asks(PROGRAM_REST, 0);
}

/* The kernel makes the rest of a segment in memory alone, and writable. */
ATF_TC_WITHOUT_HEAD(segment_to_run_with_a_rest_is_seen);
ATF_TC_BODY(segment_to_run_with_a_rest_is_seen, tc)
{
	make();
	program.rows[0].p_filesz = program.rows[0].p_memsz = 4096;
	program.rows[1].p_filesz = 8;
	program.rows[1].p_memsz = 4096;		/* data may have one */
	ATF_CHECK(!asks(sizeof(program)));
	program.rows[0].p_memsz++;
	ATF_CHECK(asks(sizeof(program)));
	program.rows[0].p_flags = PF_X;
	ATF_CHECK(asks(sizeof(program)));
	program.rows[0].p_filesz = 0;
	ATF_CHECK(asks(sizeof(program)));
	program.rows[0].p_memsz = UINT64_MAX;
	ATF_CHECK(asks(sizeof(program)));
	program.rows[0].p_filesz = UINT64_MAX;	/* not run: EINVAL */
	ATF_CHECK(!asks(sizeof(program)));
	make();
	program.rows[0].p_type = PT_NOTE;	/* not mapped */
	program.rows[0].p_memsz = 4096;
	ATF_CHECK(!asks(sizeof(program)));
}

/* The kernel takes the magic and ignores class, byte order and version. */
ATF_TC_WITHOUT_HEAD(what_the_kernel_ignores_is_no_hiding_place);
ATF_TC_BODY(what_the_kernel_ignores_is_no_hiding_place, tc)
{
	make();
	program.rows[2].p_flags |= PF_X;
	program.head.e_ident[EI_CLASS] = ELFCLASS32;
	program.head.e_ident[EI_DATA] = ELFDATA2MSB;
	program.head.e_ident[EI_VERSION] = 77;
	ATF_CHECK(asks(sizeof(program)));
	make();			/* one of two stacks, and the last row */
	program.head.e_phnum = HEADERS;
	program.rows[3] = program.rows[2];
	program.rows[3].p_flags |= PF_X;
	ATF_CHECK(asks(sizeof(program)));
}

ATF_TC_WITHOUT_HEAD(what_the_kernel_would_not_run_asks_for_nothing);
ATF_TC_BODY(what_the_kernel_would_not_run_asks_for_nothing, tc)
{
	make();
	program.rows[2].p_flags |= PF_X;
	for (size_t len = 0; len < sizeof(program.head) +
	    3 * sizeof(Elf64_Phdr); len++)
		ATF_CHECK(!asks(len));
	program.head.e_ident[0] = '#';
	ATF_CHECK(!asks(sizeof(program)));
	make();
	program.rows[2].p_flags |= PF_X;
	program.head.e_phentsize++;
	ATF_CHECK(!asks(sizeof(program)));
	make();
	program.rows[2].p_flags |= PF_X;
	program.head.e_phoff = UINT64_MAX;
	ATF_CHECK(!asks(sizeof(program)));
	program.head.e_phoff = sizeof(program.head);
	program.head.e_phnum = PN_XNUM;
	ATF_CHECK(!asks(sizeof(program)));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, plain_program_asks_for_nothing);
	ATF_TP_ADD_TC(tp, stack_and_segment_to_write_and_run_are_seen);
	ATF_TP_ADD_TC(tp, each_kind_is_told_with_its_row);
	ATF_TP_ADD_TC(tp, segment_to_run_with_a_rest_is_seen);
	ATF_TP_ADD_TC(tp, what_the_kernel_ignores_is_no_hiding_place);
	ATF_TP_ADD_TC(tp, what_the_kernel_would_not_run_asks_for_nothing);
	return atf_no_error();
}
