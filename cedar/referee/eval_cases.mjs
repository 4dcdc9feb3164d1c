// What the official engine makes of expressions: reads lines, each an
// expression or "T<tab>expression", and writes them with T, F or E (error) in
// front, as ../testdata/eval/cases.txt has them.
//
//	node eval_cases.mjs FOLDER ENV.json < lines > cases.txt
//
// FOLDER is where `fetch' has put the engine.  What it does not parse is left
// out and named on standard error.

import { readFileSync } from "node:fs";
import { read } from "./bigjson.mjs";
import { Engine, failed, why } from "./engine.mjs";

const [folder, envFile] = process.argv.slice(2);
const engine = new Engine(folder);
const env = read(readFileSync(envFile, "utf8"));

function outcome(expr) {
	const p = `permit(principal, action, resource) when { ${expr} };`;
	const answer = engine.call("isAuthorized", {
		...env.request, entities: env.entities,
		policies: { staticPolicies: { p } },
	});

	if (failed(answer)) {
		console.error(`${expr}\n\t${why(answer)}`);
		return null;
	}
	if (answer.response.diagnostics.errors.length > 0)
		return "E";
	return answer.response.decision === "allow" ? "T" : "F";
}

for (const line of readFileSync(0, "utf8").split("\n")) {
	const expr = line.replace(/^[TFE]\t/, "");
	const o = expr === "" ? null : outcome(expr);

	if (o !== null)
		console.log(`${o}\t${expr}`);
}
