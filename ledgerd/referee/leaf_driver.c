/*
 * leaf_driver SEED N - leaves with random fields, N of each kind, for
 * judge.mjs.
 *
 * Each is a line of JSON: "leaf", the leaf's text in base64; "disclosures", the
 * lines that disclose its withheld fields; "values", each field as it was put
 * in, not by our writer of JSON: {"text":HEX}, {"list":[HEX,...]} (UTF-8 in
 * hex), {"digest":HEX} or {"number":DIGITS}.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledgerd/leaf.h"
#include "lib/base64.h"
#include "lib/disclosure.h"
#include "lib/log.h"
#include "lib/msg/msg.h"
#include "lib/stdfds.h"

#define PIECES_MAX 12 /* of a text */
#define WORDS_MAX (PIECES_MAX * 8)
#define LIST_MAX 5

static const unsigned numbers[] = {
#define EVENT(NAME, name, nr, from, type, when, fields) nr,
#include "lib/msg/event.def"
#undef EVENT
};

/* What JSON escapes, what a terminal obeys, what UTF-16 splits, and the rest.
 */
static const char *const pieces[] = {"dana", "\"", "\\", "/", "\n", "\x01",
    "\x7f", "\xc2\x9b", "\xc3\xa9", "\xe2\x80\xa8", "\xe2\x80\xae",
    "\xef\xbf\xbf", "\xf0\x9f\x98\x80", " ", "</b>", "\\u0041", "[\"", "~"};

static uint64_t state;

/* Knuth's MMIX generator; its high bits are the good ones. */
static unsigned
draw(unsigned below)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(state >> 33) % below;
}

static void
draw_bytes(unsigned char *dst, size_t len)
{
	for (size_t i = 0; i < len; i++)
		dst[i] = (unsigned char)draw(256);
}

static void
print_hex(const void *bytes, size_t len)
{
	const unsigned char *b = bytes;

	putchar('"');
	for (size_t i = 0; i < len; i++)
		printf("%02x", b[i]);
	putchar('"');
}

static void
add_text(struct put *p)
{
	char text[WORDS_MAX + 1] = "";

	for (unsigned n = draw(PIECES_MAX + 1); n > 0; n--)
		strcat(text, pieces[draw(sizeof(pieces) / sizeof(pieces[0]))]);
	print_hex(text, strlen(text));
	put_cstr(p, text);
}

static void
add_str(struct put *p)
{
	printf("{\"text\":");
	add_text(p);
	printf("}");
}

static void
add_list(struct put *p)
{
	unsigned char room[LIST_MAX * (WORDS_MAX + 4)];
	struct put list;

	put_init(&list, room, sizeof(room));
	printf("{\"list\":[");
	for (unsigned n = draw(LIST_MAX + 1), i = 0; i < n; i++) {
		fputs(i == 0 ? "" : ",", stdout);
		add_text(&list);
	}
	printf("]}");
	put_string(p, list.base, list.len);
}

static void
add_digest(struct put *p)
{
	unsigned char digest[DIGEST_LEN];

	draw_bytes(digest, sizeof(digest));
	printf("{\"digest\":");
	print_hex(digest, sizeof(digest));
	printf("}");
	put_string(p, digest, sizeof(digest));
}

/* Often the largest. */
static void
add_number(struct put *p)
{
	uint64_t n = draw(8) == 0 ? UINT64_MAX : draw(1u << 30);

	printf("{\"number\":\"%" PRIu64 "\"}", n);
	put_u64(p, n);
}

static void (*const adders[])(struct put *) = {
    [FIELD_STR] = add_str,
    [FIELD_HEX] = add_digest,
    [FIELD_U64] = add_number,
    [FIELD_LIST] = add_list,
};

static void
add_fields(const struct event_info *info, struct put *p)
{
	printf("\"values\":{");
	for (const struct event_field *f = info->fields; f->name != NULL; f++) {
		printf("%s\"%s\":", f == info->fields ? "" : ",", f->name);
		adders[f->kind](p);
	}
	printf("}");
}

static void
print_disclosures(const struct event_info *info, struct bytes beside)
{
	static char room[BASE64URL_LEN(EVENT_MAX)];
	const char *before = "";
	struct get g, kept;
	size_t len;

	get_init(&g, beside.p, beside.len);
	get_init(&kept, NULL, 0);
	kept.p = get_string(&g, &kept.left, DISCLOSURES_KEPT_MAX);
	printf(",\"disclosures\":[");
	for (const struct event_field *f = info->fields; f->name != NULL; f++) {
		const unsigned char *salt;
		const void *value;
		struct put p;

		if (!f->withheld)
			continue;
		salt = get_raw(&kept, DISCLOSURE_SALT);
		value = get_string(&kept, &len, EVENT_MAX);
		put_init(&p, room, sizeof(room));
		disclosure_put(&p, salt, f->name, value, len);
		printf("%s\"%.*s\"", before, (int)p.len, room);
		before = ",";
	}
	printf("]");
}

static void
print_leaf(const struct event_info *info, uint64_t index, struct bytes data)
{
	static char text[LEAF_MAX], base64[BASE64_LEN(LEAF_MAX)];
	unsigned char prev[TREE_HASH], site[DIGEST_LEN];
	struct leaf leaf = {.index = index,
	    .source = "casemate/test",
	    .type = info->type,
	    .prev = prev,
	    .site = site,
	    .data = data,
	    .boot = "c186b61f-188d-4ec9-94f3-71cab35dc3fd",
	    .time = {.tv_sec = draw(1u << 31), .tv_nsec = 999999999},
	    .uptime = {.tv_sec = draw(1u << 31)}};
	struct put p, encoded;

	draw_bytes(prev, sizeof(prev));
	draw_bytes(site, sizeof(site));
	put_init(&p, text, sizeof(text));
	leaf_format(&p, &leaf);
	put_init(&encoded, base64, sizeof(base64));
	base64_put(&encoded, text, p.len);
	printf(",\"leaf\":\"%.*s\"", (int)encoded.len, base64);
}

static void
print_one(const struct event_info *info, uint64_t index)
{
	static unsigned char fields[EVENT_MAX];
	struct leaf_data data;
	struct put p;

	put_init(&p, fields, sizeof(fields));
	printf("{");
	add_fields(info, &p);
	if (p.err != 0 ||
	    leaf_data_make(&data, info, (struct bytes){fields, p.len},
		(struct bytes){"", 0}, NULL) == -1)
		die(EXIT_BUG, "%s does not fit", info->type);
	print_leaf(info, index, data.text);
	print_disclosures(info, data.beside);
	printf("}\n");
	leaf_data_free(&data);
}

int
main(int argc, char *argv[])
{
	const unsigned kinds = sizeof(numbers) / sizeof(numbers[0]);

	stdfds_fill();
	if (argc != 3) {
		fprintf(stderr, "usage: leaf_driver SEED N\n");
		return EXIT_USAGE;
	}
	state = strtoull(argv[1], NULL, 10);
	for (unsigned i = 0; i < kinds * (unsigned)atoi(argv[2]); i++)
		print_one(event_info(numbers[i % kinds]), i);
	return stdfds_flush() == 0 ? 0 : 1;
}
