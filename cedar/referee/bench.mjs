// The cost of the workload of cedar_bench in the official engine, as lines
// `NAME VALUE UNIT'.  usage: node bench.mjs REFEREE DIR; `cedar_bench --write
// DIR' makes DIR.
//
// The engine keeps policies but reads entities anew in each call:
//	cedar_referee_call_N	a whole call, with all entities
//	cedar_referee_needed_N	a call with only the entities that the request
//				needs
//	cedar_referee_decide_N	the same, less the same call with no policies:
//				an estimate of the decision, including what the
//				engine does for each policy in a call.  A mean:
//				a single difference is smaller than the
//				variation of a call's time
// All decisions are compared with ours.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Engine, failed, why } from "./engine.mjs";

const SIZES = [10, 100, 1000];
const WHOLE = 50;		// requests with all entities
const TIMED = 200;		// requests with the entities that they need
const TIMES = 15;		// of each of these, the quickest counts

const key = (uid) => uid.type + "\0" + uid.id;
const plain = (uid) => uid.__entity ?? uid;

function now() {
	return Number(process.hrtime.bigint()) / 1000;
}

function percentile(list, p) {
	const sorted = [...list].sort((a, b) => a - b);

	return sorted[Math.floor((sorted.length - 1) * p)];
}

function mean(list) {
	return list.reduce((a, b) => a + b, 0) / list.length;
}

function print(name, list) {
	for (const [suffix, p] of [["p50", 0.5], ["p99", 0.99]])
		console.log(`${name}_${suffix} ${percentile(list, p)
		    .toFixed(3)} us`);
}

// All entity names in a value.
function* names(value) {
	if (value === null || typeof value !== "object")
		return;
	if (value.type !== undefined && value.id !== undefined)
		yield value;
	for (const part of Object.values(value))
		yield* names(part);
}

class Bench {
	constructor(referee, dir) {
		this.dir = dir;
		this.engine = new Engine(referee);
		this.entities = JSON.parse(this.file("entities.json"));
		this.requests = JSON.parse(this.file("requests.json"));
		this.byName = new Map(this.entities.map((e) =>
		    [key(plain(e.uid)), e]));
		this.slices = this.requests.map((q) => this.slice(q));
		this.prepare("none", {});
		this.floor = this.some(TIMED, (i) => this.least("none", i));
	}

	some(n, measure) {
		return Array.from({ length: n }, (_, i) => measure(i));
	}

	file(name) {
		return readFileSync(join(this.dir, name), "utf8");
	}

	prepare(name, staticPolicies) {
		const a = this.engine.call("preparsePolicySet", name,
		    { staticPolicies });

		if (failed(a))
			throw new Error(why(a));
	}

	// Entities reachable from the request's names.
	slice(request) {
		const found = new Map();
		const todo = [...names(request)];

		while (todo.length > 0) {
			const k = key(todo.pop());
			const e = this.byName.get(k);

			if (!e || found.has(k))
				continue;
			found.set(k, e);
			todo.push(...names(e.attrs), ...names(e.tags),
			    ...names(e.parents));
		}
		return [...found.values()].map((e) => ({ attrs: {},
			parents: [], ...e }));
	}

	call(set, i, entities) {
		const a = this.engine.call("statefulIsAuthorized",
		    { context: {}, ...this.requests[i], entities,
			preparsedPolicySetId: set, validateRequest: false });

		if (failed(a))
			throw new Error(why(a));
		return a.response;
	}

	timed(set, i, entities) {
		const start = now();

		this.call(set, i, entities);
		return now() - start;
	}

	least(set, i) {
		return Math.min(...this.some(TIMES, () =>
		    this.timed(set, i, this.slices[i])));
	}

	// By the names that our side gives them.
	policies(n) {
		const parts = this.engine.call("policySetTextToParts",
		    this.file(`policies-${n}.cedar`));

		return Object.fromEntries(parts.policies.map((text) =>
		    [this.engine.call("policyToJson", text).json
			.annotations.id, text]));
	}

	check(set, n) {
		const ours = this.file(`decisions-${n}.txt`).trim().split("\n");

		ours.forEach((line, i) => {
			const [decision, ...ids] = line.split(" ");
			const r = this.call(set, i, this.slices[i]);
			const theirs = [r.decision,
				...r.diagnostics.reason.sort()].join(" ");

			if ([decision, ...ids.sort()].join(" ") !== theirs)
				throw new Error(`request ${i}, ${n} policies:` +
				    ` ours ${line}, theirs ${theirs}`);
		});
	}

	size(n) {
		const set = "bench" + n;
		const all = this.entities;

		this.prepare(set, this.policies(n));
		this.check(set, n);
		print("cedar_referee_call_" + n, this.some(WHOLE,
		    (i) => this.timed(set, i, all)));
		const needed = this.some(TIMED, (i) => this.least(set, i));

		print("cedar_referee_needed_" + n, needed);
		console.log(`cedar_referee_decide_${n}_mean ${(mean(needed) -
		    mean(this.floor)).toFixed(3)} us`);
	}
}

const bench = new Bench(process.argv[2], process.argv[3]);

SIZES.forEach((n) => bench.size(n));
