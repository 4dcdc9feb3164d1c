/*
 * mkevents - print lib/msg/event.def as lines of fields with tabs between:
 *
 *	kind	TYPE	WHEN
 *	field	NAME	text|digest|number|list	WITHHELD	WHAT
 *
 * WITHHELD is the place of the field's digest in `_sd', from 1, or 0.  Runs on
 * the build machine, for docs/leaves.
 */
#include <stdio.h>

#include "lib/log.h"
#include "lib/msg/event.h"
#include "lib/stdfds.h"

static const unsigned numbers[] = {
#define EVENT(NAME, name, nr, from, type, when, fields)	nr,
#include "lib/msg/event.def"
#undef EVENT
};

static const char *const words[] = {
	[FIELD_STR] = "text",
	[FIELD_HEX] = "digest",
	[FIELD_U64] = "number",
	[FIELD_LIST] = "list",
};

static void
print_kind(const struct event_info *info)
{
	unsigned digests = 0;

	printf("kind\t%s\t%s\n", info->type, info->when);
	for (const struct event_field *f = info->fields; f->name != NULL; f++)
		printf("field\t%s\t%s\t%u\t%s\n", f->name, words[f->kind],
		    f->withheld ? ++digests : 0, f->what);
}

int
main(int argc, char *argv[])
{
	(void)argv;
	stdfds_fill();
	if (argc != 1) {
		fprintf(stderr, "usage: mkevents\n");
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		print_kind(event_info(numbers[i]));
	return stdfds_flush() == 0 ? 0 : 1;
}
