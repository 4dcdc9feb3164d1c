// The official engine's results of expressions.  Reads lines, each an
// expression or "T<tab>expression", and writes them with T, F or E (error) in
// front: the form of ../testdata/eval/cases.txt.
//
//	node eval_cases.mjs FOLDER ENV.json < lines > cases.txt
//
// `fetch' makes FOLDER.  Expressions that the engine does not parse are left
// out and listed on standard error.

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
