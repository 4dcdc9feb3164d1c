# Process 1.

ARCHIVES += init
init_SRCS := $(addprefix init/,console_pipe.c data.c disks.c drop.c fdstore.c \
	halt.c levels.c plan.c services.c spawn.c super.c svdir.c watch.c)
init_NEEDS := lib
init_LIBS := -lskarnet
IMAGE_PROGS += init/init

TESTS += $(addprefix init/,console_pipe_test data_test levels_test \
	plan_test super_test watch_test)
init/console_pipe_test_USES := init console
