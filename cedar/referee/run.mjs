// Both engines on the same cases; see `node run.mjs --help'.

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { read, sorted, write } from "./bigjson.mjs";
import { Driver } from "./driver.mjs";
import { Engine } from "./engine.mjs";
import { kinds, weights } from "./kinds.mjs";
import { Random } from "./random.mjs";
import { shrink } from "./shrink.mjs";
import { STRICTER, agree } from "./stricter.mjs";
import { Counts } from "./wanted.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const KEPT = join(HERE, "../testdata/disagreements");
const USAGE = `usage: node run.mjs [option...]
  --referee DIR    where fetch put the official engine
  --driver FILE    cedar_driver
  --seed N         seed of the cases (1)
  --decisions N    compare this many decisions (5000)
  --cases N        or this many cases
  --from N         the first case's number (0)
  --only N         only this case, shown with both answers
  --kind K,...     only these kinds
  --most N         stop after so many disagreements (10)
  --no-shrink      do not make disagreements smaller
  --keep           write them to testdata/disagreements
  --replay         only those kept there
  --table          print how often each feature occurred
`;
const BATCH = 64;

const way = (outcome) => outcome?.crash ? "crash" :
    typeof outcome === "string" ? outcome : "said";
const same = (a, b) => sorted(a) === sorted(b);

class Run {
	constructor(options) {
		this.options = options;
		this.engine = new Engine(options.referee);
		this.driver = new Driver(options.driver);
		this.counts = new Counts();
		this.found = 0;
		this.cases = 0;
		this.stricter = 0;
	}

	make(number) {
		const random = new Random(Number(this.options.seed), number);
		const allowed = this.options.kind?.split(",");
		const kind = random.weighted(Object.entries(weights)
		    .filter(([k]) => !allowed || allowed.includes(k))
		    .map(([k, w]) => [w, k]));

		return { kind, ...kinds[kind].make(random) };
	}

	async ours(c) {
		const kind = kinds[c.kind];
		const answer = await this.driver.ask(kind.line(c));

		return this.outcome(kind, answer, c);
	}

	outcome(kind, answer, c) {
		return answer.crash ? { crash: answer.crash } :
		    answer.unable ? { unable: answer.unable } :
		    this.engine.steady(() =>
		        kind.ours(structuredClone(answer), this.engine, c));
	}

	referee(c) {
		return this.engine.steady(() =>
		    kinds[c.kind].referee(this.engine, c));
	}

	// How they differ, or "".  A smaller case must differ in the same way.
	async difference(c) {
		try {
			const ours = await this.ours(c);
			const theirs = this.referee(c);

			return agree(ours, theirs, same) ? "" :
			    [ours, theirs].map(way).join(" ");
		} catch {
			return "";	// shrunk to what is no case
		}
	}

	// Questions are sent in batches, so that both engines work at once.
	async all() {
		const o = this.options;
		let next = Number(o.from);
		const send = () => Array.from({ length: BATCH }, () => {
			const number = next++;
			const c = this.make(number);

			return { number, c,
				answer: this.driver.ask(kinds[c.kind].line(c)) };
		});
		let batch = send();

		while (!this.enough()) {
			const coming = send();

			for (const b of batch)
				if (!this.enough())
					await this.compare(b);
			batch = coming;
			this.progress();
		}
	}

	// Progress for a terminal.
	progress() {
		if (process.stderr.isTTY)
			process.stderr.write(`\r${this.counts.of("decision")}` +
			    ` decisions, ${this.found} disagreements\r`);
	}

	enough() {
		const o = this.options;

		return this.found >= Number(o.most) || (o.cases ?
		    this.cases >= Number(o.cases) :
		    this.counts.of("decision") >= Number(o.decisions));
	}

	async compare({ number, c, answer }) {
		const kind = kinds[c.kind];
		const theirs = this.referee(c);
		const ours = this.outcome(kind, await answer, c);

		this.cases++;
		kind.seen(c, theirs, this.counts.add);
		if ([ours].flat().includes(STRICTER))
			this.stricter++;
		if (!agree(ours, theirs, same))
			await this.disagree(number, c);
	}

