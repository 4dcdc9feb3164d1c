casemate=$CASEMATE_BUILD/bin/casemate
XDG_STATE_HOME=$PWD/state
export XDG_STATE_HOME

make_key() {
	ssh-keygen -q -t "${2:-ed25519}" -N "${3:-}" -C '' -f "$1"
}

make_site() {
	make_key alice
	mkdir -p site/policy
	echo "alice $(cut -d' ' -f1,2 < alice.pub)" > site/allowed_signers
	cat > site/policy/run.cedar <<-'EOF'
		permit (
		    principal == User::"alice",
		    action == Action::"run",
		    resource
		);
	EOF
}

make_job() {
	[ -f alice ] || make_key alice
	mkdir -p job/files/data
	printf '#!/x\n' > job/files/prog
	chmod +x job/files/prog
	echo input > job/files/data/in.txt
	printf 'version: 1\nname: t\nargv: [prog]\n' > job/manifest.yaml
}

# refused TEXT COMMAND...: exit 1, and the message matches.
refused() {
	text=$1
	shift
	atf_check -s exit:1 -e match:"$text" "$casemate" "$@"
}

new_case() {
	atf_test_case "$1"
	eval "$1_head() { atf_set descr '$2'; atf_set timeout 60; }"
}

new_case usage_errors_are_100_but_125_for_run 'and both show the usage'
usage_errors_are_100_but_125_for_run_body() {
	atf_check -s exit:100 -e match:'usage: casemate COMMAND' "$casemate"
	atf_check -s exit:100 -e match:'nothing: no such command' \
	    "$casemate" nothing
	atf_check -s exit:100 -e match:'usage: casemate site' \
	    "$casemate" site a b
	for c in site bundle verify compare down status jobs output ledger up \
	    tsc-khz; do
		atf_check -s exit:100 -e match:'no such option' \
		    "$casemate" $c --nothing
	done
	atf_check -s exit:125 -e match:'--key KEY is missing' \
	    "$casemate" run job
	atf_check -s exit:125 -e match:'usage: casemate run' "$casemate" run
	atf_check -o match:'usage: casemate run' "$casemate" run --help
	atf_check -o match:'usage: casemate run' "$casemate" run job --key --help
	atf_check -s exit:125 -e match:'usage: casemate run' \
	    "$casemate" run -- --help
	atf_check -s exit:100 -e match:'statsu: no such command; did you mean `status' \
	    "$casemate" statsu
	atf_check -s exit:100 -e match:'policy tset: .*mean `policy test' \
	    "$casemate" policy tset
	atf_check -s exit:100 -e match:'ledger consitency: .*mean `ledger consis' \
	    "$casemate" ledger consitency
	atf_check -o match:'^usage: casemate ledger --key' \
	    -o match:'casemate ledger consistency SIZE' \
	    -o match:'  consistency prove' -o match:'  fsck        check' \
	    "$casemate" ledger --help
	atf_check -o match:'usage: casemate policy' "$casemate" policy --help
	atf_check -s exit:100 -e match:'usage: casemate policy' \
	    "$casemate" policy --help more
}

new_case site_is_the_same_twice 'and cpio reads it'
site_is_the_same_twice_body() {
	make_site
	atf_check "$casemate" site site -o one.cpio
	touch -d 2001-01-01 site/allowed_signers
	chmod 600 site/allowed_signers
	atf_check "$casemate" site site -o two.cpio
	atf_check cmp one.cpio two.cpio
	mkdir out
	(cd out && cpio -i --quiet < ../one.cpio) || atf_fail "cpio failed"
	atf_check cmp site/allowed_signers out/site/allowed_signers
	atf_check cmp site/policy/run.cedar out/site/policy/run.cedar
	atf_check -o inline:'version: 1\n' cat out/site/settings.yaml
}

new_case site_without_rules_is_made_with_a_warning 'it allows nothing'
site_without_rules_is_made_with_a_warning_body() {
	make_site
	rm -r site/policy
	atf_check -e match:'site: has no rules, so every job will be refused' \
	    "$casemate" site site -o x
	[ -s x ] || atf_fail "it was not made"
}

