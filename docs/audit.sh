#!/bin/sh
#
# audit.sh KEYFILE EXPORT [QUESTION...] - check an export of a Casemate ledger
# and say what happened, with nothing but a POSIX shell, coreutils, openssl, jq
# and ssh-keygen.
#
# KEYFILE holds the appliance's public key, from a source that you trust.  EXPORT
# is a folder (docs/audit.md says how it is made):
#
#	leaves/N.tlog-proof	receipts of leaves
#	leaves/N.disclosures	what discloses withheld fields of leaf N, if given
#	evidence/N/		what was signed, and the site of that time, if given
#	kept/*			receipts and checkpoints that clients kept, if any
#
# Questions: boots, jobs, refused, stops, reads, clock, past; all by default.
# Everything is checked before the first answer.  Exits 0 when all that the
# export has is true and no leaf of its tree is missing, 1 when not, 100 when
# used wrongly.
set -eu
export LC_ALL=C TZ=UTC0

docs=$(cd "$(dirname "$0")" && pwd)
all="boots jobs refused stops reads clock past"

usage() {
	echo "usage: audit.sh KEYFILE EXPORT [QUESTION...]" >&2
	echo "questions: $all" >&2
	exit 100
}
# What a terminal would obey (control characters, ends of lines, direction marks)
# is written as \u and four digits: texts of leaves are from outside.
safe='def hex: . as $n | [4096, 256, 16, 1]
    | map(($n / . | floor) % 16 | "0123456789abcdef"[. : . + 1]) | join("");
def acts: . < 32 or (. >= 127 and . < 160) or . == 1564 or . == 8206
    or . == 8207 or (. >= 8232 and . <= 8238)
    or (. >= 8294 and . <= 8297);
def safe: explode | map(if acts then "\\u" + hex else [.] | implode end)
    | join("");
'
no() {
	echo "audit.sh: $*" | jq -Rr "$safe safe" >&2
	exit 1
}
# What is missing is said, and the rest goes on.
missing() {
	echo "MISSING: $*"
	status=1
}

# 1. Receipts.  verify-receipt.sh prints the leaf and a newline.
leaf_hash() {
	{ printf '\000'; cat "$1"; } | openssl dgst -sha256 -binary
}
to_hex() {
	od -An -v -tx1 | tr -d ' \n'
}
# take_leaf N: to $t/leaf.N, its hash to $t/hashes; the chain of hashes is right.
take_leaf() {
	receipt=$export/leaves/$1.tlog-proof
	"$docs/verify-receipt.sh" "$receipt" "$key" > "$t/text" 2> "$t/why" ||
		no "leaf $1: $(cat "$t/why")"
	head -c -1 "$t/text" > "$t/leaf.$1"
	[ "$(jq -r .id "$t/leaf.$1")" = "$1" ] ||
		no "$receipt is not of leaf $1"
	leaf_hash "$t/leaf.$1" > "$t/hash"
	[ "$1" != "$next" ] || [ "$(jq -r .prev "$t/leaf.$1")" = "$prev" ] ||
		no "leaf $1 does not follow leaf $(($1 - 1))"
	prev=$(to_hex < "$t/hash")
	base64 -w 0 < "$t/hash" >> "$t/hashes"
	echo >> "$t/hashes"
	sed '1,/^$/d' "$receipt" | sed -n '2{N;s/\n/ /;p;}' >> "$t/checkpoints"
}
# gap FIRST LAST
gap() {
	if [ "$1" -eq "$2" ]; then
		echo "leaf $1"
	else
		echo "leaves $1 to $2"
	fi
}
# Each leaf N from 0 on; `next' is the one that follows the last.
take_leaves() {
	prev=$(printf '%064d' 0) next=0
	: > "$t/hashes"
	for n in $(ls "$export/leaves" |
	    sed -n 's/^\([0-9]*\)\.tlog-proof$/\1/p' | sort -n); do
		[ "$n" -eq "$next" ] ||
			missing "$(gap "$next" $((n - 1))), and with that what was" \
			    "recorded there"
		take_leaf "$n"
		next=$((n + 1))
	done
	[ "$next" -gt 0 ] || no "$export/leaves has no receipts"
	size=$(sort -n "$t/checkpoints" | tail -n 1 | cut -d' ' -f1)
	echo "export: its last leaf is $((next - 1)); the appliance had signed" \
	    "leaves 0 to $((size - 1))"
}

