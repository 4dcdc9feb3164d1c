/*
 * Reads any bytes as each of the extension types; what is accepted must be
 * read the same from its canonical text.
 */
#include "ext.h"

#include <stdlib.h>
#include <string.h>

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

typedef int parse_fn(const char *, size_t, int64_t *);

static void
number(parse_fn *parse, enum value_kind kind, const char *text, size_t len)
{
	struct value v = { .kind = kind };
	char again[EXT_TEXT_MAX];
	int64_t n;

	if (parse(text, len, &v.n) == -1)
		return;
	ext_format(v, again);
	if (parse(again, strlen(again), &n) == -1 || n != v.n)
		abort();
}

static void
address(const char *text, size_t len)
{
	struct ip ip, same;
	struct value v = { .kind = VALUE_IP, .ip = &ip };
	char again[EXT_TEXT_MAX];

	if (ext_parse_ip(text, len, &ip) == -1)
		return;
	ext_format(v, again);
	if (ext_parse_ip(again, strlen(again), &same) == -1 ||
	    memcmp(&ip, &same, sizeof(ip)) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	const char *text = (const char *)data;

	number(ext_parse_decimal, VALUE_DECIMAL, text, len);
	number(ext_parse_datetime, VALUE_DATETIME, text, len);
	number(ext_parse_duration, VALUE_DURATION, text, len);
	address(text, len);
	return 0;
}
