#include "button.h"

#include <atf-c.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define HEAD	"           CPU0       CPU1\n"

static void
save(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ATF_REQUIRE(fd != -1);
	ATF_REQUIRE_EQ((ssize_t)strlen(text), write(fd, text, strlen(text)));
	close(fd);
}

/* As Linux 6.12 shows them. */
ATF_TC_WITHOUT_HEAD(a_count_is_a_press);
ATF_TC_BODY(a_count_is_a_press, tc)
{
	static const struct {
		const char	*count, *irqs;
		bool		 pressed;
	} samples[] = {
		{ "       0  EN     enabled      unmasked\n", HEAD, false },
		{ "       1  EN     enabled      unmasked\n", HEAD, true },
		{ "      12  EN     enabled      unmasked\n", HEAD, true },
		{ "", "", false },
		{ "", HEAD "  9:  0  0  IO-APIC   9-fasteoi   acpi\n"
		    " 10:  0  0  IO-APIC  10-edge   ACPI:Ged\n", false },
		{ "", HEAD "  9:  3  0  IO-APIC   9-fasteoi   acpi\n"
		    " 10:  0  0  IO-APIC  10-edge   ACPI:Ged\n", false },
		{ "", HEAD " 10:  1  0  IO-APIC  10-edge   ACPI:Ged\n", true },
		{ "", HEAD " 10:  0  2  IO-APIC  10-edge   ACPI:Ged\n", true },
		{ "", " 10:  0  10-edge  ACPI:Ged\n", false },
		{ "", " 10: ACPI:Ged\nACPI:Ged 1\n", false },
	};

	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		save("count", samples[i].count);
		save("irqs", samples[i].irqs);
		ATF_CHECK_EQ_MSG(samples[i].pressed,
		    button_was_pressed("count", "irqs"), "%zu", i);
	}
}

ATF_TC_WITHOUT_HEAD(a_machine_without_acpi);
ATF_TC_BODY(a_machine_without_acpi, tc)
{
	ATF_CHECK(!button_was_pressed("count", "irqs"));
	save("count", "       1\n");
	ATF_CHECK(button_was_pressed("count", "irqs"));
	save("irqs", " 10:  1\n");
	ATF_CHECK(button_was_pressed("count", "irqs"));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_count_is_a_press);
	ATF_TP_ADD_TC(tp, a_machine_without_acpi);
	return atf_no_error();
}
