// Extension values: texts that are almost valid, and calls whose result is
// computed here, too, so that a policy can compare it with that or one more.

import { LONGS, extensionText } from "./texts.mjs";

const DAY = 86400000n;
const UNITS = [["d", DAY], ["h", 3600000n], ["m", 60000n], ["s", 1000n],
	["ms", 1n]];
const METHODS = { toMilliseconds: 1n, toSeconds: 1000n, toMinutes: 60000n,
	toHours: 3600000n, toDays: DAY };
const value = (v) => ({ Value: typeof v === "bigint" ? small(v) : v });

// In policies numbers are of 64 bits.
function small(n) {
	const wrapped = BigInt.asIntN(64, n);

	return Number.isSafeInteger(Number(wrapped)) ? Number(wrapped) : wrapped;
}

const digits = (r, n) => String(r.below(10 ** n)).padStart(n, "0");

function decimalText(r) {
	return r.pick(["", "-"]) + (r.chance(0.1) ? "92233720368547758" :
	    digits(r, r.between(1, 6))) + "." + digits(r, r.between(1, 5));
}

function v4(r) {
	return r.times(4, () => r.pick([0, 1, 10, 127, 224, 239, 255, 256,
		r.below(256)])).join(".");
}

function v6(r) {
	const parts = r.times(r.between(1, 8), () => r.pick(["0", "1", "ff02",
		"fe80", "0001", r.below(65536).toString(16)]));

	if (parts.length < 8 || r.chance(0.1))
		parts.splice(r.below(parts.length + 1), 0, "");
	return parts.join(":").replace(/^:/, "::").replace(/:$/, "::")
	    .replace(/:::+/, "::");
}

function ipText(r) {
	const four = r.chance(0.5);

	return (four ? v4(r) : v6(r)) + r.pick(["", "", "/" + r.below(four ?
	    34 : 130), "/0", "/8", "/" + digits(r, 2)]);
}

function datetimeText(r) {
	const date = [r.pick(["1970", "2024", "2023", "1900", "2000", "0000",
		"9999", digits(r, 4)]), digits(r, 2).replace(/^[2-9]/, "0"),
		digits(r, 2).replace(/^[4-9]/, "2")].join("-");
	const time = [r.below(25), r.below(61), r.below(61)]
	    .map((n) => String(n).padStart(2, "0")).join(":");

	return r.weighted([[2, date],
		[6, `${date}T${time}${r.pick(["", "." + digits(r, 3)])}${
		    r.pick(["Z", "Z", "+0000", "-0000", "+" + digits(r, 4),
			"-" + digits(r, 4), "+2359", "-0130"])}`]]);
}

function durationText(r) {
	const number = () => r.chance(0.05) ? "9223372036854775807" :
	    r.below(10 ** r.between(1, 5));

	return r.pick(["", "-"]) + r.some(UNITS, 0.5)
	    .map(([unit]) => number() + unit).join("");
}

const TEXTS = { decimal: decimalText, ipaddr: ipText, datetime: datetimeText,
	duration: durationText };
const NAMES = { decimal: "decimal", ipaddr: "ip", datetime: "datetime",
	duration: "duration" };

function text(r, type) {
	return r.chance(0.3) ? extensionText(r, type, 0.1) : TEXTS[type](r);
}

const make = (type, t) => ({ [NAMES[type]]: [value(t)] });

const DURATION = new RegExp("^(-?)" + UNITS.map(([u]) =>
    `(?:(\\d+)${u}${u === "m" ? "(?!s)" : ""})?`).join("") + "$");

// null when there is none.
function milliseconds(t) {
	const m = DURATION.exec(t);

	return m && UNITS.reduce((sum, [, ms], i) =>
	    sum + BigInt(m[i + 2] ?? 0) * ms, 0n) * (m[1] ? -1n : 1n);
}

function instant(t) {
	const ms = Date.parse(t.replace(/([+-]\d\d)(\d\d)$/, "$1:$2"));

	return Number.isNaN(ms) ? null : BigInt(ms);
}

// Mostly the number itself.
function about(r, n) {
	return value(n === null ? r.pick(LONGS) :
	    n + r.pick([0n, 0n, 0n, 1n, -1n]));
}

const floor = (n, by) => n - ((n % by) + by) % by;
const equal = (left, right) => ({ "==": { left, right } });

function durationTest(r) {
	const t = text(r, "duration");
	const [name, by] = r.pick(Object.entries(METHODS));
	const ms = milliseconds(t);

	return equal({ [name]: [make("duration", t)] },
	    about(r, ms === null ? null : ms / by));
}

// The days and the time of day of an instant, or the time between two.
function datetimeTest(r) {
	const a = text(r, "datetime"), b = text(r, "datetime");
	const at = instant(a), from = instant(b);
	const ms = (e, n) => equal({ toMilliseconds: [e] }, about(r, n));
	const since = (left, right) => ({ durationSince: [left, right] });
	const [x, y] = [make("datetime", a), make("datetime", b)];

	return r.pick([
		() => ms(since(x, y), at === null || from === null ? null :
		    at - from),
		() => ms({ toTime: [x] }, at === null ? null :
		    at - floor(at, DAY)),
		() => ms(since({ toDate: [x] }, make("datetime",
		    "1970-01-01")), at === null ? null : floor(at, DAY)),
		() => ms(since({ offset: [x, make("duration",
		    text(r, "duration"))] }, x), null),
		() => ({ [r.pick(["<", "<=", ">", ">=", "==", "!="])]:
		    { left: x, right: y } }),
	])();
}

function decimalTest(r) {
	const pair = [make("decimal", text(r, "decimal")),
		make("decimal", text(r, "decimal"))];

	return r.chance(0.3) ? equal(...pair) : { [r.pick(["lessThan",
		"lessThanOrEqual", "greaterThan", "greaterThanOrEqual"])]: pair };
}

// An address in its own network, written differently, or in another one.
function ipTest(r) {
	const t = text(r, "ipaddr");
	const near = r.chance(0.5) ? t.replace(/\/.*/, "") + "/" +
	    r.below(t.includes(":") ? 129 : 33) : text(r, "ipaddr");
	const pair = [make("ipaddr", t), make("ipaddr", near)];

	return r.weighted([[4, { isInRange: pair }],
		[2, { isInRange: [...pair].reverse() }], [2, equal(...pair)],
		[1, { isIpv4: [pair[0]] }], [1, { isIpv6: [pair[0]] }],
		[2, { isLoopback: [pair[0]] }], [2, { isMulticast: [pair[0]] }]]);
}

export function extensionPolicy(r) {
	const body = r.pick([durationTest, datetimeTest, decimalTest, ipTest])(r);
	const all = { op: "All" };

	return { effect: "permit", principal: all, action: all, resource: all,
		conditions: [{ kind: "when", body }] };
}
