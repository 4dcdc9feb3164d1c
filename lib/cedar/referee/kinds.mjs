// The kinds of case.  Each has
//	make(random)	the case: plain JSON, nothing random left in it
//	line(c)		the question to our driver
//	ours(answer, engine, c), referee(engine, c)
//			what came of it, in a form that must be equal
//	seen(c, outcome, count)
//			what is to be counted

import { sorted, write } from "./bigjson.mjs";
import { World, actionEntities } from "./data.mjs";
import { failed, why } from "./engine.mjs";
import { extensionPolicy } from "./extensions.mjs";
import { mixExpressions, mutateJson, policyMutator, schemaMutator, tokens } from "./mutate.mjs";
import { Policies, slotsOf } from "./policy.mjs";
import { makeSchema, schemaJson, schemaText } from "./schema.mjs";
import { REFUSED, refusal } from "./stricter.mjs";
import { PLAIN, Writer } from "./text.mjs";

const plain = new Writer(null);
const styles = [PLAIN, { space: 0.05, parens: 0.1, escapes: 0.02, brackets: 0.2 },
	{ space: 0.3, parens: 0.3, escapes: 0.3, brackets: 0.5 }];

const makeWorld = (r, wilds) => new World(r, makeSchema(r), r.pick(wilds));
const list = (n, make) => Array.from({ length: n }, (_, i) => make(i));

function style(r) {
	return new Writer(r, r.pick(styles));
}

// {policyN: ...}: the names that a text gives them.
function numbered(items, from = 0) {
	return Object.fromEntries(items.map((p, i) => ["policy" + (i + from), p]));
}

// A policy set as the engine wants it.
function policySet(c) {
	const form = c.form === "text" ? (p) => plain.policy(p) : (p) => p;

	return {
		staticPolicies: numbered(c.policies.map(form)),
		templates: numbered(c.templates.map(form), c.policies.length),
		templateLinks: c.links,
	};
}

// The same for our driver.
function policyParts(c) {
	if (c.form === "est")
		return { est: write(policySet(c)) };
	return { text: [...c.policies, ...c.templates]
	    .map((p) => plain.policy(p)).join("\n"), links: c.links };
}

function schemaParts(schema) {
	if (schema === null)
		return {};
	return typeof schema === "string" ? { schema } :
	    { schemaJson: write(schema) };
}

