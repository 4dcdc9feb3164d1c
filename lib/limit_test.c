#include "limit.h"

#include <atf-c.h>

#include <string.h>

ATF_TC_WITHOUT_HEAD(defaults_are_the_tables_in_its_units);
ATF_TC_BODY(defaults_are_the_tables_in_its_units, tc)
{
	struct limits l;

	limits_init(&l);
	ATF_CHECK_EQ(l.cpu_millis, 1000);
	ATF_CHECK_EQ(l.memory_bytes, 256u << 20);
	ATF_CHECK_EQ(l.processes, 64);
	ATF_CHECK_EQ(l.wall_ms, 60 * 1000);
	ATF_CHECK_EQ(l.output_bytes, 1u << 20);
	ATF_CHECK_EQ(l.tmp_bytes, 64u << 20);
	ATF_CHECK_EQ(l.open_files, 1024);
	for (int i = 0; i < LIMIT_COUNT; i++)
		ATF_CHECK_EQ(limit_value(&l, (enum limit)i),
		    limit_info((enum limit)i)->usual);
}

ATF_TC_WITHOUT_HEAD(each_limit_is_set_alone_and_kept_on_the_wire);
ATF_TC_BODY(each_limit_is_set_alone_and_kept_on_the_wire, tc)
{
	struct limits a = { 0 }, b;
	unsigned char wire[256];
	struct put p;
	struct get g;

	for (int i = 0; i < LIMIT_COUNT; i++)
		limit_set(&a, (enum limit)i, 1000 + (uint64_t)i);
	put_init(&p, wire, sizeof(wire));
	limits_put(&p, &a);
	get_init(&g, wire, p.len);
	limits_get(&g, &b);
	ATF_REQUIRE_EQ(get_end(&g), 0);
	for (int i = 0; i < LIMIT_COUNT; i++)
		ATF_CHECK_EQ(limit_value(&b, (enum limit)i),
		    1000 + (uint64_t)i);
}

ATF_TC_WITHOUT_HEAD(each_limit_has_a_variable);
ATF_TC_BODY(each_limit_has_a_variable, tc)
{
	char name[LIMIT_VARIABLE_MAX];

	ATF_CHECK_STREQ(limit_variable(LIMIT_CPU, name),
	    "CASEMATE_CPU_MILLIS");
	ATF_CHECK_STREQ(limit_variable(LIMIT_FILES, name),
	    "CASEMATE_OPEN_FILES");
}

ATF_TC_WITHOUT_HEAD(a_set_is_written_as_names);
ATF_TC_BODY(a_set_is_written_as_names, tc)
{
	char text[LIMITS_TEXT_MAX];

	ATF_CHECK_STREQ(limits_format(0, text), "");
	ATF_CHECK_STREQ(limits_format(1u << LIMIT_TMP | 1u << LIMIT_CPU, text),
	    "cpu_millis,tmp_mib");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, defaults_are_the_tables_in_its_units);
	ATF_TP_ADD_TC(tp, each_limit_is_set_alone_and_kept_on_the_wire);
	ATF_TP_ADD_TC(tp, each_limit_has_a_variable);
	ATF_TP_ADD_TC(tp, a_set_is_written_as_names);
	return atf_no_error();
}
