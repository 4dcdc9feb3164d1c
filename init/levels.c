#include "levels.h"

#include <stdbool.h>

static void
start_level(struct order *o, unsigned level)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->rows[i].start == level)
			super_event(&o->supers[i], SUPER_START);
}

static void
stop_level(struct order *o, unsigned level)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->rows[i].stop == level)
			super_event(&o->supers[i], SUPER_STOP);
}

static unsigned
last_level(const struct order *o, bool stop)
{
	unsigned last = 0;

	for (size_t i = 0; i < o->n; i++) {
		unsigned level = stop ? o->rows[i].stop : o->rows[i].start;

		if (level > last)
			last = level;
	}
	return last;
}

static bool
level_is_ready(const struct order *o, unsigned level)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->rows[i].start == level &&
		    o->supers[i].state != SUPER_UP)
			return false;
	return true;
}

static bool
level_is_down(const struct order *o, unsigned level)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->rows[i].stop == level &&
		    o->supers[i].state != SUPER_DOWN)
			return false;
	return true;
}

void
order_boot(struct order *o, struct super *supers, const struct order_row *rows,
    size_t n, unsigned ready_level)
{
	o->supers = supers;
	o->rows = rows;
	o->n = n;
	o->ready_level = ready_level;
	o->phase = ORDER_BOOT;
	o->level = 0;
	start_level(o, 0);
}

static void
step_boot(struct order *o)
{
	while (level_is_ready(o, o->level)) {
		if (o->level == o->ready_level) {
			o->phase = ORDER_RUN;
			return;
		}
		start_level(o, ++o->level);
	}
}

void
order_rest(struct order *o)
{
	if (o->phase != ORDER_RUN)
		return;
	for (unsigned l = o->level; l < last_level(o, false);)
		start_level(o, ++l);
}

/* What waits to be started again need not be, whatever its level. */
static void
stop_waiting(struct order *o)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->supers[i].state == SUPER_WAITING)
			super_event(&o->supers[i], SUPER_STOP);
}

static void
step_stop(struct order *o)
{
	stop_waiting(o);
	while (level_is_down(o, o->level)) {
		if (o->level == last_level(o, true)) {
			o->phase = ORDER_END;
			return;
		}
		stop_level(o, ++o->level);
	}
}

void
order_stop(struct order *o)
{
	if (o->phase == ORDER_STOP || o->phase == ORDER_END)
		return;
	o->phase = ORDER_STOP;
	o->level = 0;
	stop_level(o, 0);
}

enum order_phase
order_step(struct order *o)
{
	if (o->phase == ORDER_BOOT)
		step_boot(o);
	if (o->phase == ORDER_STOP)
		step_stop(o);
	return o->phase;
}