function anySchema(r, schema) {
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

function addPolicies(r, world, c, most) {
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

// Decisions.

const ERRORS = [
	[/^integer overflow/, "overflow"],
	[/does not have the attribute/, "no attribute"],
	[/does not have the tag/, "no tag"],
	[/does not exist/, "no entity"],
	[/^type error/, "type"],
	[/extension function.*overflow|overflow.*extension function/s,
		"extension overflow"],
	[/extension function/, "extension text"],
];

function decision(answer, kinds) {
	if (failed(answer))
		return REFUSED;
	const { decision: d, diagnostics: { reason, errors } } = answer.response;

	for (const { error } of errors)
		kinds.add("error: " + (ERRORS.find(([re]) =>
		    re.test(error.message))?.[1] ?? error.message));
	return { allow: d === "allow", determining: [...reason].sort(),
		errors: errors.map((e) => e.policyId).sort() };
}

const errorKinds = new Set();

// Attributes, parents and a context may be left out with us.
function withDefaults(value, defaults) {
	const plainObject = value !== null && typeof value === "object" &&
	    !Array.isArray(value);

	return plainObject ? { ...defaults, ...value } : value;
}

function completed(all) {
	return Array.isArray(all) ? all.map((e) =>
	    withDefaults(e, { attrs: {}, parents: [] })) : all;
}

function decideAll(engine, c) {
	errorKinds.clear();
	const call = { preparsedPolicySetId: "set",
		entities: completed(c.entities),
		validateRequest: c.schema !== null };
	const broken = failed(engine.call("preparsePolicySet", "set",
	    policySet(c))) || c.schema !== null &&
	    failed(engine.call("preparseSchema", "schema", c.schema));

	if (c.schema !== null)
		call.preparsedSchemaName = "schema";
	return c.requests.map((q) => broken ? REFUSED : decision(
	    engine.call("statefulIsAuthorized", { ...call,
		...withDefaults(q, { context: {} }) }), errorKinds));
}

function ourDecision(a) {
	return a.refused ? refusal(a.refused) : { allow: a.allow,
		determining: a.determining.sort(),
		errors: a.errors.map((e) => e.id).sort() };
}

function countOps(e, count, what) {
	if (e === null || typeof e !== "object")
		return;
	if (Array.isArray(e)) {
		e.forEach((x) => countOps(x, count, what));
		return;
	}
	const [key] = Object.keys(e);

	count(`${what} ${key}`);
	if (key === "has" && Array.isArray(e.has.attr))
		count(`${what} has a.b`);
	if (key === "is" && e.is.in)
		count(`${what} is in`);
	if (key === "Value")
		return;
	for (const v of key === "Record" ? Object.values(e.Record) :
	    Array.isArray(e[key]) ? e[key] : ["left", "right", "arg", "in",
		"if", "then", "else"].map((k) => e[key][k]))
		countOps(v, count, what);
}

function countPolicy(p, count, what) {
	for (const v of ["principal", "action", "resource"])
		count(`scope ${v} ${p[v].op}${p[v].in ? " in" : ""}${
		    p[v].entities ? " []" : ""}`);
	if (p.annotations)
		count("annotation");
	for (const c of p.conditions) {
		count(c.kind);
		countOps(c.body, count, what);
	}
}

function byId(c) {
	const all = numbered([...c.policies, ...c.templates]);

	for (const l of c.links)
		all[l.newId] = all[l.templateId];
	return all;
}

function countDecisions(c, outcome, count) {
	const all = byId(c);

	Object.values(all).forEach((p) => countPolicy(p, count, "made"));
	if (c.links.length > 0)
		count("template link");
	errorKinds.forEach((k) => count(k));
	for (const o of outcome) {
		if (o === REFUSED) {
			count("request refused");
			continue;
		}
		count("decision");
		count(o.allow ? "allow" : o.determining.length > 0 ?
		    "deny: forbid" : "deny: default");
		for (const id of new Set([...o.determining, ...o.errors]))
			all[id].conditions.forEach((x) =>
			    countOps(x.body, count, "decided"));
	}
}

const REQUESTS = 10;

const decide = {
	make(r) {
		const world = makeWorld(r, [0, 0.02, 0.1]);
		const implied = r.chance(0.3);

		if (implied)
			world.wild = Math.min(world.wild, 0.02);
		const c = { schema: implied ? anySchema(r, world.schema) : null,
			entities: [...world.entities(implied),
				...implied ? [] : actionEntities(world.schema)],
			requests: list(REQUESTS, () => world.request(implied)) };

		world.wild = r.pick([0, 0.05, 0.3, 0.6]);
		return addPolicies(r, world, c, r.chance(0.05) ? 30 : 8);
	},
	line: (c) => ({ op: "decide", ...policyParts(c), ...schemaParts(c.schema),
		entities: write(c.entities), requests: c.requests.map(write) }),
	ours: (a, _, c) => a.refused ? c.requests.map(() => refusal(a.refused)) :
	    a.answers.map(ourDecision),
	referee: decideAll,
	seen: countDecisions,
};

const NOBODY = { type: "User", id: "a" };

const extensions = {
	...decide,
	make: (r) => ({ schema: null, entities: [], form: r.pick(["text",
		"est"]), policies: list(40, () => extensionPolicy(r)),
		templates: [], links: [], requests: [{ principal: NOBODY,
		action: NOBODY, resource: NOBODY, context: {} }] }),
	seen(c, outcome, count) {
		const [{ errors, determining }] = outcome;

		errors.forEach(() => count("extension test: error"));
		determining.forEach(() => count("extension test: true"));
		list(c.policies.length - errors.length - determining.length,
		    () => count("extension test: false"));
	},
};

// One text: accepted or not, and what it says in JSON.

function partJson(engine, text, template) {
	return engine.call(template ? "templateToJson" : "policyToJson", text)
	    .json;
}

function textJson(engine, text) {
	const parts = engine.call("policySetTextToParts", text);

	if (failed(parts))
		return REFUSED;
	return [...parts.policies.map((t) => partJson(engine, t, false)),
		...parts.policy_templates.map((t) => partJson(engine, t, true))]
	    .map(sorted).sort();
}

const sortedAll = (values) => values.map(sorted).sort();

// Our JSON, and what the engine makes of our text.
function ourTexts(a, engine) {
	if (a.refused)
		return refusal(a.refused);
	return { json: sortedAll(a.json), again: sortedAll(a.again),
		read: textJson(engine, a.text) };
}

function refereeTexts(engine, c) {
	const json = textJson(engine, c.text);

	return json === REFUSED ? REFUSED : { json, again: json, read: json };
}

const accepted = (what) => (c, outcome, count) =>
    count(`${what} ${outcome === REFUSED ? "refused" : "accepted"}`);

const round = {
	make(r) {
		const make = new Policies(makeWorld(r, [0.05, 0.3]), 0.1);

		return { text: list(r.between(1, 3), () => style(r).policy(
		    r.chance(0.2) ? make.template() : make.policy())).join("\n") };
	},
	line: (c) => ({ op: "text", text: c.text }),
	ours: ourTexts,
	referee: refereeTexts,
	seen: accepted("text"),
};

const mutated = {
	...round,
	make(r) {
		const make = new Policies(makeWorld(r, [0]), 0.05);
		const text = list(r.between(1, 2), () => style(r).policy(
		    r.chance(0.2) ? make.template() : make.policy())).join("\n");

		return { text: policyMutator(r).text(text) };
	},
	seen: accepted("mutated text"),
};

// The engine answers a policy in JSON with itself.  What it understood shows
// in its text of it (which says of a negated number that it is negative): the
// same is wanted of our JSON and of our text.
function estText(engine, json) {
	const t = engine.call(slotsOfAny(json) ? "templateToText" :
	    "policyToText", json);

	return failed(t) ? "no text: " + why(t) : textJson(engine, t.text);
}

function estOutcome(engine, c) {
	const part = slotsOfAny(c.est) ? "templates" : "staticPolicies";

	if (failed(engine.call("checkParsePolicySet",
	    { [part]: { est: c.est } })))
		return REFUSED;
	const read = estText(engine, c.est);

	return { json: read, text: read };
}

function slotsOfAny(est) {
	try {
		return slotsOf(est).length > 0;
	} catch {
		return false;
	}
}

const est = {
	make(r) {
		const make = new Policies(makeWorld(r, [0.05, 0.3]), 0.1);
		const c = { est: r.chance(0.2) ? make.template() : make.policy() };

		for (let n = r.weighted([[3, 0], [4, 1], [2, 2]]); n > 0; n--)
			mutateJson(r, c.est);
		return c;
	},
	line: (c) => ({ op: "est", est: write(c.est) }),
	ours: (a, engine) => a.refused ? refusal(a.refused) :
	    { json: estText(engine, a.json[0]),
		text: textJson(engine, a.text) },
	referee: estOutcome,
	seen: accepted("JSON policy"),
};

const set = {
	make(r) {
		const world = makeWorld(r, [0.05]);
		const c = addPolicies(r, world, {}, 3);

		c.form = "est";
		const all = policySet(c);

		for (let n = r.weighted([[2, 0], [4, 1], [1, 2]]); n > 0; n--) {
			const part = r.pick([all, { x: all.templateLinks },
				{ x: all.templateLinks }]);

			mutateJson(r, part);
		}
		return { set: all };
	},
	line: (c) => ({ op: "set", est: write(c.set) }),
	ours: (a) => a.refused ? refusal(a.refused) : "accepted",
	referee: (engine, c) =>
	    failed(engine.call("checkParsePolicySet", c.set)) ? REFUSED :
	    "accepted",
	seen: accepted("policy set"),
};

// Schemas.

const schema = {
	make(r) {
		const model = makeSchema(r);
		const odd = r.chance(0.7);

		if (r.chance(0.5)) {
			const text = schemaText(model, r, r.pick(styles));

			return { schema: odd ? schemaMutator(r).text(text) : text };
		}
		const json = schemaJson(model, r);

		for (let n = odd ? r.between(1, 2) : 0; n > 0; n--)
			mutateJson(r, json);
		return { schema: json };
	},
	line: (c) => ({ op: "schema", ...schemaParts(c.schema) }),
	ours: (a) => a.refused ? refusal(a.refused) : "accepted",
	referee: (engine, c) =>
	    failed(engine.call("checkParseSchema", c.schema)) ? REFUSED :
	    "accepted",
	seen: (c, outcome, count) => accepted(typeof c.schema === "string" ?
	    "schema text" : "JSON schema")(c, outcome, count),
};

// Validation: which policies have errors, which can never be true, which have
// texts that mislead a reader.

function findings(answer) {
	if (failed(answer))
		return REFUSED;
	const ids = (all) => [...new Set(all.map((x) => x.policyId))].sort();

	return { errors: ids(answer.validationErrors),
		impossible: ids(answer.validationWarnings.filter((w) =>
		    IMPOSSIBLE.test(w.error.message))),
		confusable: ids(answer.validationWarnings.filter((w) =>
		    !IMPOSSIBLE.test(w.error.message))) };
}

const IMPOSSIBLE = /policy is impossible|unable to find an applicable action/;

function ourFindings(a) {
	if (a.refused)
		return refusal(a.refused);
	const ids = (all) => [...new Set(all.map((x) => x.id))].sort();

	return { errors: ids(a.findings.filter((f) => !f.warning)),
		impossible: ids(a.findings.filter((f) =>
		    ["impossible", "never-applies"].includes(f.kind))),
		confusable: ids(a.findings.filter((f) =>
		    f.kind === "confusable")) };
}

const validate = {
	make(r) {
		const world = makeWorld(r, [0, 0.05, 0.3]);

		return addPolicies(r, world,
		    { schema: anySchema(r, world.schema) }, 6);
	},
	line: (c) => ({ op: "validate", ...policyParts(c),
		...schemaParts(c.schema) }),
	ours: ourFindings,
	referee: (engine, c) => findings(engine.call("validate",
	    { schema: c.schema, policies: policySet(c) })),
	seen(c, outcome, count) {
		if (outcome === REFUSED) {
			count("validation refused");
			return;
		}
		if (outcome.confusable.length > 0)
			count("policy confusable");
		for (const id of Object.keys(byId(c)))
			count(outcome.errors.includes(id) ? "policy invalid" :
			    outcome.impossible.includes(id) ?
			    "policy impossible" : "policy valid");
	},
};

// Entities.

const entities = {
	make(r) {
		const world = makeWorld(r, [0, 0.02, 0.1]);
		const implied = r.chance(0.6);
		const all = world.entities(implied);

		all.push(...r.some(actionEntities(world.schema), 0.1),
		    ...structuredClone(r.some(all, 0.02)));
		for (let n = r.weighted([[3, 0], [3, 1], [1, 2]]); n > 0; n--)
			mutateJson(r, all);
		return { entities: all,
			schema: implied ? anySchema(r, world.schema) : null };
	},
	line: (c) => ({ op: "entities", entities: write(c.entities),
		...schemaParts(c.schema) }),
	ours: (a) => a.refused ? refusal(a.refused) : "accepted",
	referee: (engine, c) => failed(engine.call("checkParseEntities",
	    { entities: completed(c.entities), schema: c.schema })) ?
	    REFUSED : "accepted",
	seen: (c, outcome, count) => accepted(c.schema ?
	    "entities with schema" : "entities")(c, outcome, count),
};

// Requests: a set without policies says whether one is read.

const request = {
	make(r) {
		const world = makeWorld(r, [0, 0.05, 0.1]);
		const implied = r.chance(0.7);
		const requests = list(8, () => world.request(implied));

		for (const q of requests)
			if (r.chance(0.5))
				mutateJson(r, q);
		return { requests, schema: implied ?
			anySchema(r, world.schema) : null };
	},
	line: (c) => ({ op: "decide", text: "", entities: "[]",
		...schemaParts(c.schema), requests: c.requests.map(write) }),
	ours: (a, _, c) => a.refused ? c.requests.map(() => refusal(a.refused)) :
	    a.answers.map((x) => x.refused ? refusal(x.refused) : "accepted"),
	referee: (engine, c) => decideAll(engine, { ...c, entities: [],
		form: "est", policies: [], templates: [], links: [] })
	    .map((x) => x === REFUSED ? x : "accepted"),
	seen: (c, outcome, count) => outcome.forEach((o) => accepted(c.schema ?
	    "request with schema" : "bare request")(c, o, count)),
};

// Our formatter: the official engine reads the same in its text; no comment is
// lost; once formatted, a text stays; one without comments (and beyond ASCII,
// where widths are a matter of tables) looks as the official one has it.

const comments = (text) => tokens(text).filter((t) => t.startsWith("//"))
    .map((t) => t.trim()).sort();

// Ours in place of the official layout where that says nothing.
const layout = (engine, text, ours) => {
	const plain = /^[\0-\x7f]*$/.test(text) && comments(text).length === 0;
	const answer = plain && engine.call("formatPolicies",
	    { policyText: text });

	return !plain || failed(answer) ? ours : answer.formatted_policy;
};

const format = {
	make: round.make,
	line: (c) => ({ op: "format", text: c.text }),
	ours: (a, engine, c) => a.refused ? refusal(a.refused) : { json:
	    textJson(engine, a.formatted), comments: comments(a.formatted),
		stays: a.formatted === a.again,
		layout: layout(engine, c.text, "") && a.formatted },
	referee(engine, c) {
		const json = textJson(engine, c.text);

		return json === REFUSED ? REFUSED :
		    { json, comments: comments(c.text), stays: true,
			layout: layout(engine, c.text, "") };
	},
	seen: accepted("format"),
};

export const kinds = { decide, extensions, round, mutated, est, set, schema, validate,
	entities, request, format };
export const weights = { decide: 30, extensions: 3, round: 6, mutated: 20, est: 10, set: 4,
	schema: 10, validate: 12, entities: 5, request: 3, format: 5 };
