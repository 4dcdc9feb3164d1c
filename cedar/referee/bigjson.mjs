// JSON with all 64-bit integers: those that a JavaScript number does not hold
// exactly are read and written as BigInt.

const LONG = /(?<![\w"])-?\d{16,}(?![\w"])/;

class Reader {
	constructor(text) {
		this.text = text;
		this.pos = 0;
	}

	space() {
		while (" \t\n\r".includes(this.text[this.pos] ?? "x"))
			this.pos++;
	}

	list(end, item) {
		this.pos++;
		this.space();
		if (this.text[this.pos] === end) {
			this.pos++;
			return;
		}
		do {
			item();
			this.space();
		} while (this.text[this.pos++] === ",");
	}

	string() {
		const start = this.pos++;

		while (this.text[this.pos] !== '"')
			this.pos += this.text[this.pos] === "\\" ? 2 : 1;
		return JSON.parse(this.text.slice(start, ++this.pos));
	}

	scalar() {
		const word = /[^\s,\]}]+/y;

		word.lastIndex = this.pos;
		const [text] = word.exec(this.text);

		this.pos += text.length;
		if (!/^-?\d+$/.test(text))
			return JSON.parse(text);
		const n = Number(text);

		return Number.isSafeInteger(n) ? n : BigInt(text);
	}

	value() {
		this.space();
		switch (this.text[this.pos]) {
		case "{": {
			const out = {};

			this.list("}", () => {
				this.space();
				const key = this.string();

				this.space();
				this.pos++;		// the colon
				put(out, key, this.value());
			});
			return out;
		}
		case "[": {
			const out = [];

			this.list("]", () => out.push(this.value()));
			return out;
		}
		case '"':
			return this.string();
		default:
			return this.scalar();
		}
	}
}

// Also for the key __proto__.
export function put(object, key, value) {
	Object.defineProperty(object, key,
	    { value, enumerable: true, configurable: true, writable: true });
}

export function read(text) {
	return LONG.test(text) ? new Reader(text).value() : JSON.parse(text);
}

export function write(value) {
	if (typeof value === "bigint")
		return value.toString();
	if (value instanceof Raw)
		return value.text;
	if (Array.isArray(value))
		return "[" + value.map(write).join(",") + "]";
	if (value === null || typeof value !== "object")
		return JSON.stringify(value);
	return "{" + Object.entries(value)
	    .filter(([, v]) => v !== undefined)
	    .map(([k, v]) => JSON.stringify(k) + ":" + write(v))
	    .join(",") + "}";
}

// The same with sorted keys, for comparison.
export function sorted(value) {
	if (Array.isArray(value))
		return "[" + value.map(sorted).join(",") + "]";
	if (value === null || typeof value !== "object")
		return write(value);
	return "{" + Object.keys(value).sort()
	    .map((k) => JSON.stringify(k) + ":" + sorted(value[k]))
	    .join(",") + "}";
}

// JSON text to insert into other JSON unchanged.
export class Raw {
	constructor(text) {
		this.text = text;
	}
}
