# deps/key and deps/build, short of building.

# A copy of deps/ whose inputs may be changed.
setup()
{
	mkdir project
	cp -r "$CASEMATE_SRC/deps" project/deps
	key > before
}

key()
{
	(cd project && deps/key lib deps/build deps/toolchain deps/patches)
}

changed()
{
	key > after
	atf_check -s exit:1 -o ignore cmp before after
}

unchanged()
{
	key > after
	atf_check cmp before after
}

atf_test_case key_is_of_the_contents_not_of_the_folder
key_is_of_the_contents_not_of_the_folder_body()
{
	setup
	mv project elsewhere
	cp -r elsewhere project
	touch project/deps/build
	unchanged
	atf_check -o match:'^[0-9a-f]{16}$' cat before
}

atf_test_case key_changes_with_every_input
key_changes_with_every_input_body()
{
	setup
	cp -r project/deps good
	for edit in '/musl/s/$/ /' '/^lib.*lmdb/d'; do
		atf_check sed -i "$edit" project/deps/pins.txt
		changed
		cp good/pins.txt project/deps
	done
	atf_check sed -i 's/^.\(.*musl_\)/x\1/' project/deps/SHA256SUMS
	changed
	cp good/SHA256SUMS project/deps
	for file in build toolchain/mcc patches/musl-relro-static-pie.patch; do
		echo >> "project/deps/$file"
		changed
		cp -p "good/$file" "project/deps/$file"
	done
	mv project/deps/patches/musl-relro-static-pie.patch \
	    project/deps/patches/musl-x.patch
	changed
}

atf_test_case key_does_not_change_with_other_sets
key_does_not_change_with_other_sets_body()
{
	setup
	atf_check sed -i '/^kernel/d' project/deps/pins.txt
	atf_check sed -i '/linux-source/d' project/deps/SHA256SUMS
	unchanged
}

atf_test_case key_of_nothing_is_refused
key_of_nothing_is_refused_body()
{
	setup
	cd project
	atf_check -s exit:100 -e match:'usage: deps/key SET FILE' deps/key lib
	atf_check -s exit:100 -e match:'no set .libs. in' deps/key libs deps
}

atf_test_case failed_build_leaves_no_prefix
failed_build_leaves_no_prefix_body()
{
	mkdir dl
	atf_check -s exit:1 -o match:"DEPS +musl" \
	    -e match:"no .*/dl/musl_.*run deps/fetch" -e match:"musl failed" \
	    "$CASEMATE_SRC/deps/build" cache/prefix dl
	atf_check test ! -e cache/prefix
}

atf_test_case what_an_interrupted_build_left_is_not_used
what_an_interrupted_build_left_is_not_used_body()
{
	mkdir -p dl cache/prefix/bin cache/prefix.tmp/bin
	touch cache/prefix.tmp/.done
	atf_check -s exit:1 -o ignore -e ignore \
	    "$CASEMATE_SRC/deps/build" cache/prefix dl
	atf_check test ! -e cache/prefix
}

atf_test_case second_build_waits_and_has_nothing_to_do
second_build_waits_and_has_nothing_to_do_body()
{
	mkdir -p dl cache
	# The first build holds the lock until it is told to finish.
	mkfifo locked finish
	flock cache/prefix.lock sh -c 'echo > locked; read -r x < finish' &
	first=$!
	read -r x < locked
	"$CASEMATE_SRC/deps/build" cache/prefix dl > out 2> err &
	second=$!
	# It is waiting once the kernel lists it as such.
	n=0
	inode=$(stat -c %i cache/prefix.lock)
	until grep -q -e "-> FLOCK.*:$inode " /proc/locks; do
		n=$((n + 1))
		[ $n -lt 1000 ] || atf_fail "the second build did not wait"
		kill -0 $second || atf_fail "the second build: $(cat err)"
		sleep 0.01
	done
	mkdir cache/prefix
	touch cache/prefix/.done
	echo > finish
	wait $first
	wait $second || atf_fail "the second build: $(cat err)"
	atf_check cat out err
}

atf_test_case missing_host_package_is_named
missing_host_package_is_named_body()
{
	setup
	mkdir bin
	# An apt-get without any archive.
	printf '#!/bin/sh\necho "E: no archive" >&2\nexit 100\n' > bin/apt-get
	chmod +x bin/apt-get
	printf 'dpkg\t# all machines have it\nno-such-thing\t# none\n' \
	    > project/deps/packages.txt
	atf_check -s exit:1 -o ignore -e match:"E: no archive" \
	    -e match:"could not install no-such-thing " \
	    env PATH="$PWD/bin:$PATH" project/deps/host-packages
	atf_check env HOST_PACKAGES=no project/deps/host-packages
	sed -i /no-such-thing/d project/deps/packages.txt
	atf_check env PATH="$PWD/bin:$PATH" project/deps/host-packages
}

atf_test_case provided_host_package_is_not_missing
provided_host_package_is_not_missing_body()
{
	setup
	mkdir bin
	printf '#!/bin/sh\nexit 100\n' > bin/apt-get
	cat > bin/dpkg-query <<-'END'
		#!/bin/sh
		echo "installed big small, tiny (= 1), last"
		echo "not-installed gone missing"
	END
	chmod +x bin/apt-get bin/dpkg-query
	printf 'big\nsmall\t# a\ntiny # b\nlast\n' > project/deps/packages.txt
	atf_check env PATH="$PWD/bin:$PATH" project/deps/host-packages
	for name in gone missing; do
		echo $name > project/deps/packages.txt
		atf_check -s exit:1 -o ignore \
		    -e match:"could not install $name " \
		    env PATH="$PWD/bin:$PATH" project/deps/host-packages
	done
}

atf_init_test_cases()
{
	atf_add_test_case key_is_of_the_contents_not_of_the_folder
	atf_add_test_case key_changes_with_every_input
	atf_add_test_case key_does_not_change_with_other_sets
	atf_add_test_case key_of_nothing_is_refused
	atf_add_test_case failed_build_leaves_no_prefix
	atf_add_test_case what_an_interrupted_build_left_is_not_used
	atf_add_test_case second_build_waits_and_has_nothing_to_do
	atf_add_test_case missing_host_package_is_named
	atf_add_test_case provided_host_package_is_not_missing
}
