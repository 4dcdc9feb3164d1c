// Schemas: a model of one, written as text or as JSON.
//
// A type is {k: "Bool" | "Long" | "String"}, {k: "Entity", name},
// {k: "Set", of}, {k: "Record", attrs: [{name, type, required}]},
// {k: "Ext", name}, {k: "Common", name, type}.  Names include their namespace.

import { put } from "./bigjson.mjs";
import { Writer, isIdent } from "./text.mjs";

const ENTITIES = ["User", "Group", "Role", "Doc", "Folder", "Device", "Team"];
const ACTIONS = ["view", "edit", "delete", "share", "run it", "r\u00e9ad"];
const GROUPS = ["readers", "all"];
const COMMON = ["Address", "Level", "Names"];
const NAMESPACES = ["", "App", "Org::Unit"];
const ATTRIBUTES = ["name", "age", "owner", "level", "active", "addr", "since",
	"timeout", "rate", "members", "labels", "nested", "boss", "type", "id",
	"principal"];
const ODD_ATTRIBUTES = ["a b", "\u00e9", "if", "in", "like", "", "\"", "a\nb",
	"__tag", "Set"];
export const IDS = ["a", "b", "c", "d", "alice", "x y", "\u00fc", "\"q\"", ""];
export const EXTENSION_TYPES = ["ipaddr", "decimal", "datetime", "duration"];

export const BOOL = { k: "Bool" }, LONG = { k: "Long" },
    STRING = { k: "String" };
export const entity = (name) => ({ k: "Entity", name });
export const setOf = (of) => ({ k: "Set", of });
export const ext = (name) => ({ k: "Ext", name });

export function resolve(type) {
	return type.k === "Common" ? resolve(type.type) : type;
}

export function typeKey(type) {
	const t = resolve(type);

	switch (t.k) {
	case "Entity":
	case "Ext":
		return t.k + " " + t.name;
	case "Set":
		return `Set(${typeKey(t.of)})`;
	case "Record":
		return `{${[...t.attrs].sort((a, b) => a.name < b.name ? -1 : 1)
		    .map((a) => JSON.stringify(a.name) +
		        (a.required ? "" : "?") + typeKey(a.type))}}`;
	default:
		return t.k;
	}
}

const whole = (namespace, name) => namespace ? `${namespace}::${name}` : name;

class Maker {
	constructor(random) {
		this.random = random;
		this.namespaces = ["", ...random.some(NAMESPACES.slice(1), 0.25)];
		this.entities = [];
		this.actions = [];
		this.common = [];
	}

	// Common types made so far may be used: no cycles.
	type(depth) {
		const r = this.random;

		return r.weighted([
			[5, () => BOOL], [6, () => LONG], [6, () => STRING],
			[5, () => entity(r.pick(this.entities).name)],
			[5, () => ext(r.pick(EXTENSION_TYPES))],
			[depth > 0 ? 4 : 0, () => setOf(this.type(depth - 1))],
			[depth > 0 ? 3 : 0, () => this.record(depth - 1, 3)],
			[this.common.length > 0 ? 3 : 0,
				() => r.pick(this.common)],
		])();
	}

	record(depth, most) {
		const r = this.random;
		const names = r.shuffle(ATTRIBUTES).slice(0, r.below(most + 1));

		if (r.chance(0.1))
			names.push(r.pick(ODD_ATTRIBUTES));
		return { k: "Record", attrs: names.map((name) => ({ name,
			type: this.type(depth), required: r.chance(0.6) })) };
	}

	makeEntities() {
		const r = this.random;

		for (const name of r.shuffle(ENTITIES).slice(0, r.between(3, 6)))
			this.entities.push({ namespace: r.pick(this.namespaces),
				short: name, attrs: [], memberOf: [],
				ids: null, tags: null });
		for (const e of this.entities)
			e.name = whole(e.namespace, e.short);
	}

	makeCommon() {
		const r = this.random;

		for (const name of r.some(COMMON, 0.4)) {
			const namespace = r.pick(this.namespaces);

			this.common.push({ k: "Common", namespace, short: name,
				name: whole(namespace, name),
				type: this.type(2) });
		}
	}

