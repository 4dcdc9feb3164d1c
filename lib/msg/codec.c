#include "codec.h"

#include <errno.h>
#include <string.h>

#include "chan.h"
#include "lib/grant.h"
#include "lib/kept_jobs.h"
#include "lib/runtimes.h"
#include "lib/share.h"
#include "lib/share_left.h"

/*
 * The two tables are expanded once for each thing that is made of them, with
 * the kinds of fields defined again.  First the sizes, with a length of four
 * bytes before each string.
 */
#define NONE			+ 0
#define FLAG(name)		+ 1
#define U8(name)		+ 1
#define U32(name)		+ 4
#define U64(name)		+ 8
#define TEXT(name, max)		+ 4 + (max)
#define DIGEST(name)		+ 4 + DIGEST_LEN
#define BYTES(name, max)	+ 4 + (max)
#define PART(type, name, max)	+ (max)
#define FRAME(name)		+ CLIENT_SIZE_##name
enum {
#define CLIENT(NAME, name, nr, max, fields)				\
	CLIENT_SIZE_##name = 0 fields,
#include "client.def"
#undef CLIENT
};
static const struct msg_info table[] = {
#define MSG(NAME, name, nr, from, to, fields)				\
	{ #NAME, nr, PEER_##from, PEER_##to, 0 fields },
#include "msg.def"
#undef MSG
};
#include "fields_undef.h"

#define CLIENT(NAME, name, nr, max, fields)				\
	_Static_assert(CLIENT_SIZE_##name <= (max), #NAME);
#include "client.def"
#undef CLIENT

const struct msg_info *
msg_info(unsigned nr)
{
	for (size_t i = 0; i < MSG_COUNT; i++)
		if (table[i].nr == nr)
			return &table[i];
	return NULL;
}

size_t
msg_largest(enum peer from, enum peer to)
{
	size_t max = 0;

	for (size_t i = 0; i < MSG_COUNT; i++)
		if ((table[i].from == PEER_ANY || (table[i].from == from &&
		    table[i].to == to)) && table[i].max > max)
			max = table[i].max;
	return max;
}

static void
put_limited(struct put *p, const void *data, size_t len, size_t max)
{
	if (len > max || (data == NULL && len != 0))
		p->err = EMSGSIZE;
	else
		put_string(p, data, len);
}

static void
put_text(struct put *p, const char *text, size_t max)
{
	if (text == NULL)
		p->err = EMSGSIZE;
	else
		put_limited(p, text, strlen(text), max);
}

#define NONE			(void)m;
#define FLAG(name)		put_u8(p, m->name);
#define U8(name)		put_u8(p, m->name);
#define U32(name)		put_u32(p, m->name);
#define U64(name)		put_u64(p, m->name);
#define TEXT(name, max)		put_text(p, m->name, max);
#define DIGEST(name)		put_limited(p, m->name, DIGEST_LEN, DIGEST_LEN);
#define BYTES(name, max)	put_limited(p, m->name.p, m->name.len, max);
#define PART(type, name, max)						\
	if (m->name == NULL)						\
		p->err = EMSGSIZE;					\
	else								\
		type##_put(p, m->name);
#define FRAME(name)		client_put_##name(p, &m->name);
#define CLIENT(NAME, name, nr, max, fields)				\
void									\
client_put_##name(struct put *p, const struct client_##name *m)		\
{									\
	fields								\
}
#include "client.def"
#undef CLIENT
#define MSG(NAME, name, nr, from, to, fields)				\
void									\
msg_put_##name(struct put *p, const struct msg_##name *m)		\
{									\
	(void)p;							\
	fields								\
}
#include "msg.def"
#undef MSG
#include "fields_undef.h"

/* Memory for what must be copied when it is received. */
#define NONE
#define FLAG(name)
#define U8(name)
#define U32(name)
#define U64(name)
#define TEXT(name, max)		char name[(max) + 1];
#define DIGEST(name)
#define BYTES(name, max)
#define PART(type, name, max)	struct type name;
#define FRAME(name)
#define CLIENT(NAME, name, nr, max, fields)				\
	static struct client_room_##name {				\
		char none;						\
		fields							\
	} client_room_##name;
#include "client.def"
#undef CLIENT
#define MSG(NAME, name, nr, from, to, fields)				\
	static struct msg_room_##name {					\
		char none;						\
		fields							\
	} msg_room_##name;
#include "msg.def"
#undef MSG
#include "fields_undef.h"

static bool
get_flag(struct get *g)
{
	const uint8_t byte = get_u8(g);

	if (byte > 1)
		g->err = EBADMSG;
	return byte == 1;
}

static const char *
get_text(struct get *g, char *room, size_t cap)
{
	get_cstr(g, room, cap);
	return room;
}

static const unsigned char *
get_digest(struct get *g)
{
	static const unsigned char zeros[DIGEST_LEN];
	size_t len;
	const void *p = get_string(g, &len, DIGEST_LEN);

	if (len == DIGEST_LEN)
		return p;
	g->err = EBADMSG;
	return zeros;
}

static struct bytes
get_bytes(struct get *g, size_t max)
{
	struct bytes b;

	b.p = get_string(g, &b.len, max);
	return b;
}

#define NONE
#define FLAG(name)		m->name = get_flag(g);
#define U8(name)		m->name = get_u8(g);
#define U32(name)		m->name = get_u32(g);
#define U64(name)		m->name = get_u64(g);
#define TEXT(name, max)							\
	m->name = get_text(g, room->name, sizeof(room->name));
#define DIGEST(name)		m->name = get_digest(g);
#define BYTES(name, max)	m->name = get_bytes(g, max);
#define PART(type, name, max)						\
	m->name = &room->name;						\
	type##_get(g, m->name);
#define FRAME(name)							\
	m->frame = (struct bytes){ g->p, g->left };			\
	(void)client_get_##name(g, &m->name);
#define CLIENT(NAME, name, nr, max, fields)				\
int									\
client_get_##name(struct get *g, struct client_##name *m)		\
{									\
	struct client_room_##name *room = &client_room_##name;		\
									\
	(void)room;							\
	fields								\
	return get_end(g);						\
}
#include "client.def"
#undef CLIENT
#define MSG(NAME, name, nr, from, to, fields)				\
int									\
msg_get_##name(struct get *g, struct msg_##name *m)			\
{									\
	struct msg_room_##name *room = &msg_room_##name;		\
									\
	(void)room;							\
	(void)m;							\
	fields								\
	return get_end(g);						\
}									\
									\
void									\
msg_send_##name(struct chan *c, const struct msg_##name *m)		\
{									\
	msg_put_##name(chan_begin(c, MSG_##NAME), m);			\
	chan_end(c);							\
}									\
									\
int									\
msg_take_##name(struct get *g, union msg_handler handler, void *ctx)	\
{									\
	struct msg_##name m;						\
									\
	if (msg_get_##name(g, &m) == -1)				\
		return -1;						\
	handler.name(ctx, &m);						\
	return 0;							\
}
#include "msg.def"
#undef MSG
#include "fields_undef.h"
