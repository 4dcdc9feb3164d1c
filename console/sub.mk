# The operator's console.

ARCHIVES += console
console_SRCS := console/line.c
console_NEEDS := lib
IMAGE_PROGS += console/console
console/console_GEN := gen/console.seccomp.h

TESTS += console/console_test
console/console_test_USES := console init
$(B)/tests/console/console_test: | $(B)/bin/console
