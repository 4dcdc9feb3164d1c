# The vsock device for hosts without /dev/vhost-vsock.

ARCHIVES += client/vsock
client/vsock_SRCS := $(addprefix client/vsock/,buf.c conn.c credit.c device.c \
	host.c mem.c packet.c pkt.c pump.c request.c ring.c vhost.c)
client/vsock_NEEDS := lib
CLIENT_PROGS += client/vsock/casemate-vsock
client/vsock/casemate-vsock_GEN := gen/vsock.seccomp.h gen/vsock-dial.seccomp.h

# A fake front end that plays QEMU, the guest and the clients.
ARCHIVES += client/vsock/test
client/vsock/test_SRCS := $(addprefix client/vsock/test/,fake_client.c \
	fake_front.c fake_guest.c)
client/vsock/test_NEEDS := client/vsock
TESTS += $(addprefix client/vsock/,client_test close_test credit_test \
	front_test fuzz_test queue_test rings_test stream_test)
FUZZERS += client/vsock/ring_fuzz

# The program itself, and a guest that uses it.
SHTESTS += client/vsock/program_test client/vsock/guest_test
$(B)/tests/client/vsock/program_test: | $(B)/bin/casemate-vsock \
    $(addprefix $(B)/tests/client/vsock/,stream_test close_test rings_test \
    front_test client_test fuzz_test)
TOOLS += client/vsock/test/vsock-guest
client/vsock/test/vsock-guest_USES := lib
$(B)/tests/client/vsock/guest_test: | $(B)/bin/vsock-guest \
    $(B)/bin/casemate-vsock
