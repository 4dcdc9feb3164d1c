#include "kept.h"

#include <sys/stat.h>

#include <atf-c.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base64.h"
#include "lib/disclosure.h"
#include "lib/receipt.h"

struct kept kept;

void
kept_start(void)
{
	ATF_REQUIRE_EQ(0, mkdir("ledger", 0700));
	play_init(&kept.p);
	play_start_ready(&kept.p, "ledger");
}

void
kept_expect(enum msg type)
{
	play_until_answer(&kept.p, &kept.a);
	ATF_REQUIRE_EQ_MSG(type, kept.a.type, "message %#x: %.*s", kept.a.type,
	    (int)kept.a.len, kept.a.text);
	ATF_REQUIRE_EQ(kept.seq, kept.a.seq);
}

static void
put_file(struct put *e, const char *name, const void *data, size_t len)
{
	put_cstr(e, name);
	put_string(e, data, len);
}

const char *
kept_manifest(const char *tag)
{
	static char text[KEPT_MANIFEST + 1];

	memset(text, 'm', KEPT_MANIFEST);
	memcpy(text + KEPT_MANIFEST - strlen(tag), tag, strlen(tag));
	return text;
}

void
kept_send(enum event nr, const char *tag, const char *manifest_tag)
{
	static unsigned char room[EVIDENCE_MAX];
	char command[64];
	struct put e;

	put_init(&e, room, sizeof(room));
	snprintf(command, sizeof(command), "command of %s", tag);
	put_file(&e, "command", command, strlen(command));
	put_file(&e, "command.sig", "signature", 9);
	if (manifest_tag != NULL)
		put_file(&e, "manifest.yaml", kept_manifest(manifest_tag),
		    KEPT_MANIFEST);
	ATF_REQUIRE_EQ(0, e.err);
	play_append_tagged(
	    &kept.p, ++kept.seq, nr, tag, (struct bytes){room, e.len});
}

uint64_t
kept_append(enum event nr, const char *tag, const char *manifest_tag)
{
	kept_send(nr, tag, manifest_tag);
	kept_expect(MSG_LEDGER_APPENDED);
	return kept.a.index;
}

void
kept_read(uint64_t leaf, uint32_t mask)
{
	MSG_SEND(&kept.p.runner, ledger_read, .seq = ++kept.seq, .index = leaf,
	    .fields = mask);
	kept_expect(MSG_LEDGER_LEAF);
}

unsigned
kept_check_lines(void)
{
	static struct receipt r;
	static unsigned char room[DISCLOSURES_MAX];
	char digest[DISCLOSURE_DIGEST + 1], *line, *rest = kept.a.disclosures;
	struct disclosure d;
	struct checkpoint c;
	struct why why;
	unsigned n = 0;

	ATF_REQUIRE_EQ(0, receipt_parse(&r, kept.a.text, kept.a.len, &why));
	ATF_REQUIRE_EQ(0, receipt_verify(&r, &kept.p.key, &c, &why));
	while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
		ATF_REQUIRE_EQ_MSG(0,
		    disclosure_parse(&d, line, strlen(line), room, &why),
		    "%s: %s", line, why.text);
		disclosure_digest_text(line, strlen(line), digest);
		ATF_CHECK_MSG(memmem(r.leaf, r.leaf_len, digest,
				  DISCLOSURE_DIGEST) != NULL,
		    "%s", line);
		n++;
	}
	return n;
}

const char *
kept_decoded(const char *line)
{
	static char text[4096];
	size_t len;

	ATF_REQUIRE_EQ(0, base64url_get(text, sizeof(text) - 1, &len, line,
			      strcspn(line, "\n")));
	text[len] = '\0';
	return text;
}

void
kept_disclose(uint64_t leaf, enum withheld field)
{
	MSG_SEND(&kept.p.runner, ledger_disclose, .seq = ++kept.seq,
	    .index = leaf, .field = (uint8_t)field);
	play_until_answer(&kept.p, &kept.a);
	ATF_REQUIRE_EQ(kept.seq, kept.a.seq);
}

void
kept_check_refused(const char *text)
{
	ATF_CHECK_EQ(MSG_LEDGER_FAILED, kept.a.type);
	ATF_CHECK(kept.a.not_kept);
	ATF_CHECK_MSG(strstr(kept.a.text, text) != NULL, "%s", kept.a.text);
}

const char *
kept_evidence(uint64_t leaf, uint32_t file, size_t *lenp)
{
	static char text[EVIDENCE_MAX];

	*lenp = 0;
	do {
		MSG_SEND(&kept.p.runner, ledger_evidence, .seq = ++kept.seq,
		    .index = leaf, .file = file, .offset = *lenp);
		kept_expect(MSG_LEDGER_EVIDENCE_IS);
		ATF_REQUIRE(kept.a.len <= DATA_MAX &&
			    *lenp + kept.a.len <= sizeof(text));
		memcpy(text + *lenp, kept.a.text, kept.a.len);
		*lenp += kept.a.len;
	} while (!kept.a.last);
	return text;
}

void
kept_check_file(uint64_t leaf, uint32_t file, const char *name,
    const char *text)
{
	size_t len;
	const char *got = kept_evidence(leaf, file, &len);

	ATF_CHECK_STREQ(name, kept.a.name);
	ATF_CHECK(!kept.a.forgotten);
	ATF_CHECK_EQ(strlen(text), len);
	ATF_CHECK(memcmp(text, got, len) == 0);
}

unsigned
kept_count_raw(const void *bytes, size_t len)
{
	int fd = open("ledger/data.mdb", O_RDONLY | O_CLOEXEC);
	const char *at, *end;
	struct stat st;
	unsigned n = 0;
	char *file;

	ATF_REQUIRE_EQ(0, fstat(fd, &st));
	file = malloc((size_t)st.st_size);
	ATF_REQUIRE(file != NULL);
	ATF_REQUIRE_EQ(st.st_size, read(fd, file, (size_t)st.st_size));
	close(fd);
	end = file + st.st_size;
	for (at = file;
	     (at = memmem(at, (size_t)(end - at), bytes, len)) != NULL; at++)
		n++;
	free(file);
	return n;
}

unsigned
kept_count(const char *text)
{
	return kept_count_raw(text, strlen(text));
}

void
kept_check_manifest(uint64_t leaf, const char *tag)
{
	kept_check_file(leaf, 2, "manifest.yaml", kept_manifest(tag));
}

void
kept_check_line(const char *text)
{
	const char *line = kept_decoded(kept.a.disclosures);

	ATF_CHECK_MSG(strstr(line, text) != NULL, "%s", line);
}
