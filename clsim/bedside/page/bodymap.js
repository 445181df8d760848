// Where the water is: blood on one side of the wall, tissue on the other, what leaks through and what lymph brings back.

import { value } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const FLOOR = 132;
const TALL = 100; // px of a box; its start stands at two thirds
const MOST = 26; // px, the widest arrow
const WIDE_FLOW = 1500; // mL/h drawn at the widest

function shape(tag, given, text = "") {
  const node = document.createElementNS(SVG, tag);
  for (const [name, said] of Object.entries(given)) node.setAttribute(name, String(said));
  node.textContent = text;
  return node;
}

/** Height of the water of a box, as a share of its start. */
export function level(now, first) {
  const share = first > 0 ? now / first : 1;
  return Math.min(1, Math.max(0.04, (share * 2) / 3)) * TALL;
}

/** Half the width of an arrow for a flow in mL/h. */
export function thickness(flow) {
  return Math.max(1.5, (MOST / 2) * Math.sqrt(Math.min(1, Math.max(0, flow) / WIDE_FLOW)));
}

export class BodyMap {
  constructor() {
    this.node = shape("svg", { viewBox: "0 0 360 172", class: "bodymap", role: "img" });
    const box = (x, wide, kind) => {
      const water = shape("rect", { x, width: wide, class: kind });
      const text = shape("text", { x: x + wide / 2, y: 152, "text-anchor": "middle" });
      const more = shape("text", { x: x + wide / 2, y: 168, "text-anchor": "middle", class: "soft" });
      const start = FLOOR - (TALL * 2) / 3;
      this.node.append(water, shape("rect", { x, y: FLOOR - TALL, width: wide, height: TALL, class: "wall" }),
        shape("line", { x1: x, x2: x + wide, y1: start, y2: start, class: "first" }), text, more);
      return { water, text, more };
    };
    this.blood = box(8, 90, "water");
    this.tissue = box(242, 110, "tissue");
    this.node.append(shape("text", { x: 53, y: 20, "text-anchor": "middle" }, "blood plasma"),
      shape("text", { x: 297, y: 20, "text-anchor": "middle" }, "tissue"));
    this.leak = shape("polygon", { class: "leak" });
    this.lymph = shape("polygon", { class: "lymph" });
    this.leakText = shape("text", { x: 170, y: 40, "text-anchor": "middle" });
    this.lymphText = shape("text", { x: 170, y: 126, "text-anchor": "middle" });
    this.keptText = shape("text", { x: 170, y: 152, "text-anchor": "middle", class: "soft" });
    this.node.append(this.keptText, this.leak, this.lymph, this.leakText, this.lymphText);
  }

  /** Numbers of the hidden body now, and ``first(name)`` what they were at the start. */
  update(now, first) {
    const fill = (part, name, words) => {
      const high = level(now[name], first(name));
      part.water.setAttribute("y", String(FLOOR - high));
      part.water.setAttribute("height", String(high));
      part.text.textContent = `${value(now[name], name === "V_plasma" ? 2 : 1)} L`;
      part.more.textContent = words;
    };
    this.node.style.display = typeof now.V_interstitium === "number" ? "" : "none";
    fill(this.blood, "V_plasma", typeof now.albumin === "number" ? `albumin ${value(now.albumin)} g/L` : "");
    fill(this.tissue, "V_interstitium", typeof now.EVLW === "number" ? `lung water ${value(now.EVLW)} mL` : "");
    arrow(this.leak, now.J_v, 108, 232, 64);
    arrow(this.lymph, now.J_lymph, 232, 108, 98);
    this.leakText.textContent = `filtered ${value(now.J_v)} mL/h`;
    this.lymphText.textContent = `lymph ${value(now.J_lymph)} mL/h`;
    const kept = now.J_v - now.J_lymph;
    this.keptText.textContent = Number.isFinite(kept) ? `net ${kept < 0 ? "back" : "out"} ${value(Math.abs(kept))} mL/h` : "";
    this.node.setAttribute("aria-label", `Plasma ${value(now.V_plasma, 2)} litres, at the start ${value(first("V_plasma"), 2)}; `
      + `tissue ${value(now.V_interstitium, 1)} litres, at the start ${value(first("V_interstitium"), 1)}; `
      + `${this.leakText.textContent}; ${this.lymphText.textContent}`);
  }
}

function arrow(node, flow, from, to, y) {
  const [start, end] = flow < 0 ? [to, from] : [from, to];
  const half = thickness(Math.abs(flow || 0));
  const head = end - Math.sign(end - start) * 14;
  node.setAttribute("points", [[start, y - half], [head, y - half], [head, y - half - 5], [end, y], [head, y + half + 5],
    [head, y + half], [start, y + half]].map((each) => each.join(",")).join(" "));
}