new_case sample_site_has_these_bytes 'on every machine'
sample_site_has_these_bytes_body() {
	atf_check "$casemate" site "$CASEMATE_SRC/client/testdata/site" -o x
	sum=$(sha256sum < x)
	atf_check_equal "${sum%% *}" \
	    e5284a2e40b035b63e5c0033d81517c564fb8cb34899d28c59117f2a85158fbc
}

new_case site_names_file_and_line 'what an appliance would refuse'
site_names_file_and_line_body() {
	make_site
	echo 'bob not-a-key' >> site/allowed_signers
	refused 'site/allowed_signers:2:' site site -o x
	sed -i 2d site/allowed_signers
	printf 'version: 1\nname: Upper\n' > site/settings.yaml
	refused 'site/settings.yaml:2:7:' site site -o x
	printf 'version: 1\ncolour: red\n' > site/settings.yaml
	refused 'site/settings.yaml:2:1:.*colour' site site -o x
	rm site/settings.yaml
	touch site/extra
	refused 'site/extra: is not part of a site' site site -o x
	rm site/extra
	ln -s allowed_signers site/settings.yaml
	refused 'site/settings.yaml: is not a regular file' site site -o x
	rm site/settings.yaml
	mkfifo site/settings.yaml
	refused 'site/settings.yaml: is not a regular file' site site -o x
	rm -r site/*
	refused 'site: is not a site.s folder' site site -o x
	refused 'a site has allowed_signers' site site -o x
	refused 'nowhere: cannot open' site nowhere -o x
	mkdir none
	refused 'none: is not a job.s folder' bundle none -o x --key alice
	[ ! -e x ] || atf_fail "a refused site was written"
}

new_case site_is_written_whole_or_not 'an output that cannot be written'
site_is_written_whole_or_not_body() {
	make_site
	refused 'cannot write no/x' site site -o no/x
	atf_check -s exit:100 -e match:'--output FILE is missing' \
	    "$casemate" site site
}

new_case bundle_lists_and_signs_its_files 'tar reads it, ssh-keygen checks it'
bundle_lists_and_signs_its_files_body() {
	make_job
	atf_check "$casemate" bundle job -o b.tar --key alice
	atf_check -o inline:'manifest.yaml
manifest.yaml.sig
files/data/in.txt
files/prog
' tar tf b.tar
	mkdir out
	atf_check tar xf b.tar -C out
	sum=$(sha256sum < job/files/data/in.txt | cut -d' ' -f1)
	atf_check -o match:"sha256: $sum" cat out/manifest.yaml
	atf_check -o match:'path: "prog"' cat out/manifest.yaml
	[ -x out/files/prog ] || atf_fail "prog is not executable"
	echo "alice $(cat alice.pub)" > signers
	atf_check -o match:'Good "casemate-manifest"' ssh-keygen -Y verify \
	    -f signers -I alice -n casemate-manifest \
	    -s out/manifest.yaml.sig < out/manifest.yaml
	touch -d 2001-01-01 job/files/*
	atf_check "$casemate" bundle job -o c.tar --key alice
	atf_check cmp b.tar c.tar
}

new_case bundle_checks_a_list_that_is_there 'and names each difference'
bundle_checks_a_list_that_is_there_body() {
	make_job
	atf_check "$casemate" bundle job -o b.tar --key alice
	tar xOf b.tar manifest.yaml > job/manifest.yaml
	atf_check "$casemate" bundle job -o c.tar --key alice
	atf_check cmp b.tar c.tar
	echo changed > job/files/data/in.txt
	touch job/files/more
	chmod -x job/files/prog
	atf_check -s exit:1 -e save:err "$casemate" bundle job -o x --key alice
	atf_check -o ignore grep 'files/data/in.txt has sha256' err
	atf_check -o ignore grep 'files/prog is not executable' err
	atf_check -o ignore grep 'files/more is not in manifest.yaml' err
	atf_check -o ignore grep '3 differences.*remove the' err
	rm job/files/data/in.txt job/files/more
	chmod +x job/files/prog
	refused 'lists the file data/in.txt, which is missing' \
	    bundle job -o x --key alice
}

new_case bundle_refuses_what_it_cannot_hold 'with the name of the file'
bundle_refuses_what_it_cannot_hold_body() {
	make_job
	bad() {
		refused "$1" bundle job -o x --key alice
	}
	ln -s prog job/files/link
	bad 'job/files/link: is a symbolic link'
	rm job/files/link
	mkfifo job/files/fifo
	bad 'job/files/fifo: is a FIFO'
	rm job/files/fifo
	mkdir job/files/sub
	ln -s / job/files/sub/root
	bad 'job/files/sub/root: is a symbolic link'
	rm -r job/files/sub
	nl=$(printf 'a\nb')
	touch "job/files/$nl"
	bad 'a job cannot have a file of this name'
	rm "job/files/$nl"
	touch job/notes.txt
	bad 'job/notes.txt: is not part of a job'
	rm job/notes.txt
	echo 'colour: red' >> job/manifest.yaml
	bad 'job: manifest.yaml:4:1:'
	sed -i 4d job/manifest.yaml
	echo 'files: []' >> job/manifest.yaml
	bad 'remove an empty .files:'
	sed -i 4d job/manifest.yaml
	long=$(printf '%0120d' 0)
	touch "job/files/$long"
	bad 'does not fit into a ustar header'
	rm "job/files/$long"
	truncate -s 70M job/files/large
	bad 'job/files/large: has more than 67108864 bytes'
	rm job/files/large
	mkdir job/files/many
	(cd job/files/many && seq 256 | xargs touch)
	bad 'is one file too many'
	[ ! -e x ] || atf_fail "a refused bundle was written"
}

new_case signature_that_is_there_is_kept 'the author is another user'
signature_that_is_there_is_kept_body() {
	make_job
	make_key bob
	atf_check "$casemate" bundle job -o b.tar --key alice
	tar xf b.tar -C job manifest.yaml manifest.yaml.sig
	atf_check "$casemate" bundle job -o c.tar --key bob
	atf_check cmp b.tar c.tar
	printf 'version: 1\nname: t\nargv: [prog]\n' > job/manifest.yaml
	refused 'is signed already' bundle job -o x --key bob
}

run_fails() {
	text=$1
	shift
	atf_check -s exit:125 -e match:"$text" "$casemate" run "$@" \
	    --key alice --wait 0
}

new_case run_without_an_appliance '125, and what to do'
run_without_an_appliance_body() {
	make_job
	run_fails 'default: no appliance of this name is up' job
	run_fails 'no such socket' job --on unix:/nowhere
	run_fails '--on: vsock:1: must be vsock:CID:PORT' job --on vsock:1
	run_fails 'nojob: cannot find the job' nojob --on unix:/nowhere
	echo nonsense > vkey
	run_fails "vkey: this is not an appliance key" job --on unix:/nowhere \
	    --appliance vkey
	run_fails 'key: No such file' job --on unix:/nowhere --appliance key
}

new_case run_checks_the_program 'before anything is signed'
run_checks_the_program_body() {
	make_job
	chmod -x job/files/prog
	program() {
		printf 'version: 1\nname: x\nargv: %s\n' "$1" \
		    > job/manifest.yaml
	}
	check_fails() {
		program "$1"
		run_fails "$2" job --on unix:/nowhere
	}
	check_fails '[prog]' 'argv.0. is prog, which is not executable; .chmod'
	chmod +x job/files/prog
	check_fails '[prog]' 'no such socket'
	check_fails '[/job/prog]' 'no such socket'
	check_fails '[./prog]' 'no such socket'
	check_fails '[prog2]' 'prog2, which is not a file of the bundle'
	check_fails '[prog 2]' 'bundle; .*it contains a blank: write each'
	check_fails '[/usr/bin/python3, x]' 'names no runtime that has it'
	check_fails '["/usr/bin/python3 x"]
runtime: python' 'python3 x; it contains a blank: write each argument'
	check_fails '[/usr/bin/python3]
runtime: python' 'no such socket'
	program '[prog]'
	atf_check "$casemate" bundle job -o b.tar --key alice
	mkdir d
	tar xf b.tar -C d
	sed -i 's/^argv: .*/argv: [prog2]/' d/manifest.yaml
	rm d/manifest.yaml.sig
	atf_check -e ignore ssh-keygen -Y sign -f alice -n casemate-manifest \
	    d/manifest.yaml
	tar cf no.tar --format=ustar -C d manifest.yaml manifest.yaml.sig files
	run_fails 'no.tar: argv.0. is prog2, which is not a file' no.tar \
	    --on unix:/nowhere
}

