// Trends over hours or the whole course, with a flag wherever somebody decided something.

import { clusters, marks, range, stretch, timeMarks, WINDOWS } from "./axis.js";
import { button, el, fitted, say } from "./dom.js";
import { lastBefore, policies, signal, signals } from "./state.js";
import { roleColour } from "./themes.js";
import { dayClock, plain, sentence, shortName, unitName, value } from "./words.js";

const SETS = [
  ["Circulation", [["MAP", "SBP", "DBP"], ["HR"], ["CVP"], ["SaO2"]]],
  ["Fluid", [["weight_kg"], ["urine_mL_h"], ["MAP", "SBP", "DBP"], ["oxygen_L_min"]]],
];
const LEAST = { MAP: 40, HR: 30, CVP: 8, SaO2: 6, weight_kg: 2, urine_mL_h: 50, oxygen_L_min: 2 }; // least span of a lane
const LEFT = 88; // names and marks stand to the left of it
const TOP = 24;
const BOTTOM = 20;
const SHAPES = { dose: "D", decision: "P", order: "H", alarm: "!", event: "E" };
const SAID = { dose: "dose", decision: "policy", order: "by hand", alarm: "alarm", event: "event" };

export class Trends {
  /** ``open(t, bed)`` tells why, ``back(t)`` rewinds. */
  constructor(node, tools, { open, back }) {
    Object.assign(this, { open, back, length: WINDOWS[1][1], set: 0, cursor: null, flags: [], drawn: "" });
    this.canvas = el("canvas", { tabindex: "0", role: "img", "data-testid": "trend-canvas",
      "aria-label": "Trends. Arrow keys move a cursor, Enter tells why, Backspace goes back to that time." });
    this.reading = el("output", { class: "reading", "aria-live": "polite", "data-testid": "reading" });
    this.whyButton = button("Why?", () => this.open(this.cursor ?? this.t, 0), { class: "quiet" });
    this.backButton = button("Rewind to here", () => this.cursor !== null && this.back(this.cursor), { class: "quiet" });
    node.append(this.canvas, el("div", { class: "underline" }, this.reading, this.whyButton, this.backButton));
    this.windows = WINDOWS.map(([name, length]) => button(name, () => this.choose(length),
      { "aria-pressed": String(length === this.length), "data-testid": `window-${name.replace(" ", "")}` }));
    this.sets = el("span", { class: "segments", role: "group", "aria-label": "Which trends" });
    tools.append(this.sets, el("span", { class: "segments", role: "group", "aria-label": "Stretch of time" }, this.windows));
    this.canvas.addEventListener("pointermove", (event) => this.point(event));
    this.canvas.addEventListener("pointerleave", () => !this.held && this.put(null));
    this.canvas.addEventListener("click", (event) => this.press(event));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
  }

  choose(length) {
    this.length = length;
    this.windows.forEach((each, i) => each.setAttribute("aria-pressed", String(WINDOWS[i][1] === length)));
    this.drawn = "";
  }

  /** The next stretch, or the one before. */
  wider(by) {
    const at = WINDOWS.findIndex(([, length]) => length === this.length);
    this.choose(WINDOWS[Math.min(WINDOWS.length - 1, Math.max(0, at + by))][1]);
  }

  pick(set) {
    this.set = set;
    this.drawn = "";
    [...this.sets.children].forEach((each, i) => each.setAttribute("aria-pressed", String(i === set)));
  }

  lanes(state) {
    const hidden = signals(state, "hidden").map((each) => [each.name]);
    const sets = hidden.length && state.frame?.beds.some((each) => each.hidden) ? [...SETS, ["Hidden", hidden.slice(0, 5)]] : SETS;
    if (this.sets.children.length !== sets.length) {
      this.set = Math.min(this.set, sets.length - 1);
      this.sets.replaceChildren(...sets.map(([name], i) => button(name, () => this.pick(i),
        { "aria-pressed": String(i === this.set) })));
    }
    return sets[this.set][1].filter((names) => state.beds.some((bed) => bed.rows[names[0]]));
  }

