#include "site_take.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/evidence_names.h"
#include "lib/log.h"
#include "lib/sums.h"

static void
put_room(struct put *p, size_t room)
{
	void *memory = malloc(room);

	if (memory == NULL)
		die_errno("%zu bytes for the site's files", room);
	put_init(p, memory, room);
}

void
site_take_begin(struct site_take *t, const struct msg_site_is *m)
{
	size_t sums;

	site_take_free(t);
	if (m->files > SITE_FILES_MAX || m->bytes > SITE_BYTES_MAX ||
	    m->names > m->files * UINT64_C(1) * SITE_PATH_MAX)
		die(EXIT_PEER, "keyd broke the protocol: a site of %" PRIu32
		    " files and %" PRIu64 " bytes", m->files, m->bytes);
	sums = m->files * (size_t)SUMS_LINE(0) + m->names;
	put_room(&t->sums, sums);
	put_room(&t->evidence, m->files * (4 + strlen(EVIDENCE_SITE) + 4) +
	    m->names + m->bytes + 4 + strlen(EVIDENCE_SUMS) + 4 + sums);
	t->files = m->files;
	sha256_init(&t->hash);
}

void
site_take_free(struct site_take *t)
{
	free(t->evidence.base);
	free(t->sums.base);
	memset(t, 0, sizeof(*t));
}

bool
site_take_waits(const struct site_take *t)
{
	return t->file < t->files;
}

static void
begin_file(struct site_take *t, const struct msg_site_part *m)
{
	put_u32(&t->evidence, (uint32_t)(strlen(EVIDENCE_SITE) +
	    strlen(m->path)));
	put_raw(&t->evidence, EVIDENCE_SITE, strlen(EVIDENCE_SITE));
	put_raw(&t->evidence, m->path, strlen(m->path));
	put_u32(&t->evidence, (uint32_t)m->size);
}

static void
end_file(struct site_take *t, const char *path)
{
	unsigned char digest[DIGEST_LEN];

	sha256_final(&t->hash, digest);
	sums_put(&t->sums, digest, path, strlen(path));
	sha256_init(&t->hash);
	t->offset = 0;
	t->file++;
}

/* The list's digest is that of the site. */
static void
end_site(struct site_take *t, const unsigned char sha256_wanted[DIGEST_LEN])
{
	unsigned char digest[DIGEST_LEN];

	put_cstr(&t->evidence, EVIDENCE_SUMS);
	put_string(&t->evidence, t->sums.base, t->sums.len);
	sha256(t->sums.base, t->sums.len, digest);
	if (t->evidence.err != 0 || t->sums.err != 0 ||
	    memcmp(digest, sha256_wanted, DIGEST_LEN) != 0)
		die(EXIT_PEER, "keyd broke the protocol: the site's files are "
		    "not those of its digest");
}

void
site_take_part(struct site_take *t, const struct msg_site_part *m,
    const unsigned char sha256[DIGEST_LEN])
{
	if (!site_take_waits(t) || m->file != t->file ||
	    m->offset != t->offset || m->size > SITE_BYTES_MAX ||
	    m->offset > m->size || m->data.len > m->size - m->offset ||
	    (m->data.len == 0 && m->offset < m->size))
		die(EXIT_PEER, "keyd broke the protocol: a part of the site "
		    "that was not asked for");
	if (t->offset == 0)
		begin_file(t, m);
	put_raw(&t->evidence, m->data.p, m->data.len);
	sha256_update(&t->hash, m->data.p, m->data.len);
	t->offset += m->data.len;
	if (t->offset == m->size)
		end_file(t, m->path);
	if (!site_take_waits(t))
		end_site(t, sha256);
}

struct bytes
site_take_evidence(const struct site_take *t)
{
	if (t->files == 0 || site_take_waits(t))
		return (struct bytes){ "", 0 };
	return (struct bytes){ t->evidence.base, t->evidence.len };
}
