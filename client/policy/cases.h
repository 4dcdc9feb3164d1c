/*
 * Cases: what a site's rules must decide, in a file below its tests/.  A list
 * of mappings (YAML):
 *
 *	- case: text
 *	  command: {submitter, author?, manifest, now?, boot?}
 *	  expect: allow | deny
 *	  thing: run NAME | use NAME | exceed NAME | lease NAME	(optional)
 *	  rule: ID | none					(optional)
 *
 * In place of `command' there may be `request: {principal, action, resource,
 * context?}' or `read: {principal, action, job?: {submitter, author}, field?,
 * now?, boot?}'.
 *
 * A command is allowed when each permission that it needs is.  `thing' names
 * the permission: the first that is refused, or the one that `rule' allows.
 * manifest_parse_case() reads `manifest'.
 */
#ifndef CASES_H
#define CASES_H

#include "lib/rules/permission.h"
#include "lib/rules/query.h"
#include "lib/rules/site.h"

#define CASES_FILE_MAX	(256 * 1024)
#define CASES_NOW	1767268800	/* 2026-01-01T12:00:00Z */
#define CASES_BOOT	"kept"

/* One permission that a case needs. */
struct case_permission {
	char			thing[PERMISSION_TEXT_MAX]; /* "run NAME" */
	char			shown[PERMISSION_TEXT_MAX]; /* to a person */
	struct authz_request	request;
};

struct policy_case {
	uint32_t	 line;
	const char	*name, *who;
	bool		 allow;		/* what is expected */
	const char	*thing, *rule;	/* NULL: any */
	size_t		 npermissions;
	struct case_permission	*permissions;
};

struct cases {
	struct arena		 arena;
	size_t			 n;
	struct policy_case	*list;
};

/* Reads a file's text.  -1 with *e and nothing to free. */
int	cases_read(struct cases *, const char *file, const char *text,
	    size_t len, const struct site *, struct doc_error *e);
void	cases_free(struct cases *);

#endif
