#include "console_pipe.h"

#include "lib/msg/codec.h"
#include "packet.h"

static enum console_pipe_event
command(uint8_t letter, enum service_id *which)
{
	if (letter >= '0' && letter < '0' + SERVICE_N) {
		*which = (enum service_id)(letter - '0');
		return CONSOLE_PIPE_KILL;
	}
	switch (letter) {
	case 'p':
		return CONSOLE_PIPE_POWEROFF;
	case 'r':
		return CONSOLE_PIPE_REBOOT;
	case 's':
		return CONSOLE_PIPE_STATUS;
	}
	return CONSOLE_PIPE_BAD;
}

enum console_pipe_event
console_pipe_read(int in, int out, enum service_id *which)
{
	struct msg_init_command m;
	struct msg_chan_hello hello;
	enum msg type;
	struct get g;

	switch (packet_read(in, &type, &g)) {
	case PACKET_NONE:
		return CONSOLE_PIPE_NONE;
	case PACKET_BAD:
		break;
	case PACKET_HELLO:
		if (msg_get_chan_hello(&g, &hello) == -1)
			break;
		(void)PACKET_SEND(out, chan_welcome, hello.epoch);
		return CONSOLE_PIPE_NONE;
	case PACKET_MSG:
		if (type == MSG_INIT_COMMAND &&
		    msg_get_init_command(&g, &m) == 0)
			return command(m.command, which);
		break;
	}
	return CONSOLE_PIPE_BAD;
}

void
console_pipe_send_service(int out, const struct super *s)
{
	(void)PACKET_SEND(out, init_service, .name = s->name,
	    .state = (uint8_t)s->state, .pid = (uint32_t)s->pid,
	    .restarts = s->restarts, .up_ms = super_age_ms(s));
}
