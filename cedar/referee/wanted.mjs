// Features that a run of some size must have covered to prove anything.

const OPERATORS = ["Value", "Var", "!", "neg", "==", "!=", "<", "<=", ">",
	">=", "&&", "||", "+", "-", "*", "in", "contains", "containsAll",
	"containsAny", "isEmpty", "getTag", "hasTag", ".", "has", "has a.b",
	"like", "is", "is in", "if-then-else", "Set", "Record", "decimal",
	"lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual",
	"ip", "isIpv4", "isIpv6", "isLoopback", "isMulticast", "isInRange",
	"datetime", "offset", "durationSince", "toDate", "toTime", "duration",
	"toMilliseconds", "toSeconds", "toMinutes", "toHours", "toDays"];
const SCOPES = ["All", "==", "in", "is", "is in"];
const BOTH = ["text", "mutated text", "JSON policy", "policy set",
	"schema text", "JSON schema", "entities", "entities with schema",
	"bare request", "request with schema"];

export const wanted = [
	...OPERATORS.flatMap((op) => ["made " + op, "decided " + op]),
	...SCOPES.flatMap((s) => ["scope principal " + s, "scope resource " + s]),
	"scope action All", "scope action ==", "scope action in",
	"scope action in []", "annotation", "when", "unless", "template link",
	"allow", "deny: forbid", "deny: default", "request refused",
	"error: overflow", "error: no attribute", "error: no tag",
	"error: no entity", "error: type", "error: extension overflow",
	"error: extension text",
	...BOTH.filter((x) => x !== "text")
	    .flatMap((x) => [x + " accepted", x + " refused"]),
	"extension test: true", "extension test: false",
	"extension test: error", "text accepted", "format accepted",
	"policy valid", "policy invalid", "policy impossible",
	"policy confusable",
];

export class Counts {
	constructor() {
		this.counts = new Map(wanted.map((w) => [w, 0]));
		this.add = (what) =>
		    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
	}

	of(what) {
		return this.counts.get(what) ?? 0;
	}

	missing() {
		return wanted.filter((w) => this.of(w) === 0);
	}

	// Three columns; an operator's two numbers are on one line.
	table() {
		const rows = OPERATORS.map((op) => [op,
			this.of("made " + op), this.of("decided " + op)]);
		const rest = [...this.counts].filter(([k]) =>
		    !k.startsWith("made ") && !k.startsWith("decided "));

		return [["operator or function", "made", "decided"], ...rows]
		    .map(([a, b, c]) => a.padEnd(24) +
		        String(b).padStart(10) + String(c).padStart(10))
		    .concat("", ["what came of it".padEnd(34) +
		        "times".padStart(10)],
		        rest.map(([k, n]) => k.padEnd(34) +
		        String(n).padStart(10))).join("\n");
	}
}
