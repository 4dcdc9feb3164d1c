# image/: the kernel's configuration, its cache and the linking of the image.

# $kernel: the compiled kernel that the image under test was linked from;
# $cache: the cache it lies in.
setup()
{
	[ -f "$CASEMATE_BUILD/kernel/.from" ] ||
		atf_skip "no image in $CASEMATE_BUILD: run make image"
	kernel=$(cat "$CASEMATE_BUILD/kernel/.from")
	cache=${kernel%/*}
}

# A copy of what build-kernel and build-image read, to be changed.
setup_project()
{
	setup
	mkdir -p project/deps
	cp -r "$CASEMATE_SRC/image" project/image
	cp "$CASEMATE_SRC/deps/SHA256SUMS" project/deps
}

# A cache that holds the kernel's sources and no compiled kernel.
setup_empty_cache()
{
	mkdir empty
	for source in "$cache"/linux-????????????????; do
		ln -s "$source" empty
	done
}

atf_test_case image_fits_in_5_MiB
image_fits_in_5_MiB_body()
{
	setup
	atf_check -o match:'^image  .* bytes' \
	    "$CASEMATE_SRC/image/report" "$CASEMATE_BUILD" 5242880
	atf_check -s exit:1 -o ignore -e match:'more than the 100 allowed' \
	    "$CASEMATE_SRC/image/report" "$CASEMATE_BUILD" 100
}

# As docs/boot.md shows, with nothing but the image.
atf_test_case build_digest_is_of_the_images_files
build_digest_is_of_the_images_files_body()
{
	setup
	"$CASEMATE_SRC/image/unpack" "$CASEMATE_BUILD/casemate.bzImage" \
	    > root.cpio || atf_fail "the image cannot be unpacked"
	mkdir root
	(cd root && cpio -idm --quiet --no-absolute-filenames < ../root.cpio)
	atf_check test -x root/init
	(cd root && find . -type f ! -path ./build.sha256 |
	    sed 's|^[.]/||' | LC_ALL=C sort | xargs sha256sum) > files
	atf_check_equal "$(cat root/build.sha256)  -" "$(sha256sum < files)"
	atf_check -o match:' init$' -o match:' bin/keyd$' cat files
	printf 'text' > text
	atf_check -s exit:1 -e match:'is not a Linux bzImage' \
	    "$CASEMATE_SRC/image/unpack" text
}

atf_test_case client_and_kernel_agree_on_processors
client_and_kernel_agree_on_processors_body()
{
	max=$(sed -n 's/^CONFIG_NR_CPUS=//p' \
	    "$CASEMATE_SRC/image/kernel.config")
	atf_check -o match:"VM_CPUS_MAX[[:space:]]$max[^0-9]" \
	    cat "$CASEMATE_SRC/client/vm/vm.h"
	atf_check -s exit:100 -e match:"a number from 1 to $max\$" \
	    "$CASEMATE_BUILD/bin/casemate" up --cpus $((max + 1))
}

atf_test_case option_without_effect_is_refused
option_without_effect_is_refused_head()
{
	atf_set timeout 900
}
option_without_effect_is_refused_body()
{
	setup_project
	setup_empty_cache
	echo 'CONFIG_INET_ESP=y' >> project/image/kernel.config
	line=$(wc -l < project/image/kernel.config)
	atf_check -s exit:1 \
	    -e match:"kernel.config:$line: .CONFIG_INET_ESP=y. did not take" \
	    -e match:'would not be what kernel.config asks for' \
	    project/image/build-kernel empty
	atf_check find empty -name 'kernel-*[!w]'
}

atf_test_case option_that_must_stay_off_is_refused_when_on
option_that_must_stay_off_is_refused_when_on_head()
{
	atf_set timeout 900
}
option_that_must_stay_off_is_refused_when_on_body()
{
	setup_project
	setup_empty_cache
	echo '# CONFIG_PNP is not set' >> project/image/kernel.config
	atf_check -s exit:1 \
	    -e match:'CONFIG_PNP is not set. did not take.*CONFIG_PNP=y' \
	    -e match:'would not be what kernel.config asks for' \
	    project/image/build-kernel empty
}

atf_test_case every_input_changes_the_key
every_input_changes_the_key_body()
{
	setup_project
	# With a make that fails, only a kernel that is there can be had.
	mkdir bin
	printf '#!/bin/sh\nexit 1\n' > bin/make
	chmod +x bin/make
	PATH=$PWD/bin:$PATH
	setup_empty_cache
	ln -s "$kernel" empty
	atf_check -o inline:"$PWD/empty/${kernel##*/}\n" \
	    project/image/build-kernel empty
	patch=$(cd project && ls image/patches/*.patch | head -n 1)
	for file in image/kernel.config image/kernel.env image/build-kernel \
	    "$patch" deps/SHA256SUMS; do
		cp -p "project/$file" saved
		case $file in
		deps/*)	sed '/linux-source/s/^..../0000/' saved ;;
		*)	cat saved; echo '#' ;;
		esac > "project/$file"
		atf_check -s not-exit:0 -o empty -e ignore \
		    project/image/build-kernel empty
		cp -p saved "project/$file"
	done
	atf_check -o inline:"$PWD/empty/${kernel##*/}\n" \
	    project/image/build-kernel empty
}

