#include "verified.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "file.h"
#include "lib/receipt.h"
#include "safe.h"
#include "say.h"

static int
check_source(const struct evidence *e, struct why *w)
{
	char index[24];

	if (strcmp(leaf_get(&e->leaf, "source"), e->key_name) != 0)
		return why_set(w, "the leaf is of another source than the key "
		    "%s", e->key_name);
	snprintf(index, sizeof(index), "%llu", (unsigned long long)e->index);
	if (strcmp(leaf_get(&e->leaf, "id"), index) != 0)
		return why_set(w, "the leaf is proven at index %s, but calls "
		    "itself another", index);
	return 0;
}

int
evidence_check(struct evidence *e, const void *text, size_t len,
    const char *vkey, struct why *w)
{
	struct receipt *r = need_alloc(1, sizeof(*r));
	struct checkpoint c;
	struct note_key key;
	int ret = -1;

	memset(e, 0, sizeof(*e));
	if (vkey_parse(&key, vkey, strlen(vkey), w) == -1 ||
	    receipt_parse(r, text, len, w) == -1 ||
	    receipt_verify(r, &key, &c, w) == -1 ||
	    leaf_parse(&e->leaf, r->leaf, r->leaf_len, w) == -1)
		goto out;
	e->index = r->index;
	e->size = c.size;
	e->key_id = key.id;
	strcpy(e->key_name, key.name);
	ret = check_source(e, w);
out:
	free(r);
	return ret;
}

void
evidence_free(struct evidence *e)
{
	leaf_free(&e->leaf);
}

static void
print_row(FILE *out, const char *name, const char *text)
{
	fprintf(out, "  ");
	safe_print(out, name);
	fprintf(out, "%*s ", (int)(18 - strlen(name) % 19), "");
	safe_print(out, text);
	putc('\n', out);
}

void
evidence_print(FILE *out, const struct evidence *e)
{
	fprintf(out, "  %-18s ", "appliance");
	safe_print(out, e->key_name);
	fprintf(out, "+%08x\n", e->key_id);
	print_row(out, "event", leaf_get(&e->leaf, "type"));
	print_row(out, "time", leaf_get(&e->leaf, "time"));
	for (size_t i = 0; i < e->leaf.n; i++) {
		const struct leaf_member *m = &e->leaf.member[i];

		if (strncmp(m->name, "data.", 5) == 0 && *m->value != '\0')
			print_row(out, m->name + 5, m->value);
	}
	fprintf(out, "  %-18s index %llu of a tree of %llu\n", "ledger",
	    (unsigned long long)e->index, (unsigned long long)e->size);
}

int
vkey_load(const char *file, char vkey[VKEY_MAX + 1])
{
	struct buf text = { 0 };
	struct note_key key;
	struct why w = { "" };
	int ret = -1;

	if (file_read(AT_FDCWD, file, FILE_FOLLOW, file, VKEY_MAX + 1, &text,
	    NULL) == -1) {
		say("the appliance's key is in the file that `casemate up' "
		    "leaves as appliance.vkey");
		goto out;
	}
	if (vkey_parse(&key, buf_str(&text), text.len, &w) == -1) {
		say("%s: %s; `casemate up' leaves it in appliance.vkey", file,
		    w.text);
		goto out;
	}
	vkey_format(vkey, &key);
	ret = 0;
out:
	buf_free(&text);
	return ret;
}
