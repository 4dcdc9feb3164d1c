// The official engine in this process.
//
// Its glue calls JSON.stringify and JSON.parse, which are replaced by functions
// that keep 64-bit integers and pass texts unchanged.  The engine leaks stack
// with each error that it throws and fails after some thousand; it is then
// started again.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Raw, read, write } from "./bigjson.mjs";

const PLACE = "node_modules/@cedar-policy/cedar-wasm/nodejs";
const json = { parse: read, stringify: write };

export class Engine {
	constructor(folder) {
		this.dir = join(folder, PLACE);
		this.glue = readFileSync(join(this.dir, "cedar_wasm.js"),
		    "utf8");
		this.breakdowns = 0;
		this.start();
	}

	start() {
		const exports = {};

		new Function("exports", "require", "__dirname", "JSON",
		    this.glue)(exports,
		    createRequire(import.meta.url), this.dir, json);
		this.api = exports;
	}

	// The answer.  It throws what it cannot deserialize; any other exception
	// means that it failed: {type: "broken"}.
	call(name, ...args) {
		try {
			return this.api[name](...args);
		} catch (e) {
			const type = Object.getPrototypeOf(e) ===
			    Error.prototype ? "failure" : "broken";

			if (type === "broken") {
				this.breakdowns++;
				this.start();
			}
			return { type, errors: [{ message: String(e) }] };
		}
	}

	// The result of `ask', repeated once if the engine failed, which may be
	// for want of stack.
	steady(ask) {
		const before = this.breakdowns;
		const answer = ask();

		return this.breakdowns === before ? answer : ask();
	}

	version() {
		return this.api.getCedarVersion();
	}

	raw(text) {
		return new Raw(text);
	}
}

export const failed = (answer) => answer.type !== "success";
export const why = (answer) => (answer.errors ?? [])
    .map((e) => e.message).join("; ");
