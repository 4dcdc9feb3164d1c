#include "withheld.h"

#include <atf-c.h>

#include <string.h>

#include "lib/msg/event.h"

ATF_TC_WITHOUT_HEAD(each_name_is_found_again);
ATF_TC_BODY(each_name_is_found_again, tc)
{
	uint32_t mask = 0;

	for (int w = 0; w < WITHHELD_COUNT; w++) {
		const char *name = withheld_name((enum withheld)w);

		ATF_CHECK_EQ(withheld_find(name), w);
		ATF_CHECK(strlen(name) <= WITHHELD_NAME_MAX);
		ATF_CHECK_EQ(mask & withheld_bit((enum withheld)w), 0);
		mask |= withheld_bit((enum withheld)w);
	}
	ATF_CHECK_EQ(withheld_find(""), WITHHELD_COUNT);
	ATF_CHECK_EQ(withheld_find("submit"), WITHHELD_COUNT);
}

ATF_TC_WITHOUT_HEAD(each_withheld_field_of_an_event_has_a_row);
ATF_TC_BODY(each_withheld_field_of_an_event_has_a_row, tc)
{
	unsigned found = 0;

	for (unsigned nr = 0; nr < 256; nr++) {
		const struct event_info *info = event_info(nr);

		if (info == NULL)
			continue;
		for (const struct event_field *f = info->fields;
		    f->name != NULL; f++) {
			if (!f->withheld)
				continue;
			found++;
			ATF_CHECK_MSG(withheld_find(f->name) !=
			    WITHHELD_COUNT, "%s", f->name);
		}
	}
	ATF_CHECK(found > 10);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, each_name_is_found_again);
	ATF_TP_ADD_TC(tp, each_withheld_field_of_an_event_has_a_row);
	return atf_no_error();
}
