// The kinds of case.  Each has
//	make(random)	the case: plain JSON, nothing random left in it
//	line(c)		the question to our driver
//	ours(answer, engine, c), referee(engine, c)
//			the outcomes, in a form that must be equal
//	seen(c, outcome, count)
//			counts features

import { write } from "./bigjson.mjs";
import { actionEntities } from "./data.mjs";
import { completed, decide, extensions, request } from "./deciding.mjs";
import { failed } from "./engine.mjs";
import { mutateJson, schemaMutator } from "./mutate.mjs";
import { accepted, addPolicies, anySchema, byId, makeWorld, policyParts,
    policySet, schemaParts, styles } from "./parts.mjs";
import { makeSchema, schemaJson, schemaText } from "./schema.mjs";
import { REFUSED, refusal } from "./stricter.mjs";
import { est, format, mutated, round, set } from "./writing.mjs";

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

// Validation: policies with errors, policies that can never be true, and
// policies with misleading texts.

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

export const kinds = { decide, extensions, round, mutated, est, set, schema,
	validate, entities, request, format };
export const weights = { decide: 30, extensions: 3, round: 6, mutated: 20,
	est: 10, set: 4, schema: 10, validate: 12, entities: 5, request: 3,
	format: 5 };
