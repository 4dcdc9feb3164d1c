#include "who.h"

void
who_put(struct put *p, const struct who *w)
{
	put_cstr(p, w->job);
	put_cstr(p, w->submitter);
	put_cstr(p, w->author);
	put_cstr(p, w->submitter_key);
	put_cstr(p, w->author_key);
	put_cstr(p, w->session);
	put_cstr(p, w->rules);
	put_string(p, w->command_sha256, DIGEST_LEN);
	put_string(p, w->manifest_sha256, DIGEST_LEN);
}

void
who_get(struct get *g, struct who *w)
{
	get_cstr(g, w->job, sizeof(w->job));
	get_cstr(g, w->submitter, sizeof(w->submitter));
	get_cstr(g, w->author, sizeof(w->author));
	get_cstr(g, w->submitter_key, sizeof(w->submitter_key));
	get_cstr(g, w->author_key, sizeof(w->author_key));
	get_cstr(g, w->session, sizeof(w->session));
	get_cstr(g, w->rules, sizeof(w->rules));
	get_fixed(g, w->command_sha256, DIGEST_LEN);
	get_fixed(g, w->manifest_sha256, DIGEST_LEN);
}
