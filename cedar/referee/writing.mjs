// The kinds of case for policies as text and as JSON.

import { sorted, write } from "./bigjson.mjs";
import { failed, why } from "./engine.mjs";
import { mutateJson, policyMutator, tokens } from "./mutate.mjs";
import { accepted, addPolicies, list, makeWorld, policySet, style } from
    "./parts.mjs";
import { Policies, slotsOf } from "./policy.mjs";
import { REFUSED, refusal } from "./stricter.mjs";

// One text: whether it is accepted, and its JSON.

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

// Our JSON, and the engine's JSON of our text.
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

export const round = {
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

export const mutated = {
	...round,
	make(r) {
		const make = new Policies(makeWorld(r, [0]), 0.05);
		const text = list(r.between(1, 2), () => style(r).policy(
		    r.chance(0.2) ? make.template() : make.policy())).join("\n");

		return { text: policyMutator(r).text(text) };
	},
	seen: accepted("mutated text"),
};

// The engine returns a policy in JSON unchanged.  Its text of the policy (in
// which a negated number becomes a negative one) shows what it understood; our
// JSON and our text must give the same.
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

export const est = {
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

export const set = {
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

// Our formatter: the official engine reads the same from its text; no comment
// is lost; formatting again changes nothing; a text with only ASCII, where all
// widths are the same, looks as the official one, with the exceptions that
// ../README.md lists.

const comments = (text) => tokens(text).filter((t) => t.startsWith("//"))
    .map((t) => t.trim()).sort();

function comparable(text) {
	const all = tokens(text);
	const words = all.filter((t) => t.trim() && !t.startsWith("//"));

	if (!/^[\0-\x7f]*$/.test(text) || words.length === 0)
		return false;
	if (comments(text).length === 0)
		return true;
	return !words.some((t, i) => t === "," && /^[)\]}]$/.test(words[i + 1])) &&
	    !all.some((t, i) => t.startsWith("\"") &&
	    /^\s*\n\s*$/.test(all[i + 1]) && all[i + 2]?.startsWith("//"));
}

// Our layout, where the official one is not comparable.
const layout = (engine, text, ours) => {
	const answer = comparable(text) && engine.call("formatPolicies",
	    { policyText: text });

	return !answer || failed(answer) ? ours :
	    answer.formatted_policy.replace(/ +$/gm, "");
};

// One comment at each place between two words.
function commented(r) {
	const make = new Policies(makeWorld(r, [0]), 0);
	const text = style(r).policy(r.chance(0.2) ? make.template() :
	    make.policy());
	const words = tokens(text).filter((t) => t.trim() &&
	    !t.startsWith("//"));
	const at = r.below(words.length + 1);
	const comment = r.pick([" // c\n", "\n// c\n"]);

	return { text: words.slice(0, at).join(" ") + comment +
	    words.slice(at).join(" ") };
}

export const format = {
	make: (r) => r.weighted([[3, mutated.make], [7, round.make],
		[10, commented]])(r),
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
