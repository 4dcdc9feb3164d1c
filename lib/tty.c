#include "tty.h"

#include <string.h>
#include <termios.h>
#include <unistd.h>

static void
make_plain(struct termios *t)
{
	t->c_iflag = IGNBRK;
	t->c_oflag = OPOST | ONLCR;
	t->c_lflag = 0;
	/* No modem lines: none is needed, and none can block the output. */
	t->c_cflag |= CREAD | CLOCAL;
	t->c_cflag &= ~(tcflag_t)(CRTSCTS | HUPCL);
	for (size_t i = 0; i < NCCS; i++)
		t->c_cc[i] = _POSIX_VDISABLE;
	t->c_cc[VMIN] = 1;
	t->c_cc[VTIME] = 0;
}

int
tty_set_plain(int fd)
{
	struct termios now, want;

	if (tcgetattr(fd, &now) == -1)
		return -1;
	want = now;
	make_plain(&want);
	if (memcmp(&now, &want, sizeof(now)) == 0)
		return 0;
	return tcsetattr(fd, TCSANOW, &want);
}
