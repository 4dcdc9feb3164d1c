#!/bin/sh
#
# verify-receipt.sh RECEIPT KEYFILE [DISCLOSURES] - verify a receipt of Casemate
# with nothing but a POSIX shell, coreutils and openssl.
#
# KEYFILE holds the appliance's public key, one line NAME+ID+KEY, as
# `casemate status' prints it.  DISCLOSURES holds what discloses withheld fields
# of the leaf, as `casemate run --receipt' writes it beside the receipt.  Prints
# the leaf, then each disclosure on a line, ["SALT","NAME",VALUE]; exits 0 when
# the appliance signed a tree that has this leaf and the disclosures are of this
# leaf, 1 when not, 100 when used wrongly.
#
# It refuses what `casemate verify' refuses, and also signature lines with names
# that are not ASCII, and numbers of more than 18 digits.  It does not know which
# field belongs in which place of the list of digests.
#
# Written to be read: docs/ledger.md explains each step.
set -eu
export LC_ALL=C

[ $# -eq 2 ] || [ $# -eq 3 ] || {
	echo "usage: verify-receipt.sh RECEIPT KEYFILE [DISCLOSURES]" >&2
	exit 100
}
no() {
	echo "verify-receipt.sh: $*" >&2
	exit 1
}
# A number that the shell's arithmetic surely holds.
number() {
	case $1 in
	'' | *[!0-9]* | 0?* | ???????????????????*) return 1 ;;
	esac
}
# decode TEXT FILE: base64 in its one spelling.
decode() {
	printf %s "$1" | base64 -d > "$2" 2> /dev/null &&
		[ "$(base64 -w 0 < "$2")" = "$1" ]
}
bytes() {
	echo $(($(wc -c < "$1")))
}
# Whether the file has bytes beyond ASCII text, ends of lines and the dash.
odd() {
	tr -d '\n -~\342\200\224' < "$1" > "$t/odd"
	[ -s "$t/odd" ]
}
# The name of a key: ASCII without blanks.
name() {
	case $1 in
	'' | *[!!-~]*) return 1 ;;
	esac
}

for f in "$@"; do
	[ -f "$f" ] && [ -r "$f" ] || no "$f cannot be read; it must be a file"
done
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
cat "$1" > "$t/receipt"
cat "$2" > "$t/vkey"
cat ${3:+"$3"} < /dev/null > "$t/disclosures"
if odd "$t/receipt" || odd "$t/vkey"; then
	no "$1 or $2 has control characters or is not ASCII: it was damaged"
fi

