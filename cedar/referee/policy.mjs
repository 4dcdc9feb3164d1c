// Policies that are mostly valid for a schema.  An expression is made for a
// wanted type from all of the language.  Attributes that may be missing are
// mostly tested with `has' first.  At times (`wild') an expression has another
// type, a malformed text or an unknown name.

import { put } from "./bigjson.mjs";
import { TAGS } from "./data.mjs";
import { BOOL, LONG, STRING, entity, ext, resolve, setOf, typeKey } from
    "./schema.mjs";
import { isIdent } from "./text.mjs";
import { LONGS, MAKERS, STRINGS, extensionText } from "./texts.mjs";

const PATH_DEPTH = 3;
const value = (v) => ({ Value: v });
const name = (uid) => value({ __entity: uid });
const two = (op, left, right) => ({ [op]: { left, right } });
const and = (left, right) => two("&&", left, right);
const not = (arg) => ({ "!": { arg } });

class Expressions {
	constructor(world, wild, env) {
		this.world = world;
		this.random = world.random;
		this.wild = wild;
		this.env = env;
		this.guards = [];
		this.paths = [];
		for (const variable of ["principal", "resource"])
			this.addPaths({ Var: variable },
			    entity(env[variable]), [], PATH_DEPTH);
		this.addPaths({ Var: "context" }, env.context, [], PATH_DEPTH);
	}

	// Everything reachable from a variable, with the tests that must hold
	// before it may be read.
	addPaths(expr, type, guards, depth) {
		const t = resolve(type);

		this.paths.push({ expr, type: t, guards });
		if (depth === 0 || this.paths.length > 200)
			return;
		const e = t.k === "Entity" && this.world.byName.get(t.name);
		const attrs = e ? e.attrs : t.k === "Record" ? t.attrs : [];

		for (const a of attrs)
			this.addPaths({ ".": { left: expr, attr: a.name } },
			    a.type, a.required ? guards : [...guards,
			    { has: { left: expr, attr: a.name } }], depth - 1);
		if (e?.tags)
			for (const tag of TAGS.slice(0, 2))
				this.addTag(expr, e.tags, tag, guards);
	}

	addTag(expr, type, tag, guards) {
		this.paths.push({ expr: two("getTag", expr, value(tag)),
			type: resolve(type),
			guards: [...guards, two("hasTag", expr, value(tag))] });
	}

	path(type) {
		const key = typeKey(type);
		const fit = this.paths.filter((p) => typeKey(p.type) === key);

		if (fit.length === 0)
			return null;
		const p = this.random.pick(fit);

		for (const g of p.guards)
			if (!this.guards.includes(g))
				this.guards.push(g);
		return p.expr;
	}

	// A boolean after the tests that it needs.
	condition(depth) {
		const r = this.random;
		const before = this.guards;

		this.guards = [];
		const body = this.make(BOOL, depth);
		const guards = this.guards;

		this.guards = before;
		if (guards.length === 0 || r.chance(this.wild / 2))
			return body;
		const tests = this.joined(guards);

		return r.weighted([
			[8, () => tests.reduceRight((b, g) => and(g, b), body)],
			[2, () => and(tests.reduce(and), body)],
			[2, () => ({ "if-then-else": { if: tests.reduce(and),
				then: body, else: this.make(BOOL, 0, true) } })],
			[1, () => two("||", not(tests.reduce(and)), body)],
			[1, () => and(body, tests.reduce(and))],
		])();
	}

	// a has b && a.b has c may be a has b.c.
	joined(guards) {
		const out = [];

		for (const g of guards) {
			const last = out.at(-1)?.has;
			const h = g.has;

			if (last && h && isIdent(h.attr) &&
			    [last.attr].flat().every(isIdent) &&
			    JSON.stringify(h.left) ===
			    JSON.stringify([last.attr].flat().reduce(
			        (left, attr) => ({ ".": { left, attr } }),
			        last.left)) && this.random.chance(0.5))
				out[out.length - 1] = { has: { left: last.left,
					attr: [...[last.attr].flat(), h.attr] } };
			else
				out.push(g);
		}
		return out;
	}

