#include "codes.h"

#include <string.h>

const char *
outcome_word(unsigned nr)
{
	switch (nr) {
#define OUTCOME(name, n, word, exit)	case n: return word;
#include "outcome.def"
#undef OUTCOME
	}
	return NULL;
}

const char *
reason_word(unsigned nr)
{
	switch (nr) {
#define REASON(name, n, word)	case n: return word;
#include "reason.def"
#undef REASON
	}
	return NULL;
}

const char *
verb_word(unsigned nr)
{
	switch (nr) {
#define VERB(name, n, word, fields)	case n: return word;
#include "verb.def"
#undef VERB
	}
	return NULL;
}

unsigned
verb_find(const char *word)
{
#define VERB(name, n, w, fields)	if (strcmp(word, w) == 0) return n;
#include "verb.def"
#undef VERB
	return 0;
}

int
outcome_exit(enum outcome o, unsigned status)
{
	int code = 125;

	switch (o) {
#define OUTCOME(name, n, word, exit)	case n: code = exit; break;
#include "outcome.def"
#undef OUTCOME
	}
	if (code == -1)
		return (int)(status & 0xff);
	return code == -2 ? 128 + (int)(status & 0x7f) : code;
}

size_t
client_max(unsigned nr)
{
	switch (nr) {
#define CLIENT(NAME, name, n, max, fields)	case n: return max;
#include "lib/msg/client.def"
#undef CLIENT
	}
	return 0;
}