  /** Draws, if anything changed since the last picture. */
  update(state, colours) {
    this.state = state;
    this.t = state.frame?.t ?? state.scene?.t ?? 0;
    const size = `${this.canvas.clientWidth}x${this.canvas.clientHeight}`;
    const many = state.beds.map((bed) => `${bed.t.length},${bed.log.length}`).join(";");
    const lanes = this.lanes(state);
    const key = [size, many, Math.floor(this.t), this.length, this.set, lanes.length, this.cursor, colours.ground,
      colours.arterial, state.scene?.session].join("|");
    if (key === this.drawn) return;
    const found = fitted(this.canvas);
    if (!found) return;
    this.drawn = key;
    this.paint(found, state, lanes, colours);
    this.read(state, lanes);
  }

  paint({ pen, width, height }, state, lanes, colours) {
    const right = width - (policies(state).length > 1 ? 22 : 8);
    const [from, to] = stretch(this.t, this.length, state.scene?.horizon_min ?? 1440);
    this.x = (t) => LEFT + ((right - LEFT) * (t - from)) / (to - from);
    this.at = (x) => from + ((to - from) * (x - LEFT)) / (right - LEFT);
    this.span = [from, to];
    pen.clearRect(0, 0, width, height);
    pen.font = "12px system-ui, sans-serif";
    const floor = height - BOTTOM;
    this.times(pen, from, to, right, floor, colours);
    const shown = lanes.slice(0, Math.max(1, Math.floor((floor - TOP) / 42)));
    const tall = (floor - TOP) / Math.max(1, shown.length);
    pen.save();
    shown.forEach((names, k) => this.lane(pen, state, names, [TOP + k * tall, tall, right], colours));
    pen.restore();
    this.mark(pen, state, floor, right, colours);
  }

  times(pen, from, to, right, floor, colours) {
    const { step, marks: times } = timeMarks(from, to, right - LEFT);
    pen.textAlign = "center";
    for (const t of times) {
      const x = this.x(t);
      const day = t % 1440 === 0;
      pen.strokeStyle = day ? colours.edge : colours.faint;
      pen.lineWidth = 1;
      pen.beginPath();
      pen.moveTo(x, TOP);
      pen.lineTo(x, floor);
      pen.stroke();
      pen.fillStyle = colours.soft;
      const hour = String(Math.floor((t % 1440) / 60)).padStart(2, "0");
      const said = day || step >= 1440 ? `day ${Math.floor(t / 1440) + 1}` : `${hour}:${String(t % 60).padStart(2, "0")}`;
      if (x < right - 12) pen.fillText(said, x, floor + 14);
    }
    pen.textAlign = "left";
  }

  lane(pen, state, names, [top, tall, right], colours) {
    const about = signal(state, names[0]) ?? { label: names[0], unit: "", decimals: 0, colour_role: "ward" };
    const twin = state.beds.length > 1;
    const drawn = twin ? names.slice(0, 1) : names;
    let reach = null;
    for (const bed of state.beds) {
      const first = Math.max(0, lastBefore(bed.t, this.span[0]));
      const found = range(drawn.map((each) => bed.rows[each] ?? []), first, bed.t.length - 1, LEAST[names[0]] ?? 1e-3);
      if (found) reach = reach ? [Math.min(reach[0], found[0]), Math.max(reach[1], found[1])] : found;
    }
    pen.fillStyle = colours.ink;
    pen.font = "600 12px system-ui, sans-serif";
    pen.fillText(shortName(about), 2, top + 14);
    pen.font = "12px system-ui, sans-serif";
    pen.fillStyle = colours.soft;
    if (tall > 30) pen.fillText(unitName(about.unit), 2, top + 28);
    pen.strokeStyle = colours.edge;
    pen.beginPath();
    pen.moveTo(LEFT, top + tall);
    pen.lineTo(right, top + tall);
    pen.stroke();
    if (!reach) return;
    const y = (v) => top + 5 + (tall - 10) * (1 - (v - reach[0]) / (reach[1] - reach[0]));
    pen.textAlign = "right";
    for (const mark of marks(reach[0], reach[1], Math.max(2, Math.floor(tall / 16)))) {
      if (y(mark) < top + 6 || y(mark) > top + tall - 3) continue;
      pen.fillStyle = colours.soft;
      pen.fillText(value(mark, mark % 1 ? 1 : 0), LEFT - 5, y(mark) + 4);
      pen.strokeStyle = colours.faint;
      pen.beginPath();
      pen.moveTo(LEFT, y(mark));
      pen.lineTo(right, y(mark));
      pen.stroke();
    }
    pen.textAlign = "left";
    this.limits(pen, state, names[0], y, reach, right, colours);
    pen.save();
    pen.beginPath();
    pen.rect(LEFT, top, right - LEFT + 20, tall);
    pen.clip();
    const ends = apart(state.beds.map((bed) => y(bed.rows[names[0]]?.at(-1) ?? reach[0])), top + 10, top + tall - 3);
    state.beds.forEach((bed, b) => {
      const colour = twin ? [colours.bedA, colours.bedB][b] : roleColour(colours, about.colour_role);
      if (drawn.length === 3) this.band(pen, bed, drawn, y, colour);
      this.line(pen, bed, names[0], y, colour, b === 1);
      if (twin && bed.t.length) {
        pen.fillStyle = colour;
        pen.font = "700 12px system-ui, sans-serif";
        pen.fillText("AB"[b], Math.min(this.x(bed.t.at(-1)) + 4, right + 4), ends[b] + 4);
      }
    });
    pen.restore();
  }