new_case run_checks_a_finished_bundle 'before anything is sent'
run_checks_a_finished_bundle_body() {
	make_job
	atf_check "$casemate" bundle job -o b.tar --key alice
	check_fails() {
		run_fails "$1" "$2" --on unix:/nowhere
	}
	check_fails 'no such socket' b.tar
	head -c 700 b.tar > cut.tar
	check_fails 'cut.tar: byte 0, manifest.yaml: member 1 .* is cut off' \
	    cut.tar
	tar cf other.tar --format=ustar -C job manifest.yaml files
	check_fails 'must be the file manifest.yaml.sig, and there is the folder files' \
	    other.tar
	head -c 100000 /dev/zero | tr '\0' a > junk.tar
	check_fails 'junk.tar: is not a bundle, .*; give the job.s folder' \
	    junk.tar
	check_fails 'prog: is not a bundle' job/files/prog
	gzip -k b.tar
	check_fails 'b.tar.gz: is not a bundle, .*not compressed' b.tar.gz
	: > empty
	check_fails 'empty: is not a bundle' empty
	mkdir d
	tar xf b.tar -C d
	echo more > d/files/more
	tar cf more.tar --format=ustar -C d manifest.yaml manifest.yaml.sig \
	    files
	check_fails 'files/more is not in manifest.yaml' more.tar
	rm d/files/more
	mkdir d/files/empty
	tar cf empty.tar --format=ustar -C d manifest.yaml manifest.yaml.sig \
	    files
	check_fails 'the folder files/empty leads to no file' empty.tar
	rm -r d/files/empty d/files/prog
	ln -s x d/files/prog
	tar cf link.tar --format=ustar -C d manifest.yaml manifest.yaml.sig \
	    files
	check_fails 'byte [0-9]*, files/prog: member [0-9] of the bundle is a symbolic link' \
	    link.tar
	run_fails 'leave --author-key out' b.tar --on unix:/nowhere \
	    --author-key alice
}

