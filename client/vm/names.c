#include "names.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/buf.h"
#include "client/need.h"
#include "client/say.h"
#include "lib/doc/suggest.h"
#include "lib/name.h"
#include "state.h"

#define SHOWN_MAX	4	/* names in one message */

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
add_name(struct names *l, const char *name)
{
	/* Room for twice as many at 0, 1, 2, 4, 8, ... */
	if ((l->n & (l->n - 1)) == 0) {
		char **more = need_alloc(2 * l->n + 1, sizeof(*more));

		if (l->n != 0)
			memcpy(more, l->name, l->n * sizeof(*more));
		free(l->name);
		l->name = more;
	}
	l->name[l->n++] = need_str(name);
}

/* Hidden files are locks and the result of the KVM probe. */
static void
look_at(struct names *l, bool tell, DIR *dir, const char *base,
    const char *name)
{
	struct stat st;

	if (name[0] == '.')
		return;
	if (name_check(name) == 0 && fstatat(dirfd(dir), name, &st, 0) == 0 &&
	    S_ISDIR(st.st_mode))
		add_name(l, name);
	else if (tell)
		say("%s/%s: is not an appliance's folder and is left out; move "
		    "it elsewhere", base, name);
}

static int
read_folder(struct names *l, bool tell, DIR *dir, const char *base)
{
	struct dirent *e;

	while (errno = 0, (e = readdir(dir)) != NULL)
		look_at(l, tell, dir, base, e->d_name);
	if (errno == 0)
		return 0;
	say_errno("%s: cannot read the folder", base);
	return -1;
}

int
names_load(struct names *l, bool tell)
{
	char *base = state_base();
	DIR *dir = base == NULL ? NULL : opendir(base);
	int ret = -1;

	memset(l, 0, sizeof(*l));
	if (dir != NULL) {
		ret = read_folder(l, tell, dir, base);
		closedir(dir);
	} else if (base != NULL && errno == ENOENT) {
		ret = 0;
	} else if (base != NULL) {
		say_errno("%s: cannot open the folder", base);
	}
	if (ret == 0 && l->n != 0)
		qsort(l->name, l->n, sizeof(*l->name), compare);
	if (ret == -1)
		names_free(l);
	free(base);
	return ret;
}

void
names_free(struct names *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->name[i]);
	free(l->name);
	memset(l, 0, sizeof(*l));
}

/* "; did you mean `NAME'?", or nothing. */
static void
add_similar(struct buf *b, const struct names *l, const char *name)
{
	char hint[SUGGEST_TEXT_MAX];
	struct suggest s;

	suggest_init(&s, name, strlen(name));
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->name[i], name) != 0)
			suggest_try(&s, l->name[i], strlen(l->name[i]), NULL);
	if (s.meant == NULL)
		return;
	buf_add_str(b, "; ");
	buf_add_str(b, suggest_hint(&s, hint));
}

static bool
is_up(const char *name)
{
	struct vm_state s;

	return state_load(name, &s) == STATE_UP;
}

/* "; `a', `b' are up", or nothing. */
static void
add_up(struct buf *b, const struct names *l)
{
	size_t up = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (!is_up(l->name[i]))
			continue;
		if (up++ < SHOWN_MAX) {
			buf_add_str(b, up == 1 ? "; `" : ", `");
			buf_add_str(b, l->name[i]);
			buf_add_str(b, "'");
		}
	}
	if (up > SHOWN_MAX)
		buf_add_str(b, " and others");
	if (up != 0)
		buf_add_str(b, up == 1 ? " is up" : " are up");
}

char *
names_advise(const char *name)
{
	struct names l;
	struct buf b = { 0 };

	if (names_load(&l, false) == -1)
		return need_str("");
	add_similar(&b, &l, name);
	add_up(&b, &l);
	buf_add_str(&b, "; `casemate list' shows all of this host");
	names_free(&l);
	buf_str(&b);
	return (char *)b.data;
}
