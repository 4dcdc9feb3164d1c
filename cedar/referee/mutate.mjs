// A text or a JSON value with an error or an oddity.

import { put } from "./bigjson.mjs";

const TOKEN = new RegExp([
	/\/\/[^\n]*/, /"(?:[^"\\]|\\.)*"/, /[A-Za-z_]\w*/, /\d+/, /::/, /&&/,
	/\|\|/, /[=!<>]=/, /\?\w+/, /\s+/, /./,
].map((r) => r.source).join("|"), "gsu");

export const tokens = (text) => text.match(TOKEN) ?? [];

const POLICY_WORDS = ["permit", "forbid", "when", "unless", "principal",
	"action", "resource", "context", "if", "then", "else", "in", "is",
	"has", "like", "true", "false", "==", "!=", "<", "<=", ">", ">=", "&&",
	"||", "!", "+", "-", "*", "/", "%", "=", "&", "|", ".", ",", ";", ":",
	"::", "(", ")", "[", "]", "{", "}", "@", "?principal", "?resource",
	"?x", "?", "1", "0", "-1", "9223372036854775807", "9223372036854775808",
	"-9223372036854775808", "-9223372036854775809", "007", "0x1", "1.5",
	"\"\"", "\"a\"", "'a'", "__cedar", "__cedar::A", "User::\"a\"",
	"User", "A::B::\"c\"", "A::", "::A", "_", "x1", "\u00e9", "Action",
	"ip(\"::1\")", "decimal(\"1.0\")", "[1, 2]", "{a: 1}", "{\"a b\": 1}",
	".contains(1)", ".isEmpty()", ".a", "[\"a\"]", "(1)", "!!!!true",
	"----1", "// c\n", "/* c */", "#", "\\", "`", "$", "has a.b.c",
	"is User in", "principal in", "template", "@id(\"x\")", "@id",
	".getTag(\"a\")", ".hasTag(\"a\")", "containsAll", "ip", "Set"];
const SCHEMA_WORDS = ["entity", "action", "namespace", "type", "in",
	"appliesTo", "principal", "resource", "context", "attributes", "tags",
	"enum", "Set", "Set<", ">", "<", "Long", "String", "Bool", "Boolean",
	"Record", "Entity", "Extension", "ipaddr", "decimal", "datetime",
	"duration", "__cedar", "__cedar::Long", "__cedar::String", "[", "]",
	"{", "}", "=", "?", ":", "::", ",", ";", "\"a\"", "\"\"", "User",
	"Action", "Action::\"view\"", "@doc(\"x\")", "@doc", "// c\n", "A::B",
	"if", "is", "like", "has", "true", "Set<Long>", "{a: Long}", "[]", "{}",
	"principal: [User]", "\u00e9", "-", "1", "\"a b\"", "Group", "Doc",
	"type X = Long;", "entity User;", "entity Q in Q;", "action q;",
	"action q in q;", "action \"q\" in [\"q\"];", "type Y = Y;",
	"entity Long;", "type Bool = Long;", "entity Set;", "type Set = Long;"];
const CHARS = ["\\", "\"", "\\x41", "\\xff", "\\u{41}", "\\u{110000}",
	"\\u{d800}", "\\u{}", "\\u{0000041}", "\\q", "\\*", "*", "\\'", "'",
	"\\0", "\n", "\r", "\t", "\u0000", "\u007f", "\u0080", "\u00a0",
	"\u2028", "\ufeff", "\u{1f600}", "\u0301", "\f", "\v", "\\\n", "\\x4",
	"\\x80", "\\u41", "_", "0", "-", " ", "\\u{ffff}", "\\u{10ffff}"];

