// Leaves before readers by others: @sd-jwt/core (RFC 9901) and ajv (JSON
// Schema).  See `node judge.mjs --help'.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createHash, generateKeyPairSync, sign, verify } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const HERE = dirname(fileURLToPath(import.meta.url));
const USAGE = `usage: node judge.mjs --modules DIR [--schema FILE] < LINES
  --modules DIR    where deps/fetch-npm put node_modules
  --schema FILE    docs/leaf.schema.json
LINES are those of leaf_driver; "values" may be absent, as in an export.
`;
const { values: options } = parseArgs({ options: {
	modules: { type: "string" },
	schema: { type: "string",
	    default: join(HERE, "../../docs/leaf.schema.json") },
	help: { type: "boolean" },
} });

if (options.help || !options.modules) {
	process.stderr.write(USAGE);
	process.exit(options.help ? 0 : 100);
}
const require = createRequire(resolve(options.modules, "package.json"));
const { SDJwtInstance } = require("@sd-jwt/core");
const Ajv = require("ajv/dist/2020").default;

// The leaf's `data' as a payload needs a signature: any will do.
const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const base64url = (bytes) => Buffer.from(bytes).toString("base64url");
const reader = new SDJwtInstance({
	hasher: (data) => createHash("sha256").update(data).digest(),
	hashAlg: "sha-256",
	verifier: (data, signature) => verify(null, Buffer.from(data), publicKey,
	    Buffer.from(signature, "base64url")),
});

// The bytes of `data' as the leaf has them.
function dataText(leaf) {
	const at = leaf.indexOf(',"data":') + ',"data":'.length;

	return leaf.slice(at, -1);
}

function toSdJwt(leaf, disclosures) {
	const signed = base64url('{"alg":"EdDSA"}') + "." +
	    base64url(dataText(leaf));

	return [signed + "." +
	    base64url(sign(null, Buffer.from(signed), privateKey)),
	    ...disclosures, ""].join("~");
}

const unpack = async (leaf, disclosures) =>
    (await reader.verify(toSdJwt(leaf, disclosures))).payload;

const text = (hex) => Buffer.from(hex, "hex").toString("utf8");
const wanted = {
	text: text,
	list: (list) => list.map(text),
	digest: (hex) => hex,
	number: (digits) => Number(digits),
};

// What leaf_driver put in, by another way than the leaf's JSON.
function want(values) {
	return Object.fromEntries(Object.entries(values).map(([name, v]) => {
		const [[kind, value]] = Object.entries(v);

		return [name, wanted[kind](value)];
	}));
}

const sorted = (o) => JSON.stringify(Object.entries(o)
    .sort(([a], [b]) => (a < b ? -1 : 1)));
const nameOf = (disclosure) =>
    JSON.parse(Buffer.from(disclosure, "base64url").toString("utf8"))[1];

const faults = [];
const fault = (n, why) => faults.push(`line ${n + 1}: ${why}`);
const counts = { leaves: 0, disclosures: 0, refused: 0 };

// Each disclosure gives its field and no other; none gives none.
async function checkAlone(line, leaf, n) {
	const bare = Object.keys(await unpack(leaf, []));

	for (const d of line.disclosures) {
		const claims = Object.keys(await unpack(leaf, [d]));

		if (claims.length !== bare.length + 1 ||
		    !claims.includes(nameOf(d)))
			fault(n, `the disclosure of ${nameOf(d)} gives ${claims}`);
		counts.disclosures++;
	}
}

// A changed disclosure or another leaf's gives nothing.
async function checkRefused(leaf, strangers, n) {
	const bare = sorted(await unpack(leaf, []));

	for (const d of strangers) {
		let claims = bare;

		try {
			claims = sorted(await unpack(leaf, [d]));
		} catch {
			// refused aloud
		}
		if (claims !== bare)
			fault(n, `a stranger gives ${nameOf(d)}`);
		counts.refused++;
	}
}

// The same array with another first letter of the value, or with blanks.
function changed(disclosure) {
	const [salt, name, value] = JSON.parse(
	    Buffer.from(disclosure, "base64url").toString("utf8"));

	return [[salt, name, ["x"].concat(value)], [salt, name + "x", value],
	    ["A" + salt.slice(1), name + "", value], [salt, name, value]]
	    .map((a, i) => base64url(JSON.stringify(a) + (i === 3 ? " " : "")))
	    .filter((d) => d !== disclosure);
}

async function judge(line, n, lines) {
	const leaf = Buffer.from(line.leaf, "base64").toString("utf8");
	const before = lines[(n + lines.length - 1) % lines.length];

	if (!valid(JSON.parse(leaf)))
		fault(n, "the schema: " +
		    JSON.stringify(valid.errors).slice(0, 500));
	const claims = await unpack(leaf, line.disclosures);
	if (line.values && sorted(claims) !== sorted(want(line.values)))
		fault(n, `unpacked ${sorted(claims)},\n` +
		    `wanted ${sorted(want(line.values))}`);
	await checkAlone(line, leaf, n);
	await checkRefused(leaf, [...before.disclosures,
	    ...line.disclosures.flatMap(changed)], n);
	counts.leaves++;
}

const valid = new Ajv({ strict: true, allErrors: true })
    .compile(JSON.parse(readFileSync(options.schema, "utf8")));
const lines = readFileSync(0, "utf8").trimEnd().split("\n").map(JSON.parse);

for (const [n, line] of lines.entries())
	await judge(line, n, lines);
console.log(`${counts.leaves} leaves, ${counts.disclosures} disclosures, ` +
    `${counts.refused} strangers, ${faults.length} faults`);
for (const f of faults.slice(0, 10))
	console.log(f);
process.exit(faults.length === 0 && counts.leaves > 0 ? 0 : 1);
