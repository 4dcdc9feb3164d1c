# The vsock device for hosts without /dev/vhost-vsock.

CLIENT_PROGS += casemate-vsock
vsock_device_SRCS := $(addprefix client/vsock/,device.c vhost.c \
	request.c ring.c mem.c packet.c pump.c host.c conn.c credit.c buf.c \
	pkt.c) lib/log.c
casemate-vsock_SRCS := client/vsock/vsock.c $(vsock_device_SRCS) lib/sandbox.c \
	lib/stdfds.c
casemate-vsock_GEN := gen/vsock.seccomp.h gen/vsock-dial.seccomp.h

# A fake front end that plays QEMU, the guest and the clients.
vsock_fake_SRCS := $(addprefix client/vsock/,fakefe.c fakeguest.c \
	fakeclient.c) $(vsock_device_SRCS)
TESTS += client/vsock/vsock_stream_test
vsock_stream_test_SRCS := client/vsock/vsock_stream_test.c $(vsock_fake_SRCS)
TESTS += client/vsock/vsock_close_test
vsock_close_test_SRCS := client/vsock/vsock_close_test.c $(vsock_fake_SRCS)
TESTS += client/vsock/vsock_rings_test
vsock_rings_test_SRCS := client/vsock/vsock_rings_test.c $(vsock_fake_SRCS)
TESTS += client/vsock/vsock_front_test
vsock_front_test_SRCS := client/vsock/vsock_front_test.c $(vsock_fake_SRCS)
TESTS += client/vsock/vsock_client_test
vsock_client_test_SRCS := client/vsock/vsock_client_test.c $(vsock_fake_SRCS)
TESTS += client/vsock/vsock_fuzz_test
vsock_fuzz_test_SRCS := client/vsock/vsock_fuzz_test.c $(vsock_fake_SRCS)
TESTS += client/vsock/vsock_queue_test
vsock_queue_test_SRCS := $(addprefix client/vsock/,vsock_queue_test.c \
	ring.c mem.c)
TESTS += client/vsock/vsock_credit_test
vsock_credit_test_SRCS := $(addprefix client/vsock/,vsock_credit_test.c \
	credit.c buf.c)

# The program itself, and a guest that uses it.
SHTESTS += client/vsock/vsock_program_test client/vsock/vsock_guest_test
$(B)/tests/client/vsock/vsock_program_test: | $(B)/bin/casemate-vsock \
    $(addprefix $(B)/tests/client/vsock/vsock_,stream_test close_test \
    rings_test front_test client_test fuzz_test)
TOOLS += vsock-guest
vsock-guest_SRCS := client/vsock/testdata/guest.c
$(B)/tests/client/vsock/vsock_guest_test: | $(B)/bin/vsock-guest \
    $(B)/bin/casemate-vsock

FUZZERS += client/vsock/vsock_ring_fuzz
vsock_ring_fuzz_SRCS := $(addprefix client/vsock/,vsock_ring_fuzz.c ring.c \
	mem.c)
