#include "capability.h"

#include <atf-c.h>

#include <string.h>

#define ALL	((UINT32_C(1) << CAPABILITY_COUNT) - 1)

ATF_TC_WITHOUT_HEAD(capabilities_read_as_a_list);
ATF_TC_BODY(capabilities_read_as_a_list, tc)
{
	char text[CAPABILITY_TEXT_MAX];

	ATF_CHECK_STREQ(capability_format(0, text), "");
	ATF_CHECK_STREQ(capability_format(1u << CAPABILITY_SHARED_MEMORY, text),
	    "shared-memory");
	ATF_CHECK_STREQ(capability_format(1u << CAPABILITY_EXEC_MEMORY |
	    1u << CAPABILITY_SHARED_MEMORY, text),
	    "exec-memory,shared-memory");
	ATF_CHECK(strlen(capability_format(ALL, text)) < sizeof(text));
	for (int c = 0; c < CAPABILITY_COUNT; c++)
		ATF_CHECK_EQ(capability_find(capability_word(
		    (enum capability)c)), (enum capability)c);
	ATF_CHECK_EQ(capability_find("exec"), CAPABILITY_COUNT);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, capabilities_read_as_a_list);
	return atf_no_error();
}
