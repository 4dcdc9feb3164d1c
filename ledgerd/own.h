/*
 * The events that ledgerd writes by itself: the start, steps of the clock, the
 * heartbeat, and damage that it finds.
 */
#ifndef OWN_H
#define OWN_H

#include <stdint.h>

#include "lib/msg/event.h"
#include "lib/msg/msg.h"
#include "ledgerd.h"

/*
 * Before the first leaf of this process: looks at the last leaf's time, records
 * the start if this boot has none, and a step of the clock since that leaf.
 * Exits when the start cannot be recorded.
 */
void	own_start(struct ledgerd *);

/*
 * Before each commit and after each wake-up: records a step of the clock,
 * damage that was found, and the heartbeat when it is time.
 */
void	own_turn(struct ledgerd *);

/* The milliseconds until own_turn() has something to do, for poll(2). */
int	own_wait_ms(const struct ledgerd *);

/* Leaf `index' cannot be read: own_turn() records the first one. */
void	own_note_damage(struct ledgerd *, uint64_t index, const char *why);

#endif
