/*
 * init's side of the pipes to the console; see packet.h.  After any packet
 * that is not expected the caller kills the console, which is then restarted.
 */
#ifndef CONSOLE_PIPE_H
#define CONSOLE_PIPE_H

#include <stdint.h>

#include "services.h"

enum console_pipe_event {
	CONSOLE_PIPE_NONE,
	CONSOLE_PIPE_BAD,
	CONSOLE_PIPE_POWEROFF,
	CONSOLE_PIPE_REBOOT,
	CONSOLE_PIPE_STATUS,
	CONSOLE_PIPE_KILL,		/* the service *which */
};

/* Reads the next packet; replies to CHAN_HELLO on `out'.  Never blocks. */
enum console_pipe_event	console_pipe_read(int in, int out,
			    enum service_id *which);

/* Sends a service's status; it is lost if the pipe is full. */
void	console_pipe_send_service(int out, const struct super *);

#endif
