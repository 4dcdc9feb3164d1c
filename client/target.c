#include "target.h"

#include <stdio.h>
#include <string.h>

#include "lib/name.h"
#include "number.h"

#define CID_ANY	UINT32_MAX	/* VMADDR_CID_ANY is not a machine */

static int
parse_vsock(struct target *t, const char *text, struct why *w)
{
	const char *colon = strchr(text, ':');
	char cid[16];
	uint64_t c, p;

	if (colon == NULL || (size_t)(colon - text) >= sizeof(cid))
		return why_set(w, "vsock:%.64s: must be vsock:CID:PORT, for "
		    "example vsock:42:1024", text);
	memcpy(cid, text, (size_t)(colon - text));
	cid[colon - text] = '\0';
	if (number_parse(cid, CID_ANY - 1, &c) == -1)
		return why_set(w, "vsock:%.64s: the CID must be a number from "
		    "0 to %u", text, CID_ANY - 1);
	if (number_parse(colon + 1, UINT32_MAX - 1, &p) == -1)
		return why_set(w, "vsock:%.64s: the port must be a number from "
		    "0 to %u; an appliance listens on 1024", text,
		    UINT32_MAX - 1);
	t->kind = TARGET_VSOCK;
	t->cid = (uint32_t)c;
	t->port = (uint32_t)p;
	return 0;
}

static int
parse_unix(struct target *t, const char *path, struct why *w)
{
	if (*path == '\0' || strlen(path) >= sizeof(t->path))
		return why_set(w, "unix:PATH needs the path of a socket");
	t->kind = TARGET_UNIX;
	strcpy(t->path, path);
	return 0;
}

int
target_parse(struct target *t, const char *text, struct why *w)
{
	memset(t, 0, sizeof(*t));
	if (strncmp(text, "vsock:", 6) == 0)
		return parse_vsock(t, text + 6, w);
	if (strncmp(text, "unix:", 5) == 0)
		return parse_unix(t, text + 5, w);
	if (name_check(text) == -1)
		return why_set(w, "`%.64s' is not an appliance: give the NAME "
		    "of one that `casemate up' started (lower-case letters, "
		    "digits and -), vsock:CID:PORT or unix:PATH", text);
	t->kind = TARGET_NAME;
	strcpy(t->name, text);
	return 0;
}

void
target_format(char *dst, size_t cap, const struct target *t)
{
	switch (t->kind) {
	case TARGET_NAME:
		snprintf(dst, cap, "%s", t->name);
		return;
	case TARGET_VSOCK:
		snprintf(dst, cap, "vsock:%u:%u", t->cid, t->port);
		return;
	case TARGET_UNIX:
		snprintf(dst, cap, "unix:%s", t->path);
		return;
	}
}
