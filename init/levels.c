#include "levels.h"

static void
start_level(struct levels *l, unsigned level)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->rows[i].start == level)
			super_event(&l->supers[i], SUPER_START);
}

static void
stop_level(struct levels *l, unsigned level)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->rows[i].stop == level)
			super_event(&l->supers[i], SUPER_STOP);
}

static unsigned
last_level(const struct levels *l, bool stop)
{
	unsigned last = 0;

	for (size_t i = 0; i < l->n; i++) {
		unsigned level = stop ? l->rows[i].stop : l->rows[i].start;

		if (level > last)
			last = level;
	}
	return last;
}

static bool
level_is_ready(const struct levels *l, unsigned level)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->rows[i].start == level &&
		    l->supers[i].state != SUPER_UP)
			return false;
	return true;
}

static bool
level_is_down(const struct levels *l, unsigned level)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->rows[i].stop == level &&
		    l->supers[i].state != SUPER_DOWN)
			return false;
	return true;
}

void
levels_boot(struct levels *l, struct super *supers,
    const struct levels_row *rows, size_t n, unsigned ready_level)
{
	l->supers = supers;
	l->rows = rows;
	l->n = n;
	l->ready_level = ready_level;
	l->phase = LEVELS_BOOT;
	l->level = 0;
	l->told = false;
	start_level(l, 0);
}

static void
step_boot(struct levels *l)
{
	while (level_is_ready(l, l->level)) {
		if (l->level == l->ready_level) {
			l->phase = LEVELS_RUN;
			return;
		}
		start_level(l, ++l->level);
	}
}

void
levels_rest(struct levels *l)
{
	if (l->phase != LEVELS_RUN)
		return;
	for (unsigned n = l->level; n < last_level(l, false);)
		start_level(l, ++n);
}

/* A service that waits for its restart is not restarted, at any level. */
static void
stop_waiting(struct levels *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->supers[i].state == SUPER_WAITING)
			super_event(&l->supers[i], SUPER_STOP);
}

static void
step_stop(struct levels *l)
{
	stop_waiting(l);
	for (;;) {
		if (!l->told && l->may_stop != NULL && !l->may_stop(l->level))
			return;
		if (!l->told)
			stop_level(l, l->level);
		l->told = true;
		if (!level_is_down(l, l->level))
			return;
		if (l->level == last_level(l, true))
			break;
		l->level++;
		l->told = false;
	}
	l->phase = LEVELS_END;
}

void
levels_stop(struct levels *l)
{
	if (l->phase == LEVELS_STOP || l->phase == LEVELS_END)
		return;
	l->phase = LEVELS_STOP;
	l->level = 0;
	l->told = false;
	step_stop(l);
}

enum levels_phase
levels_step(struct levels *l)
{
	if (l->phase == LEVELS_BOOT)
		step_boot(l);
	if (l->phase == LEVELS_STOP)
		step_stop(l);
	return l->phase;
}
