// What ours refuses on purpose and the official engine accepts, by our message.
// A refusal with another message is a disagreement.

// Fields of objects in which the engine ignores unknown ones; ours never does.
const FIELDS = ["uid, attrs, parents, tags", "type, id", "fn, arg, args",
	"op", "op, entity", "op, slot", "op, entity, slot", "entity, slot",
	"op, entity, entities", "left, attr",
	"__entity", "__extn", "op, entity_type", "op, entity_type, in",
	"principal, action, resource, context"];

const REASONS = [
	["an unknown field", (text) => {
		const m = /unknown field `.*'; .*?expected (.*)$/s.exec(text);

		return m !== null && FIELDS.includes(m[1]);
	}],
	// It does not see them in a field that it ignores.
	["a number that is no Long", (text) =>
	    /: (a number beyond 64 bits|expected a whole number)/.test(text)],
	// It takes the first.
	["one and several", (text) =>
	    /both `arg' and `args'; keep one$|`(args|entities)' takes a list/
		.test(text)],
	// It takes the first.
	["an entity and a slot", (text) =>
	    /expected either `\w+' or `\w+' here$/.test(text)],
	// For its partial evaluation, which is not part of the language.
	["the function unknown", (text) =>
	    /operator or function `unknown'/.test(text)],
	// It refuses only when the value is used.
	["an extension value of no known function", (text) =>
	    /there is no extension function `/.test(text)],
	// Its reader takes a list of values as an object's fields in order.
	["a list for an object", (text) =>
	    /(expected|takes) an object, not a list$/.test(text)],
];

export const STRICTER = "refused on purpose";
export const REFUSED = "refused";

export function refusal(text) {
	return REASONS.some(([, test]) => test(text)) ? STRICTER : REFUSED;
}

// Whether two outcomes are as they should be.
export function agree(ours, theirs, same) {
	if (Array.isArray(ours) && Array.isArray(theirs) &&
	    ours.length === theirs.length && ours.includes(STRICTER))
		return ours.every((x, i) => agree(x, theirs[i], same));
	return ours === STRICTER || same(ours, theirs);
}