	make(type, depth, plain = false) {
		const r = this.random;
		const t = resolve(type);

		if (!plain && r.chance(this.wild / 8))
			return this.odd(depth);
		if (!plain && r.chance(depth > 0 ? 0.3 : 0.6)) {
			const p = this.path(t);

			if (p)
				return p;
		}
		if (depth > 0 && r.chance(0.07))
			return { "if-then-else": { if: this.condition(depth - 1),
				then: this.make(t, depth - 1),
				else: this.make(t, depth - 1) } };
		if (depth > 0 && r.chance(0.04))
			return { ".": { left: { Record: { k:
			    this.make(t, depth - 1), l: value(1) } },
			    attr: "k" } };
		return this[t.k](t, depth);
	}

	// An error for the validator or the evaluator.
	odd(depth) {
		const r = this.random;

		return r.weighted([
			[4, () => this.make(this.world.anyType(), depth - 1, true)],
			[2, () => ({ ".": { left: r.pick(this.paths).expr,
				attr: r.pick(["name", "age", "nothing"]) } })],
			[2, () => two("getTag", { Var: r.pick(["principal",
				"resource"]) }, value(r.pick(TAGS)))],
			[1, () => two(r.pick(["+", "-", "*"]),
			    value(r.pick(LONGS)), value(r.pick(LONGS)))],
			[1, () => ({ neg: { arg: value(-(2n ** 63n)) } })],
			[2, () => this.farAway()],
			[1, () => ({ Var: r.pick(["principal", "action",
				"resource", "context"]) })],
		])();
	}

	// Times whose sum or difference does not fit.
	farAway() {
		const r = this.random;
		const far = { offset: [{ datetime: [value("9999-12-31")] },
			{ duration: [value(r.pick(["9223372036854775807ms",
				"-9223372036854775807ms", "1d"]))] }] };

		return r.chance(0.5) ? far : { durationSince: [far,
			{ datetime: [value("0000-01-01")] }] };
	}

	uid(type) {
		return name(this.world.uid(type));
	}

	Bool(_, depth) {
		const r = this.random;

		if (depth <= 0)
			return this.boolLeaf();
		return r.weighted([
			[5, () => and(this.condition(depth - 1),
			    this.condition(depth - 1))],
			[5, () => two("||", this.condition(depth - 1),
			    this.condition(depth - 1))],
			[3, () => not(this.condition(depth - 1))],
			[4, () => this.compared(depth - 1)],
			[6, () => this.equal(depth - 1)],
			[5, () => this.memberOf(depth - 1)],
			[3, () => this.isType()],
			[4, () => this.sets(depth - 1)],
			[3, () => this.like(depth - 1)],
			[5, () => this.has(depth - 1)],
			[5, () => this.extensionTest(depth - 1)],
			[1, () => this.boolLeaf()],
		])();
	}

	boolLeaf() {
		return this.random.weighted([
			[1, () => value(this.random.chance(0.6))],
			[3, () => this.memberOf(0)],
			[3, () => this.isType()],
			[3, () => this.equal(0)],
			[3, () => this.has(0)],
		])();
	}

	compared(depth) {
		const t = this.random.pick([LONG, LONG, ext("datetime"),
			ext("duration")]);

		return two(this.random.pick(["<", "<=", ">", ">="]),
		    this.make(t, depth), this.make(t, depth));
	}

	equal(depth) {
		const r = this.random;
		const t = r.chance(0.7) ? r.pick(this.paths).type :
		    this.world.anyType();

		return two(r.pick(["==", "!="]), this.make(t, depth),
		    this.make(t, depth));
	}

	someEntity(depth) {
		const r = this.random;
		const p = r.pick(this.paths.filter((x) => x.type.k === "Entity"));

		return [this.make(p.type, depth), p.type.name];
	}

	memberOf(depth) {
		const r = this.random;

		if (r.chance(0.2))
			return two("in", { Var: "action" }, this.actions());
		const [left, type] = this.someEntity(depth);
		const above = [...this.world.ancestors.get(type), type];
		const t = r.chance(this.wild) ? this.world.anyName() :
		    r.pick(above);

		return two("in", left, this.make(r.chance(0.6) ? entity(t) :
		    setOf(entity(t)), depth));
	}

	actions() {
		const r = this.random;
		const some = () => name(this.world.actionUid());

		return r.chance(0.5) ? some() :
		    { Set: r.times(r.between(1, 3), some) };
	}

