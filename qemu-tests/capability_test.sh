# Capabilities and runtimes of a job: in the image, under its kernel, up to the
# leaf.
. "$CASEMATE_SRC/qemu-tests/lib.sh"

case_with_vm() {
	atf_test_case "$1" cleanup
	eval "$1_head() { atf_set descr '$2'; atf_set timeout 240; }"
	eval "$1_cleanup() { vm_cleanup; }"
}

# memory_job FOLDER CAPABILITY...
memory_job() {
	folder=$1
	shift
	elf_job "$folder" memory
	printf 'capabilities: [%s]\n' "$(echo "$*" | sed 's/ /, /g')" \
	    >> "$folder/manifest.yaml"
}

# ways WAY...: the output of job-memory when exactly these ways work.
ways() {
	for way in both compile share twin zero patch shm run-shm sem; do
		case " $* " in
		*" $way "*) echo "$way: yes" ;;
		*) echo "$way: no" ;;
		esac
	done
}

# accepted NAME: the appliance's job.accepted leaves of jobs called so; it has
# been stopped.
accepted() {
	debugfs -R 'cat /ledger/data.mdb' "$vm_state/data.img" \
	    2>> debugfs.err | grep -a -o \
	    '"type":"casemate.job.accepted"[^{}]*{[^{}]*"name":"'"$1"'"[^{}]*}'
}

case_with_vm memory_is_as_granted 'by default, with each capability, with both'
memory_is_as_granted_body() {
	atf_check -o ignore -e ignore "$do" vm_up
	elf_job plain memory
	memory_job code exec-memory
	memory_job shared shared-memory
	memory_job all exec-memory shared-memory
	ways > plain.want
	ways both compile share twin > code.want
	ways shm sem > shared.want
	ways both compile share twin shm sem > all.want
	for job in plain code shared all; do
		atf_check -o file:$job.want -e ignore "$do" run_job $job
	done
	atf_check -o ignore -e ignore "$do" vm_down
	accepted memory | sed 's/.*"capabilities":"\([^"]*\)".*/\1/' |
	    sort -u > granted
	printf '%s\n' '' exec-memory exec-memory,shared-memory \
	    shared-memory > want
	atf_check -o file:want cat granted
}

case_with_vm no_order_of_calls_makes_code 'calls at random, three times'
no_order_of_calls_makes_code_body() {
	atf_check -o ignore -e ignore "$do" vm_up
	for seed in 1 2 3; do
		elf_job remap-$seed remap $seed 4000
		atf_check -o inline:'no way\n' -e ignore \
		    "$do" run_job remap-$seed
	done
}

case_with_vm stack_to_run_needs_exec_memory 'what MDWE does not see'
stack_to_run_needs_exec_memory_body() {
	atf_check -o ignore -e ignore "$do" vm_up
	elf_job stack stack
	atf_check -s exit:125 -o ignore \
	    -e match:'refused .bundle.: .* in the manifest.s files.0. asks for' \
	    -e match:' is "stack"' \
	    "$do" run_job stack
	atf_check_equal bundle "$(field stack.receipt reason)"
	echo 'capabilities: [exec-memory]' >> stack/manifest.yaml
	atf_check -o inline:'ran 42\n' -e ignore "$do" run_job stack
}

case_with_vm segment_to_run_needs_exec_memory 'what the kernel adds to it'
segment_to_run_needs_exec_memory_body() {
	atf_check -o ignore -e ignore "$do" vm_up
	elf_job maps maps
	atf_check -o inline:'0 to write and run\n' -e ignore "$do" run_job maps
	atf_check "$CASEMATE_SRC/qemu-tests/jobs/lengthen" maps/files/maps
	atf_check -s exit:125 -o ignore \
	    -e match:'refused .bundle.: .* in the manifest.s files.0. asks for' \
	    -e match:' is "maps"' \
	    "$do" run_job maps
	echo 'capabilities: [exec-memory]' >> maps/manifest.yaml
	atf_check -s exit:1 -o inline:'1 to write and run\n' -e ignore \
	    "$do" run_job maps
}

