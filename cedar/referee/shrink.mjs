// A smaller case that still disagrees: parts of its JSON and tokens of its
// texts are removed, or replaced by one of their own parts, while `still'
// returns true.

import { tokens } from "./mutate.mjs";

const TRIES = 3000;
const TEXTS = new Set(["text", "schema"]);

// Paths to everything in a value, the outermost first.
function* paths(value, path = []) {
	if (value === null || typeof value !== "object")
		return;
	for (const key of Object.keys(value)) {
		const next = [...path, key];

		yield next;
		yield* paths(value[key], next);
	}
}

const at = (value, path) => path.reduce((v, key) => v?.[key], value);

function changed(value, path, change) {
	const copy = structuredClone(value);
	const holder = at(copy, path.slice(0, -1));

	if (holder !== null && typeof holder === "object" &&
	    path.at(-1) in holder)
		change(holder, path.at(-1));
	return copy;
}

function remove(holder, key) {
	if (Array.isArray(holder))
		holder.splice(key, 1);
	else
		delete holder[key];
}

// Possible replacements of a value.
function* simpler(value) {
	if (value !== null && typeof value === "object") {
		for (const part of Object.values(value)) {
			if (part !== null && typeof part === "object") {
				yield part;
				yield* Object.values(part).filter((x) =>
				    x !== null && typeof x === "object");
			}
		}
		if (!Array.isArray(value) && !("Value" in value))
			yield { Value: true };
		return;
	}
	if (typeof value === "string" && value.length > 1)
		yield "a";
}

function runs(all) {
	const out = [];

	for (let from = 0; from < all.length; from++)
		for (let to = from + 1, depth = 0; to <= all.length; to++) {
			depth += "([{".includes(all[to - 1]) ? 1 :
			    ")]}".includes(all[to - 1]) ? -1 : 0;
			if (depth < 0)
				break;
			if (depth === 0)
				out.push([from, to]);
		}
	return out.sort((a, b) => b[1] - b[0] - a[1] + a[0]);
}

class Shrinker {
	constructor(c, still) {
		this.best = c;
		this.still = still;
		this.tries = 0;
	}

	async attempt(c) {
		if (++this.tries > TRIES)
			return false;
		if (!await this.still(c))
			return false;
		this.best = c;
		return true;
	}

	// Paths are looked up again after each success: indices change.
	async removals() {
		let any = false;

		for (const path of [...paths(this.best)].slice(0))
			if (path[0] !== "kind" && path.length > 1 &&
			    at(this.best, path) !== undefined &&
			    await this.attempt(changed(this.best, path, remove)))
				any = true;
		return any;
	}

	async replacements() {
		let any = false;

		for (const path of [...paths(this.best)]) {
			if (path[0] === "kind" || path.length < 2)
				continue;
			for (const s of [...simpler(at(this.best, path))])
				if (await this.attempt(changed(this.best, path,
				    (h, k) => { h[k] = structuredClone(s); }))) {
					any = true;
					break;
				}
		}
		return any;
	}

	async texts() {
		let any = false;

		for (const path of [...paths(this.best)])
			if (TEXTS.has(path.at(-1)) &&
			    typeof at(this.best, path) === "string")
				any = await this.text(path) || any;
		return any;
	}

	// Runs of tokens in which brackets match, the longest first.
	async text(path) {
		let any = false;

		while (await this.shorten(path))
			any = true;
		return any;
	}

	async shorten(path) {
		const all = tokens(at(this.best, path));

		for (const [from, to] of runs(all))
			for (const put of to - from > 1 ? [[], ["true"]] : [[]])
				if (await this.attempt(changed(this.best, path,
				    (h, k) => { h[k] = [...all.slice(0, from),
					...put, ...all.slice(to)].join(""); })))
					return true;
		return false;
	}
}

export async function shrink(c, still) {
	const s = new Shrinker(c, still);

	while (s.tries < TRIES && (await s.removals() | await s.texts() |
	    await s.replacements()));
	return s.best;
}
