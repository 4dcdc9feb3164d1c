# Signing with ssh-keygen: each way to fail has its own advice.

casemate=$CASEMATE_BUILD/bin/casemate

new_case() {
	atf_test_case "$1"
	eval "$1_head() { atf_set descr '$2'; atf_set timeout 60;
		atf_set require.progs '$3'; }"
}

# make_key NAME [TYPE [PASSPHRASE [OPTION]...]]
make_key() {
	name=$1 type=${2:-ed25519} phrase=${3:-}
	shift $(($# < 3 ? $# : 3))
	ssh-keygen -q -t "$type" -N "$phrase" -C '' -f "$name" "$@"
}

enter() {
	unset SSH_AUTH_SOCK SSH_ASKPASS
	mkdir -p job/files
	printf '#!/x\n' > job/files/prog
	chmod +x job/files/prog
	printf 'version: 1\nname: t\nargv: [prog]\n' > job/manifest.yaml
	make_key alice
}

# signs KEY, fails KEY TEXT: without a terminal.
signs() {
	atf_check setsid -w "$casemate" bundle job -o x --key "$1" < /dev/null
}
fails() {
	rm -f x
	atf_check -s exit:1 -e match:"^casemate: $1: $2" setsid -w \
	    "$casemate" bundle job -o x --key "$1" < /dev/null
	[ ! -e x ] || atf_fail "a bundle was written"
}

new_case what_is_no_key_file_is_named 'what is no private key file'
what_is_no_key_file_is_named_body() {
	enter
	signs alice
	signs alice.pub
	fails nokey 'cannot find the key: No such file.*; give the path'
	mkdir keys
	fails keys 'is a folder; give the key file in it'
	mkfifo fifo
	fails fifo 'is a FIFO; give the key file itself'
	# ssh-keygen reads minutes in it.
	truncate -s 4G huge
	fails huge 'has 4294967296 bytes, far more than a key'
	# What is beside a key is read, too.
	cp alice half
	mkfifo half.pub
	fails half 'the file half.pub, .* is a FIFO; remove that'
	rm half.pub
	truncate -s 4G half.pub
	fails half 'the file half.pub, .* is far larger than a key'
	rm half half.pub
	cp alice.pub half.pub
	mkfifo half
	fails half.pub 'the file half, .* is a FIFO; remove that'
	rm half half.pub
	fails alice/x 'cannot find the key: Not a directory'
	ln -s nokey dangling
	fails dangling 'cannot find the key: it is a link to a file that does not'
	: > empty
	echo '%PDF-1.4' > junk
	chmod 600 empty junk
	fails empty 'is not a key that ssh-keygen can read'
	fails junk 'is not a key that ssh-keygen can read'
	cp alice.pub lone.pub
	fails lone.pub 'is a public key, and there is no ssh-agent'
	cp alice open
	chmod 644 open
	fails open 'other users can read this .* run .chmod 600 open'
	make_key bob
	cp bob.pub alice.pub
	text='the public key in alice.pub is not that of alice; run'
	fails alice.pub "$text"
	fails alice "$text"
}

new_case pem_key_needs_its_public_key 'a PEM key needs its public key beside it'
pem_key_needs_its_public_key_body() {
	enter
	make_key pem ecdsa '' -m PEM
	make_key pkcs8 ecdsa '' -m PKCS8
	make_key locked ecdsa sesame -m PEM
	signs pem
	rm pem.pub pkcs8.pub locked.pub
	fails pem 'its public key must be beside it; run .ssh-keygen -y -f pem'
	fails pkcs8 'its public key must be beside it'
	fails locked 'its public key must be beside it'
	ssh-keygen -y -f pem > pem.pub
	signs pem
	rm alice.pub
	signs alice
}

new_case two_types_of_keys_are_accepted 'an appliance accepts two'
two_types_of_keys_are_accepted_body() {
	enter
	make_key rsa rsa
	make_key small ecdsa
	make_key large ecdsa '' -b 384
	signs small
	fails rsa 'is a key of type RSA with 3072 bits; .*-t ed25519'
	fails rsa.pub 'is a key of type RSA with 3072 bits'
	fails large 'is a key of type ECDSA with 384 bits'
}

# A touch would be asked for by ssh-keygen -Y sign.
new_case security_key_is_refused_first 'before it asks for a touch'
security_key_is_refused_first_body() {
	enter
	mkdir bin
	real=$(command -v ssh-keygen)
	cat > bin/ssh-keygen <<-EOF
		#!/bin/sh
		case "\$*" in *'-Y sign'*) touch asked ;; esac
		exec $real "\$@"
	EOF
	chmod +x bin/ssh-keygen
	PATH=$PWD/bin:$PATH
	blob=AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAICFo/k5LU8863u66
	blob=${blob}YC9eUO2170QduohPURkQnbLa/dczAAAABHNzaDo=
	echo "sk-ssh-ed25519@openssh.com $blob" > touch.pub
	fails touch.pub 'is a security key .ED25519-SK., which an appliance'
	[ ! -e asked ] || atf_fail "it was asked to sign"
	signs alice
	[ -e asked ] || atf_fail "the fake was not used"
}

new_case missing_ssh_keygen_has_its_package_named 'the package that has it'
missing_ssh_keygen_has_its_package_named_body() {
	enter
	mkdir bin
	printf '#!/no/such/interpreter\n' > bin/ssh-keygen
	chmod +x bin/ssh-keygen
	atf_check -s exit:1 -e match:'cannot start .*/bin/ssh-keygen' \
	    -e match:'ssh-keygen is in the Debian package openssh-client' \
	    env PATH="$PWD/bin" "$casemate" bundle job -o x --key alice
}

new_case what_it_says_is_shown 'a failure of an unknown kind'
what_it_says_is_shown_body() {
	enter
	mkdir bin
	printf '#!/bin/sh\necho "one\002" >&2\necho two >&2\nexit 9\n' \
	    > bin/ssh-keygen
	chmod +x bin/ssh-keygen
	atf_check -s exit:1 -e match:'alice: ssh-keygen could not sign with' \
	    -e match:'  | one\\x02$' -e match:'  | two$' \
	    env PATH="$PWD/bin:$PATH" "$casemate" bundle job -o x --key alice
}

start_agent() {
	ssh-agent -a "$PWD/agent.sock" > agent.env
	. ./agent.env > /dev/null
	trap 'kill $SSH_AGENT_PID' EXIT
}

new_case agent_signs_for_a_public_key 'the private key file is gone' ssh-agent
agent_signs_for_a_public_key_body() {
	enter
	start_agent
	fails_public='is a public key, and the ssh-agent does not sign'
	ssh-add -q alice
	rm alice
	signs alice.pub
	echo "alice $(cat alice.pub)" > signers
	tar xOf x manifest.yaml.sig > sig
	tar xOf x manifest.yaml > text
	atf_check -o match:Good ssh-keygen -Y verify -f signers -I alice \
	    -n casemate-manifest -s sig < text
	ssh-add -q -D
	fails alice.pub "$fails_public"
	kill "$SSH_AGENT_PID"
	trap - EXIT
	fails alice.pub "$fails_public"
}

new_case refusal_of_the_agent_is_named 'a key that it confirms, without a way to ask' ssh-agent
refusal_of_the_agent_is_named_body() {
	enter
	export SSH_ASKPASS=/bin/false SSH_ASKPASS_REQUIRE=force
	start_agent
	ssh-add -q -c alice
	rm alice
	fails alice.pub 'the ssh-agent refused to sign'
}

new_case passphrase_needs_a_terminal 'an agent can hold the key'
passphrase_needs_a_terminal_body() {
	enter
	make_key locked ed25519 sesame
	fails locked 'needs a passphrase, and there is no terminal'
}

# on_terminal PASSPHRASE: script(1) makes the terminal.
on_terminal() {
	mkfifo terminal
	script -qfec "$casemate bundle job -o x --key locked" typescript \
	    < terminal > out &
	exec 3> terminal
	limit=$(($(date +%s) + 20))
	until grep -q passphrase typescript 2> /dev/null; do
		[ "$(date +%s)" -lt "$limit" ] || atf_fail "it did not ask"
		sleep 0.05
	done
	echo "$1" >&3
}

new_case passphrase_is_asked_on_the_terminal 'not on standard input' script
passphrase_is_asked_on_the_terminal_body() {
	enter
	make_key locked ed25519 sesame
	on_terminal sesame
	wait $! || atf_fail "$(tr '\n' ' ' < out)"
	atf_check -o match:'manifest.yaml.sig' tar tf x
}

new_case wrong_passphrase_is_named 'as such' script
wrong_passphrase_is_named_body() {
	enter
	make_key locked ed25519 sesame
	on_terminal simsim
	wait $! && atf_fail "it signed"
	atf_check -o match:'casemate: locked: the passphrase is wrong' cat out
}

atf_init_test_cases() {
	for c in what_is_no_key_file_is_named pem_key_needs_its_public_key two_types_of_keys_are_accepted \
	    security_key_is_refused_first missing_ssh_keygen_has_its_package_named \
	    what_it_says_is_shown agent_signs_for_a_public_key refusal_of_the_agent_is_named \
	    passphrase_needs_a_terminal passphrase_is_asked_on_the_terminal \
	    wrong_passphrase_is_named; do
		atf_add_test_case $c
	done
}
