#include <sys/timex.h>

#include <atf-c.h>
#include <stdlib.h>
#include <string.h>

#include "client/need.h"
#include "diagnosis.h"
#include "lib/clock.h"

/* In place of the kernel's. */
static int clock_state;
static uint64_t clock_time;

int	 __wrap_adjtimex(struct timex *);
uint64_t __wrap_clock_unix_s(void);

int
__wrap_adjtimex(struct timex *tx)
{
	ATF_CHECK_EQ(0, tx->modes);
	return clock_state;
}

uint64_t
__wrap_clock_unix_s(void)
{
	return clock_time;
}

static void
check_clock(enum diagnosis_result result, const char *detail,
    const char *advice)
{
	struct diagnosis *d = need_alloc(1, sizeof(*d));
	struct host_facts p = { 0 };

	room_clock(d, &p);
	ATF_CHECK_EQ(result, d->result);
	ATF_CHECK_MSG(strstr(d->detail, detail) != NULL, "%s", d->detail);
	ATF_CHECK_MSG(strstr(d->advice, advice) != NULL, "%s", d->advice);
	free(d);
}

ATF_TC_WITHOUT_HEAD(clock_is_set_and_synchronized);
ATF_TC_BODY(clock_is_set_and_synchronized, tc)
{
	clock_state = TIME_OK;
	clock_time = 1798761600;
	check_clock(DIAGNOSIS_OK, "it shows 2027-01-01T00:00:00Z", "");
	clock_state = TIME_ERROR;
	check_clock(DIAGNOSIS_WARN, "2027-01-01T00:00:00Z and is not "
	    "synchronized", "chrony");
	clock_time = 0;
	check_clock(DIAGNOSIS_WARN, "1970-01-01T00:00:00Z, which is in the "
	    "past", "set it before");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, clock_is_set_and_synchronized);
	return atf_no_error();
}
