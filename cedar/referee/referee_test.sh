# The library against Cedar's official engine: 5,000 decisions with all other
# comparisons, every disagreement of the past, and whether a disagreement is
# found at all.

src=${CASEMATE_SRC:-$(pwd)}
build=${CASEMATE_BUILD:-$src/build}
driver=$build/tests/cedar/referee/cedar_driver

# run OPTION...: run.mjs with the engine and our driver.
run() {
	node "$src/cedar/referee/run.mjs" --referee "$build/referee" \
	    --driver "$driver" "$@"
}

# fails_with TEXT OPTION...: run fails and prints TEXT.
fails_with() {
	want=$1
	shift
	! run "$@" > out 2>&1 || atf_fail "all was well: $(cat out)"
	grep -q "$want" out || atf_fail "$(cat out)"
}

# liar EDIT: our driver with its answers edited.
liar() {
	cat > liar <<-END
		#!/bin/sh
		exec "$driver" | sed -u '$1'
	END
	chmod +x liar
	driver=$(pwd)/liar
}

atf_test_case both_decide_alike
both_decide_alike_head() {
	atf_set timeout 600
}
both_decide_alike_body() {
	run --decisions 5000 --table > out || atf_fail "$(cat out)"
	atf_check -o ignore grep "^cedar .* decisions in .* 0 disagreements" out
}

atf_test_case no_old_disagreement_is_back
no_old_disagreement_is_back_body() {
	run --replay > out || atf_fail "$(cat out)"
	atf_check -o ignore grep "kept disagreements replayed, 0 of them" out
}

atf_test_case wrong_answer_is_seen
wrong_answer_is_seen_body() {
	liar 's/"allow":false,"determining":\[\]/"allow":true,"determining":[]/'
	fails_with "^disagreement: --seed 7 --only " \
	    --seed 7 --decisions 200 --most 1 --no-shrink
}

atf_test_case old_disagreement_that_is_back_is_seen
old_disagreement_that_is_back_is_seen_body() {
	liar 's/run it/ran it/g'
	fails_with "^001.json: they disagree" --replay
}

atf_test_case case_can_be_made_again
case_can_be_made_again_body() {
	run --seed 3 --only 12 > one || atf_fail "$(cat one)"
	run --seed 3 --only 12 > two || atf_fail "$(cat two)"
	atf_check cmp one two
	atf_check -o match:'^case ' -o match:'^ours ' -o match:'^referee ' \
	    cat one
}

atf_test_case crash_is_a_disagreement
crash_is_a_disagreement_body() {
	printf '#!/bin/sh\nread -r line; echo "boom" >&2; exit 1\n' > crash
	chmod +x crash
	driver=$(pwd)/crash
	fails_with "^ours .*crash.*boom" --cases 1 --no-shrink
}

# fake_npm SCRIPT: makes this npm, with an empty cache.
fake_npm() {
	mkdir -p bin cache
	printf '#!/bin/sh\n%s\n' "$1" > bin/npm
	chmod +x bin/npm
	export PATH="$PWD/bin:$PATH" XDG_CACHE_HOME="$PWD/cache"
}

atf_test_case fetched_once_needs_no_network
fetched_once_needs_no_network_body() {
	fake_npm 'test "$1" = ci && test -f package-lock.json || exit 1
		mkdir node_modules && echo all > node_modules/.package-lock.json'
	atf_check -o match:NPM "$src/deps/fetch-npm" "$src/cedar/referee" out/link
	atf_check -o inline:'all\n' cat out/link/node_modules/.package-lock.json
	fake_npm 'exit 1'
	atf_check "$src/deps/fetch-npm" "$src/cedar/referee" out/link
	atf_check "$src/deps/fetch-npm" "$src/cedar/referee" other
}

atf_test_case what_cannot_be_fetched_is_told
what_cannot_be_fetched_is_told_body() {
	fake_npm 'echo no route >&2; exit 1'
	atf_check -s exit:1 -o ignore -e match:'no route' \
	    -e match:"could not fetch .*official engine.*Is there a network" \
	    "$src/deps/fetch-npm" "$src/cedar/referee" link
	fake_npm 'exit 0'
	atf_check -s exit:1 -o ignore -e match:'something else than expected' \
	    "$src/deps/fetch-npm" "$src/cedar/referee" link
	[ ! -e link ] || atf_fail "a link to nothing"
	atf_check -o empty ls cache/casemate
}

atf_test_case what_was_never_met_is_told
what_was_never_met_is_told_body() {
	fails_with "^never met: .*error: " --decisions 10
}

atf_init_test_cases()
{
	atf_add_test_case both_decide_alike
	atf_add_test_case no_old_disagreement_is_back
	atf_add_test_case wrong_answer_is_seen
	atf_add_test_case old_disagreement_that_is_back_is_seen
	atf_add_test_case case_can_be_made_again
	atf_add_test_case crash_is_a_disagreement
	atf_add_test_case fetched_once_needs_no_network
	atf_add_test_case what_cannot_be_fetched_is_told
	atf_add_test_case what_was_never_met_is_told
}