  limits(pen, state, name, y, reach, right, colours) {
    const found = state.limits.rows.find((each) => each.signal === name);
    pen.strokeStyle = colours.high;
    pen.setLineDash([2, 5]);
    for (const limit of [found?.low, found?.high]) {
      if (limit === null || limit === undefined || limit <= reach[0] || limit >= reach[1]) continue;
      pen.beginPath();
      pen.moveTo(LEFT, y(limit));
      pen.lineTo(right, y(limit));
      pen.stroke();
    }
    pen.setLineDash([]);
  }

  line(pen, bed, name, y, colour, dashed) {
    const row = bed.rows[name];
    if (!row) return;
    pen.strokeStyle = colour;
    pen.lineWidth = 2;
    pen.setLineDash(dashed ? [6, 4] : []);
    pen.beginPath();
    let down = false;
    for (let i = Math.max(0, lastBefore(bed.t, this.span[0])); i < bed.t.length; i += 1) {
      const v = row[i];
      if (v === null || v === undefined) down = false;
      else if (down) pen.lineTo(this.x(bed.t[i]), y(v));
      else {
        pen.moveTo(this.x(bed.t[i]), y(v));
        down = true;
      }
    }
    pen.stroke();
    pen.setLineDash([]);
  }

  band(pen, bed, [, high, low], y, colour) {
    const first = Math.max(0, lastBefore(bed.t, this.span[0]));
    if (!bed.rows[high] || !bed.rows[low]) return;
    pen.fillStyle = colour;
    pen.globalAlpha = 0.25;
    pen.beginPath();
    for (let i = first; i < bed.t.length; i += 1) pen.lineTo(this.x(bed.t[i]), y(bed.rows[high][i]));
    for (let i = bed.t.length - 1; i >= first; i -= 1) pen.lineTo(this.x(bed.t[i]), y(bed.rows[low][i]));
    pen.fill();
    pen.globalAlpha = 1;
  }

  mark(pen, state, floor, right, colours) {
    const [from, to] = this.span;
    this.flags = clusters(state.beds.flatMap((bed, number) => bed.log.filter((each) => each.t >= from && each.t <= to)
      .map((entry) => ({ x: this.x(entry.t), kind: entry.kind, entry: { ...entry, bed: number } }))), 16);
    pen.textAlign = "center";
    for (const flag of this.flags) drawFlag(pen, flag, colours);
    pen.textAlign = "left";
    pen.strokeStyle = colours.ink;
    pen.lineWidth = 1;
    for (const [t, dash] of [[this.t, []], [this.cursor, [3, 3]]]) {
      if (t === null || t < from || t > to) continue;
      pen.setLineDash(dash);
      pen.beginPath();
      pen.moveTo(this.x(t), TOP);
      pen.lineTo(this.x(t), floor);
      pen.stroke();
    }
    pen.setLineDash([]);
  }

