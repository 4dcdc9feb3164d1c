# deps/fetch against an archive made here.

# A project with its own pins, in ./project, whose apt has the one archive in
# ./archive: the binary packages alpha and beta and the source package gamma,
# version 1, in suite `casemate-test'.
setup()
{
	mkdir -p project/deps etc/sources.list.d archive/pool gamma-1
	cp "$CASEMATE_SRC/deps/fetch" project/deps
	pins alpha=1 beta=1
	for name in alpha beta; do
		make_deb "$name"
	done
	tar -czf archive/pool/gamma_1.tar.gz gamma-1
	make_index casemate-test
	: > etc/sources.list
	echo "deb [trusted=yes] file:$PWD/archive casemate-test main" \
	    > etc/sources.list.d/test.list
	export CASEMATE_APT_ETC="$PWD/etc" HOME="$PWD/home"
	mkdir home
	atf_check -o ignore -e ignore project/deps/fetch -u first
}

# Pin these binary packages, in the set `lib'.
pins()
{
	for pin; do
		printf 'lib\tdeb\t%s\tcasemate-test\n' "$pin"
	done > project/deps/pins.txt
}

make_deb()	# name
{
	mkdir -p "$1/DEBIAN"
	cat > "$1/DEBIAN/control" <<-EOT
	Package: $1
	Version: 1
	Architecture: all
	Maintainer: nobody <nobody@invalid>
	Description: a package for a test
	EOT
	echo "$1" > "$1/content"
	atf_check -o ignore dpkg-deb --root-owner-group -b "$1" \
	    "archive/pool/$1_1_all.deb"
}

# The archive's index for a suite.
make_index()	# suite
{
	d=archive/dists/$1
	mkdir -p "$d/main/binary-amd64" "$d/main/source"
	(cd archive && dpkg-scanpackages -m pool 2> /dev/null) \
	    > "$d/main/binary-amd64/Packages"
	set -- archive/pool/gamma_1.tar.gz "$(stat -c %s \
	    archive/pool/gamma_1.tar.gz)"
	cat > archive/pool/gamma_1.dsc <<-EOT
	Format: 3.0 (native)
	Source: gamma
	Version: 1
	Files:
	 $(md5sum < "$1" | cut -c 1-32) $2 gamma_1.tar.gz
	EOT
	{
		cat <<-EOT
		Package: gamma
		Format: 3.0 (native)
		Binary: gamma
		Version: 1
		Directory: pool
		Checksums-Sha256:
		EOT
		for f in gamma_1.dsc gamma_1.tar.gz; do
			printf ' %s %s %s\n' \
			    "$(sha256sum < archive/pool/$f | cut -c 1-64)" \
			    "$(stat -c %s archive/pool/$f)" $f
		done
		echo
	} > "$d/main/source/Sources"
	(
		cd "$d"
		printf 'Suite: %s\nComponents: main\nArchitectures: amd64\n' \
		    "$(basename "$PWD")"
		echo 'Date: Thu, 01 Jan 2026 00:00:00 UTC'
		echo 'SHA256:'
		for f in main/binary-amd64/Packages main/source/Sources; do
			printf ' %s %s %s\n' "$(sha256sum < $f | cut -c 1-64)" \
			    "$(stat -c %s $f)" $f
		done
	) > "$d/Release.new"
	mv "$d/Release.new" "$d/Release"
}

fetch="project/deps/fetch dl"

atf_test_case fetches_and_then_needs_no_network
fetches_and_then_needs_no_network_body()
{
	setup
	atf_check -e inline:"  FETCH   alpha 1\n  FETCH   beta 1\n" $fetch
	atf_check cmp archive/pool/alpha_1_all.deb dl/alpha_1_all.deb
	atf_check cmp archive/pool/beta_1_all.deb dl/beta_1_all.deb
	rm -rf archive etc
	atf_check $fetch
	atf_check -o inline:".lock\nalpha_1_all.deb\nbeta_1_all.deb\n" ls -A dl
	atf_check ls -A home
}

atf_test_case fetches_sources
fetches_sources_body()
{
	setup
	printf 'lib\tsrc\tgamma=1\tcasemate-test\n' > project/deps/pins.txt
	atf_check -o ignore -e ignore project/deps/fetch -u first
	atf_check -e ignore $fetch
	rm -rf archive
	atf_check test -f dl/gamma_1.dsc -a ! -h dl/gamma_1.dsc
	atf_check test -f dl/gamma_1.tar.gz -a ! -h dl/gamma_1.tar.gz
}

atf_test_case fetches_only_the_sets_asked_for
fetches_only_the_sets_asked_for_body()
{
	setup
	sed -i '/beta/s/^lib/big/' project/deps/pins.txt
	atf_check -e inline:"  FETCH   alpha 1\n" $fetch lib
	atf_check -o inline:".lock\nalpha_1_all.deb\n" ls -A dl
	atf_check -s exit:1 -e match:"no pin .* belongs to .none'" $fetch none
}

atf_test_case finds_another_suite_beside_the_host_s_own
finds_another_suite_beside_the_host_s_own_body()
{
	setup
	. /etc/os-release
	cat > etc/sources.list.d/test.sources <<-EOT
	# Debian's usual form
	Types: deb
	URIs: file:/nonexistent
	Suites: $VERSION_CODENAME
	Enabled: no
	Components: main

	Types: deb deb-src
	URIs:
	 file:$PWD/archive
	Suites: $VERSION_CODENAME $VERSION_CODENAME-updates
	Components: main
	Trusted: yes
	EOT
	rm etc/sources.list.d/test.list
	atf_check -e ignore $fetch
}

