# Process 1.

ARCHIVES += init
init_SRCS := $(addprefix init/,boot_plan.c button.c console_pipe.c data.c disks.c drop.c \
	facts.c fdstore.c halt.c ledger_pipe.c levels.c packet.c plan.c \
	record.c services.c slowdisk.c spawn.c super.c svdir.c watch.c)
init_NEEDS := lib
init_LIBS := -lskarnet
IMAGE_PROGS += init/init

TESTS += $(addprefix init/,button_test console_pipe_test data_test disks_test \
	drop_test facts_test fdstore_test halt_test ledger_pipe_test \
	levels_test plan_test record_test slowdisk_test spawn_test super_test \
	watch_test)
init/console_pipe_test_USES := init console
$(foreach t,data disks drop fdstore halt spawn,$(eval \
	init/$(t)_test_USES := init lib/test))
init/data_test_LDFLAGS := -Wl,--wrap=fstat
init/disks_test_LDFLAGS := -Wl,--wrap=mount
init/fdstore_test_LDFLAGS := -Wl,--wrap=socket,--wrap=bind,--wrap=listen
init/slowdisk_test_LDFLAGS := -Wl,--wrap=sleep
init/spawn_test_LDFLAGS := -Wl,--wrap=setrlimit
$(B)/tests/init/spawn_test: | $(B)/bin/console
