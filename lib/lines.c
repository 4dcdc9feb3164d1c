#include "lines.h"

#include <string.h>

#include "base64.h"

const char *
lines_next(struct lines *in, size_t *lenp)
{
	const char *line = in->p;
	const char *nl = memchr(line, '\n', (size_t)(in->end - line));

	in->nr++;
	in->ended = nl == NULL;
	if (nl == NULL)
		return NULL;
	in->p = nl + 1;
	*lenp = (size_t)(nl - line);
	return line;
}

const char *
lines_word(struct lines *in, const char *word, size_t *lenp)
{
	size_t skip = strlen(word);
	const char *line = lines_next(in, lenp);

	if (line == NULL || *lenp < skip || memcmp(line, word, skip) != 0)
		return NULL;
	*lenp -= skip;
	return line + skip;
}

int
lines_proof(struct lines *in, struct proof *p)
{
	const char *line;
	size_t len, n;

	p->count = 0;
	while ((line = lines_next(in, &len)) != NULL && len != 0) {
		if (p->count == TREE_LEVELS ||
		    base64_get(p->hash[p->count], TREE_HASH, &n, line, len)
		    == -1 || n != TREE_HASH)
			return -1;
		p->count++;
	}
	return line != NULL;
}

void
lines_put_proof(struct put *p, const struct proof *proof)
{
	for (size_t i = 0; i < proof->count; i++) {
		base64_put(p, proof->hash[i], TREE_HASH);
		put_raw(p, "\n", 1);
	}
}