case_with_vm shared_memory_counts 'as memory, and no more than tmp_mib'
shared_memory_counts_body() {
	atf_check -o ignore -e ignore "$do" vm_up
	elf_job fill memory fill
	printf 'capabilities: [shared-memory]\nlimits:\n  tmp_mib: 2\n' \
	    >> fill/manifest.yaml
	atf_check -o inline:'filled 2048 KiB\n' -e ignore "$do" run_job fill
	sed -i 's/tmp_mib: 2/tmp_mib: 64/' fill/manifest.yaml
	echo '  memory_mib: 16' >> fill/manifest.yaml
	atf_check -s exit:137 -o empty -e match:'out.of.memory' \
	    "$do" run_job fill
}

case_with_vm python_runs_without_any 'and its locks and JITs with them'
python_runs_without_any_body() {
	atf_check -o ignore -e ignore \
	    "$do" vm_up --runtime python="$CASEMATE_BUILD/python.erofs"
	mkdir -p py/files
	cat > py/files/main.py <<-'END'
	import ctypes, mmap, multiprocessing, subprocess, sys, threading
	def can(f):
	    try:
	        f()
	        return "yes"
	    except (OSError, MemoryError):
	        return "no"
	t = threading.Thread(target=lambda: None)
	t.start(); t.join()
	subprocess.run([sys.executable, "-c", "import hashlib, ssl, json"])
	print("lock", can(multiprocessing.Lock))
	print("code", can(lambda: mmap.mmap(-1, 4096, prot=7)))
	print("callback", can(lambda: ctypes.CFUNCTYPE(None)(print)))
	END
	printf 'version: 1\nname: py\nruntime: python\nargv: %s\n' \
	    '[/usr/bin/python3, main.py]' > py/manifest.yaml
	cp -r py all
	echo 'capabilities: [exec-memory, shared-memory]' >> all/manifest.yaml
	atf_check -o inline:'lock no\ncode no\ncallback no\n' -e ignore \
	    "$do" run_job py
	atf_check -o inline:'lock yes\ncode yes\ncallback yes\n' -e ignore \
	    "$do" run_job all
}

case_with_vm runtime_is_measured 'its digest is that of the image file'
runtime_is_measured_body() {
	# The second differs in a byte that no file system reads.
	cp "$CASEMATE_BUILD/python.erofs" other.erofs
	head -c 4096 /dev/zero >> other.erofs
	atf_check -o ignore -e ignore "$do" vm_up \
	    --runtime python="$CASEMATE_BUILD/python.erofs" \
	    --runtime other=other.erofs
	mkdir py
	printf 'version: 1\nname: py\nruntime: python\nargv: %s\n' \
	    '[/usr/bin/python3, -c, "print(1)"]' > py/manifest.yaml
	mkdir other
	sed 's/: py.*/: other/' py/manifest.yaml > other/manifest.yaml
	for job in py other py; do
		atf_check -o inline:'1\n' -e ignore "$do" run_job $job
	done
	elf_job true true
	atf_check -e ignore "$do" run_job true
	atf_check -o ignore -e ignore "$do" vm_down
	digest() {
		accepted "$1" | sed 's/.*"runtime_sha256":"\([^"]*\)".*/\1/' |
		    sort -u
	}
	atf_check_equal "$(digest py)" \
	    "$(sha256sum < "$CASEMATE_BUILD/python.erofs" | cut -c 1-64)"
	atf_check_equal "$(digest other)" \
	    "$(sha256sum < other.erofs | cut -c 1-64)"
	atf_check_equal "$(digest true)" "$(printf '%064d' 0)"
}

case_with_vm labels_are_recorded 'class and profile'
labels_are_recorded_body() {
	atf_check -o ignore -e ignore "$do" vm_up
	elf_job true true
	printf 'class: nightly\nprofile: eu\n' >> true/manifest.yaml
	atf_check -e ignore "$do" run_job true
	atf_check -o ignore -e ignore "$do" vm_down
	accepted true > leaf
	atf_check -o match:'"class":"nightly","profile":"eu",' cat leaf
}

atf_init_test_cases() {
	atf_add_test_case memory_is_as_granted
	atf_add_test_case no_order_of_calls_makes_code
	atf_add_test_case stack_to_run_needs_exec_memory
	atf_add_test_case segment_to_run_needs_exec_memory
	atf_add_test_case shared_memory_counts
	atf_add_test_case python_runs_without_any
	atf_add_test_case runtime_is_measured
	atf_add_test_case labels_are_recorded
}
