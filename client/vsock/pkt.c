#include "pkt.h"

#include <endian.h>
#include <string.h>

static uint16_t
get16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return le16toh(v);
}

static uint32_t
get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

static uint64_t
get64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

static void
put16(uint8_t *p, uint16_t v)
{
	v = htole16(v);
	memcpy(p, &v, sizeof(v));
}

static void
put32(uint8_t *p, uint32_t v)
{
	v = htole32(v);
	memcpy(p, &v, sizeof(v));
}

static void
put64(uint8_t *p, uint64_t v)
{
	v = htole64(v);
	memcpy(p, &v, sizeof(v));
}

void
pkt_get(struct pkt *k, const uint8_t b[PKT_HDR_LEN])
{
	k->src_cid = get64(b);
	k->dst_cid = get64(b + 8);
	k->src_port = get32(b + 16);
	k->dst_port = get32(b + 20);
	k->len = get32(b + 24);
	k->type = get16(b + 28);
	k->op = get16(b + 30);
	k->flags = get32(b + 32);
	k->buf_alloc = get32(b + 36);
	k->fwd_cnt = get32(b + 40);
}

void
pkt_put(uint8_t b[PKT_HDR_LEN], const struct pkt *k)
{
	put64(b, k->src_cid);
	put64(b + 8, k->dst_cid);
	put32(b + 16, k->src_port);
	put32(b + 20, k->dst_port);
	put32(b + 24, k->len);
	put16(b + 28, k->type);
	put16(b + 30, k->op);
	put32(b + 32, k->flags);
	put32(b + 36, k->buf_alloc);
	put32(b + 40, k->fwd_cnt);
}
