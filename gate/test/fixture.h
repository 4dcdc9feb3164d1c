/*
 * The gate with a client on a UNIX socket in vsock's place and this process as
 * the runner, over pipes in packet mode.  Time is the test's.
 */
#ifndef GATE_TESTKIT_H
#define GATE_TESTKIT_H

#include <sys/un.h>

#include "lib/msg/chan.h"
#include "gate/gate.h"
#include "lib/wire.h"
#include "lib/words.h"

#define KEY	"casemate/t+01020304+AAAA"

extern struct gate		gate;
extern struct chan		runner;
extern struct sockaddr_un	addr;
extern uint64_t			now;
extern unsigned char		buf[SUBMIT_MAX + 4096];

uint64_t	test_clock(void);
void	turns(int n);
enum msg	runner_hears(struct get *in);
void	runner_says(enum msg type, const struct put *p);
struct put	*begin(void);
void	say_info(void);
void	make_pipe(int p[2]);
void	start_runner(void);
void	start_silent(void);
void	start(void);
int	client(void);
void	client_sends(int fd, const void *data, size_t len);
void	client_frame(int fd, uint8_t type, const void *payload, size_t len);
int	client_reads(int fd, void *data, size_t len);
uint8_t	client_hears(int fd, struct get *in);
void	expect_refused(int fd, enum reason reason, const char *words);
int	greeted(void);
void	submit(int fd);
uint32_t	submitted(int fd);
void	say_send(uint32_t id, uint64_t bundle_len);
void	say_accepted(uint32_t id);
void	say_output(uint32_t id, uint8_t stream, const void *data, size_t len);
void	say_finished(uint32_t id);
void	data_frame(int fd, size_t len);
int	running(uint32_t *idp);
bool	all_free(void);

#endif