new_case signed_manifests_are_checked 'before anything is sent'
signed_manifests_are_checked_body() {
	make_job
	atf_check "$casemate" bundle job -o b.tar --key alice
	mkdir d
	tar xf b.tar -C d
	sig_fails() {
		refused "d/manifest.yaml.sig: $1" bundle d -o x.tar \
		    --key alice
		tar cf x.tar --format=ustar -C d manifest.yaml \
		    manifest.yaml.sig files
		run_fails "x.tar/manifest.yaml.sig: $1" x.tar \
		    --on unix:/nowhere
		rm x.tar
	}
	cp d/manifest.yaml.sig good
	sed 's/$/\r/' good > d/manifest.yaml.sig
	sig_fails 'line 1 has a CR; .*damaged on its way'
	sed '$d' good > d/manifest.yaml.sig
	sig_fails 'the signature is damaged: its last line .* is missing'
	sed 's/^/> /' good > d/manifest.yaml.sig
	sig_fails 'line 1 is quoted as in a mail'
	echo hello > d/manifest.yaml.sig
	sig_fails 'this is not an SSH signature'
	rm d/manifest.yaml.sig
	atf_check -e ignore ssh-keygen -q -Y sign -n other -f alice \
	    d/manifest.yaml
	sig_fails 'is for the namespace other; sign with'
	cp good d/manifest.yaml.sig
	echo '# more' >> d/manifest.yaml
	sig_fails 'does not match manifest.yaml: one of the two was changed'
}

new_case verify_says_why_not 'bad receipts and keys'
verify_says_why_not_body() {
	echo 'casemate/x+00000000+AAAA' > vkey
	echo nonsense > receipt
	refused 'vkey: this is not an appliance key' verify receipt --appliance vkey
	refused 'nokey: No such file' verify receipt --appliance nokey
	printf '\357\273\277casemate/x+00000000+AAAA\n' > vkey
	refused 'vkey: line 1 begins with a byte order mark: .* was damaged' \
	    verify receipt --appliance vkey
	printf 'casemate/x+00000000+AAAA\r\n' > vkey
	run_fails 'vkey: line 1 has a CR' job --on unix:/nowhere \
	    --appliance vkey
	atf_check -s exit:100 -e match:'--appliance KEYFILE is missing' \
	    "$casemate" verify receipt
}

