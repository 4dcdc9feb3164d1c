// Parts shared by the kinds of case, in the form of either engine.

import { write } from "./bigjson.mjs";
import { World } from "./data.mjs";
import { mixExpressions } from "./mutate.mjs";
import { Policies, slotsOf } from "./policy.mjs";
import { makeSchema, schemaJson, schemaText } from "./schema.mjs";
import { REFUSED } from "./stricter.mjs";
import { PLAIN, Writer } from "./text.mjs";

const plain = new Writer(null);
export const styles = [PLAIN,
	{ space: 0.05, parens: 0.1, escapes: 0.02, brackets: 0.2 },
	{ space: 0.3, parens: 0.3, escapes: 0.3, brackets: 0.5 }];

export const makeWorld = (r, wilds) =>
    new World(r, makeSchema(r), r.pick(wilds));
export const list = (n, make) => Array.from({ length: n }, (_, i) => make(i));

export function style(r) {
	return new Writer(r, r.pick(styles));
}

// {policyN: ...}: the ids of policies from text.
function numbered(items, from = 0) {
	return Object.fromEntries(items.map((p, i) =>
	    ["policy" + (i + from), p]));
}

// A policy set for the official engine.
export function policySet(c) {
	const form = c.form === "text" ? (p) => plain.policy(p) : (p) => p;

	return {
		staticPolicies: numbered(c.policies.map(form)),
		templates: numbered(c.templates.map(form), c.policies.length),
		templateLinks: c.links,
	};
}

// The same for our driver.
export function policyParts(c) {
	if (c.form === "est")
		return { est: write(policySet(c)) };
	return { text: [...c.policies, ...c.templates]
	    .map((p) => plain.policy(p)).join("\n"), links: c.links };
}

export function schemaParts(schema) {
	if (schema === null)
		return {};
	return typeof schema === "string" ? { schema } :
	    { schemaJson: write(schema) };
}

export function anySchema(r, schema) {
	return r.chance(0.5) ? schemaJson(schema, r) :
	    schemaText(schema, r, r.pick(styles));
}

function makeLinks(r, world, c) {
	const links = [];

	c.templates.forEach((t, i) => list(r.between(1, 2), (n) => links.push({
		templateId: "policy" + (i + c.policies.length),
		newId: `link ${i}.${n}`,
		values: Object.fromEntries(slotsOf(t).map((s) =>
		    [s, world.uid(r.pick(linkTypes(world, t, s)))])),
	})));
	return links;
}

function linkTypes(world, template, slot) {
	const type = template[slot.slice(1)].entity_type ?? world.anyName();

	return [type, ...world.ancestors.get(type)];
}

export function addPolicies(r, world, c, most) {
	const make = new Policies(world, world.wild);

	c.form = r.chance(0.6) ? "text" : "est";
	c.policies = list(r.between(1, most), () => make.policy());
	c.templates = list(r.chance(0.35) ? r.between(1, 2) : 0,
	    () => make.template());
	for (const p of r.some([...c.policies, ...c.templates], 0.15))
		mixExpressions(r, p);
	c.links = makeLinks(r, world, c);
	return c;
}

export function byId(c) {
	const all = numbered([...c.policies, ...c.templates]);

	for (const l of c.links)
		all[l.newId] = all[l.templateId];
	return all;
}

export const accepted = (what) => (c, outcome, count) =>
    count(`${what} ${outcome === REFUSED ? "refused" : "accepted"}`);
