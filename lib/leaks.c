/*
 * Linked into every unit test: libatf-c does not free its own lists, and the
 * leak checker is to speak of our code only.
 */
const char	*__lsan_default_suppressions(void);
const char	*__lsan_default_options(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libatf-c\n";
}

const char *
__lsan_default_options(void)
{
	return "print_suppressions=0";
}
