// A bed: waves, large numbers beside them, the ward's numbers below, and what runs.

import { el, say } from "./dom.js";
import { signal, signals, policies } from "./state.js";
import { Sweep } from "./sweep.js";
import { roleOf } from "./themes.js";
import { amount, bedName, left, shortName, thing, unitName, value } from "./words.js";

const LARGE = [
  { role: "ecg", main: "HR", label: "HR" },
  { role: "arterial", main: "ABP", label: "ABP", parts: ["SBP", "DBP", "MAP"] },
  { role: "pleth", main: "SaO2", label: "SpO₂" },
  { role: "venous", main: "CVP", label: "CVP" },
];
const SHOWN_LARGE = new Set(["HR", "SBP", "DBP", "MAP", "SaO2", "CVP"]);
const SIGNS = { high: "!!!", medium: "!!", low: "!" };

export class Bed {
  /** ``doses`` is the strip that belongs to it. */
  constructor(number, state, doses) {
    this.number = number;
    this.tiles = new Map();
    const twin = policies(state).length > 1;
    this.canvas = el("canvas", { role: "img", "data-testid": `waves-${number}`,
      "aria-label": "Illustrative waves: ECG, arterial pressure, pleth, central venous pressure" });
    this.sweep = new Sweep(this.canvas);
    this.title = el("h2", {}, "");
    this.ends = el("p", { class: "ends", hidden: true });
    this.running = el("p", { class: "running", "data-testid": `running-${number}` });
    this.node = el("section", { class: `bed bed${"AB"[number]}`, "aria-label": twin ? `Bed ${"AB"[number]}` : "Bed",
      "data-testid": `bed-${number}` },
    el("header", {}, this.title, this.running, doses.said),
    el("div", { class: "monitor" },
      el("div", { class: "waves" }, this.canvas, el("p", { class: "caption", "data-testid": "caption" }, ""), this.ends),
      el("div", { class: "large" }, LARGE.map((each) => this.large(each, state)))),
    el("div", { class: "small" }, this.small(state)), doses.node);
    this.caption = this.node.querySelector(".caption");
    this.named(state);
  }

  named(state) {
    const names = policies(state);
    say(this.title, bedName(this.number, names));
  }

  large({ role, main, label, parts }, state) {
    const big = el("output", { class: "big", "data-testid": `${main}-${this.number}` }, "–");
    const aside = el("span", { class: "mean" });
    const unit = unitName(signal(state, parts ? "MAP" : main)?.unit);
    const limits = el("span", { class: "limits" });
    const flag = el("strong", { class: "flag", hidden: true });
    const node = el("div", { class: `tile ${role}` },
      el("div", { class: "head" }, el("span", { class: "label" }, label), " ", el("span", { class: "unit" }, unit)),
      el("div", { class: "values" }, big, parts ? aside : null), el("div", { class: "foot" }, limits, flag));
    const names = parts ?? [main];
    const entry = { node, names, flag, limits, write: (numbers) => {
      const said = (name) => value(numbers[name], signal(state, name)?.decimals ?? 0);
      say(big, parts ? `${said("SBP")}/${said("DBP")}` : said(main));
      if (parts) say(aside, `(${said("MAP")})`);
    } };
    this.tiles.set(main, entry);
    return node;
  }

  small(state) {
    return signals(state, "vital", "ward").filter((each) => !SHOWN_LARGE.has(each.name)).map((each) => {
      const number = el("output", { class: "number", "data-testid": `${each.name}-${this.number}` }, "–");
      const flag = el("strong", { class: "flag", hidden: true });
      const limits = el("span", { class: "limits" });
      const node = el("div", { class: `tile ${roleOf(each.colour_role)}` },
        el("span", { class: "label", title: each.label }, shortName(each)), el("span", { class: "values" }, number,
          el("span", { class: "unit" }, unitName(each.unit))), flag);
      this.tiles.set(each.name, { node, names: [each.name], flag, limits, brief: true,
        write: (numbers) => say(number, value(numbers[each.name], each.decimals)) });
      return node;
    });
  }

  update(state) {
    const found = state.frame?.beds[this.number];
    if (!found) return;
    this.sweep.take(found.numbers, !found.dead, state.frame.running);
    const limits = new Map(state.limits.rows.map((each) => [each.signal, each]));
    for (const tile of this.tiles.values()) {
      tile.write(found.numbers);
      const rings = found.alarms.filter((each) => tile.names.includes(each.signal));
      this.ring(tile, rings.find((each) => !each.latched) ?? rings[0]);
      say(tile.limits, bounds(tile.names, limits));
    }
    say(this.running, whatRuns(found, state));
    this.ends.hidden = !found.dead;
    if (found.dead) say(this.ends, found.dead);
  }

  ring(tile, alarm) {
    const level = !alarm ? "" : alarm.latched ? "latched" : alarm.level;
    if (tile.node.dataset.level !== level) tile.node.dataset.level = level;
    tile.flag.hidden = !alarm;
    if (alarm) say(tile.flag, alarm.latched ? "over" : `${SIGNS[alarm.level]}${tile.brief ? "" : " alarm"}`);
  }

  /** The next stretch of wave; ``still`` draws one strip that does not move. */
  draw(seconds, still, colours) {
    this.sweep.still = still;
    this.sweep.draw(seconds, colours);
  }
}

function bounds(names, limits) {
  const found = names.map((each) => limits.get(each)).find((each) => each && (each.low !== null || each.high !== null));
  if (!found) return "";
  const name = names.length > 1 ? `${found.signal} ` : "";
  if (found.low === null) return `${name}≤ ${value(found.high)}`;
  if (found.high === null) return `${name}≥ ${value(found.low)}`;
  return `${name}${value(found.low)}–${value(found.high)}`;
}

/** What runs in, in words: drips with their rates, bags with what is left. */
export function whatRuns(bed, state) {
  const known = new Map([...(state.hello?.drips ?? []), ...(state.hello?.fluids ?? [])].map((each) => [each.name, each]));
  const drips = Object.entries(bed.drips).filter(([, rate]) => rate > 0).map(([name, rate]) => {
    const hand = bed.by_hand?.includes(name) ? " (by hand)" : "";
    return `${thing(known.get(name)?.label ?? name)} ${amount(rate)} ${unitName(known.get(name)?.unit)}${hand}`;
  });
  const bags = bed.fluids.filter((each) => each.left_mL === null || each.left_mL >= 0.5)
    .map((each) => `${known.get(each.name)?.label ?? each.name}, ${left(each)}`);
  const dose = bed.doses.find((each) => each.state === "running");
  const all = [...(dose ? [`interleukin-2, dose ${dose.number}`] : []), ...drips, ...bags];
  return all.length ? `Runs: ${all.join("; ")}` : "Nothing runs";
}