# 1. The key: NAME+ID+base64(0x01 || 32 bytes).  ID is the start of a hash.
IFS= read -r vkey < "$t/vkey" || [ -n "$vkey" ] || no "$2 is empty"
[ "$(bytes "$t/vkey")" -le $((${#vkey} + 1)) ] || no "$2 is not one line"
name=${vkey%%+*}
rest=${vkey#*+}
id=${rest%%+*}
name "$name" && [ ${#name} -le 128 ] && decode "${rest#*+}" "$t/key" ||
	no "$2 is not NAME+ID+KEY"
[ "$(bytes "$t/key")" -eq 33 ] || no "$2 is not NAME+ID+KEY"
[ "$(head -c 1 "$t/key" | base64)" = "AQ==" ] || no "$2 is no Ed25519 key"
{ printf '%s\n' "$name"; cat "$t/key"; } | sha256sum | cut -c 1-8 > "$t/id"
[ "$(cat "$t/id")" = "$id" ] || no "the key's id is not its own"

# 2. The receipt: a leaf, its index, hashes, an empty line, a signed note.
[ "$(bytes "$t/receipt")" -le 65536 ] || no "$1 is longer than a receipt"
[ "$(tail -c 1 "$t/receipt" | od -An -tx1)" = " 0a" ] ||
	no "$1 ends without a newline: it was cut"
: > "$t/hashes"
{
	IFS= read -r line && [ "$line" = "c2sp.org/tlog-proof@v1" ] ||
		no "$1 is no receipt"
	IFS= read -r line && [ "${line%% *}" = extra ] || no "no leaf in $1"
	decode "${line#extra }" "$t/leaf" || no "the leaf is not base64"
	IFS= read -r line && [ "${line%% *}" = index ] || no "no index in $1"
	index=${line#index }
	number "$index" || no "the index is no number"
	while IFS= read -r line && [ -n "$line" ]; do
		decode "$line" "$t/other" && [ "$(bytes "$t/other")" -eq 32 ] ||
			no "the proof is not hashes in base64"
		printf '%s\n' "$line" >> "$t/hashes"
	done
	cat > "$t/note"
} < "$t/receipt"
[ "$(bytes "$t/leaf")" -le 16384 ] || no "the leaf is longer than any"

# 3. The note: three lines, an empty line, signatures.
{
	IFS= read -r origin && IFS= read -r size && IFS= read -r root &&
		IFS= read -r line || no "the checkpoint is cut"
	[ -z "$line" ] || no "the checkpoint is not three lines"
	cat > "$t/signatures"
} < "$t/note"
[ "$origin" = "$name" ] || no "the checkpoint is of $origin, not of $name"
number "$size" || no "the size is no number"
decode "$root" "$t/root" && [ "$(bytes "$t/root")" -eq 32 ] ||
	no "the root is not a hash in base64"
printf '%s\n%s\n%s\n' "$origin" "$size" "$root" > "$t/text"

# 4. Its signatures: each line is a dash, the key's name, and
#    base64(ID || signature), where ours has 64 bytes.  openssl wants the key
#    in DER, which for Ed25519 is a fixed head before it.
{
	printf '\060\052\060\005\006\003\053\145\160\003\041\000'
	tail -c 32 "$t/key"
} > "$t/key.der"
signed=no
signatures=0
while IFS= read -r line; do
	signatures=$((signatures + 1))
	signer=${line#— }
	signature=${signer#* }
	signer=${signer%% *}
	[ "$line" = "— $signer $signature" ] && name "$signer" &&
		[ "${signer#*+}" = "$signer" ] &&
		decode "$signature" "$t/sig" && [ "$(bytes "$t/sig")" -gt 4 ] &&
		[ "$(bytes "$t/sig")" -le 8192 ] ||
		no "signature $signatures of the checkpoint is malformed"
	[ "$signer" = "$name" ] || continue
	[ "$(head -c 4 "$t/sig" | od -An -tx1 | tr -d ' \n')" = "$id" ] ||
		continue
	tail -c +5 "$t/sig" > "$t/sig64"
	openssl pkeyutl -verify -pubin -inkey "$t/key.der" -keyform DER \
		-rawin -in "$t/text" -sigfile "$t/sig64" > /dev/null 2>&1 ||
		no "the signature does not match the checkpoint"
	signed=yes
done < "$t/signatures"
[ $signatures -le 64 ] || no "the checkpoint has more than 64 signatures"
[ $signed = yes ] || no "the checkpoint is not signed by $name+$id"

# 5. The tree: from the leaf's hash up to the root, RFC 9162 section 2.1.3.2.
[ "$index" -lt "$size" ] || no "the tree has only $size leaves"
{ printf '\000'; cat "$t/leaf"; } | openssl dgst -sha256 -binary > "$t/hash"
at=$index
last=$((size - 1))
exec 3< "$t/hashes"
while [ "$last" -gt 0 ]; do
	if [ $((at % 2)) -eq 1 ] || [ "$at" -lt "$last" ]; then
		IFS= read -r line <&3 || no "the proof is too short"
		decode "$line" "$t/other"
		if [ $((at % 2)) -eq 1 ]; then
			{ printf '\001'; cat "$t/other" "$t/hash"; }
		else
			{ printf '\001'; cat "$t/hash" "$t/other"; }
		fi | openssl dgst -sha256 -binary > "$t/next"
		mv "$t/next" "$t/hash"
	fi
	at=$((at / 2))
	last=$((last / 2))
done
IFS= read -r line <&3 && no "the proof is too long"
[ "$(base64 -w 0 < "$t/hash")" = "$root" ] ||
	no "the leaf is not number $index of this tree"

# The leaf says the same of itself: its index, and who made it.
head="{\"specversion\":\"1.0\",\"id\":\"$index\",\"source\":\"$name\","
[ "$(head -c ${#head} "$t/leaf")" = "$head" ] ||
	no "the leaf is not leaf $index of $name"

# 6. The disclosures, RFC 9901 section 4.2: a line is base64url of a JSON array,
#    and the leaf's last member, "_sd", has the SHA-256 of each in base64url.
[ "$(bytes "$t/disclosures")" -le 65536 ] || no "$3 is longer than disclosures"
[ ! -s "$t/disclosures" ] ||
	[ "$(tail -c 1 "$t/disclosures" | od -An -tx1)" = " 0a" ] ||
	no "$3 ends without a newline: it was cut"
sed -n 's/.*"_sd":\[\(.*\)\]}}$/\1/p' "$t/leaf" | tr -d '"' | tr , '\n' \
	> "$t/digests"
: > "$t/disclosed"
: > "$t/fields"
n=0
while IFS= read -r line; do
	n=$((n + 1))
	case $line in
	'' | *[!A-Za-z0-9_-]*) no "line $n of $3 is not base64url" ;;
	esac
	digest=$(printf %s "$line" | openssl dgst -sha256 -binary |
		base64 -w 0 | tr '+/' '-_' | tr -d =)
	grep -qxFe "$digest" "$t/digests" ||
		no "line $n of $3 is not of this leaf: it was changed or moved"
	padded=$(printf %s "$line" | tr '_-' '/+')$(
		printf %.$(((4 - ${#line} % 4) % 4))s ===)
	decode "$padded" "$t/json" || no "line $n of $3 is damaged"
	tr -d '\040-\176\200-\377' < "$t/json" > "$t/odd"
	field=$(sed -n 's/^\["[A-Za-z0-9_-]\{22\}","\([a-z0-9_]\{1,\}\)",.*\]$/\1/p' \
		"$t/json")
	[ -n "$field" ] && [ ! -s "$t/odd" ] ||
		no "line $n of $3 does not disclose a field"
	grep -qxFe "$field" "$t/fields" && no "line $n of $3 is there twice"
	grep -qFe "\"$field\":" "$t/leaf" &&
		no "line $n of $3 names a field that the leaf has already"
	echo "$field" >> "$t/fields"
	{ cat "$t/json"; echo; } >> "$t/disclosed"
done < "$t/disclosures"

cat "$t/leaf"
echo
cat "$t/disclosed"
echo "receipt verified: leaf $index of the $size that $name signed" >&2
