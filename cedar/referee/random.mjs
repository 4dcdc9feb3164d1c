// Pseudo-random numbers by seed and case.  Every case has its own stream, so
// that one can be repeated without the others.

const mix = (h) => {
	h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
	h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
	return (h ^ (h >>> 16)) >>> 0;
};

export class Random {
	constructor(seed, number) {
		this.s = [mix(seed + 0x9e3779b9), mix(number + 0x7f4a7c15),
			mix(seed ^ number ^ 0x94d049bb), 1];
		for (let i = 0; i < 12; i++)
			this.word();
	}

	word() {		// sfc32
		const s = this.s;
		const t = (s[0] + s[1] + s[3]) | 0;

		s[3] = (s[3] + 1) | 0;
		s[0] = s[1] ^ (s[1] >>> 9);
		s[1] = (s[2] + (s[2] << 3)) | 0;
		s[2] = ((s[2] << 21) | (s[2] >>> 11)) + t | 0;
		return t >>> 0;
	}

	below(n) {
		return Math.floor(this.word() / 4294967296 * n);
	}

	between(low, high) {	// both included
		return low + this.below(high - low + 1);
	}

	chance(p) {
		return this.word() < p * 4294967296;
	}

	pick(list) {
		return list[this.below(list.length)];
	}

	// One of [[weight, what], ...].
	weighted(list) {
		let at = this.below(list.reduce((sum, [w]) => sum + w, 0));

		return list.find(([w]) => (at -= w) < 0)[1];
	}

	some(list, p) {
		return list.filter(() => this.chance(p));
	}

	shuffle(list) {
		const out = [...list];

		for (let i = out.length - 1; i > 0; i--) {
			const j = this.below(i + 1);

			[out[i], out[j]] = [out[j], out[i]];
		}
		return out;
	}

	times(n, make) {
		return Array.from({ length: n }, (_, i) => make(i));
	}
}
