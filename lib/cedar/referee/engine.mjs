// The official engine in this process.
//
// Its glue passes everything through JSON.stringify and JSON.parse, which are
// exchanged for ones that keep 64-bit integers and take texts as they are.  An
// engine that broke down (it aborts when its stack is full) is made anew.

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

			if (type === "broken")
				this.start();
			return { type, errors: [{ message: String(e) }] };
		}
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
