// Our library, behind cedar/referee/cedar_driver: a line of JSON for each
// question, a line for each answer, in order.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { read, write } from "./bigjson.mjs";

const PATIENCE_MS = 60000;

export class Driver {
	constructor(program) {
		this.program = program;
		this.waiting = [];	// {line, resolve}, in order
		this.start();
	}

	start() {
		this.child = spawn(this.program, [],
		    { stdio: ["pipe", "pipe", "pipe"] });
		this.said = "";
		this.child.stderr.on("data", (data) => {
			this.said = (this.said + data).slice(-8000);
		});
		this.child.stdin.on("error", () => {});
		createInterface({ input: this.child.stdout })
		    .on("line", (line) => this.answered(line));
		this.child.on("error", (e) => { this.said += e; });
		this.child.on("close", () => this.ended());
	}

	answered(line) {
		const { resolve } = this.waiting.shift();

		this.watch();
		resolve(read(line));
	}

	watch() {
		clearTimeout(this.timer);
		if (this.waiting.length > 0)
			this.timer = setTimeout(() => {
				this.said += "no answer\n";
				this.child.kill("SIGKILL");
			}, PATIENCE_MS);
	}

	// It died while answering the first question without an answer.
	ended() {
		clearTimeout(this.timer);
		if (this.stopping)
			return;
		if (this.waiting.length === 0) {
			this.start();
			return;
		}
		const rest = this.waiting;
		const { resolve } = rest.shift();

		resolve({ crash: this.said || "it ended" });
		this.waiting = [];
		this.start();
		for (const w of rest)
			this.send(w);
	}

	send(question) {
		this.waiting.push(question);
		this.child.stdin.write(question.line + "\n");
		if (this.waiting.length === 1)
			this.watch();
	}

	ask(question) {
		return new Promise((resolve) =>
		    this.send({ line: write(question), resolve }));
	}

	stop() {
		this.stopping = true;
		clearTimeout(this.timer);
		this.child.stdin.end();
	}
}
