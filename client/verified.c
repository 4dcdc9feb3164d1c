#include "verified.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "file.h"
#include "lib/log.h"
#include "lib/receipt.h"
#include "need.h"
#include "safe.h"
#include "say.h"

#define KEYFILE_MAX	4096	/* a key and what was pasted around it */

static int
check_source(const struct verified *v, struct why *w)
{
	char index[24];

	if (strcmp(leaf_get(&v->leaf, "source"), v->key_name) != 0)
		return why_set(w, "the leaf is from another source than the "
		    "key %s", v->key_name);
	snprintf(index, sizeof(index), "%llu", (unsigned long long)v->index);
	if (strcmp(leaf_get(&v->leaf, "id"), index) != 0)
		return why_set(w, "the proof is for index %s, but the leaf "
		    "has another", index);
	return 0;
}

int
verified_check(struct verified *v, const void *text, size_t len,
    const char *vkey, struct why *w)
{
	struct receipt *r = need_alloc(1, sizeof(*r));
	struct checkpoint c;
	struct note_key key;
	int ret = -1;

	memset(v, 0, sizeof(*v));
	if (note_parse_vkey(&key, vkey, strlen(vkey), w) == -1 ||
	    receipt_parse(r, text, len, w) == -1 ||
	    receipt_verify(r, &key, &c, w) == -1 ||
	    leaf_parse(&v->leaf, r->leaf, r->leaf_len, w) == -1)
		goto out;
	tree_hash_leaf(r->leaf, r->leaf_len, v->hash);
	v->index = r->index;
	v->size = c.size;
	v->key_id = key.id;
	strcpy(v->key_name, key.name);
	ret = check_source(v, w);
	if (ret == 0)
		ret = disclosed_read(&v->withheld, &v->leaf, "", 0, w);
out:
	free(r);
	return ret;
}

int
verified_disclose(struct verified *v, const void *lines, size_t len,
    struct why *w)
{
	disclosed_free(&v->withheld);
	return disclosed_read(&v->withheld, &v->leaf, lines, len, w);
}

void
verified_free(struct verified *v)
{
	leaf_free(&v->leaf);
	disclosed_free(&v->withheld);
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
verified_show(const struct verified *v, struct parsed_leaf *shown)
{
	struct buf text = { 0 };
	struct why w = { "" };

	disclosed_put(&text, &v->withheld, &v->leaf);
	/* disclosed_read() has tried it. */
	if (leaf_parse(shown, text.data, text.len, &w) == -1)
		say_die(EXIT_BUG, "a leaf with its disclosures: %s", w.text);
	buf_free(&text);
}

static void
print_data(FILE *out, const struct verified *v)
{
	struct parsed_leaf shown;

	verified_show(v, &shown);
	for (size_t i = 0; i < shown.n; i++) {
		const struct leaf_member *m = &shown.member[i];

		if (m->inner && *m->value != '\0')
			print_row(out, m->name + strlen("data."), m->value);
	}
	leaf_free(&shown);
}

void
verified_print(FILE *out, const struct verified *v)
{
	static const char *const heads[] = { "time", "boot", "uptime", "site" };

	fprintf(out, "  %-18s ", "appliance");
	safe_print(out, v->key_name);
	fprintf(out, "+%08x\n", v->key_id);
	print_row(out, "event", leaf_get(&v->leaf, "type"));
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (leaf_find(&v->leaf, heads[i]) != NULL)
			print_row(out, heads[i], leaf_get(&v->leaf, heads[i]));
	print_data(out, v);
	fprintf(out, "  %-18s index %llu of a tree of %llu\n", "ledger",
	    (unsigned long long)v->index, (unsigned long long)v->size);
}

char *
verified_disclosures_path(const char *receipt)
{
	static const char end[] = ".tlog-proof";
	const size_t len = strlen(receipt), skip = strlen(end);
	const bool ends = len > skip &&
	    strcmp(receipt + len - skip, end) == 0;

	return need_printf("%.*s.disclosures", (int)(ends ? len - skip : len),
	    receipt);
}

int
verified_load_key(const char *file, char vkey[VKEY_MAX + 1])
{
	struct buf text = { 0 };
	struct note_key key;
	struct why w = { "" };
	int ret = -1;

	if (file_read(AT_FDCWD, file, FILE_FOLLOW, file, KEYFILE_MAX, &text,
	    NULL) == -1) {
		say("the appliance's key is in the file that `casemate up' "
		    "leaves as appliance.vkey");
		goto out;
	}
	if (note_parse_vkey(&key, buf_str(&text), text.len, &w) == -1) {
		say("%s: %s; `casemate up' leaves it in appliance.vkey", file,
		    w.text);
		goto out;
	}
	note_format_vkey(vkey, &key);
	ret = 0;
out:
	buf_free(&text);
	return ret;
}
