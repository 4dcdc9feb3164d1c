# What two or more programs share, and the compiler of system call lists.

TOOLS += mkfilter
mkfilter_SRCS := lib/mkfilter.c
mkfilter_LIBS := -lseccomp
SHTESTS += lib/mkfilter_test