atf_test_case patch_that_does_not_apply_is_named
patch_that_does_not_apply_is_named_head()
{
	atf_set timeout 900
}
patch_that_does_not_apply_is_named_body()
{
	setup_project
	cp -r "$CASEMATE_SRC/deps/fetch" "$CASEMATE_SRC/deps/pins.txt" \
	    project/deps
	mkdir empty
	ln -s "$cache/dl" empty/dl
	cat > project/image/patches/99-stale.patch <<-'EOF'
		--- a/Makefile
		+++ b/Makefile
		@@ -1,2 +1,2 @@
		-what it said once
		+what it is to say
		 VERSION = 6
	EOF
	atf_check -s exit:1 -o ignore \
	    -e match:'patches/99-stale.patch does not apply' \
	    project/image/build-kernel empty
	atf_check find empty -maxdepth 1 -name 'linux-*[!w]'
}

atf_test_case missing_file_is_named_with_its_line
missing_file_is_named_with_its_line_body()
{
	setup_project
	mkdir project/rootfs
	printf 'dir /dev 0755 0 0\nfile /init ${B}/nowhere 0555 0 0\n' \
	    > project/rootfs/list
	atf_check -s exit:1 -e match:'rootfs/list:2: there is no file .*/nowhere' \
	    project/image/build-image "$PWD/out" "$cache"
}

atf_test_case malformed_line_is_refused
malformed_line_is_refused_body()
{
	setup_project
	mkdir project/rootfs
	printf 'dir /dev 0755 0\n' > project/rootfs/list
	atf_check -s exit:1 -o ignore -e match:'does not accept rootfs/list' \
	    project/image/build-image "$PWD/out" "$cache"
}

atf_test_case the_cache_is_never_written_to
the_cache_is_never_written_to_head()
{
	atf_set timeout 900
}
the_cache_is_never_written_to_body()
{
	setup_project
	mkdir project/rootfs
	printf 'dir /dev 0755 0 0\n' > project/rootfs/list
	touch start
	atf_check project/image/build-image "$PWD/out" "$cache"
	atf_check test -s out/casemate.bzImage
	atf_check find "$kernel" "$cache"/linux-????????????????/ \
	    -newer start -type f
}

atf_test_case two_folders_give_the_same_image cleanup
two_folders_give_the_same_image_head()
{
	atf_set timeout 1200
}
two_folders_give_the_same_image_body()
{
	setup
	XDG_CACHE_HOME=${cache%/*}
	export XDG_CACHE_HOME
	atf_check -o match:'^the same from two folders: ' \
	    "$CASEMATE_SRC/image/check-reproducible"
}
two_folders_give_the_same_image_cleanup()
{
	rm -rf casemate-twice.*
}

atf_init_test_cases()
{
	atf_add_test_case image_fits_in_5_MiB
	atf_add_test_case build_digest_is_of_the_images_files
	atf_add_test_case client_and_kernel_agree_on_processors
	atf_add_test_case option_without_effect_is_refused
	atf_add_test_case option_that_must_stay_off_is_refused_when_on
	atf_add_test_case every_input_changes_the_key
	atf_add_test_case patch_that_does_not_apply_is_named
	atf_add_test_case missing_file_is_named_with_its_line
	atf_add_test_case malformed_line_is_refused
	atf_add_test_case the_cache_is_never_written_to
	atf_add_test_case two_folders_give_the_same_image
}