atf_test_case machine_without_debian_entries_is_told_so
machine_without_debian_entries_is_told_so_body()
{
	setup
	printf 'lib\tsrc\talpha=1\telsewhere\n' >> project/deps/pins.txt
	echo "deb file:$PWD/archive elsewhere main" \
	    > etc/sources.list.d/test.list
	atf_check -s exit:1 -e match:"where Debian's suite .casemate-test' is" \
	    -e match:CASEMATE_SOURCES $fetch
}

atf_test_case damaged_file_is_fetched_again
damaged_file_is_fetched_again_body()
{
	setup
	atf_check -e ignore $fetch
	echo more >> dl/beta_1_all.deb
	atf_check -e match:"beta_1_all.deb is damaged" $fetch
	atf_check cmp archive/pool/beta_1_all.deb dl/beta_1_all.deb
}

# The archive and its signed index agree, but it is not what was pinned.
atf_test_case other_bytes_from_the_archive_are_refused
other_bytes_from_the_archive_are_refused_body()
{
	setup
	echo changed > beta/content
	atf_check -o ignore dpkg-deb --root-owner-group -b beta \
	    archive/pool/beta_1_all.deb
	make_index casemate-test
	atf_check -s exit:1 -e match:"beta_1_all.deb is not the pinned file" \
	    $fetch
	atf_check test ! -e dl/beta_1_all.deb
}

atf_test_case unknown_pin_stops_with_its_name
unknown_pin_stops_with_its_name_body()
{
	setup
	pins alpha=1 beta=2
	atf_check -s exit:1 -e match:"cannot fetch beta=2 from suite casemate" \
	    -e match:"deps/pins.txt" -e match:"CASEMATE_SOURCES=FOLDER:" \
	    -e not-match:"cannot fetch alpha" $fetch
	atf_check -o inline:".lock\n" ls -A dl
}

atf_test_case pin_without_a_sum_stops
pin_without_a_sum_stops_body()
{
	setup
	sed -i /beta/d project/deps/SHA256SUMS
	atf_check -s exit:1 -e match:"no line for beta=1" $fetch
}

atf_test_case malformed_pin_stops_with_its_line
malformed_pin_stops_with_its_line_body()
{
	setup
	echo "lib deb delta casemate-test" >> project/deps/pins.txt
	atf_check -s exit:1 -e match:"pins.txt:3: not" $fetch
}

atf_test_case ready_folder_is_used_instead
ready_folder_is_used_instead_body()
{
	setup
	mkdir ready
	cp archive/pool/*.deb ready
	rm -rf archive etc
	atf_check env CASEMATE_SOURCES="$PWD/ready" $fetch
	atf_check cmp ready/alpha_1_all.deb dl/alpha_1_all.deb
	atf_check cmp ready/beta_1_all.deb dl/beta_1_all.deb
}

atf_test_case damaged_file_in_the_ready_folder_is_refused
damaged_file_in_the_ready_folder_is_refused_body()
{
	setup
	mkdir ready
	cp archive/pool/*.deb ready
	echo more >> ready/beta_1_all.deb
	atf_check -s exit:1 -e match:"ready/beta_1_all.deb is not the pinned" \
	    env CASEMATE_SOURCES="$PWD/ready" $fetch
	atf_check -o inline:".lock\nalpha_1_all.deb\n" ls -A dl
}

atf_test_case file_missing_in_the_ready_folder_is_named
file_missing_in_the_ready_folder_is_named_body()
{
	setup
	mkdir ready
	cp archive/pool/alpha*.deb ready
	atf_check -s exit:1 -e match:"has no beta_1_all.deb" \
	    env CASEMATE_SOURCES="$PWD/ready" $fetch
}

# The second finds what the first has fetched, and fetches nothing itself.
atf_test_case second_fetch_waits_for_the_first
second_fetch_waits_for_the_first_body()
{
	setup
	mkdir dl
	mkfifo locked finish
	flock dl/.lock sh -c 'echo > locked; read -r x < finish' &
	first=$!
	read -r x < locked
	$fetch 2> err &
	second=$!
	inode=$(stat -c %i dl/.lock)
	n=0
	until grep -q -e "-> FLOCK.*:$inode " /proc/locks; do
		n=$((n + 1))
		[ $n -lt 1000 ] || atf_fail "the second did not wait"
		kill -0 $second || atf_fail "the second: $(cat err)"
		sleep 0.01
	done
	mv archive/pool/*.deb dl
	rm -rf archive
	echo > finish
	wait $first
	wait $second || atf_fail "the second: $(cat err)"
	atf_check cat err
}

atf_init_test_cases()
{
	atf_add_test_case fetches_and_then_needs_no_network
	atf_add_test_case fetches_sources
	atf_add_test_case fetches_only_the_sets_asked_for
	atf_add_test_case finds_another_suite_beside_the_host_s_own
	atf_add_test_case machine_without_debian_entries_is_told_so
	atf_add_test_case damaged_file_is_fetched_again
	atf_add_test_case other_bytes_from_the_archive_are_refused
	atf_add_test_case unknown_pin_stops_with_its_name
	atf_add_test_case pin_without_a_sum_stops
	atf_add_test_case malformed_pin_stops_with_its_line
	atf_add_test_case ready_folder_is_used_instead
	atf_add_test_case damaged_file_in_the_ready_folder_is_refused
	atf_add_test_case file_missing_in_the_ready_folder_is_named
	atf_add_test_case second_fetch_waits_for_the_first
}
