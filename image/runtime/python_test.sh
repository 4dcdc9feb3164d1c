# The runtime image `python', as made and as a job sees it.

setup()
{
	image="$CASEMATE_BUILD/python.erofs"
	atf_check -o ignore fsck.erofs --extract=root "$image"
}

# Run the image's Python as its root directory has it, with $python_env.
python_env=
python()
{
	if [ "$(id -u)" = 0 ]; then
		set -- chroot root /usr/bin/python3 "$@"
	else
		set -- unshare -r chroot root /usr/bin/python3 "$@"
	fi
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin $python_env "$@"
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

# page_modules: the modules in the first column of the page's table.
page_modules()
{
	sed -n '/^## Missing modules/,/^## /s/^| \(`.*`\) |.*/\1/p' \
	    "$CASEMATE_SRC/docs/runtime-python.md" | grep -o '`[^`]*`' |
	    tr -d '`' | sort
}

atf_test_case missing_modules_are_those_of_the_page
missing_modules_are_those_of_the_page_body()
{
	setup
	cat > root/tmp/all.py <<-EOT
	import importlib, sys
	# These open a browser and print a poem.
	for name in sorted(sys.stdlib_module_names - {"antigravity", "this"}):
	    try:
	        importlib.import_module(name)
	    except ImportError as e:
	        print(name if e.name == name else f"{name}: {e}")
	EOT
	python -W ignore /tmp/all.py > missing || atf_fail "all.py failed"
	page_modules > page
	[ "$(wc -l < page)" -gt 20 ] || atf_fail "the page was not read"
	atf_check diff page missing
}

atf_test_case page_has_version_and_size
page_has_version_and_size_body()
{
	setup
	page=$CASEMATE_SRC/docs/runtime-python.md
	python -c 'import platform; print(platform.python_version())' > version
	atf_check -o ignore grep "^| Python | $(cat version), " "$page"
	mib=$(sed -n 's/^| size | at most \([0-9]*\) MiB |$/\1/p' "$page")
	[ -n "$mib" ] || atf_fail "the page has no size"
	size=$(stat -c %s "$CASEMATE_BUILD/python.erofs")
	atf_check test "$size" -le $((mib * 1024 * 1024))
	atf_check test "$size" -gt $(((mib - 1) * 1024 * 1024))
}

atf_test_case time_zones_and_locales_work
time_zones_and_locales_work_body()
{
	setup
	cat > root/tmp/use.py <<-EOT
	import locale, sys, time
	from datetime import datetime
	from zoneinfo import ZoneInfo, available_timezones

	assert time.tzname == ("CET", "CEST"), time.tzname
	assert time.localtime(1782900000).tm_gmtoff == 7200
	assert ZoneInfo("UTC").utcoffset(datetime.now()).total_seconds() == 0
	when = datetime(2026, 7, 1, tzinfo=ZoneInfo("America/New_York"))
	assert when.utcoffset().total_seconds() == -14400
	zones = available_timezones()
	assert len(zones) > 590, len(zones)
	for name in zones:
	    ZoneInfo(name)
	assert locale.setlocale(locale.LC_ALL, "") == "C.UTF-8"
	assert locale.strcoll("a", "\u00e4") < 0
	assert locale.localeconv()["decimal_point"] == "."
	assert sys.stdout.encoding == "utf-8"
	print("\u00e4")
	EOT
	python_env="TZ=Europe/Berlin LANG=C.UTF-8"
	python /tmp/use.py > out || atf_fail "use.py failed"
	atf_check -o inline:"\0303\0244\n" cat out
}

atf_test_case etc_has_what_libc_reads
etc_has_what_libc_reads_body()
{
	setup
	cat > root/tmp/use.py <<-EOT
	import grp, os, pathlib, platform, pwd, socket

	assert socket.gethostbyname("localhost") == "127.0.0.1"
	try:
	    socket.getaddrinfo("example.org", 443)
	except socket.gaierror as e:
	    assert e.errno == socket.EAI_NONAME, e
	assert socket.getservbyname("https", "tcp") == 443
	assert socket.getprotobyname("udp") == 17
	assert pwd.getpwnam("job")[2:] == (1000, 1000, "job", "/tmp",
	    "/nonexistent")
	assert grp.getgrgid(1000).gr_name == "job"
	assert pwd.getpwuid(65534).pw_name == "nobody"
	assert grp.getgrgid(65534).gr_name == "nogroup"
	release = platform.freedesktop_os_release()
	assert release["ID"] == "casemate-python", release
	assert release["VERSION"] == platform.python_version(), release
	print(" ".join(sorted(os.listdir("/etc"))))
	EOT
	python /tmp/use.py > out || atf_fail "use.py failed"
	atf_check -o inline:"group hosts nsswitch.conf os-release passwd protocols services\n" cat out
	sed -n 's/^| \(`\/etc.*`\) |.*/\1/p' \
	    "$CASEMATE_SRC/docs/runtime-python.md" | grep -o '/etc/[^`]*' |
	    sed 's,/etc/,,' | sort | tr '\n' ' ' | sed 's/ $/\n/' > page
	atf_check diff page out
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
	atf_add_test_case missing_modules_are_those_of_the_page
	atf_add_test_case page_has_version_and_size
	atf_add_test_case time_zones_and_locales_work
	atf_add_test_case etc_has_what_libc_reads
	atf_add_test_case libraries_of_the_modules_work
	atf_add_test_case every_module_is_compiled
	atf_add_test_case tracebacks_show_final_paths_and_source
	atf_add_test_case same_packages_give_the_same_bytes
	atf_add_test_case missing_package_is_named
	atf_add_test_case pattern_without_a_match_stops
	atf_add_test_case missing_library_is_named
}
