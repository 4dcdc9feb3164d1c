/*
 * gate with a client on a UNIX socket in vsock's place and this process as the
 * runner, over pipes in packet mode.  Time is the test's.
 */
#ifndef GATE_FIXTURE_H
#define GATE_FIXTURE_H

#include <sys/un.h>

#include <atf-c.h>

#include "gate/gate.h"
#include "lib/msg/chan.h"
#include "lib/wire.h"
#include "lib/codes.h"

#define KEY	"casemate/t+01020304+AAAA"

extern struct gate		gate;
extern struct chan		runner;
extern struct sockaddr_un	addr;
extern uint64_t			now;
extern unsigned char		buf[SUBMIT_MAX + 4096];
extern unsigned char		payload[sizeof(union client_payload)];

uint64_t	test_clock(void);
void		turns(int n);

/* The runner's next message, while gate runs; 0 when none comes. */
enum msg	runner_hears(struct get *in);
/* The runner's next message is this one: RUNNER_HEARS(job_cancel, &m). */
#define RUNNER_HEARS(name, m) do {					\
	struct get in_;							\
									\
	ATF_REQUIRE_EQ(MSG_NUMBER_##name, runner_hears(&in_));		\
	ATF_REQUIRE_EQ(0, msg_get_##name(&in_, (m)));			\
} while (0)
/* The runner sends RUNNER_SAYS(job_send, .conn = 1, ...), and gate runs. */
#define RUNNER_SAYS(name, ...) do {					\
	MSG_SEND(&runner, name, __VA_ARGS__);				\
	turns(3);							\
} while (0)

void		say_info(void);
void		say_send(uint32_t id, uint64_t bundle_len);
void		say_accepted(uint32_t id);
void		say_output(uint32_t id, uint8_t stream, const void *data,
		    size_t len);
void		say_finished(uint32_t id);

void		make_pipe(int p[2]);
/* A runner that takes the place of the one before. */
void		start_runner(void);
/* gate and a runner that has not said who we are; start(): it has. */
void		start_silent(void);
void		start(void);

int		client(void);
void		client_sends(int fd, const void *data, size_t len);
void		client_frame(int fd, uint8_t type, const void *data,
		    size_t len);
int		client_reads(int fd, void *data, size_t len);
/* The type of the client's next frame; 0 when the connection ends. */
uint8_t		client_hears(int fd, struct get *in);
/* The client's next frame is this one: CLIENT_HEARS(fd, hello, &m). */
#define CLIENT_HEARS(fd, name, m) do {					\
	struct get in_;							\
									\
	ATF_REQUIRE_EQ(CLIENT_NUMBER_##name, client_hears(fd, &in_));	\
	ATF_REQUIRE_EQ(0, client_get_##name(&in_, (m)));		\
} while (0)
/* The client sends CLIENT_SAYS(fd, data, .data = { p, len }). */
#define CLIENT_SAYS(fd, name, ...) do {					\
	const struct client_##name m_ = { __VA_ARGS__ };		\
	struct put p_;							\
									\
	put_init(&p_, payload, sizeof(payload));			\
	client_put_##name(&p_, &m_);					\
	ATF_REQUIRE_EQ(0, p_.err);					\
	client_frame(fd, CLIENT_NUMBER_##name, payload, p_.len);	\
} while (0)

/* A REFUSED whose message has the words, and then the end. */
void		expect_refused(int fd, enum reason reason, const char *words);
/* A client that has read its HELLO. */
int		greeted(void);
void		submit(int fd);
/* Submits; returns the connection's number at the runner. */
uint32_t	submitted(int fd);
void		data_frame(int fd, size_t len);
/* A client whose job runs. */
int		running(uint32_t *idp);
bool		all_free(void);

#endif
