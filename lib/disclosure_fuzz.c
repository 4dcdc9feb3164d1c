/*
 * Reads a disclosure: of any bytes, or, after a NUL, of any JSON text.  What is
 * accepted is JSON, and its parts make the same text again.
 */
#include "disclosure.h"

#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "lib/doc/doc.h"

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

static void
check_json(const void *json, size_t len)
{
	char *text = malloc(len + 1);
	struct doc_error e;
	struct doc d;

	if (text == NULL)
		abort();
	memcpy(text, json, len);
	text[len] = '\0';
	/* It refuses \u0000 and halves of surrogate pairs, too. */
	if (doc_read_json(&d, "disclosure", text, len, len, &e) == 0)
		doc_free(&d);
	else if (strstr(text, "\\u") == NULL)
		abort();
	free(text);
}

static void
check_again(const struct disclosure *d, const char *json, const void *text,
    size_t len)
{
	unsigned char salt[DISCLOSURE_SALT], *again = malloc(len);
	char name[DISCLOSURE_NAME_MAX + 1] = "";
	struct put p;
	size_t n;

	if (again == NULL || d->name_len > DISCLOSURE_NAME_MAX ||
	    base64url_get(salt, sizeof(salt), &n, json + 2,
	    BASE64URL_LEN(DISCLOSURE_SALT)) == -1)
		abort();
	memcpy(name, d->name, d->name_len);
	put_init(&p, again, len);
	disclosure_put(&p, salt, name, d->value, d->value_len);
	if (p.err != 0 || p.len != len || memcmp(again, text, len) != 0)
		abort();
	free(again);
}

static void
check(const void *text, size_t len)
{
	char *room = malloc(len + 1);
	struct disclosure d;
	struct why w = { "" };

	if (room == NULL)
		abort();
	if (disclosure_parse(&d, text, len, room, &w) == 0) {
		check_json(room, (size_t)(d.value + d.value_len + 1 - room));
		check_again(&d, room, text, len);
	} else if (w.text[0] == '\0') {
		abort();
	}
	free(room);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	char *text;
	struct put p;

	if (len == 0 || data[0] != '\0') {
		check(data, len);
		return 0;
	}
	text = malloc(BASE64URL_LEN(len));
	if (text == NULL)
		abort();
	put_init(&p, text, BASE64URL_LEN(len));
	base64url_put(&p, data + 1, len - 1);
	check(text, p.len);
	free(text);
	return 0;
}
