#include <atf-c.h>
#include <stdbool.h>
#include <string.h>

#include "vm.h"

/* Whether the argument is there, right after `option' unless that is "". */
static bool
has(const struct vm_args *a, const char *option, const char *value)
{
	for (size_t i = 1; i < a->n; i++)
		if (strcmp(a->argv[i], value) == 0 &&
		    (*option == '\0' || strcmp(a->argv[i - 1], option) == 0))
			return true;
	return false;
}

static struct vm
make(enum vm_machine machine)
{
	struct vm vm = { .machine = machine, .memory_mib = 64, .cpus = 1,
	    .tsc_khz = 2000000, .image = "/k", .name = "demo",
	    .initrd = "site.cpio", .disk = "/a,b", .nruntimes = 1,
	    .vsock_fd = 3 };

	strcpy(vm.runtimes[0].name, "python");
	vm.runtimes[0].file = "/p";
	return vm;
}

ATF_TC_WITHOUT_HEAD(microvm_has_mmio_devices_and_the_tsc_rate);
ATF_TC_BODY(microvm_has_mmio_devices_and_the_tsc_rate, tc)
{
	struct vm vm = make(VM_MICROVM);
	struct vm_args a;

	vm_args(&a, &vm);
	ATF_CHECK(has(&a, "-M", "microvm"));
	ATF_CHECK(has(&a, "-append", "pci=off tsc_early_khz=2000000"));
	ATF_CHECK(has(&a, "-device",
	    "virtio-blk-device,drive=data,serial=casemate-data"));
	ATF_CHECK(has(&a, "-device",
	    "virtio-blk-device,drive=rt0,serial=rt-python"));
	ATF_CHECK(has(&a, "-device", "vhost-user-vsock-device,chardev=vsock"));
	ATF_CHECK(has(&a, "-initrd", "site.cpio"));
	ATF_CHECK(a.argv[a.n] == NULL);
	vm_free_args(&a);
	strcpy(vm.image_sha256, "00ff");
	vm_args(&a, &vm);
	ATF_CHECK(has(&a, "-append", "pci=off tsc_early_khz=2000000 "
	    "casemate.image=00ff"));
	vm_free_args(&a);
}

ATF_TC_WITHOUT_HEAD(q35_and_pc_have_pci_devices);
ATF_TC_BODY(q35_and_pc_have_pci_devices, tc)
{
	struct vm vm = make(VM_Q35);
	struct vm_args a;

	vm_args(&a, &vm);
	ATF_CHECK(has(&a, "-append", ""));
	ATF_CHECK(has(&a, "-device", "vhost-user-vsock-pci,chardev=vsock"));
	ATF_CHECK(has(&a, "-device", "virtio-rng-pci,rng=rng"));
	vm_free_args(&a);
}

/* Shared, and of -m's size: anything else fails without a word. */
ATF_TC_WITHOUT_HEAD(memory_is_shared_and_of_one_size);
ATF_TC_BODY(memory_is_shared_and_of_one_size, tc)
{
	struct vm vm = make(VM_MICROVM);
	struct vm_args a;

	vm_args(&a, &vm);
	ATF_CHECK(has(&a, "-m", "64M"));
	ATF_CHECK(has(&a, "-object",
	    "memory-backend-memfd,id=mem,size=64M,share=on"));
	ATF_CHECK(has(&a, "-machine", "memory-backend=mem"));
	vm_free_args(&a);
}

ATF_TC_WITHOUT_HEAD(commas_in_file_names_are_doubled);
ATF_TC_BODY(commas_in_file_names_are_doubled, tc)
{
	struct vm vm = make(VM_MICROVM);
	struct vm_args a;

	vm_args(&a, &vm);
	ATF_CHECK(has(&a, "-blockdev", "driver=raw,node-name=data,"
	    "read-only=off,file.driver=file,file.filename=/a,,b"));
	ATF_CHECK(has(&a, "-blockdev", "driver=raw,node-name=rt0,"
	    "read-only=on,file.driver=file,file.filename=/p"));
	vm_free_args(&a);
}

ATF_TC_WITHOUT_HEAD(vhost_vsock_where_the_host_has_it);
ATF_TC_BODY(vhost_vsock_where_the_host_has_it, tc)
{
	struct vm vm = make(VM_PC);
	struct vm_args a;

	vm.cid = 70000;
	vm.kvm = true;
	vm_args(&a, &vm);
	ATF_CHECK(has(&a, "-device",
	    "vhost-vsock-pci,guest-cid=70000,vhostfd=3"));
	ATF_CHECK(has(&a, "-accel", "kvm"));
	ATF_CHECK(has(&a, "-cpu", "host"));
	vm_free_args(&a);
}

/* Without ERMS, which is slow when it is emulated. */
ATF_TC_WITHOUT_HEAD(emulated_cpu_has_all_but_erms);
ATF_TC_BODY(emulated_cpu_has_all_but_erms, tc)
{
	struct vm vm = make(VM_MICROVM);
	struct vm_args a;

	vm_args(&a, &vm);
	ATF_CHECK(has(&a, "-accel", "tcg"));
	ATF_CHECK(has(&a, "-cpu", "max,erms=off"));
	vm_free_args(&a);
}

ATF_TC_WITHOUT_HEAD(no_network_and_no_default_device);
ATF_TC_BODY(no_network_and_no_default_device, tc)
{
	struct vm vm = make(VM_Q35);
	struct vm_args a;

	vm_args(&a, &vm);
	ATF_CHECK(has(&a, "", "-nodefaults"));
	ATF_CHECK(has(&a, "", "-no-user-config"));
	ATF_CHECK(has(&a, "", "-no-reboot"));
	for (size_t i = 0; i < a.n; i++)
		ATF_CHECK(strstr(a.argv[i], "net") == NULL);
	vm_free_args(&a);
}

ATF_TC_WITHOUT_HEAD(probe_is_the_image_alone);
ATF_TC_BODY(probe_is_the_image_alone, tc)
{
	struct vm vm = make(VM_MICROVM);
	struct vm_args a;

	vm.tsc_khz = 0;
	vm.kvm = true;
	vm_probe_args(&a, &vm);
	ATF_CHECK(has(&a, "-append", "pci=off casemate.probe"));
	ATF_CHECK(has(&a, "-accel", "kvm"));
	ATF_CHECK(!has(&a, "", "-device"));
	ATF_CHECK(!has(&a, "", "-blockdev"));
	vm_free_args(&a);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, microvm_has_mmio_devices_and_the_tsc_rate);
	ATF_TP_ADD_TC(tp, q35_and_pc_have_pci_devices);
	ATF_TP_ADD_TC(tp, memory_is_shared_and_of_one_size);
	ATF_TP_ADD_TC(tp, commas_in_file_names_are_doubled);
	ATF_TP_ADD_TC(tp, vhost_vsock_where_the_host_has_it);
	ATF_TP_ADD_TC(tp, emulated_cpu_has_all_but_erms);
	ATF_TP_ADD_TC(tp, no_network_and_no_default_device);
	ATF_TP_ADD_TC(tp, probe_is_the_image_alone);
	return atf_no_error();
}
