#include "vm.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/buf.h"
#include "client/say.h"

static const char *const machines[] = {
	[VM_MICROVM] = "microvm",
	[VM_Q35] = "q35",
	[VM_PC] = "pc",
};

int
vm_parse_machine(const char *word, enum vm_machine *out)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		if (strcmp(word, machines[i]) == 0) {
			*out = (enum vm_machine)i;
			return 0;
		}
	}
	return -1;
}

const char *
vm_machine_name(enum vm_machine m)
{
	return machines[m];
}

static void add(struct vm_args *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
add(struct vm_args *a, const char *fmt, ...)
{
	struct buf b = { 0 };
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (a->n == VM_ARGS_MAX || n < 0)
		say_die(101, "too many arguments for QEMU");
	va_start(ap, fmt);
	vsnprintf((char *)buf_room(&b, (size_t)n + 1), (size_t)n + 1, fmt, ap);
	va_end(ap);
	a->argv[a->n++] = (const char *)b.data;
	a->argv[a->n] = NULL;
}

static void
add_words(struct vm_args *a, const char *const *words)
{
	for (; *words != NULL; words++)
		add(a, "%s", *words);
}

/* A file name inside an option: QEMU reads `,,' as one comma. */
static char *
escape_commas(const char *path)
{
	struct buf b = { 0 };

	for (; *path != '\0'; path++) {
		buf_add(&b, path, 1);
		if (*path == ',')
			buf_add(&b, path, 1);
	}
	buf_str(&b);
	return (char *)b.data;
}

/*
 * TCG executes `rep stosb' byte by byte, with which a kernel clears pages on a
 * processor that has ERMS.  Without ERMS it takes eight bytes at a time.
 */
#define CPU_EMULATED	"max,erms=off"

/* virtio devices are on PCI, or on microvm's own bus. */
static const char *
bus(const struct vm *vm)
{
	return vm->machine == VM_MICROVM ? "device" : "pci";
}

static void
add_machine(struct vm_args *a, const struct vm *vm, uint64_t memory_mib)
{
	static const char *const common[] = { "-nodefaults", "-no-user-config",
	    "-display", "none", "-no-reboot", NULL };

	add(a, VM_QEMU);
	add_words(a, common);
	add(a, "-M");
	add(a, "%s", machines[vm->machine]);
	add(a, "-accel");
	add(a, vm->kvm ? "kvm" : "tcg");
	add(a, "-cpu");
	add(a, vm->kvm ? "host" : CPU_EMULATED);
	add(a, "-m");
	add(a, "%lluM", (unsigned long long)memory_mib);
	if (vm->machine == VM_MICROVM) {
		add(a, "-global");
		add(a, "virtio-mmio.force-legacy=false");
	}
	add(a, "-kernel");
	add(a, "%s", vm->image);
}

/* What the kernel's own command line (image/kernel.config) does not have. */
static void
add_append(struct vm_args *a, const struct vm *vm, const char *word,
    const char *value)
{
	char tsc[40] = "";

	if (vm->machine == VM_MICROVM && vm->tsc_khz != 0)
		snprintf(tsc, sizeof(tsc), " tsc_early_khz=%llu",
		    (unsigned long long)vm->tsc_khz);
	add(a, "-append");
	add(a, "%s%s%s%s", vm->machine == VM_MICROVM ? "pci=off" : "", tsc,
	    value[0] == '\0' ? "" : word, value);
}

static void
add_disk(struct vm_args *a, const struct vm *vm, const char *node,
    const char *serial, const char *file, bool readonly)
{
	char *path = escape_commas(file);

	add(a, "-blockdev");
	add(a, "driver=raw,node-name=%s,read-only=%s,file.driver=file,"
	    "file.filename=%s", node, readonly ? "on" : "off", path);
	add(a, "-device");
	add(a, "virtio-blk-%s,drive=%s,serial=%s", bus(vm), node, serial);
	free(path);
}

static void
add_disks(struct vm_args *a, const struct vm *vm)
{
	if (vm->disk != NULL)
		add_disk(a, vm, "data", "casemate-data", vm->disk, false);
	for (size_t i = 0; i < vm->nruntimes; i++) {
		char node[24], serial[24];

		snprintf(node, sizeof(node), "rt%zu", i);
		snprintf(serial, sizeof(serial), "rt-%s",
		    vm->runtimes[i].name);
		add_disk(a, vm, node, serial, vm->runtimes[i].file, true);
	}
}

/* vhost-user needs the guest's memory shared, and of exactly -m's size. */
static void
add_vsock(struct vm_args *a, const struct vm *vm)
{
	add(a, "-object");
	add(a, "memory-backend-memfd,id=mem,size=%lluM,share=on",
	    (unsigned long long)vm->memory_mib);
	add(a, "-machine");
	add(a, "memory-backend=mem");
	if (vm->cid != 0) {
		add(a, "-device");
		add(a, "vhost-vsock-%s,guest-cid=%u,vhostfd=%d", bus(vm),
		    vm->cid, vm->vsock_fd);
		return;
	}
	add(a, "-chardev");
	add(a, "socket,id=vsock,fd=%d", vm->vsock_fd);
	add(a, "-device");
	add(a, "vhost-user-vsock-%s,chardev=vsock", bus(vm));
}

void
vm_args(struct vm_args *a, const struct vm *vm)
{
	static const char *const fixed[] = {
		"-sandbox", "on,obsolete=deny,elevateprivileges=deny,"
		    "spawn=deny,resourcecontrol=deny",
		"-chardev", "socket,id=console,path=console.sock,server=on,"
		    "wait=off,logfile=console.log,logappend=off",
		"-serial", "chardev:console",
		"-chardev", "socket,id=qmp,path=qmp.sock,server=on,wait=off",
		"-mon", "chardev=qmp,mode=control",
		"-chardev", "stdio,id=events,signal=off",
		"-mon", "chardev=events,mode=control",
		"-object", "rng-builtin,id=rng",
		NULL
	};

	a->n = 0;
	add_machine(a, vm, vm->memory_mib);
	add(a, "-name");
	add(a, "casemate-%s", vm->name);
	add(a, "-smp");
	add(a, "%llu", (unsigned long long)vm->cpus);
	add_words(a, fixed);
	add(a, "-device");
	add(a, "virtio-rng-%s,rng=rng", bus(vm));
	if (vm->initrd != NULL) {
		add(a, "-initrd");
		add(a, "%s", vm->initrd);
	}
	add_vsock(a, vm);
	add_disks(a, vm);
	add_append(a, vm, " casemate.image=", vm->image_sha256);
}

void
vm_probe_args(struct vm_args *a, const struct vm *vm)
{
	a->n = 0;
	add_machine(a, vm, 128);
	add(a, "-serial");
	add(a, "stdio");
	add_append(a, vm, " casemate.", "probe");
}

void
vm_free_args(struct vm_args *a)
{
	union {
		const char *in;
		char *out;
	} arg;

	for (size_t i = 0; i < a->n; i++) {
		arg.in = a->argv[i];
		free(arg.out);
	}
	a->n = 0;
}
