// How fast model time really goes: a demonstration, a step or a busy machine do not keep the speed that was set.

const SPAN = 1500; // ms over which it is measured
const NEAR = 0.25; // so far from the speed that was set, it is that speed

export class Pace {
  constructor() {
    this.seen = [];
  }

  /** A frame at this wall time [ms] and model time [min]. */
  take(wall, t, running) {
    if (!running || (this.seen.length && t < this.seen.at(-1)[1])) this.seen = [];
    this.seen.push([wall, t]);
    while (this.seen.length > 2 && wall - this.seen[0][0] > SPAN) this.seen.shift();
  }

  /** Model seconds in a second of the wall as words: the speed that was set, or about what was measured. */
  said(speed) {
    const [first, last] = [this.seen[0], this.seen.at(-1)];
    const wall = first ? (last[0] - first[0]) / 1000 : 0;
    if (wall < 0.5) return `${speed}×`;
    const found = ((last[1] - first[1]) * 60) / wall;
    if (found === 0) return "0×"; // it plays, but the clock stands
    if (Math.abs(found / speed - 1) <= NEAR) return `${speed}×`;
    return `about ${Number(found.toPrecision(found < 10 ? 1 : 2))}×`;
  }
}
