#include "button.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <skalibs/djbunix.h>

#define COUNT_MAX	64	/* "       1  EN     enabled" */

/* q35 and pc: the count of ACPI's fixed event, at the start of the file. */
static bool
fixed_event(const char *path)
{
	char text[COUNT_MAX + 1];
	ssize_t n = openreadnclose(path, text, COUNT_MAX);

	text[n > 0 ? n : 0] = '\0';
	return strtoull(text, NULL, 10) > 0;
}

/* " 10:  0  2  IO-APIC  10-edge  ACPI:Ged": a count for each processor. */
static bool
has_counts(const char *line)
{
	const char *p = strchr(line, ':');
	char *end;

	if (p == NULL)
		return false;
	for (p++; ; p = end) {
		unsigned long long n = strtoull(p, &end, 10);

		if (end == p || (*end != ' ' && *end != '\n'))
			return false;
		if (n > 0)
			return true;
	}
}

/*
 * microvm: its button is an event of ACPI's generic event device.  Nothing else
 * happens there while a machine starts.
 */
static bool
generic_event(const char *path)
{
	FILE *f = fopen(path, "re");
	bool pressed = false;
	char *line = NULL;
	size_t cap = 0;

	while (f != NULL && !pressed && getline(&line, &cap, f) != -1)
		pressed = strstr(line, "ACPI:Ged") != NULL && has_counts(line);
	free(line);
	if (f != NULL)
		fclose(f);
	return pressed;
}

bool
button_was_pressed(const char *count, const char *irqs)
{
	return fixed_event(count) || generic_event(irqs);
}
