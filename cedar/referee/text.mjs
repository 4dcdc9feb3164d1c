// Policies in JSON written as text in varying styles: more or fewer
// parentheses, spaces, comments and escapes.

const IDENT = /^[A-Za-z_][A-Za-z0-9_]*$/;
const RESERVED = new Set(["true", "false", "if", "then", "else", "in", "is",
	"like", "has", "__cedar"]);
export const isIdent = (s) => IDENT.test(s) && !RESERVED.has(s);

export const METHODS = new Set(["contains", "containsAll", "containsAny",
	"isEmpty", "getTag", "hasTag"]);
const EXTENSION_FUNCTIONS = new Set(["decimal", "ip", "datetime", "duration"]);
const RELATIONS = new Set(["==", "!=", "<", "<=", ">", ">=", "in"]);

// Precedence: what a grammar rule can hold without parentheses.
const EXPR = 0, OR = 1, AND = 2, RELATION = 3, ADD = 4, MULT = 5, UNARY = 6,
    MEMBER = 7;

export const PLAIN = { space: 0, parens: 0, escapes: 0, brackets: 0 };

export class Writer {
	// Without random numbers: one plain form.
	constructor(random, style = PLAIN) {
		this.random = random;
		this.style = style;
	}

	may(p) {
		return p > 0 && this.random.chance(p);
	}

	// The space between two tokens: `plain' or odd.
	gap(plain = " ") {
		if (!this.may(this.style.space))
			return plain;
		return this.random.pick(["\n", "  ", "\t", " // a comment\n",
			"\n\n", " //\n", "\r\n", plain + " ", "//\"}) ]\n",
			"\n// a line\n", "\n\n// two\n // lines \n\n"]);
	}

	char(c) {
		const code = c.codePointAt(0);
		const hex = code.toString(16);

		if (c === '"' || c === "\\")
			return "\\" + c;
		if (this.may(this.style.escapes))
			return this.random.pick([`\\u{${hex}}`,
				`\\u{${hex.padStart(6, "0")}}`,
				code < 128 ? `\\x${hex.padStart(2, "0")}` : c,
				c === "'" ? "\\'" : c]);
		const short = { "\n": "\\n", "\t": "\\t", "\r": "\\r",
			"\0": "\\0" }[c];
		if (short && !this.may(this.style.escapes))
			return short;
		return code < 32 || code === 127 ? `\\u{${hex}}` : c;
	}

	string(s) {
		return '"' + [...s].map((c) => this.char(c)).join("") + '"';
	}

	pattern(elements) {
		return '"' + elements.map((e) => e === "Wildcard" ? "*" :
		    [...e.Literal].map((c) =>
		        c === "*" ? "\\*" : this.char(c)).join(""))
		    .join("") + '"';
	}

	uid(e) {
		const { type, id } = e.__entity ?? e;

		return type.split("::").concat(this.string(id))
		    .join(this.gap("") + "::" + this.gap(""));
	}

	name(s) {
		return isIdent(s) && !this.may(this.style.brackets) ?
		    s : this.string(s);
	}

	list(open, items, close) {
		if (items.length === 0)
			return open + this.gap("") + close;
		const comma = this.may(this.style.space / 4) ? "," : "";

		return open + this.gap("") +
		    items.join(this.gap("") + "," + this.gap()) + comma +
		    this.gap("") + close;
	}

	value(v) {
		if (typeof v === "string")
			return this.string(v);
		if (v.__entity)
			return this.uid(v);
		return String(v);
	}

	wrap(text, level, needed) {
		return level < needed || this.may(this.style.parens) ?
		    "(" + this.gap("") + text + this.gap("") + ")" : text;
	}

	// An expression where precedence `needed' or higher must be.
	expr(e, needed = EXPR) {
		const [key] = Object.keys(e);
		const [text, level] = this.form(key, e[key]);

		return this.wrap(text, level, needed);
	}

	binary(op, v, level, left, right) {
		return [this.expr(v.left, left) + this.gap() + op + this.gap() +
		    this.expr(v.right, right), level];
	}

