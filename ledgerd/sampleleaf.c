#include "sampleleaf.h"

#include "lib/msg/event.h"
#include "lib/msg/msg.h"

struct bytes
sampleleaf_fields(void)
{
	const struct event_info *info = event_info(EVENT_JOB_FINISHED);
	static const unsigned char digest[DIGEST_LEN] = { 0x5a };
	static unsigned char fields[EVENT_MAX];
	struct put p;

	put_init(&p, fields, sizeof(fields));
	for (const struct event_field *f = info->fields; f->name != NULL; f++)
		if (f->kind == FIELD_U64)
			put_u64(&p, 123456);
		else if (f->kind == FIELD_HEX)
			put_string(&p, digest, sizeof(digest));
		else if (f->kind == FIELD_LIST)
			put_u32(&p, 0);
		else
			put_cstr(&p, "a field of the usual length");
	return (struct bytes){ fields, p.len };
}