	fillEntities() {
		const r = this.random;

		for (const e of this.entities) {
			if (r.chance(0.12)) {
				e.ids = r.shuffle(IDS).slice(0, r.between(1, 4));
				continue;
			}
			e.attrs = this.record(2, 5).attrs;
			e.memberOf = r.some(this.entities, 0.35)
			    .map((x) => x.name);
			e.tags = r.chance(0.4) ? this.type(1) : null;
		}
	}

	makeActions() {
		const r = this.random;

		for (const group of [true, false])
			for (const id of r.some(group ? GROUPS : ACTIONS, 0.6))
				this.actions.push(this.action(id, group));
		if (!this.actions.some((a) => a.applies))
			this.actions.push(this.action("act", false));
	}

	action(id, group) {
		const r = this.random;
		const namespace = r.pick(this.namespaces);
		const names = this.entities.map((e) => e.name);

		return {
			namespace, id, type: whole(namespace, "Action"),
			memberOf: r.some(this.actions.filter((a) =>
			    GROUPS.includes(a.id)), 0.5)
			    .map(({ type, id: of }) => ({ type, id: of })),
			applies: group ? null : {
				principals: r.shuffle(names)
				    .slice(0, r.between(1, 2)),
				resources: r.shuffle(names)
				    .slice(0, r.between(1, 2)),
				context: r.chance(0.25) ? { k: "Record",
					attrs: [] } : this.record(2, 4),
			},
		};
	}
}

export function makeSchema(random) {
	const m = new Maker(random);

	m.makeEntities();
	m.makeCommon();
	m.fillEntities();
	m.makeActions();
	return { namespaces: m.namespaces, entities: m.entities,
		actions: m.actions, common: m.common };
}

// In JSON.

function typeJson(type, random) {
	switch (type.k) {
	case "Bool":
		return { type: random.chance(0.9) ? "Boolean" : "Bool" };
	case "Entity":
		return random.chance(0.6) ? { type: "Entity", name: type.name } :
		    { type: "EntityOrCommon", name: type.name };
	case "Set":
		return { type: "Set", element: typeJson(type.of, random) };
	case "Record":
		return recordJson(type, random);
	case "Ext":
		return random.chance(0.8) ? { type: "Extension",
			name: type.name } : { type: type.name };
	case "Common":
		return { type: type.name };
	default:
		return { type: type.k };
	}
}

function recordJson(type, random) {
	const attributes = {};

	for (const a of type.attrs) {
		const json = typeJson(a.type, random);

		if (!a.required || random.chance(0.2))
			json.required = a.required;
		put(attributes, a.name, json);
	}
	return { type: "Record", attributes };
}

const notes = (random) => random.chance(0.05) ?
    { annotations: random.pick([{ doc: "x" }, { a: "", b: "y" }, {}]) } : {};

function entityJson(e, random) {
	if (e.ids)
		return { enum: [...e.ids], ...notes(random) };
	const json = notes(random);

	if (e.memberOf.length > 0 || random.chance(0.3))
		json.memberOfTypes = [...e.memberOf];
	if (e.attrs.length > 0 || random.chance(0.3))
		json.shape = recordJson(e, random);
	if (e.tags)
		json.tags = typeJson(e.tags, random);
	return json;
}

// A group's type may be left out when it is the action's own.
function groupJson(a, g, random) {
	return g.type === a.type && random.chance(0.5) ? { id: g.id } :
	    { ...g };
}

function actionJson(a, random) {
	const json = notes(random);

	if (a.memberOf.length > 0)
		json.memberOf = a.memberOf.map((g) => groupJson(a, g, random));
	if (a.applies) {
		json.appliesTo = { principalTypes: [...a.applies.principals],
			resourceTypes: [...a.applies.resources] };
		if (a.applies.context.attrs.length > 0)
			json.appliesTo.context =
			    recordJson(a.applies.context, random);
	}
	return json;
}

