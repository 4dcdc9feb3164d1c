# Process 1 and the operator's console.  The gate's program is here too: its
# sources are the runner's neighbours.
IMAGE_PROGS += init
init_SRCS := init/init.c init/disks.c init/hold.c init/link.c init/order.c init/plan.c \
	init/power.c init/powers.c init/services.c init/spawn.c init/super.c \
	init/svdir.c init/watch.c lib/log.c lib/wire.c
init_LIBS := -lskarnet
