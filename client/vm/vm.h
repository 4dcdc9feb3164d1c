/*
 * QEMU's command line for an appliance.  Pure: builds strings only.
 */
#ifndef VM_H
#define VM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VM_RUNTIMES_MAX	16	/* as OPT_LIST_MAX */
#define VM_ARGS_MAX	128	/* 48 fixed, 4 for each disk */
#define VM_RUNTIME_NAME_MAX 17	/* a virtio serial has 20 bytes: "rt-" */

#define VM_MEMORY	512	/* MiB, without --memory */
#define VM_MEMORY_MIN	48	/* the image boots in it */
#define VM_CPUS_MAX	32	/* image/kernel.config: CONFIG_NR_CPUS */

enum vm_machine {
	VM_MICROVM,
	VM_Q35,
	VM_PC,
};

struct vm_runtime {
	char		 name[VM_RUNTIME_NAME_MAX + 1];
	const char	*file;
};

struct vm {
	enum vm_machine	 machine;
	bool		 kvm;
	uint64_t	 memory_mib, cpus;
	uint64_t	 tsc_khz;	/* 0: not passed to the kernel */
	const char	*image;
	char		 image_sha256[65];	/* in hex; "": not passed on */
	const char	*name;
	const char	*initrd;	/* or NULL */
	const char	*disk;		/* or NULL */
	struct vm_runtime runtimes[VM_RUNTIMES_MAX];
	size_t		 nruntimes;
	int		 vsock_fd;	/* its number in QEMU */
	uint32_t	 cid;		/* else vsock_fd is /dev/vhost-vsock */
};

struct vm_args {
	const char	*argv[VM_ARGS_MAX + 1];	/* NULL-terminated */
	size_t		 n;
};

#define VM_QEMU	"qemu-system-x86_64"

/* After this command a monitor says what happens to the VM. */
#define VM_EVENTS_ON	"{\"execute\":\"qmp_capabilities\"}\n"

/*
 * For `casemate up': sockets and logs are in QEMU's working folder.  A monitor
 * is on standard input and output, for VM_EVENTS_ON and the events.
 */
void	vm_args(struct vm_args *, const struct vm *);
/*
 * The same machine with the image alone, which prints "casemate: probe ok" on
 * standard output and powers off.
 */
void	vm_probe_args(struct vm_args *, const struct vm *);
void	vm_free_args(struct vm_args *);

/* A word of --machine; -1 when it is unknown. */
int		vm_parse_machine(const char *, enum vm_machine *);
const char	*vm_machine_name(enum vm_machine);

#endif
