// The kinds of case that end in a decision, or in a request that is refused.

import { write } from "./bigjson.mjs";
import { actionEntities } from "./data.mjs";
import { failed } from "./engine.mjs";
import { extensionPolicy } from "./extensions.mjs";
import { mutateJson } from "./mutate.mjs";
import { accepted, addPolicies, anySchema, byId, list, makeWorld, policyParts,
    policySet, schemaParts } from "./parts.mjs";
import { REFUSED, refusal } from "./stricter.mjs";

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

// Ours lets attributes, parents and a context be missing.
function withDefaults(value, defaults) {
	const plainObject = value !== null && typeof value === "object" &&
	    !Array.isArray(value);

	return plainObject ? { ...defaults, ...value } : value;
}

export function completed(all) {
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

export const decide = {
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

export const extensions = {
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

// Requests: with no policies, whether a request is accepted.

export const request = {
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
