// The hidden body: what no monitor shows, revealed on demand.  A drawing of where the water is, and the numbers.

import { BodyMap } from "./bodymap.js";
import { button, el, headRow, say } from "./dom.js";
import { policies, signals } from "./state.js";
import { bedName, sentence, unitName, value } from "./words.js";

export class Hidden {
  constructor(node, act) {
    Object.assign(this, { node, act, key: null });
    this.button = button("Reveal the hidden body", () => act({ do: "reveal", on: !this.on }),
      { "data-testid": "reveal", "aria-keyshortcuts": "x", "aria-pressed": "false" });
    this.note = el("p", { class: "note" }, "Leak, interstitial volumes, protein and tone: no monitor shows them. Commit first, then look.");
    this.body = el("div", {});
    node.append(this.button, this.note, this.body);
  }

  update(state) {
    const beds = state.frame?.beds ?? [];
    this.on = beds.some((each) => each.hidden);
    say(this.button, this.on ? "Cover the hidden body" : "Reveal the hidden body");
    this.button.setAttribute("aria-pressed", String(this.on));
    this.note.hidden = this.on;
    const shown = signals(state, "hidden");
    const key = `${state.scene?.session} ${policies(state).join()} ${this.on} ${shown.length}`;
    if (key !== this.key) {
      this.key = key;
      this.cells = new Map();
      this.maps = [];
      this.body.replaceChildren(...(this.on ? beds.map((_, number) => this.table(state, shown, number)) : []));
    }
    if (!this.on || this.node.hidden) return;
    beds.forEach((bed, number) => {
      for (const each of shown) this.write(state, each, bed.hidden?.[each.name], number);
      const first = (name) => state.beds[number]?.rows[name]?.find((each) => each !== null);
      this.maps[number]?.update(bed.hidden ?? {}, first);
    });
  }

  table(state, shown, number) {
    const rows = shown.map((each) => {
      const fill = el("i");
      const cell = { now: el("td", {}), first: el("td", {}), said: el("td", {}), fill, bar: el("span", { class: "change", "aria-hidden": "true" }, fill) };
      this.cells.set(`${number} ${each.name}`, cell);
      return el("tr", {}, el("th", { scope: "row" }, sentence(each.label), el("small", {}, ` ${unitName(each.unit)}`), cell.bar),
        cell.first, cell.now, cell.said);
    });
    const map = new BodyMap();
    this.maps.push(map);
    return el("section", { "data-testid": `hidden-${number}` }, el("h3", {}, bedName(number, policies(state))), map.node,
      el("table", { class: "hiddenbody" },
      el("thead", {}, headRow(["", "start", "now", "change"])),
      el("tbody", {}, rows)));
  }

  write(state, about, now, number) {
    const cell = this.cells.get(`${number} ${about.name}`);
    const first = state.beds[number]?.rows[about.name]?.find((each) => each !== null);
    say(cell.now, value(now, about.decimals));
    say(cell.first, value(first, about.decimals));
    const share = first ? now / first : Number.NaN;
    const known = Number.isFinite(share) && share > 0;
    cell.bar.hidden = !known;
    say(cell.said, known ? changed(share) : "");
    if (!known) return;
    const wide = 50 * Math.min(1, Math.abs(share - 1));
    cell.fill.style.width = `${wide}%`;
    cell.fill.style.left = `${share < 1 ? 50 - wide : 50}%`;
  }
}

/** A change against the start in words: "+36 %", or "3.2 times" where it more than doubled. */
export function changed(share) {
  if (share >= 2) return `${value(share, 1)} times`;
  const percent = 100 * (share - 1);
  return `${percent > 0.5 ? "+" : ""}${value(percent)} %`;
}
