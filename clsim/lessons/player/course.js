// One way through a lesson: stretches of computed course, one after another, as answers choose them.

const DAY = 1440;
const ROUNDS = 6; // o'clock, when blood is drawn
const CLOSE = 1e-6;

/** Numbers of a stretch: 16-bit steps in base64, a row for each channel. */
export function unpack(text, channels) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const steps = new Uint16Array(bytes.buffer);
  const many = steps.length / channels.length;
  return channels.map(({ low, step }, k) => Array.from(steps.subarray(k * many, (k + 1) * many), (each) => low + each * step));
}

export class Course {
  constructor(grid) {
    this.grid = grid;
    this.place = new Map(grid.channels.map(({ name }, i) => [name, i]));
    this.unpacked = new Map();
    this.nodes = [this.read(0)];
    this.answers = [];
  }

  read(id) {
    if (!this.unpacked.has(id)) {
      const node = this.grid.nodes[id];
      this.unpacked.set(id, { ...node, rows: unpack(node.rows, this.grid.channels) });
    }
    return this.unpacked.get(id);
  }

  get last() {
    return this.nodes.at(-1);
  }

  /** How far it goes without an answer. */
  get end() {
    return this.last.t.at(-1);
  }

  /** What is asked at the end of what is known; null: nothing more. */
  prompt() {
    return this.last.prompt === null ? null : this.grid.prompts[this.last.prompt];
  }

  answer(option) {
    const { prompt, next } = this.last;
    this.answers.push({ prompt, option, t: this.end });
    this.nodes.push(this.read(next[option]));
  }

  /** Back to a minute: what was answered from then on is open again. */
  back(t) {
    const kept = this.answers.filter((each) => each.t < t - CLOSE).length;
    this.answers.length = kept;
    this.nodes.length = kept + 1;
  }

  /** A number of a channel at a minute, between two samples along a line. */
  at(name, t) {
    const k = this.place.get(name);
    const node = this.nodes.find((each) => t <= each.t.at(-1) + CLOSE) ?? this.last;
    const { t: times, rows } = node;
    let i = times.findIndex((each) => each >= t - CLOSE);
    if (i < 0) i = times.length - 1;
    if (Math.abs(times[i] - t) < CLOSE) return rows[k][i];
    if (i === 0) return rows[k][0];
    const [before, after] = [rows[k][i - 1], rows[k][i]];
    return this.grid.channels[k].stepped ? before : before + ((t - times[i - 1]) / (times[i] - times[i - 1])) * (after - before);
  }

  numbers(names, t) {
    return Object.fromEntries(names.map((name) => [name, this.at(name, t)]));
  }

  /** Samples after one minute up to another. */
  samples(since, t, hidden) {
    const names = [...this.grid.seen, ...(hidden ? this.grid.hidden : [])];
    const found = { t: [], rows: Object.fromEntries(names.map((name) => [name, []])) };
    for (const node of this.nodes) {
      const first = node === this.nodes[0] ? 0 : 1; // the first row of the others is the last of the one before
      node.t.forEach((time, i) => {
        if (i < first || time <= since + CLOSE || time > t + CLOSE) return;
        found.t.push(time);
        for (const name of names) found.rows[name].push(node.rows[this.place.get(name)][i]);
      });
    }
    return found;
  }

  /** Rows of the flowsheet after one hour, as many as are over. */
  hours(since, t) {
    const found = [];
    for (let hour = since + 1; hour * 60 <= t + CLOSE; hour += 1) found.push(this.hour(hour));
    return found;
  }

  hour(hour) {
    const [from, to] = [(hour - 1) * 60, hour * 60];
    const gained = (name) => this.at(name, to) - this.at(name, from);
    const drips = Object.fromEntries(this.grid.drips.map((name) => [name, this.at(name, to - 1)]).filter(([, rate]) => rate > 0.05));
    const [given, lost] = [gained("in_mL"), gained("out_mL")];
    const drawn = to % DAY === ROUNDS * 60;
    return { hour, in_mL: given, out_mL: lost, net_mL: given - lost, weight_kg: this.at("weight_kg", to), drips,
      vitals: this.numbers(this.grid.vitals, to), labs: drawn ? this.numbers(this.grid.labs, to) : null };
  }

  log(since, t) {
    const lines = this.nodes.flatMap((each) => each.log);
    const answered = this.answers.map(({ prompt, option, t: when }) => {
      const asked = this.grid.prompts[prompt];
      return { t: when, kind: "order", said: `answered: ${asked.options[option].label}`, rule: null, value: null, cite: null };
    });
    return [...lines, ...answered].filter((each) => each.t > since + CLOSE && each.t <= t + CLOSE).sort((a, b) => a.t - b.t);
  }

  nextDose(t) {
    return this.grid.scene.doses.map((each) => each.at_min).find((each) => each > t + CLOSE) ?? Infinity;
  }

  /** What became of each planned dose; one that is due now is not decided yet. */
  doses(t) {
    const told = new Map(this.nodes.flatMap((each) => each.doses));
    let coming = true;
    return this.grid.scene.doses.map(({ number, at_min: at }) => {
      if (at < t - CLOSE && told.has(number)) {
        const given = told.get(number);
        const state = !given ? "held" : t < at + this.grid.dose_over_min ? "running" : "given";
        return { number, state, reason: null };
      }
      const state = coming ? "next" : "planned";
      coming = false;
      return { number, state, reason: null };
    });
  }

  /** A bed as a frame has it. */
  bed(t, hidden) {
    const numbers = this.numbers(this.grid.seen, t);
    const dead = this.last.dead && t >= this.end - CLOSE ? this.last.dead : null;
    const drips = Object.fromEntries(this.grid.drips.map((name) => [name, this.at(name, t)]).filter(([, rate]) => rate > 0.05));
    const { bags } = this.nodes.find((each) => t <= each.t.at(-1) + CLOSE) ?? this.last;
    const fluids = bags.filter((each) => each.from <= t && t < each.to).map(({ name, to, rate, steady }) => (
      { name, left_mL: steady ? null : rate * (to - t), rate_mL_h: rate * 60 }));
    return { numbers, hidden: hidden ? this.numbers(this.grid.hidden, t) : null, doses: this.doses(t), drips, by_hand: [], fluids,
      alarms: alarms(this.grid.scene.alarms, numbers, this.grid.alarms), dead };
  }
}

/** What is beyond its limits now, in its words by signal and side. */
export function alarms(limits, numbers, words) {
  return limits.flatMap(({ signal, low, high, priority }) => {
    const value = numbers[signal];
    const side = low !== null && value < low ? "low" : high !== null && value > high ? "high" : null;
    return side ? [{ signal, level: priority, said: words[signal][side], latched: false, silenced: true }] : [];
  });
}