	isType() {
		const r = this.random;
		const [left, type] = this.someEntity(0);
		const t = r.chance(0.6) ? type : this.world.anyName();
		const is = { left, entity_type: t };

		if (r.chance(0.4))
			is.in = this.uid(r.pick([t,
				...this.world.ancestors.get(t)]));
		return { is };
	}

	sets(depth) {
		const r = this.random;
		const sets = this.paths.filter((p) => p.type.k === "Set");
		const set = sets.length > 0 && r.chance(0.6) ?
		    r.pick(sets).type : setOf(this.world.anyType(0));
		const left = this.make(set, depth);

		return r.weighted([
			[3, () => two("contains", left, this.make(set.of, depth))],
			[2, () => two("containsAll", left, this.make(set, depth))],
			[2, () => two("containsAny", left, this.make(set, depth))],
			[2, () => ({ isEmpty: { arg: left } })],
		])();
	}

	like(depth) {
		const r = this.random;
		// In patterns the engine looks for confusable letters after
		// escaping, so it misses marks of direction, and takes the n of
		// a line break for a letter.
		const pattern = r.times(r.below(5), () => r.chance(0.5) ?
		    "Wildcard" : { Literal: r.pick(STRINGS
			.filter((s) => !/[\u202e\u03b1]/.test(s))) });

		return { like: { left: this.make(STRING, depth),
			pattern: runs(pattern) } };
	}

	has(depth) {
		const r = this.random;
		const held = this.paths.filter((p) => p.guards.length > 0);

		if (held.length > 0 && r.chance(0.6)) {
			const [g] = this.joined([r.pick(held).guards[0]]);

			return g;
		}
		const [left] = r.chance(0.3) ? [{ Var: "context" }] :
		    this.someEntity(depth);

		if (r.chance(0.3))
			return two("hasTag", left, r.chance(0.7) ?
			    value(r.pick(TAGS)) : this.make(STRING, depth));
		return { has: { left, attr: r.chance(0.3) ?
			["nested", "name"] : r.pick(["name", "nothing", "a b",
			"age", "if"]) } };
	}

	extensionTest(depth) {
		const r = this.random;
		const t = r.pick(["decimal", "ipaddr"]);
		const left = this.make(ext(t), depth);

		if (t === "decimal")
			return { [r.pick(["lessThan", "lessThanOrEqual",
				"greaterThan", "greaterThanOrEqual"])]:
			    [left, this.make(ext(t), depth)] };
		return r.chance(0.4) ? { isInRange:
		    [left, this.make(ext(t), depth)] } :
		    { [r.pick(["isIpv4", "isIpv6", "isLoopback",
			"isMulticast"])]: [left] };
	}

	Long(_, depth) {
		const r = this.random;

		if (depth <= 0)
			return value(r.chance(0.7) ? r.between(-3, 12) :
			    r.pick(LONGS));
		return r.weighted([
			[6, () => two(r.pick(["+", "-", "*"]),
			    this.make(LONG, depth - 1), this.make(LONG, depth - 1))],
			[2, () => ({ neg: { arg: this.make(LONG, depth - 1) } })],
			[2, () => value(r.pick(LONGS))],
			[3, () => ({ [r.pick(["toMilliseconds", "toSeconds",
				"toMinutes", "toHours", "toDays"])]:
			    [this.make(ext("duration"), depth - 1)] })],
		])();
	}

	String() {
		return value(this.random.pick(STRINGS));
	}

	Entity(t) {
		const r = this.random;
		const v = ["principal", "resource"]
		    .filter((x) => this.env[x] === t.name);

		return v.length > 0 && r.chance(0.5) ? { Var: r.pick(v) } :
		    this.uid(t.name);
	}

	Set(t, depth) {
		const r = this.random;
		const n = r.chance(this.wild / 4) ? 0 : r.between(1, 3);

		return { Set: r.times(n, () => this.make(t.of, depth - 1)) };
	}

	Record(t, depth) {
		const out = {};

		for (const a of t.attrs)
			if (a.required || this.random.chance(0.6))
				put(out, a.name, this.make(a.type, depth - 1));
		return { Record: out };
	}