	form(key, v) {
		switch (key) {
		case "Value":
			return [this.value(v), v < 0 ? UNARY : MEMBER];
		case "Var":
		case "Slot":
			return [v, MEMBER];
		case "!":
			return this.not(v.arg);
		case "neg":
			return ["-" + this.gap("") + this.negated(v.arg), UNARY];
		case "&&":
			return this.binary(key, v, AND, AND, RELATION);
		case "||":
			return this.binary(key, v, OR, OR, AND);
		case "+":
		case "-":
			return this.binary(key, v, ADD, ADD, MULT);
		case "*":
			return this.binary(key, v, MULT, MULT, UNARY);
		case ".":
			return [this.expr(v.left, MEMBER) + this.access(v.attr),
				MEMBER];
		case "has":
			return [`${this.expr(v.left, ADD)}${this.gap()}has${
			    this.gap()}${this.hasPath(v.attr)}`, RELATION];
		case "like":
			return [`${this.expr(v.left, ADD)}${this.gap()}like${
			    this.gap()}${this.pattern(v.pattern)}`, RELATION];
		case "is":
			return [this.is(v), RELATION];
		case "if-then-else":
			return [["if", this.expr(v.if), "then",
				this.expr(v.then), "else", this.expr(v.else)]
			    .join(this.gap()), EXPR];
		case "Set":
			return [this.list("[", v.map((x) => this.expr(x)), "]"),
				MEMBER];
		case "Record":
			return [this.list("{", Object.entries(v).map(([k, x]) =>
			    this.name(k) + this.gap("") + ":" + this.gap() +
			    this.expr(x)), "}"), MEMBER];
		}
		if (RELATIONS.has(key))
			return this.binary(key, v, RELATION, ADD, ADD);
		return [this.call(key, v), MEMBER];
	}

	// At most four signs may follow each other.
	not(arg) {
		let signs = "!", n = 1;

		for (; arg["!"] && n < 4; n++, arg = arg["!"].arg)
			signs += this.gap("") + "!";
		return [signs + this.gap("") + this.expr(arg, MEMBER), UNARY];
	}

	// `-5' is a number; the negation of 5 is `-(5)'.
	negated(arg) {
		return "Value" in arg || "neg" in arg ? `(${this.expr(arg)})` :
		    this.expr(arg, MEMBER);
	}

	access(attr) {
		return isIdent(attr) && !this.may(this.style.brackets) ?
		    this.gap("") + "." + this.gap("") + attr :
		    this.gap("") + "[" + this.gap("") + this.string(attr) +
		    this.gap("") + "]";
	}

	hasPath(attr) {
		return Array.isArray(attr) ?
		    attr.join(this.gap("") + "." + this.gap("")) :
		    this.name(attr);
	}

	is(v) {
		const is = [this.expr(v.left, ADD), "is", v.entity_type];

		if (v.in)
			is.push("in", this.expr(v.in, ADD));
		return is.join(this.gap());
	}

	call(name, v) {
		const args = Array.isArray(v) ? v :
		    [v.left ?? v.arg, ...v.right ? [v.right] : []];

		if (EXTENSION_FUNCTIONS.has(name))
			return name + this.gap("") +
			    this.list("(", args.map((x) => this.expr(x)), ")");
		return this.expr(args[0], MEMBER) + this.gap("") + "." +
		    this.gap("") + name + this.gap("") + this.list("(",
		    args.slice(1).map((x) => this.expr(x)), ")");
	}

	target(c) {
		return c.slot ?? this.uid(c.entity);
	}

	scope(variable, c) {
		switch (c.op) {
		case "All":
			return variable;
		case "is":
			return [variable, "is", c.entity_type,
				...c.in ? ["in", this.target(c.in)] : []]
			    .join(this.gap());
		default:
			return [variable, c.op, c.entities ? this.list("[",
			    c.entities.map((e) => this.uid(e)), "]") :
			    this.target(c)].join(this.gap());
		}
	}

	annotation([name, value]) {
		return "@" + name + (value === null ? "" :
		    this.gap("") + "(" + this.string(value) + ")");
	}

	policy(p) {
		const head = Object.entries(p.annotations ?? {})
		    .map((a) => this.annotation(a) + this.gap("\n"));
		const scope = ["principal", "action", "resource"]
		    .map((v) => this.scope(v, p[v]));
		const tail = p.conditions.map((c) => this.gap("\n") + c.kind +
		    this.gap() + "{" + this.gap() + this.expr(c.body) +
		    this.gap() + "}");

		return head.join("") + p.effect + this.gap() +
		    this.list("(", scope, ")") +
		    tail.join("") + this.gap("") + ";";
	}
}