# fake_qemu SCRIPT: a qemu-system-x86_64 of our own, first in PATH.
fake_qemu() {
	mkdir -p bin
	printf '#!/bin/sh\n%s\n' "$1" > bin/qemu-system-x86_64
	chmod +x bin/qemu-system-x86_64
	PATH=$PWD/bin:$PATH
	export PATH
}

up_fails() {
	text=$1
	shift
	refused "$text" up --site site "$@"
}

# fake_image FILE: looks like the appliance's image, a kernel's header alone.
fake_image() {
	truncate -s 1024 "$1"
	printf '\001' | dd of="$1" bs=1 seek=497 conv=notrunc status=none
	printf '\125\252\0\0HdrS' |
	    dd of="$1" bs=1 seek=510 conv=notrunc status=none
}

new_case up_refuses_before_it_starts 'bad options and files'
up_refuses_before_it_starts_body() {
	make_site
	fake_image image
	usage() {
		text=$1
		shift
		atf_check -s exit:100 -e match:"$text" "$casemate" up "$@"
	}
	usage '--site DIR.CPIO is missing'
	usage '--name Big: a name has' --site site --name Big
	usage 'exclude each other' --site site --disk x --ephemeral
	usage '--machine z: must be microvm, q35 or pc' --site site --machine z
	usage '--accel z: must be auto, kvm or tcg' --site site --accel z
	usage '--memory 5: must be a number from 48' --site site --memory 5
	usage '--disk-size 3: must be a number from 16M to 1T of bytes, or of K' \
	    --site site --disk-size 3
	usage '--runtime python: must be NAME=FILE' --site site \
	    --runtime python
	usage 'holds no more' --site site --runtime abcdefghijklmnopqrs=image
	usage 'is given twice' --site site --runtime a=image --runtime a=image
	fake_qemu 'exit 0'
	up_fails 'noimage: cannot find the image' --image noimage
	up_fails 'nofile: cannot find the runtime' --image image \
	    --runtime a=nofile
	up_fails 'image: is not an EROFS image' --image image --runtime a=image
	head -c 1024 /dev/zero > odd.erofs
	printf '\342\341\365\340' >> odd.erofs
	head -c 37 /dev/zero >> odd.erofs
	up_fails 'odd.erofs: does not fill its last sector of 512 bytes' \
	    --image image --runtime a=odd.erofs
	refused '--site nosite: cannot find it' up --site nosite --image image
	up_fails 'is a folder; a data disk is a file' --image image \
	    --disk /dev
	echo 'bob not-a-key' >> site/allowed_signers
	up_fails 'site/allowed_signers:2' --image image
	echo 070700 > odd.cpio
	refused 'odd.cpio: is not a whole site' up --site odd.cpio --image image
	sed -i '$d' site/allowed_signers
	atf_check "$casemate" site site -o whole.cpio
	head -c 400 whole.cpio > cut.cpio
	refused 'cut.cpio: is not a whole site' up --site cut.cpio \
	    --image image
	atf_check -s exit:1 -e match:'default: is not up' "$casemate" down
}

new_case up_shows_what_a_dead_vm_said 'and leaves nothing behind'
up_shows_what_a_dead_vm_said_body() {
	make_site
	fake_image image
	fake_qemu 'echo "no site: do this" > console.log
echo "qemu: that is wrong" >&2'
	atf_check -s exit:1 -e save:err "$casemate" up --site site \
	    --image image --ephemeral --accel tcg
	atf_check -o ignore grep 'the VM ended by itself' err
	atf_check -o ignore grep '  | no site: do this' err
	atf_check -o ignore grep '  | qemu: that is wrong' err
	[ ! -e state/casemate/default/state ] || atf_fail "state is left"
	fake_qemu 'exit 1'
	atf_check -s exit:1 -e not-match:'no site: do this' \
	    -e match:'its console said nothing' -e match:'QEMU said nothing' \
	    "$casemate" up --site site --image image --ephemeral --accel tcg
	[ ! -e state/casemate/default/vsock.sock ] || atf_fail "socket left"
}

