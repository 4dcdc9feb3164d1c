// Entities and requests for a schema: valid ones, or with an error.

import { put } from "./bigjson.mjs";
import { BOOL, EXTENSION_TYPES, IDS, LONG, STRING, entity, ext, resolve,
    setOf } from "./schema.mjs";
import { LONGS, MAKERS, STRINGS, extensionText } from "./texts.mjs";

export class World {
	// wild: how often something is against the schema.
	constructor(random, schema, wild) {
		this.random = random;
		this.schema = schema;
		this.wild = wild;
		this.byName = new Map(schema.entities.map((e) => [e.name, e]));
		this.ancestors = new Map(schema.entities.map((e) =>
		    [e.name, this.closure(e)]));
	}

	closure(e, seen = new Set()) {
		for (const name of e.memberOf)
			if (!seen.has(name)) {
				seen.add(name);
				this.closure(this.byName.get(name), seen);
			}
		return [...seen];
	}

	anyName() {
		return this.random.pick(this.schema.entities).name;
	}

	anyType(depth = 1) {
		const r = this.random;

		return r.weighted([[3, () => BOOL], [3, () => LONG],
			[3, () => STRING], [3, () => entity(this.anyName())],
			[3, () => ext(r.pick(EXTENSION_TYPES))],
			[depth > 0 ? 2 : 0, () => setOf(this.anyType(depth - 1))],
			[depth > 0 ? 1 : 0, () => ({ k: "Record", attrs:
			    [{ name: "name", type: this.anyType(depth - 1),
			    required: true }] })]])();
	}

	id(name) {
		const ids = this.byName.get(name)?.ids;

		return ids && !this.random.chance(this.wild) ?
		    this.random.pick(ids) : this.random.weighted([
			[8, IDS[0]], [6, IDS[1]], [4, IDS[2]],
			[2, this.random.pick(IDS)]]);
	}

	uid(name) {
		if (this.random.chance(this.wild / 4))
			name = this.random.pick([this.anyName(), "Nobody",
				"App::User"]);
		return { type: name, id: this.id(name) };
	}

	actionUid(a = this.random.pick(this.schema.actions)) {
		return this.random.chance(this.wild / 2) ?
		    { type: "Action", id: "nothing" } :
		    { type: a.type, id: a.id };
	}

	// A value in entity JSON.  `implied': the reader has the schema, so the
	// value's type may be left out.
	value(type, implied) {
		const r = this.random;
		let t = resolve(type);

		if (r.chance(this.wild / 6))
			t = this.anyType();
		switch (t.k) {
		case "Bool":
			return r.chance(0.5);
		case "Long":
			return r.chance(0.7) ? r.between(0, 5) : r.pick(LONGS);
		case "String":
			return r.pick(STRINGS);
		case "Entity": {
			const uid = this.uid(t.name);

			return implied && r.chance(0.5) ? uid :
			    { __entity: uid };
		}
		case "Set":
			return r.times(r.below(4),
			    () => this.value(t.of, implied));
		case "Record":
			return this.record(t.attrs, implied);
		default:
			return this.extension(t.name, implied);
		}
	}

	extension(name, implied) {
		const r = this.random;
		const text = extensionText(r, name, this.wild / 3);

		if (implied && r.chance(0.4))
			return text;
		const call = { fn: MAKERS[name], arg: text };

		return implied && r.chance(0.3) ? call : { __extn: call };
	}

	record(attrs, implied) {
		const r = this.random;
		const out = {};

		for (const a of attrs)
			if (r.chance(a.required ? 1 - this.wild / 8 : 0.6))
				put(out, a.name, this.value(a.type, implied));
		if (r.chance(this.wild / 8))
			put(out, "extra", this.value(this.anyType(), false));
		return out;
	}

	reference(uid) {
		return this.random.chance(0.3) ? { __entity: uid } : uid;
	}

	// Parents come from a fixed order of all names, so that cycles are rare.
	parents(e, uid, all) {
		const r = this.random;
		const key = (u) => u.type + "\0" + u.id;

		return r.some(all.filter((u) => e.memberOf.includes(u.type) &&
		    (key(u) > key(uid) || r.chance(this.wild / 20))), 0.5)
		    .slice(0, 3);
	}

	entity(e, uid, all, implied) {
		const r = this.random;
		const out = { uid: this.reference(uid),
			attrs: this.record(e.attrs, implied),
			parents: this.parents(e, uid, all)
			    .map((u) => this.reference(u)) };

		if (r.chance(this.wild / 8))
			out.parents.push(this.uid(this.anyName()));
		if (e.tags && r.chance(0.8))
			out.tags = this.tags(e.tags, implied);
		return out;
	}

	tags(type, implied) {
		const tags = {};

		for (const name of this.random.some(TAGS, 0.5))
			put(tags, name, this.value(type, implied));
		return tags;
	}

	entities(implied) {
		const r = this.random;
		const all = [];

		for (const e of this.schema.entities)
			for (const id of e.ids ?? IDS.slice(0, 4))
				if (r.chance(0.8))
					all.push({ type: e.name, id });
		return all.map((uid) => this.entity(this.byName.get(uid.type),
		    uid, all, implied));
	}

	// {principal, action, resource, context}
	request(implied) {
		const r = this.random;
		const actions = this.schema.actions.filter((a) => a.applies);
		const a = r.pick(actions);
		const to = a.applies;

		return {
			principal: this.uid(r.chance(this.wild / 4) ?
			    this.anyName() : r.pick(to.principals)),
			action: r.chance(this.wild / 4) ? this.actionUid() :
			    { type: a.type, id: a.id },
			resource: this.uid(r.chance(this.wild / 4) ?
			    this.anyName() : r.pick(to.resources)),
			context: this.record(to.context.attrs, implied),
		};
	}
}

export const TAGS = ["a", "b", "env", "x y"];

// Without a schema the parents of actions must be among the entities.
export function actionEntities(schema) {
	return schema.actions.map((a) => ({ uid: { type: a.type, id: a.id },
		attrs: {}, parents: structuredClone(a.memberOf) }));
}