const CLASSES = [/^"/, /^\d+$/, /^([=!<>]=|[<>]|in)$/, /^(&&|\|\||[-+*])$/,
	/^\?\w+/, /^(principal|action|resource|context|true|false)$/,
	/^\.\w+\(/, /^\w+$/];

// words: what may be inserted.
export class TextMutator {
	constructor(random, words) {
		this.random = random;
		this.words = words;
	}

	once(text) {
		const r = this.random;
		const all = tokens(text);
		const solid = all.flatMap((t, i) => t.trim() ? [i] : []);

		if (solid.length === 0)
			return r.pick(this.words);
		const at = r.pick(solid);
		const other = r.pick(solid);

		r.weighted([
			[4, () => { all[at] = ""; }],
			[2, () => { all[at] += " " + all[at]; }],
			[2, () => { [all[at], all[other]] =
			    [all[other], all[at]]; }],
			[5, () => { all[at] = r.pick(this.words); }],
			[3, () => { all[at] += " " + r.pick(this.words) + " "; }],
			[2, () => { all[at] = all[other]; }],
			[8, () => { all[at] = this.alike(all, solid, at); }],
			[4, () => { all[at] = this.inside(all[at]); }],
			[1, () => { all[at] += r.pick(CHARS); }],
			[1, () => { all.length = at; }],
		])();
		return all.join("");
	}

	// A word for a word, a string for a string.
	alike(all, solid, at) {
		const kind = CLASSES.find((c) => c.test(all[at]));
		const same = [...this.words, ...solid.map((i) => all[i])]
		    .filter((t) => kind?.test(t));

		return same.length > 0 ? this.random.pick(same) : all[at];
	}

	inside(token) {
		const chars = [...token];
		const at = this.random.below(chars.length + 1);

		chars.splice(at, this.random.below(2), this.random.pick(CHARS));
		return chars.join("");
	}

	text(text) {
		const n = this.random.weighted([[6, 1], [3, 2], [1, 3]]);

		for (let i = 0; i < n; i++)
			text = this.once(text);
		// Half a surrogate pair is not text.
		return text.toWellFormed?.() ?? Buffer.from(text).toString();
	}
}

export const policyMutator = (random) => new TextMutator(random, POLICY_WORDS);
export const schemaMutator = (random) => new TextMutator(random, SCHEMA_WORDS);

// JSON.

const SCALARS = [null, true, false, 0, 1, -1, 1.5, 1e300, 2 ** 53,
	9223372036854775807n,
	9223372036854775808n, "", "a", "principal", "Value", "?principal",
	"All", "==", "in", "User", "Action", "__entity", "Long", "Set",
	"A::B", "a b", "::", "1.0", [], {}, [1], { a: 1 }];
const KEYS = ["Value", "Var", "Slot", "!", "neg", "==", "in", "&&", "+", ".",
	"has", "like", "is", "contains", "Set", "Record", "left", "right",
	"arg", "attr", "entity_type", "if", "op", "entity", "entities", "slot",
	"kind", "body", "effect", "annotations", "conditions", "type", "id",
	"uid", "attrs", "parents", "tags", "name", "element", "attributes",
	"required", "memberOf", "memberOfTypes", "shape", "enum", "appliesTo",
	"principalTypes", "resourceTypes", "context", "entityTypes", "actions",
	"commonTypes", "annotations", "additionalAttributes", "__entity",
	"__extn", "__expr", "fn", "args", "ip", "isIpv4", "unknown_thing",
	"if-then-else", "staticPolicies", "templates", "templateLinks",
	"newId", "templateId", "values", "?principal", "?resource"];

// Every place in a value: {holder, key}.
export function places(value, out = []) {
	if (value === null || typeof value !== "object")
		return out;
	for (const key of Object.keys(value)) {
		out.push({ holder: value, key });
		places(value[key], out);
	}
	return out;
}

// A copy: the inserted part may be changed next.
const scalar = (random) => structuredClone(random.pick(SCALARS));

// In place; `value' is an object or an array.
export function mutateJson(random, value) {
	const all = places(value);

	if (all.length === 0)
		return;
	const { holder, key } = random.pick(all);
	const other = random.pick(all);
	const list = Array.isArray(holder);
	const set = (k, v) => list ? holder[k] = v : put(holder, k, v);

	random.weighted([
		[4, () => list ? holder.splice(key, 1) : delete holder[key]],
		[4, () => set(key, scalar(random))],
		[3, () => set(key, structuredClone(other.holder[other.key]))],
		[list ? 0 : 3, () => { put(holder, random.pick(KEYS),
			holder[key]); delete holder[key]; }],
		[list ? 0 : 3, () => put(holder, random.pick(KEYS),
			scalar(random))],
		[list ? 2 : 0, () => holder.push(structuredClone(holder[key]))],
		[1, () => set(key, [holder[key]])],
		[1, () => set(key, { [random.pick(KEYS)]: holder[key] })],
	])();
}

// Every place of an expression in a policy: {holder, key}.
function expressions(holder, key, out) {
	const e = holder[key];

	if (e === null || typeof e !== "object")
		return out;
	if (Array.isArray(e)) {
		e.forEach((_, i) => expressions(e, i, out));
		return out;
	}
	const [op] = Object.keys(e);

	if (op === undefined)
		return out;
	out.push({ holder, key });
	if (op === "Value" || op === "Var")
		return out;
	const inner = e[op];

	if (Array.isArray(inner))
		expressions(e, op, out);
	else
		for (const k of op === "Record" ? Object.keys(inner) :
		    ["left", "right", "arg", "in", "if", "then", "else"])
			if (k in inner)
				expressions(inner, k, out);
	return out;
}

// Replaces one expression of the policy by another, perhaps of a wrong type.
export function mixExpressions(random, policy) {
	const all = policy.conditions.flatMap((c) => expressions(c, "body", []));

	if (all.length < 2)
		return;
	const to = random.pick(all);
	const from = random.pick(all);

	to.holder[to.key] = structuredClone(from.holder[from.key]);
}
