/*
 * relro_probe [write]: is RELRO real in a program that mcc makes?  Prints the
 * protection of the page that holds a relocated constant pointer; with an
 * argument it then writes to that pointer, which must not succeed.
 */
#include <stdint.h>
#include <stdio.h>

static int
one(void)
{
	return 1;
}

/* Relocated at start, hence in .data.rel.ro; not folded away. */
int (*const probe_table[])(void) = { one, one };

int
main(int argc, char *argv[])
{
	uintptr_t start, end, at = (uintptr_t)probe_table;
	char line[512], prot[5];
	FILE *maps;

	(void)argv;
	if ((maps = fopen("/proc/self/maps", "r")) == NULL) {
		perror("relro_probe: /proc/self/maps");
		return 111;
	}
	while (fgets(line, sizeof(line), maps) != NULL)
		if (sscanf(line, "%jx-%jx %4s", &start, &end, prot) == 3 &&
		    at >= start && at < end)
			printf("%s\n", prot);
	fclose(maps);
	fflush(stdout);
	if (argc > 1) {
		*(volatile uintptr_t *)at = 0;
		puts("written");
	}
	return 0;
}