  read(state, lanes) {
    const t = this.cursor ?? this.t;
    const names = lanes.map((each) => each[0]);
    const beds = state.beds.map((bed, number) => {
      const i = lastBefore(bed.t, t + 1e-6);
      const said = i < 0 ? "" : names.map((name) => {
        const about = signal(state, name);
        return `${shortName(about ?? { name })} ${value(bed.rows[name]?.[i], about?.decimals ?? 1)}`;
      }).join(", ");
      return state.beds.length > 1 ? `${"AB"[number]}: ${said}` : said;
    });
    const flag = this.cursor === null ? null : this.flags.find((each) => Math.abs(each.x - this.x(t)) < 8);
    const told = flag ? `. ${flag.entries.slice(0, 2).map((each) => `${sentence(SAID[each.kind])}: ${plain(each.said, state.hello)}`).join("; ")}`
      + (flag.entries.length > 2 ? ` and ${flag.entries.length - 2} more` : "") : "";
    const legend = "  flags: D dose, P policy, H by hand, ! alarm, E event";
    say(this.reading, this.cursor === null ? legend : `${dayClock(t)}: ${beds.join("; ")}${told}`);
    this.backButton.hidden = this.cursor === null;
  }

  put(t) {
    this.cursor = t;
    this.drawn = "";
  }

  point(event) {
    if (this.held || !this.at) return;
    const t = this.at(event.offsetX);
    this.put(t >= 0 && t <= this.t && event.offsetX >= LEFT ? t : null);
  }

  press(event) {
    const flag = this.flags.find((each) => Math.abs(each.x - event.offsetX) < 9);
    if (flag && event.offsetY < TOP + 6) {
      this.open(flag.entries[0].t, flag.entries[0].bed);
      return;
    }
    this.held = !this.held;
    if (this.held) {
      this.held = false;
      this.point(event);
      this.held = this.cursor !== null;
    }
  }

  key(event) {
    const step = event.shiftKey ? 60 : 15;
    const now = this.cursor ?? this.t;
    const moves = { ArrowLeft: now - step, ArrowRight: now + step, Home: 0, End: this.t };
    if (event.key in moves) {
      this.held = true;
      this.put(Math.min(this.t, Math.max(0, moves[event.key])));
    } else if (event.key === "Enter") this.open(now, 0);
    else if (event.key === "Backspace" && this.cursor !== null) this.back(this.cursor);
    else if (event.key === "Escape") {
      this.held = false;
      this.put(null);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** Heights of two letters, kept apart and within a lane. */
function apart(heights, top, bottom) {
  if (heights.length < 2) return heights;
  const [a, b] = heights;
  const push = Math.max(0, 12 - Math.abs(a - b)) / 2;
  const middle = Math.min(bottom - 10, Math.max(top + 4, (a + b) / 2));
  const half = Math.abs(a - b) / 2 + push;
  return (a <= b ? [middle - half, middle + half] : [middle + half, middle - half]).map((each) => Math.min(bottom, Math.max(top, each)));
}

function drawFlag(pen, flag, colours) {
  const round = flag.kind === "decision" || flag.kind === "dose";
  pen.fillStyle = flag.kind === "alarm" ? colours.high : flag.kind === "order" ? colours.accent : colours.ink;
  pen.beginPath();
  if (round) pen.arc(flag.x, 11, 7.5, 0, 2 * Math.PI);
  else if (flag.kind === "alarm") {
    pen.moveTo(flag.x, 2);
    pen.lineTo(flag.x + 9, 19);
    pen.lineTo(flag.x - 9, 19);
  } else pen.rect(flag.x - 7, 4, 14, 15);
  pen.fill();
  pen.fillStyle = flag.kind === "alarm" ? colours.onHigh : flag.kind === "order" ? colours.onAccent : colours.ground;
  pen.font = "700 11px system-ui, sans-serif";
  pen.fillText(SHAPES[flag.kind], flag.x, flag.kind === "alarm" ? 17 : 15);
}
