#include "button.h"

#include <stdlib.h>

#include <skalibs/djbunix.h>

#define COUNT_MAX	16	/* "1\n" */

bool
button_was_pressed(const char *presses)
{
	char text[COUNT_MAX + 1];
	ssize_t n = openreadnclose(presses, text, COUNT_MAX);

	text[n > 0 ? n : 0] = '\0';
	return strtoull(text, NULL, 10) > 0;
}