	Ext(t, depth) {
		const r = this.random;
		const sub = (type) => this.make(ext(type), depth - 1);

		if (depth > 0 && t.name === "datetime" && r.chance(0.5))
			return r.chance(0.6) ? { offset: [sub("datetime"),
				sub("duration")] } : { toDate: [sub("datetime")] };
		if (depth > 0 && t.name === "duration" && r.chance(0.5))
			return r.chance(0.6) ? { durationSince:
				[sub("datetime"), sub("datetime")] } :
			    { toTime: [sub("datetime")] };
		if (r.chance(this.wild / 8))
			return { [MAKERS[t.name]]: [this.make(STRING, depth - 1)] };
		return { [MAKERS[t.name]]: [value(extensionText(r, t.name,
		    this.wild / 4))] };
	}
}

// Adjacent literals become one in text.
function runs(pattern) {
	const out = [];

	for (const p of pattern)
		if (p !== "Wildcard" && out.at(-1)?.Literal !== undefined)
			out[out.length - 1] = { Literal:
			    out.at(-1).Literal + p.Literal };
		else
			out.push(p);
	return out.filter((p) => p === "Wildcard" || p.Literal !== "");
}

export class Policies {
	constructor(world, wild) {
		this.world = world;
		this.random = world.random;
		this.wild = wild;
	}

	// The policy's scope.
	pickEnv() {
		const r = this.random;
		const action = r.pick(this.world.schema.actions
		    .filter((a) => a.applies));

		return { action, principal: r.pick(action.applies.principals),
			resource: r.pick(action.applies.resources),
			context: action.applies.context };
	}

	// slot: ?principal, ?resource or null.
	entityScope(type, slot, loose) {
		const r = this.random;
		const above = r.pick([type, ...this.world.ancestors.get(type)]);
		const target = (t) => slot ? { slot } :
		    { entity: this.world.uid(t) };

		if (r.chance(this.wild / 4))
			type = this.world.anyName();
		return r.weighted([
			[slot ? 0 : loose, () => ({ op: "All" })],
			[2, () => ({ op: "==", ...target(type) })],
			[3, () => ({ op: "in", ...target(above) })],
			[slot ? 0 : 6, () => ({ op: "is", entity_type: type })],
			[2, () => ({ op: "is", entity_type: type,
				in: target(above) })],
		])();
	}

	actionScope(action) {
		const r = this.random;
		const uid = ({ type, id }) => ({ type, id });
		const groups = [uid(action), ...action.memberOf];

		return r.weighted([
			[3, () => ({ op: "All" })],
			[6, () => ({ op: "==", entity: r.chance(this.wild / 4) ?
				this.world.actionUid() : uid(action) })],
			[3, () => ({ op: "in", entity: r.pick(groups) })],
			[3, () => ({ op: "in", entities: [r.pick(groups),
				...r.times(r.below(3),
			        () => this.world.actionUid())] })],
			[r.chance(0.1) ? 1 : 0, () => ({ op: "in", entities: [] })],
		])();
	}

	annotations() {
		const r = this.random;
		const out = {};

		for (const key of r.some(["id", "advice", "if", "x_1"], 0.08))
			put(out, key, r.chance(0.2) ? null : r.pick(STRINGS));
		return out;
	}

	// slots: the set of slots it has.
	policy(slots = []) {
		const r = this.random;
		const env = this.pickEnv();
		const loose = r.pick([4, 12, 30]);
		const slot = (s) => slots.includes(s) ? s : null;
		const make = new Expressions(this.world, this.wild, env);
		const out = {
			effect: r.chance(0.7) ? "permit" : "forbid",
			principal: this.entityScope(env.principal,
			    slot("?principal"), loose),
			action: this.actionScope(env.action),
			resource: this.entityScope(env.resource,
			    slot("?resource"), loose),
			conditions: r.times(r.weighted([[2, 0], [6, 1], [3, 2]]),
			    () => ({ kind: r.chance(0.7) ? "when" : "unless",
				body: make.condition(r.between(1, 4)) })),
		};
		const annotations = this.annotations();

		if (Object.keys(annotations).length > 0)
			out.annotations = annotations;
		return out;
	}

	template() {
		return this.policy(this.random.pick([["?principal"],
			["?resource"], ["?principal", "?resource"]]));
	}
}

export function slotsOf(policy) {
	return ["principal", "resource"].filter((v) =>
	    policy[v].slot !== undefined || policy[v].in?.slot !== undefined)
	    .map((v) => "?" + v);
}
