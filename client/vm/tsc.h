/*
 * The host's time stamp counter.  Under TCG the guest reads the same one, and
 * on microvm it has no other clock to calibrate it: one boot in four hangs
 * without the rate on the kernel's command line (tsc_early_khz).
 */
#ifndef TSC_H
#define TSC_H

#include <stdint.h>

/* Ticks per millisecond, measured over 20 ms; 0 where there is no TSC. */
uint64_t	tsc_khz(void);

#endif
