/* What must be in place before any service starts. */
#ifndef BOOT_PLAN_H
#define BOOT_PLAN_H

#include <stddef.h>

#include "plan.h"

extern const struct plan_step	boot_plan[];
extern const size_t		boot_plan_len;

#endif
