#include "backoff.h"

#include <atf-c.h>

ATF_TC_WITHOUT_HEAD(pauses_double_up_to_the_most);
ATF_TC_BODY(pauses_double_up_to_the_most, tc)
{
	static const unsigned full[] = { 100, 200, 400, 800, 1000, 1000 };

	for (int round = 0; round < 200; round++) {
		struct backoff b = { 100, 1000 };

		for (int i = 0; i < 6; i++) {
			unsigned ms = backoff_next(&b);

			ATF_CHECK_MSG(ms >= full[i] / 2 && ms <= full[i],
			    "pause %d is %u ms", i, ms);
		}
	}
}

ATF_TC_WITHOUT_HEAD(two_clients_do_not_keep_step);
ATF_TC_BODY(two_clients_do_not_keep_step, tc)
{
	int same = 0;

	for (int round = 0; round < 100; round++) {
		struct backoff a = { 1000, 1000 }, b = { 1000, 1000 };

		same += backoff_next(&a) == backoff_next(&b);
	}
	ATF_CHECK_MSG(same < 10, "%d of 100 are the same", same);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, pauses_double_up_to_the_most);
	ATF_TP_ADD_TC(tp, two_clients_do_not_keep_step);
	return atf_no_error();
}