export function schemaJson(schema, random) {
	const out = {};
	const of = (list, namespace) =>
	    list.filter((x) => x.namespace === namespace);

	for (const namespace of schema.namespaces) {
		const part = { entityTypes: {}, actions: {} };

		for (const e of of(schema.entities, namespace))
			put(part.entityTypes, e.short, entityJson(e, random));
		for (const a of of(schema.actions, namespace))
			put(part.actions, a.id, actionJson(a, random));
		for (const c of of(schema.common, namespace))
			put(part.commonTypes ??= {}, c.short,
			    typeJson(c.type, random));
		put(out, namespace, part);
	}
	return out;
}

// As text.

class SchemaWriter extends Writer {
	// Inside its namespace a name may be written without it.
	short(name) {
		const prefix = this.inside + "::";

		return this.inside && name.startsWith(prefix) &&
		    !name.slice(prefix.length).includes("::") &&
		    this.random.chance(0.5) ? name.slice(prefix.length) : name;
	}

	notes() {
		return this.random.chance(0.06) ? this.random.pick(["@doc ",
			"@doc(\"x\") ", "@a @b(\"\\n\")\n", "@if(\"y\") "]) :
		    "";
	}

	type(type) {
		switch (type.k) {
		case "Set":
			return `Set${this.gap("")}<${this.type(type.of)}>`;
		case "Record":
			return this.record(type);
		case "Entity":
		case "Common":
			return this.short(type.name);
		case "Ext":
			return this.builtin(type.name);
		default:
			return this.builtin(type.k);
		}
	}

	builtin(name) {
		return this.random.chance(0.1) ? "__cedar::" + name : name;
	}

	attribute(a) {
		return this.notes() + this.name(a.name) +
		    (a.required ? "" : "?") + this.gap("") + ":" +
		    this.gap() + this.type(a.type);
	}

	name(s) {
		return isIdent(s) && !this.may(this.style.brackets) ?
		    s : this.string(s);
	}

	record(type) {
		return this.list("{", type.attrs.map((a) => this.attribute(a)),
		    "}");
	}

	// Here no comma may stand before the bracket.
	brackets(items) {
		return this.list("[", items, "]").replace(/,(\s*)\]$/, "$1]");
	}

	names(all) {
		const list = all.map((name) => this.short(name));

		return list.length === 1 && this.random.chance(0.5) ? list[0] :
		    this.brackets(list);
	}

	entity(e) {
		if (e.ids)
			return this.notes() + `entity ${e.short} enum ` +
			    this.brackets(e.ids.map((id) => this.string(id))) + ";";
		return this.notes() + ["entity", this.random.chance(0.05) ?
			e.short + ", " + e.short + "2" : e.short,
			...e.memberOf.length ? ["in", this.names(e.memberOf)] : [],
			...e.attrs.length ? [this.random.chance(0.3) ? "" : "=",
				this.record(e)] : [],
			...e.tags ? ["tags", this.type(e.tags)] : [],
		].join(this.gap()) + ";";
	}

	action(a) {
		const of = a.memberOf.map((g) => g.type + "::" +
		    this.string(g.id));
		const out = [this.notes() + "action", this.name(a.id)];

		if (of.length)
			out.push("in", this.names(of));
		if (a.applies)
			out.push("appliesTo", this.applies(a.applies));
		return out.join(this.gap()) + ";";
	}

	applies(to) {
		const parts = [`principal: ${this.names(to.principals)}`,
			`resource: ${this.names(to.resources)}`];

		if (to.context.attrs.length > 0 || this.random.chance(0.3))
			parts.push(`context: ${this.record(to.context)}`);
		return this.list("{", this.random.shuffle(parts), "}");
	}

	namespace(schema, namespace) {
		const of = (list) =>
		    list.filter((x) => x.namespace === namespace);

		this.inside = namespace;
		const all = this.random.shuffle([
			...of(schema.entities).map((e) => this.entity(e)),
			...of(schema.actions).map((a) => this.action(a)),
			...of(schema.common).map((c) => `type ${c.short} = ` +
			    this.type(c.type) + ";"),
		]).join(this.gap("\n"));

		return namespace ? [`${this.notes()}namespace ${namespace}${
		    this.gap()}{`, all, "}"].join(this.gap("\n")) : all;
	}
}

export function schemaText(schema, random, style) {
	const writer = new SchemaWriter(random, style);

	return schema.namespaces.map((n) => writer.namespace(schema, n))
	    .join(writer.gap("\n")) + "\n";
}
