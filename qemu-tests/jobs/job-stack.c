/* Runs code on its stack: "ran 42".  Linked so that its headers ask for it. */
#include <stdio.h>
#include <string.h>

int
main(void)
{
	static const unsigned char code[] = { 0xb8, 42, 0, 0, 0, 0xc3 };
	unsigned char stack[sizeof(code)];
	union {
		void *data;
		int (*run)(void);
	} u = { stack };

	memcpy(stack, code, sizeof(code));
	__asm__ volatile("" : : "r"(stack) : "memory");
	printf("ran %d\n", u.run());
	return 0;
}
