# The vsock device for hosts without /dev/vhost-vsock.

CLIENT_PROGS += casemate-vsock
vsock_device_SRCS := $(addprefix client/vsock/,device.c vhost.c ring.c mem.c \
	packet.c pump.c host.c conn.c credit.c buf.c pkt.c) lib/log.c
casemate-vsock_SRCS := client/vsock/vsock.c $(vsock_device_SRCS) lib/sandbox.c
casemate-vsock_GEN := gen/vsock.seccomp.h gen/vsock-dial.seccomp.h

# A fake front end that plays QEMU, the guest and the clients.
vsock_fake_SRCS := $(addprefix client/vsock/,fakefe.c fakeguest.c \
	fakeclient.c) $(vsock_device_SRCS)
TESTS += client/vsock/stream_test
stream_test_SRCS := client/vsock/stream_test.c $(vsock_fake_SRCS)
