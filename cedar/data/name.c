#include "name.h"

#include <string.h>

static const char *const reserved[] = {
	"true", "false", "if", "then", "else", "in", "is", "has", "like",
	NAME_CEDAR,
};

static bool
word_char(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	    (!first && c >= '0' && c <= '9');
}

bool
name_is_word(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!word_char(s[i], i == 0))
			return false;
	return len > 0;
}

bool
name_is_reserved(const char *s, size_t len)
{
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (strlen(reserved[i]) == len &&
		    memcmp(reserved[i], s, len) == 0)
			return true;
	return false;
}

bool
name_is_ident(const char *s, size_t len)
{
	return name_is_word(s, len) && !name_is_reserved(s, len);
}

/* Bytes of the first ident of a path. */
static size_t
ident_len(const char *s, size_t len)
{
	const char *colon = len == 0 ? NULL : memchr(s, ':', len);

	return colon == NULL ? len : (size_t)(colon - s);
}

bool
name_is_path(const char *s, size_t len)
{
	for (;;) {
		size_t n = ident_len(s, len);

		if (!name_is_ident(s, n))
			return false;
		if (n == len)
			return true;
		if (len - n < 2 || s[n + 1] != ':')
			return false;
		s += n + 2;
		len -= n + 2;
	}
}

bool
name_is_action(const char *s, size_t len)
{
	static const char action[] = "Action";
	const size_t n = sizeof(action) - 1;

	if (len < n || memcmp(s + len - n, action, n) != 0)
		return false;
	return len == n || s[len - n - 1] == ':';
}
