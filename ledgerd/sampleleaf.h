/* For benchmarks: an event of usual size. */
#ifndef SAMPLELEAF_H
#define SAMPLELEAF_H

#include "lib/wire.h"

/* What the runner sends of a job.finished.  The memory is static. */
struct bytes	sampleleaf_fields(void);

#endif
