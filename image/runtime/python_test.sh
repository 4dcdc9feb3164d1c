# The runtime image `python', as made and as a job sees it.

setup()
{
	image="$CASEMATE_BUILD/python.erofs"
	atf_check -o ignore fsck.erofs --extract=root "$image"
}

# Run the image's Python as its root directory has it.
python()
{
	if [ "$(id -u)" = 0 ]; then
		set -- chroot root /usr/bin/python3 "$@"
	else
		set -- unshare -r chroot root /usr/bin/python3 "$@"
	fi
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

atf_test_case root_has_what_the_runner_mounts_on
root_has_what_the_runner_mounts_on_body()
{
	setup
	for dir in dev job proc tmp; do
		atf_check test -d root/$dir -a ! -h root/$dir
		atf_check ls -A root/$dir
	done
	atf_check -o inline:"usr/bin\nusr/lib\nusr/lib64\n" \
	    readlink root/bin root/lib root/lib64
}

atf_test_case nothing_but_python_can_be_run
nothing_but_python_can_be_run_body()
{
	setup
	atf_check -o inline:"python3\npython3.11\n" ls -A root/bin
	atf_check test ! -e root/sbin -a ! -e root/usr/sbin
	atf_check find root -perm /6000
	atf_check find root ! -type l -perm /022
	atf_check find root ! -type d ! -type f ! -type l
}

# A job without exec-memory would get what these ask for: docs/sandbox.md.
atf_test_case no_program_asks_for_memory_to_write_and_run
no_program_asks_for_memory_to_write_and_run_body()
{
	setup
	find root -type f -exec readelf -lW {} + 2>> readelf.err |
	    grep -E '^ +(LOAD|GNU_STACK) ' > headers
	[ "$(wc -l < headers)" -gt 100 ] || atf_fail "no headers were read"
	atf_check -s exit:1 grep 'RWE' headers
	# LOAD offset vaddr paddr FileSiz MemSiz R E: the rest would be RWE.
	atf_check awk '$1 == "LOAD" && $8 == "E" && $5 != $6' headers
	atf_check -o match:"^[1-9]" awk '
	    $1 == "LOAD" && $8 == "E" { n++ } END { print n + 0 }' headers
}

atf_test_case every_kept_module_can_be_imported
every_kept_module_can_be_imported_body()
{
	setup
	cat > root/tmp/all.py <<-EOT
	import importlib, sys
	# Not for this system, or left out in python.drop.
	absent = set("""_curses _curses_panel _dbm _distutils_system_mod _gdbm
	    _msi _overlapped _scproxy _tkinter _winapi antigravity curses
	    distutils ensurepip idlelib lib2to3 msilib msvcrt nis nt
	    ossaudiodev pydoc_data readline this tkinter turtle turtledemo
	    venv winreg winsound _wmi test""".split())
	failed = []
	for name in sorted(sys.stdlib_module_names - absent):
	    try:
	        importlib.import_module(name)
	    except ImportError as e:
	        failed.append(f"{name}: {e}")
	print("\\n".join(failed), end="")
	EOT
	python -W ignore /tmp/all.py > out || atf_fail "all.py failed"
	atf_check cat out
}

atf_test_case libraries_of_the_modules_work
libraries_of_the_modules_work_body()
{
	setup
	cat > root/tmp/use.py <<-EOT
	import bz2, ctypes, datetime, decimal, hashlib, json, lzma, os, pwd
	import sqlite3, ssl, subprocess, sys, uuid, zlib
	from xml.etree import ElementTree

	assert ctypes.CDLL(None).getpid() == os.getpid()
	assert decimal.Decimal(1) / 8 == decimal.Decimal("0.125")
	assert hashlib.sha256(b"").hexdigest().startswith("e3b0c442")
	assert json.loads("[1]") == [1]
	assert sqlite3.connect(":memory:").execute("select 6*7").fetchone()[0] == 42
	assert ssl.create_default_context() is not None
	assert uuid.uuid1() is not None
	assert ElementTree.fromstring("<a b='c'/>").get("b") == "c"
	for m in bz2, lzma, zlib:
	    assert m.decompress(m.compress(b"x" * 999)) == b"x" * 999
	assert subprocess.run([sys.executable, "-c", "print(1)"],
	    capture_output=True).stdout == b"1\\n"
	assert pwd.getpwuid(1000).pw_name == "job"
	ctypes.CDLL("libgcc_s.so.1")    # libc opens it when a thread is ended
	print("all")
	EOT
	python /tmp/use.py > out || atf_fail "use.py failed"
	atf_check -o inline:"all\n" cat out
}

# A job cannot write, so that what is not compiled is compiled at each start.
atf_test_case every_module_is_compiled
every_module_is_compiled_body()
{
	setup
	find root/usr/lib/python3.11 -name '*.py' | sed \
	    's,\(.*\)/\([^/]*\)\.py$,\1/__pycache__/\2.cpython-311.pyc,' > want
	atf_check test -s want
	while read -r file; do
		[ -f "$file" ] || echo "$file is missing"
	done < want > missing
	atf_check cat missing
	python -v -c 'import asyncio, json' 2> trace ||
	    atf_fail "python failed"
	atf_check -o ignore grep 'asyncio/__pycache__/base_events' trace
	atf_check -s exit:1 grep -e 'code object from .*\.py.$' \
	    -e 'wrote' trace
}

atf_test_case tracebacks_show_final_paths_and_source
tracebacks_show_final_paths_and_source_body()
{
	setup
	python -c 'import json; json.loads("{")' 2> trace && atf_fail "no error"
	atf_check -o ignore \
	    grep 'File "/usr/lib/python3.11/json/decoder.py", line' trace
	atf_check -o ignore grep 'self.scan_once(' trace
}

atf_test_case image_is_at_most_25_MiB
image_is_at_most_25_MiB_body()
{
	atf_check test "$(stat -c %s "$CASEMATE_BUILD/python.erofs")" \
	    -le $((25 * 1024 * 1024))
}

atf_test_case same_packages_give_the_same_bytes
same_packages_give_the_same_bytes_body()
{
	. "$CASEMATE_BUILD/paths"
	umask 077
	atf_check "$CASEMATE_SRC/image/runtime/make-python" "$dl" \
	    a/b/python.erofs
	atf_check cmp "$CASEMATE_BUILD/python.erofs" a/b/python.erofs
	atf_check -o inline:"python.erofs\n" ls -A a/b
}

atf_test_case missing_package_is_named
missing_package_is_named_body()
{
	mkdir dl
	atf_check -s exit:1 -e match:"no .*/dl/python3.11-minimal_3.*deps/fetch" \
	    "$CASEMATE_SRC/image/runtime/make-python" dl out.erofs
	atf_check test ! -e out.erofs
}

atf_test_case pattern_without_a_match_stops
pattern_without_a_match_stops_body()
{
	. "$CASEMATE_BUILD/paths"
	mkdir -p src/image src/deps
	cp -r "$CASEMATE_SRC/image/runtime" src/image
	cp "$CASEMATE_SRC/deps/pins.txt" src/deps
	echo usr/bin/perl >> src/image/runtime/python.drop
	atf_check -s exit:1 -e match:"nothing matches .usr/bin/perl'" \
	    src/image/runtime/make-python "$dl" out.erofs
	atf_check test ! -e out.erofs
}

atf_test_case missing_library_is_named
missing_library_is_named_body()
{
	. "$CASEMATE_BUILD/paths"
	mkdir -p src/image src/deps
	cp -r "$CASEMATE_SRC/image/runtime" src/image
	cp "$CASEMATE_SRC/deps/pins.txt" src/deps
	echo 'usr/lib/x86_64-linux-gnu/libffi.so*' \
	    >> src/image/runtime/python.drop
	atf_check -s exit:1 -e match:"lib-dynload/_ctypes.* needs libffi.so.8" \
	    src/image/runtime/make-python "$dl" out.erofs
	atf_check test ! -e out.erofs
}

atf_init_test_cases()
{
	atf_add_test_case root_has_what_the_runner_mounts_on
	atf_add_test_case nothing_but_python_can_be_run
	atf_add_test_case no_program_asks_for_memory_to_write_and_run
	atf_add_test_case every_kept_module_can_be_imported
	atf_add_test_case libraries_of_the_modules_work
	atf_add_test_case every_module_is_compiled
	atf_add_test_case tracebacks_show_final_paths_and_source
	atf_add_test_case image_is_at_most_25_MiB
	atf_add_test_case same_packages_give_the_same_bytes
	atf_add_test_case missing_package_is_named
	atf_add_test_case pattern_without_a_match_stops
	atf_add_test_case missing_library_is_named
}
