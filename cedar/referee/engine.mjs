// The official engine in this process.
//
// Its glue passes everything through JSON.stringify and JSON.parse, which are
// exchanged for ones that keep 64-bit integers and take texts as they are.  An
// engine that broke down is made anew: its stack is full after some thousand
// errors that it throws, for it leaves its frames behind.

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

	// The answer.  What it cannot deserialize it throws; anything else that
	// is thrown means that it broke down: {type: "broken"}.
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

	// What `ask' answers, asked again if the engine broke down meanwhile: it
	// may have been worn out.
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
