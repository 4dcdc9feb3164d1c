#include "share.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static const struct share_info infos[] = {
#define SHARE(name, setting, least, most, usual, what, todo) \
	[SHARE_##name] = { setting, least, most, usual, what, todo },
#include "share.def"
#undef SHARE
};

const struct share_info *
share_info(enum share s)
{
	return &infos[s];
}

void
shares_init(struct shares *s)
{
	for (size_t i = 0; i < SHARE_COUNT; i++)
		s->most[i] = infos[i].usual;
}

uint64_t
shares_part(const struct shares *s, enum share share, uint64_t whole)
{
	const uint64_t percent = s->most[share];
	const uint64_t part = whole / 100 * percent +
	    whole % 100 * percent / 100;

	return part == 0 ? 1 : part;
}

int
shares_refuse(const struct shares *s, enum share share, const char *signer,
    struct why *w)
{
	const struct share_info *info = &infos[share];
	char quoted[QUOTE_MAX];

	return why_set(w, "%s has the most that one signer may have here: "
	    "%" PRIu64 "%s (`%s' under `shares' in settings.yaml); %s",
	    doc_quote(quoted, signer, strlen(signer)), s->most[share],
	    info->what, info->setting, info->todo);
}

void
shares_put(struct put *p, const struct shares *s)
{
	put_u32(p, SHARE_COUNT);
	for (size_t i = 0; i < SHARE_COUNT; i++)
		put_u64(p, s->most[i]);
}

void
shares_get(struct get *g, struct shares *s)
{
	if (get_u32(g) != SHARE_COUNT)
		g->err = EBADMSG;
	for (size_t i = 0; i < SHARE_COUNT; i++) {
		s->most[i] = get_u64(g);
		if (s->most[i] < infos[i].least || s->most[i] > infos[i].most)
			g->err = EBADMSG;
	}
}