	async disagree(number, c) {
		const o = this.options;

		this.found++;
		console.log(`disagreement: --seed ${o.seed} --only ${number}` +
		    (o.kind ? ` --kind ${o.kind}` : ""));
		const how = await this.difference(c);
		const small = o["no-shrink"] ? c : await shrink(c,
		    async (x) => await this.difference(x) === how);

		await this.show(small);
		if (o.keep)
			this.keep(small);
	}

	async show(c) {
		const answer = await this.driver.ask(kinds[c.kind].line(c));

		console.log("case     " + write(c));
		if (this.options.only !== undefined) {
			console.log("asked    " + write(kinds[c.kind].line(c)));
			console.log("answered " + write(answer));
		}
		console.log("ours     " + write(this.outcome(kinds[c.kind],
		    answer, c)));
		console.log("referee  " + write(this.referee(c)) + "\n");
	}

	keep(c) {
		mkdirSync(KEPT, { recursive: true });
		const last = readdirSync(KEPT).map((f) => parseInt(f, 10))
		    .reduce((a, b) => Math.max(a, b), 0);
		const file = join(KEPT,
		    String(last + 1).padStart(3, "0") + ".json");

		writeFileSync(file, write({ case: c,
			referee: this.referee(c) }) + "\n");
		console.log("kept as " + file);
	}

	// Every disagreement of the past must be resolved.
	async replay() {
		const files = readdirSync(KEPT).filter((f) =>
		    f.endsWith(".json")).sort();

		for (const file of files) {
			const { case: c, referee } =
			    read(readFileSync(join(KEPT, file), "utf8"));
			const theirs = this.referee(c);

			if (!same(theirs, referee)) {
				console.log(`${file}: the referee has changed ` +
				    "its mind");
				this.found++;
			}
			if (!agree(await this.ours(c), referee, same)) {
				console.log(`${file}: they disagree`);
				await this.show(c);
				this.found++;
			}
		}
		console.log(`${files.length} kept disagreements replayed, ` +
		    `${this.found} of them bad`);
	}

	report(seconds) {
		const n = this.counts.of("decision");

		if (this.options.table)
			console.log(this.counts.table() + "\n");
		console.log(`cedar ${this.engine.version()}: ${n} decisions in ` +
		    `${this.cases} cases, seed ${this.options.seed}, ` +
		    `${seconds.toFixed(1)} s (${Math.round(n / seconds)} ` +
		    `decisions/s), ${this.found} disagreements, ` +
		    `${this.stricter} cases refused on purpose`);
	}
}

function parse() {
	const text = (value) => ({ type: "string", default: value });
	const flag = { type: "boolean" };

	try {
		return parseArgs({ options: {
			referee: text(undefined), driver: text(undefined),
			seed: text("1"), decisions: text("5000"),
			cases: text(undefined), from: text("0"),
			only: text(undefined), kind: text(undefined),
			most: text("10"), "no-shrink": flag, keep: flag,
			replay: flag, table: flag, help: flag } }).values;
	} catch (e) {
		process.stderr.write(`run.mjs: ${e.message}\n${USAGE}`);
		process.exit(100);
	}
}

async function main() {
	const options = parse();

	if (options.help || !options.referee || !options.driver) {
		process.stdout.write(USAGE);
		process.exit(options.help ? 0 : 100);
	}
	const run = new Run(options);
	const start = Date.now();

	if (options.only !== undefined) {
		const c = run.make(Number(options.only));

		run.found = await run.difference(c) === "" ? 0 : 1;
		await run.show(c);
	} else if (options.replay) {
		await run.replay();
	} else {
		await run.all();
		run.report((Date.now() - start) / 1000);
	}
	run.driver.stop();
	const missing = options.only || options.replay || options.kind ||
	    options.cases || run.found > 0 ? [] : run.counts.missing();

	if (missing.length > 0)
		console.log("never met: " + missing.join(", "));
	process.exitCode = run.found > 0 || missing.length > 0 ? 1 : 0;
}

await main();
