#include "opts.h"

#include <stdbool.h>
#include <string.h>

#include "number.h"
#include "say.h"

struct cursor {
	const struct opt *table;
	char		**argv;
	int		  argc, at;
};

static const struct opt *
find_name(const struct opt *o, const char *name, size_t len)
{
	for (; o->name != NULL; o++)
		if (strlen(o->name) == len && strncmp(o->name, name, len) == 0)
			return o;
	return NULL;
}

static const struct opt *
find_letter(const struct opt *o, char letter)
{
	for (; o->name != NULL; o++)
		if (o->letter != 0 && o->letter == letter)
			return o;
	return NULL;
}

static int
set_number(const struct opt *o, const char *value)
{
	uint64_t n;
	int r;

	if (o->kind == OPT_SIZE)
		r = number_parse_size(value, o->max, &n);
	else
		r = number_parse(value, o->max, &n);
	if (r == -1 || n < o->min) {
		say("--%s %s: must be a number from %llu to %llu%s", o->name,
		    value, (unsigned long long)o->min,
		    (unsigned long long)o->max,
		    o->kind == OPT_SIZE ? ", or with K, M, G or T" : "");
		return -1;
	}
	*(uint64_t *)o->dst = n;
	return 0;
}

static int
set_value(const struct opt *o, const char *value)
{
	struct opt_list *list = o->dst;

	switch (o->kind) {
	case OPT_FLAG:
		*(bool *)o->dst = true;
		return 0;
	case OPT_TEXT:
		*(const char **)o->dst = value;
		return 0;
	case OPT_LIST:
		if (list->n == OPT_LIST_MAX) {
			say("--%s: at most %d of them", o->name, OPT_LIST_MAX);
			return -1;
		}
		list->item[list->n++] = value;
		return 0;
	case OPT_NUMBER:
	case OPT_SIZE:
		return set_number(o, value);
	}
	return -1;
}

/* One option, at c->argv[c->at]; moves past it and its value. */
static int
parse_option(struct cursor *c)
{
	const char *arg = c->argv[c->at++], *value = NULL;
	const struct opt *o = NULL;
	size_t len = strcspn(arg, "=");

	if (arg[1] == '-') {
		o = find_name(c->table, arg + 2, len - 2);
		value = arg[len] == '=' ? arg + len + 1 : NULL;
	} else if (arg[2] == '\0') {
		o = find_letter(c->table, arg[1]);
	}
	if (o == NULL) {
		say("%.*s: no such option", (int)len, arg);
		return -1;
	}
	if (o->kind == OPT_FLAG && value != NULL) {
		say("--%s: takes no value", o->name);
		return -1;
	}
	if (o->kind != OPT_FLAG && value == NULL) {
		if (c->at == c->argc) {
			say("--%s: needs a value", o->name);
			return -1;
		}
		value = c->argv[c->at++];
	}
	return set_value(o, value);
}

int
opts_parse(const struct opt *table, int argc, char *argv[],
    const char *args[], int need, int max)
{
	struct cursor c = { table, argv, argc, 1 };
	bool only_args = false;
	int n = 0;

	while (c.at < argc) {
		const char *arg = argv[c.at];

		if (!only_args && strcmp(arg, "--") == 0) {
			only_args = true;
			c.at++;
		} else if (!only_args && arg[0] == '-' && arg[1] != '\0') {
			if (parse_option(&c) == -1)
				return -1;
		} else if (n == max) {
			say("%s: one argument too many", arg);
			return -1;
		} else {
			args[n++] = arg;
			c.at++;
		}
	}
	if (n < need) {
		say("an argument is missing");
		return -1;
	}
	return n;
}