# 2. Disclosures (RFC 9901): base64url of ["SALT","NAME",VALUE], whose SHA-256
#    is in the leaf.
from_url() {
	text=$(printf %s "$1" | tr -- -_ +/)
	while [ $((${#text} % 4)) -ne 0 ]; do
		text=$text=
	done
	printf %s "$text" | base64 -d
}
digest_url() {
	printf %s "$1" | openssl dgst -sha256 -binary | base64 -w 0 |
		tr +/ -_ | tr -d =
}
# Names of the withheld fields are from docs/leaf.schema.json: the nth digest
# is that of the nth field.
merge='. as $leaf | ([$schema[0].oneOf[]
    | select(.properties.type.const == $leaf.type)
    | .properties.data.properties._sd.prefixItems // [] | .[].title]) as $names
| (.data._sd // []) as $sd
| ($open | map({(.digest): .array}) | add // {}) as $by
| if ([$open[].digest] - $sd) != [] then error("of another leaf, or changed")
  else . end
| reduce range(0; $sd | length) as $n (.;
    ($names[$n] // "withheld_\($n + 1)") as $name
    | $by[$sd[$n]] as $array
    | if $array == null then .data[$name] = "[withheld]"
      elif $array[1] != $name then error("of \($name) names \($array[1])")
      else .data[$name] = $array[2] end)
| del(.data._sd)'
take_disclosures() {
	: > "$t/all"
	for leaf in $(ls "$t" | sed -n 's/^leaf\.//p' | sort -n); do
		: > "$t/open"
		file=$export/leaves/$leaf.disclosures
		[ ! -f "$file" ] || while IFS= read -r line; do
			from_url "$line" > "$t/array"
			jq -c --arg digest "$(digest_url "$line")" \
			    '{digest: $digest, array: .}' "$t/array" \
			    >> "$t/open" || no "$file is not disclosures"
		done < "$file"
		jq -c --slurpfile open "$t/open" \
		    --slurpfile schema "$docs/leaf.schema.json" "$merge" \
		    "$t/leaf.$leaf" >> "$t/all" 2> "$t/why" ||
			no "disclosures of leaf $leaf: $(cat "$t/why")"
	done
}

# 3. Evidence: digests of the leaf, and signatures by a key that the site of
#    that time lists.
digest() {
	sha256sum < "$1" | cut -d' ' -f1
}
# has N JQ VALUE: leaf N says so.
has() {
	[ "$(jq -r "$2" "$t/leaf.$1")" = "$3" ]
}
# check_site N: the site's digest is that of the list of its files.
check_site() {
	(cd "$dir/site" && find . -type f ! -path ./SHA256SUMS | sed 's#^./##' |
	    sort | while IFS= read -r file; do
		sha256sum "$file"
	done) > "$t/sums"
	has "$1" .site "$(digest "$t/sums")" ||
		no "evidence of leaf $1: this is not the site that was in force"
}
# check_signed N FILE FIELD NAMESPACE WHO: prints what ssh-keygen says.
check_signed() {
	has "$1" ".data.$3" "$(digest "$dir/$2")" ||
		no "evidence of leaf $1: $2 is not the one that the leaf names"
	when=$(jq -r '.time[0:19] | gsub("[^0-9]"; "")' "$t/leaf.$1")
	signers=$dir/site/allowed_signers
	[ -f "$signers" ] && [ -f "$dir/$2.sig" ] || {
		echo "$2 is the one that the leaf names; who signed it cannot" \
		    "be proven without its signature and the site"
		return
	}
	who=$(jq -r "select(.id == \"$1\") | .data.$5" "$t/all")
	[ "$who" != "[withheld]" ] || who=$(ssh-keygen -Y find-principals \
	    -s "$dir/$2.sig" -f "$signers" -Overify-time="$when" | head -n 1)
	good=$(ssh-keygen -Y verify -f "$signers" -I "$who" -n "$4" \
	    -s "$dir/$2.sig" -Overify-time="$when" < "$dir/$2" 2> "$t/why") ||
		no "evidence of leaf $1: $2: $(cat "$t/why")"
	named=$(jq -r "select(.id == \"$1\") | .data.$5_key" "$t/all")
	[ "$named" = "[withheld]" ] || [ "${good##* }" = "$named" ] ||
		no "evidence of leaf $1: $2 was signed by ${good##* }, not by" \
		    "$named"
	printf '%s\n' "$good"
}
# The command's issued_at, behind four strings, by the signer's clock.
issued_at() {
	at=0
	for string in version verb appliance nonce; do
		at=$((at + 4 + $(od -An -tu4 --endian=big -j $at -N 4 "$1")))
	done
	echo $(($(od -An -tu8 --endian=big -j $at -N 8 "$1")))
}
# Where the rules that decided are written: ID<TAB>FILE:LINE.
find_rules() {
	jq -r '.data.rules // [] | .[]' "$t/leaf.$1" |
	while IFS= read -r id; do
		line=$(cd "$dir/site" && grep -nF "@id(\"$id\")" \
		    policy/* policies/* 2> /dev/null | head -n 1 |
		    cut -d: -f1,2)
		printf '%s\t%s\n' "$id" "${line:-by its place}"
	done
}
take_evidence() {
	: > "$t/facts"
	[ -d "$export/evidence" ] || return 0
	for n in $(ls "$export/evidence" | sort -n); do
		dir=$export/evidence/$n
		[ -f "$t/leaf.$n" ] || no "evidence/$n has no leaf"
		command='' manifest='' issued=0
		[ ! -d "$dir/site" ] || check_site "$n"
		[ ! -f "$dir/command" ] || {
			command=$(check_signed "$n" command command_sha256 \
			    casemate-command submitter)
			issued=$(issued_at "$dir/command")
		}
		[ ! -f "$dir/manifest.yaml" ] ||
			manifest=$(check_signed "$n" manifest.yaml \
			    manifest_sha256 casemate-manifest author)
		[ ! -d "$dir/site" ] || find_rules "$n" > "$t/rules"
		[ -d "$dir/site" ] || : > "$t/rules"
		jq -cn --arg leaf "$n" --arg command "$command" \
		    --arg manifest "$manifest" --argjson issued "$issued" \
		    --rawfile rules "$t/rules" '{leaf: $leaf,
		    command: $command, manifest: $manifest, issued: $issued,
		    rules: ($rules | split("\n") | map(select(. != "")
		    | split("\t") | {(.[0]): .[1]}) | add // {})}' \
		    >> "$t/facts"
	done
}

# 4. The past: the tree that the appliance signed at any time before is the
#    beginning of this one (RFC 6962): the roots of its first leaves say so.
# root SIZE: of the first SIZE leaves.
root() {
	head -n "$1" "$t/hashes" > "$t/level"
	while [ "$(wc -l < "$t/level")" -gt 1 ]; do
		while IFS= read -r left; do
			if IFS= read -r right; then
				{
					printf '\001'
					printf %s "$left" | base64 -d
					printf %s "$right" | base64 -d
				} | openssl dgst -sha256 -binary | base64 -w 0
				echo
			else
				printf '%s\n' "$left"
			fi
		done < "$t/level" > "$t/above"
		mv "$t/above" "$t/level"
	done
	cat "$t/level"
}
# check_root SIZE ROOT WHAT
check_root() {
	[ "$1" -le "$next" ] ||
		no "THE LEDGER WENT BACK, or the export is older: $3 is of $1" \
		    "leaves, the export has only $next"
	[ "$(root "$1")" = "$2" ] ||
		no "THE LEDGER WAS FORKED: $3 has another root for its first" \
		    "$1 leaves"
}
past() {
	[ $status -eq 0 ] || {
		echo "past: not known, since leaves are missing"
		return
	}
	sort -un "$t/checkpoints" | while read -r n root; do
		[ "$n" -gt "$next" ] ||
			check_root "$n" "$root" "a checkpoint of the export"
	done
	echo "past: all $next leaves are proven to be in one tree"
	[ -d "$export/kept" ] || return 0
	for file in "$export"/kept/*; do
		take_kept "$file"
		check_root "$n" "$root" "$file"
		echo "past: the $n leaves of ${file##*/} are the first of these"
	done
}
# take_kept FILE: a receipt, or a note alone; its size and root.  Its signature
# is checked by `verify-receipt.sh' or, of a note, in the same way.
take_kept() {
	if [ "$(head -n 1 "$1")" = c2sp.org/tlog-proof@v1 ]; then
		"$docs/verify-receipt.sh" "$1" "$key" > "$t/text" \
		    2> "$t/why" || no "$1: $(cat "$t/why")"
		sed '1,/^$/d' "$1" > "$t/note"
	else
		cat "$1" > "$t/note"
		check_note "$1"
	fi
	n=$(sed -n 2p "$t/note") root=$(sed -n 3p "$t/note")
}
# openssl wants the key in DER, which has a fixed head before the 32 bytes.
check_note() {
	{
		printf '\060\052\060\005\006\003\053\145\160\003\041\000'
		sed 's/^[^+]*+[^+]*+//' "$key" | base64 -d | tail -c 32
	} > "$t/key.der"
	sed -n 1,3p "$t/note" > "$t/signed"
	name=$(sed 's/+.*//' "$key")
	[ "$(head -n 1 "$t/signed")" = "$name" ] || no "$1 is not of $name"
	sed -n "5s#^— $name ##p" "$t/note" | base64 -d | tail -c 64 > "$t/sig"
	openssl pkeyutl -verify -pubin -inkey "$t/key.der" -keyform DER -rawin \
	    -in "$t/signed" -sigfile "$t/sig" > /dev/null 2>&1 ||
		no "$1: the signature does not match the checkpoint"
}

# 5. Questions to the leaves: jq programs over an array of all of them.
defs='
def ms: (.time[0:19] + "Z" | fromdateiso8601) * 1000 + (.time[20:23] | tonumber);
def up: .uptime | tonumber * 1000 | floor;
def kind: .type | ltrimstr("casemate.");
def boots: map(select(.boot)) | group_by(.boot) | sort_by(.[0].id | tonumber);
def started: map(select(kind == "appliance.started")) | .[0];
def zeros: test("^0*$");
def or_none: if . == "" or . == [] or . == null then "none" else . end;
def known: if . == null then "unknown" else . end;
def plain: if type == "array" then map(tostring) | join(" ") else tostring end;
def fact: .id as $id | [$facts[] | select(.leaf == $id)] | .[0];
def rules: fact as $f | .data.rules
    | if . == null then "unknown" elif . == [] then "none" else map(. +
    (if $f.rules[.] then " (\($f.rules[.]))" else "" end)) | join(", ") end;
def who: .data | "\(.submitter) \(.submitter_key // "(key unknown)")"
    + (if .session == "" or .session == null then ""
       else ", session \(.session)" end);
# A job without an end, of all leaves.  Jobs end with the runner or the boot.
def unfinished($all): .id as $id | (.boot != $all[-1].boot or any($all[]
    | select((.id | tonumber) > ($id | tonumber)); kind == "service.ended"
	and .data.service == "runner")) as $over
    | if $missing != 0 then "not known, since leaves are missing"
    elif .boot == null then "not recorded"
    elif $over then "not recorded: it was cut off"
    else "not recorded: it ran when this was exported" end;
def limits: .data | to_entries
    | map(select(.key | test("^(cpu_millis|processes|open_files|wall_ms)$|_bytes$"))
    | "\(.key)=\(.value)") | join(" ");
'
ask() {
	jq -rs --slurpfile facts "$t/facts" --argjson missing "$status" \
	    "$safe $defs ($1) | safe" "$t/all"
}
boots() {
	ask 'boots[] | . as $b | (started // $b[0]) as $s | $s.data as $d
	| "boot \($s.boot): leaves \($b[0].id) to \($b[-1].id), from \($b[0].time)",
	"  image     \($d.image // $d.version), SHA-256 \($d.image_sha256
	    // "unknown" | if zeros then "not told" else . end), root file"
	    + " system \($d.build_sha256 // "unknown")",
	"  site      \($s.site)",
	"  runtimes  \($d.runtimes | or_none | plain)",
	($b[] | select(kind == "runtime.measured")
	    | "  measured  \(.data.runtime) \(.data.sha256)"),
	"  kernel    \($d.command_line // "unknown" | or_none)",
	"  machine   \($d.cpus // "unknown") CPUs, \($d.memory_bytes
	    // "unknown") bytes of memory"'
	[ -d "$export/evidence" ] || return 0
	for n in $(ls "$export/evidence" | sort -n); do
		[ ! -d "$export/evidence/$n/site" ] || {
			printf 'site %s: evidence/%s/site\n' \
			    "$(jq -r .site "$t/leaf.$n")" "$n"
		}
	done | sort -u -k 2,2 | while read -r word name where; do
		echo "$word $name $where"
		ssh-keygen -lf "$export/$where/allowed_signers" 2> /dev/null |
			jq -Rr "$safe \"  signer    \" + safe"
		(cd "$export/$where" && ls policy/* policies/* 2> /dev/null) |
			jq -Rr "$safe \"  rules     \" + safe"
	done
}
jobs() {
	ask '. as $all | .[] | select(kind == "job.accepted") | .data.job as $job
	| ($all | map(select(kind == "job.finished" and .data.job == $job))
	    | .[0]) as $outcome
	| "job \($job) \(.data.name): leaf \(.id), boot \(.boot | known), site \(.site | known)",
	"  ordered   \(who)", "  written   \(.data.author) \(.data.author_key // "(key unknown)")",
	(fact | select(.) | "  proof     \(.command)", "  proof     \(.manifest)"),
	"  ran       \(.data.argv | known | plain), manifest \(.data.manifest_sha256)",
	"  runtime   \(if .data.runtime == "" then "none" else
	    "\(.data.runtime) \(.data.runtime_sha256)" end)",
	"  secrets   \(.data.secrets | or_none | plain)",
	"  limits    \(limits)", "  beyond    \(.data.capabilities | or_none)",
	"  rules     \(rules)",
	(if $outcome then "  end       \($outcome.data.outcome) \($outcome.data.status), leaf"
	    + " \($outcome.id), \($outcome.data.message | or_none)"
	    + (if $outcome.data.limits_reached | or_none != "none" then
	    ", reached \($outcome.data.limits_reached)" else "" end)
	else "  end       \(unfinished($all))" end)'
}
refused() {
	ask '.[] | select(kind == "job.refused" or kind == "read.refused")
	| "refused \(.data.job | or_none) \(.data.name // .data.verb | or_none):"
	    + " leaf \(.id), boot \(.boot | known), site \(.site | known)",
	"  ordered   \(who)",
	(fact | select(.) | .command, .manifest | select(. != "")
	    | "  proof     \(.)"),
	"  reason    \(.data.reason): \(.data.message)", "  rules     \(rules)",
	(select(kind == "job.refused")
	    | if .data.name == "" then "  wanted    not known: the manifest was"
	    + " not read" else "  wanted    \(.data.argv | known | plain), runtime"
	    + " \(.data.runtime | or_none), beyond \(.data.capabilities
	    | or_none), secrets \(.data.secrets | or_none | plain)",
	    "  limits    \(limits)" end, "  manifest  \(.data.manifest_sha256)",
	    "  bundle    \(.data.bundle_sha256 | known)")'
}
stops() {
	ask 'boots as $boots | range(0; $boots | length) as $i | $boots[$i] as $b
	| ($b | map(select(kind == "appliance.stopping")) | .[0].data) as $order
	| ($b | map(select(kind == "appliance.stopped")) | .[0].data) as $stop
	| ($b[] | select(kind == "service.ended")
	    | "service \(.data.service): leaf \(.id), \(.data.cause)"
	    + " \(.data.status), \(.data.reason | or_none), then"
	    + " \(.data.then), at \(.time)"),
	($b[] | select(kind == "appliance.degraded") | "degraded: leaf \(.id),"
	    + " \(.data.part) \(.data.name): \(.data.message)"),
	"stop of \($b[0].boot): " + (if $order then
	    "ordered by \($order.ordered_by) (\($order.how))"
	    + (if $stop then ", in good order" else
	    ", but it did not end in order" end) + ", at \($b[-1].time)"
	elif $i + 1 < ($boots | length) then
	    "CUT OFF: there was no order; the last sign is leaf \($b[-1].id),"
	    + " \($b[-1].time)"
	else "it was up when this was exported" end)'
}
reads() {
	ask '.[] | select(kind == "read.allowed" or kind
	    == "disclosure.forgotten")
	| "\(.data.verb // "forget"): leaf \(.id), by \(who), rules \(rules)"
	    + (if .data.field | or_none != "none" then ", field \(.data.field)"
	    + " of leaf \(.data.leaf // .data.first)" else "" end)'
}
# Within a boot the wall clock and the time since the start must go together;
# a signer's own clock is in each command.
clock() {
	ask 'boots[] | . as $b | map(ms - up) as $start
	| ([.[] | select(kind == "clock.stepped")]) as $steps
	| ([.[] | fact as $f | select(($f.issued // 0) > 0)
	    | (ms / 1000 | floor) - $f.issued]) as $late
	| "clock of \($b[0].boot): it moved by \(($start | max)
	    - ($start | min)) ms against the time since the start,"
	    + " \($steps | length) steps"
	    + (if $late == [] then "" else "; commands were \($late | min) to"
	    + " \($late | max) s old by their signers'"'"' clocks" end),
	($steps[] | "  step      leaf \(.id), \(.data.direction)"
	    + " \(.data.step_ms) ms, from \(.data.from) to \(.data.to)")'
	ask 'map(select(.boot)) | . as $all | range(1; length) as $i
	| select(($all[$i] | ms) < ($all[$i - 1] | ms))
	| "clock: leaf \($all[$i].id) is before leaf \($all[$i - 1].id)"'
}

[ $# -ge 2 ] || usage
key=$1 export=$2 status=0
shift 2
[ $# -gt 0 ] || set -- $all
for question in "$@"; do
	case " $all " in
	*" $question "*) ;;
	*) usage ;;
	esac
done
[ -f "$key" ] || no "$key cannot be read; it must be a file"
[ -d "$export/leaves" ] || no "$export has no folder leaves"
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT

take_leaves
take_disclosures
take_evidence
for question in "$@"; do
	$question
done
exit $status