new_case up_gives_up_in_time 'a VM that never answers is ended'
up_gives_up_in_time_body() {
	make_site
	fake_image image
	fake_qemu 'echo $$ > pid; ls -l /proc/self/fd > fds
exec tail -f /dev/null'
	atf_check -s exit:1 -e match:'was not ready within 1 s' "$casemate" up \
	    --site site --image image --ephemeral --accel tcg --wait 1 9< image
	atf_check -s exit:1 grep -q '9 -> .*image' state/casemate/default/fds
	atf_check -s exit:1 -e ignore kill -0 \
	    "$(cat state/casemate/default/pid)"
}

# Only where a /dev/kvm opens: the probe is reached there.
need_kvm_node() {
	[ -w /dev/kvm ] || atf_skip "this host has no /dev/kvm to try"
}

new_case kvm_that_hangs_is_found_out_once 'in 10 s, then remembered'
kvm_that_hangs_is_found_out_once_body() {
	need_kvm_node
	make_site
	fake_image image
	fake_qemu "echo \$\$ >> $PWD/probes; ulimit -c >> $PWD/cores
exec tail -f /dev/null"
	refused '--accel kvm: /dev/kvm opens, but a guest does not run' \
	    up --site site --image image --ephemeral --accel kvm
	refused '--accel kvm: /dev/kvm opens, but a guest does not run' \
	    up --site site --image image --ephemeral --accel kvm
	atf_check_equal 1 "$(wc -l < probes)"
	atf_check -o inline:'0\n' cat cores
	atf_check -s exit:1 -e ignore kill -0 "$(cat probes)"
	fake_image image
	refused 'a guest does not run' \
	    up --site site --image image --ephemeral --accel kvm
	atf_check_equal 2 "$(wc -l < probes)"
}

new_case kvm_that_works_is_taken 'the image was seen to run'
kvm_that_works_is_taken_body() {
	need_kvm_node
	make_site
	fake_image image
	fake_qemu "case \"\$*\" in
*casemate.probe*) echo 'casemate: probe ok' ;;
*) echo \"\$*\" > $PWD/args ;;
esac"
	refused 'the VM ended by itself' \
	    up --site site --image image --ephemeral
	atf_check -o match:'-accel kvm' cat args
}

new_case data_disk_is_made_once 'sparse, ext4, with journal and label'
data_disk_is_made_once_body() {
	make_site
	fake_image image
	fake_qemu 'exit 0'
	refused 'the VM ended by itself' up --site site --image image \
	    --accel tcg --disk-size 64M
	disk=state/casemate/default/data.img
	atf_check -o match:has_journal -e ignore dumpe2fs -h $disk
	atf_check -o match:'volume name: *casemate-data' -e ignore \
	    dumpe2fs -h $disk
	atf_check -o ignore -e ignore e2fsck -fn $disk
	atf_check_equal 67108864 "$(stat -c %s $disk)"
	[ "$(stat -c %b $disk)" -lt 65536 ] || atf_fail "not sparse"
	before=$(sha256sum < $disk)
	refused 'the VM ended by itself' up --site site --image image \
	    --accel tcg --disk-size 128M
	atf_check_equal "$before" "$(sha256sum < $disk)"
	echo garbage > own
	refused 'own: cannot be the data disk' up --site site --image image \
	    --accel tcg --disk own
	atf_check -o inline:'garbage\n' cat own
}

atf_init_test_cases() {
	for c in usage_errors_are_100_but_125_for_run site_is_the_same_twice \
	    site_without_rules_is_made_with_a_warning \
	    sample_site_has_these_bytes \
	    site_names_file_and_line site_is_written_whole_or_not \
	    bundle_lists_and_signs_its_files \
	    bundle_checks_a_list_that_is_there \
	    bundle_refuses_what_it_cannot_hold \
	    signature_that_is_there_is_kept run_without_an_appliance \
	    run_checks_the_program run_checks_a_finished_bundle \
	    signed_manifests_are_checked verify_says_why_not \
	    up_refuses_before_it_starts up_shows_what_a_dead_vm_said \
	    up_gives_up_in_time kvm_that_hangs_is_found_out_once \
	    kvm_that_works_is_taken data_disk_is_made_once; do
		atf_add_test_case $c
	done
}
