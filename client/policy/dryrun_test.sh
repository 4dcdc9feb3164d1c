# casemate run --dry-run by a site's folder: no key, no appliance.
casemate=$CASEMATE_BUILD/bin/casemate
site=$CASEMATE_SRC/rootfs/site-example

new_case() {
	atf_test_case "$1"
	eval "$1_head() { atf_set descr '$2'; atf_set timeout 60; }"
}

make_job() {
	mkdir -p job/files
	printf '#!/x\n' > job/files/prog
	chmod +x job/files/prog
	printf 'version: 1\nname: t\nargv: [prog]\n' > job/manifest.yaml
}

# dry_as NAME: the command by the example site, for atf_check -x.
dry_as() {
	echo "'$casemate' run --dry-run job --site '$site' --submitter $1"
}

new_case allowed_and_refused 'and with -v the whole decision'
allowed_and_refused_body() {
	make_job
	atf_check -o inline:'allowed\n' -x "$(dry_as dana)"
	atf_check -s exit:125 -o inline:'refused\n' -x "$(dry_as arun)"
	atf_check -o match:'^dana: run t$' -o match:'run-authored' \
	    -o match:'^allowed$' -x "$(dry_as dana) -v"
	atf_check -s exit:125 -o match:'no rule permits it' \
	    -o match:'principal in Role::"submitter"' -o match:'^refused$' \
	    -x "$(dry_as arun) --author dana -v"
}

new_case author_counts 'who wrote it, not only who submits it'
author_counts_body() {
	make_job
	atf_check -s exit:125 -o inline:'refused\n' -x "$(dry_as ci-bot)"
	sed -i 's/name: t/name: ci-t/' job/manifest.yaml
	atf_check -o inline:'allowed\n' -x "$(dry_as ci-bot) --author dana"
}

new_case limits_count 'each above the default is asked for'
limits_count_body() {
	make_job
	printf 'limits:\n  memory_mib: 1024\n' >> job/manifest.yaml
	atf_check -o match:'^dana: exceed memory_mib \(1024' \
	    -o match:'^allowed$' -x "$(dry_as dana) -v"
	sed -i 's/1024/1025/' job/manifest.yaml
	atf_check -s exit:125 -o match:'^refused$' \
	    -o match:'context.limits.memory_mib is 1025' \
	    -x "$(dry_as dana) -v"
}

new_case bundles_too 'a finished bundle is read as well'
bundles_too_body() {
	make_job
	ssh-keygen -q -t ed25519 -N '' -f key
	atf_check -e ignore "$casemate" bundle job -o job.tar --key key
	atf_check -o inline:'allowed\n' "$casemate" run --dry-run job.tar \
	    --site "$site" --submitter dana
}

new_case mistakes_are_reported 'in the job, in the site, in the options'
mistakes_are_reported_body() {
	make_job
	for bad in '--key k' '--on vm' '--author-key k'; do
		atf_check -s exit:125 -e match:'takes no key and no appl' \
		    -x "$(dry_as dana) $bad"
	done
	atf_check -s exit:125 -e match:'--site and --submitter go together' \
	    "$casemate" run --dry-run job --site "$site"
	atf_check -s exit:125 -e match:'go with --dry-run' \
	    "$casemate" run job --key k --verbose
	atf_check -s exit:125 -e match:'a dry run has no receipt' \
	    "$casemate" run --dry-run job --key k --receipt r
	atf_check -s exit:125 -e match:'cannot open the site' \
	    "$casemate" run --dry-run job --site nowhere --submitter dana
	echo 'colour: red' >> job/manifest.yaml
	atf_check -s exit:125 -e match:'manifest.yaml:4:1: .*colour' \
	    -x "$(dry_as dana)"
}

atf_init_test_cases() {
	atf_add_test_case allowed_and_refused
	atf_add_test_case author_counts
	atf_add_test_case limits_count
	atf_add_test_case bundles_too
	atf_add_test_case mistakes_are_reported
}
