/*
 * Linked into every unit test.  libatf-c does not free its own lists; a
 * conversation lives as long as its daemon, and tests start some anew.  By
 * function and not by library: libatf-c calls the tests, so that its name is
 * in every trace.
 */
const char	*__lsan_default_suppressions(void);
const char	*__lsan_default_options(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:atf_tp_get_tcs\nleak:atf_list_\nleak:atf_map_\n"
	    "leak:atf_dynstr_\nleak:atf_tc_init\nleak:atf_tp_init\n"
	    "leak:chan_init\nleak:queue_packet\n";
}

const char *
__lsan_default_options(void)
{
	return "print_suppressions=0";
}
