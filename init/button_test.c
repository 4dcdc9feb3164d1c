#include "button.h"

#include <atf-c.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void
save(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ATF_REQUIRE(fd != -1);
	ATF_REQUIRE_EQ((ssize_t)strlen(text), write(fd, text, strlen(text)));
	close(fd);
}

ATF_TC_WITHOUT_HEAD(a_count_is_a_press);
ATF_TC_BODY(a_count_is_a_press, tc)
{
	static const struct {
		const char	*presses;
		bool		 pressed;
	} samples[] = {
		{ "0\n", false },
		{ "1\n", true },
		{ "12\n", true },
		{ "4294967295\n", true },
		{ "", false },
		{ "N\n", false },
	};

	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		save("presses", samples[i].presses);
		ATF_CHECK_EQ_MSG(samples[i].pressed,
		    button_was_pressed("presses"), "%zu", i);
	}
}

ATF_TC_WITHOUT_HEAD(a_machine_without_acpi);
ATF_TC_BODY(a_machine_without_acpi, tc)
{
	ATF_CHECK(!button_was_pressed("presses"));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_count_is_a_press);
	ATF_TP_ADD_TC(tp, a_machine_without_acpi);
	return atf_no_error();
}
