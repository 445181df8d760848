// The alarm bar: what rings, with priority in words and signs.

import { button, el } from "./dom.js";
import { Sound } from "./sound.js";

const ORDER = { high: 0, medium: 1, low: 2 };
const SIGNS = { high: "!!!", medium: "!!", low: "!" };

/** Alarms of all beds, the most urgent first; those that are over come last. */
export function ringing(frame) {
  const all = (frame?.beds ?? []).flatMap((bed, number) => bed.alarms.map((each) => ({ ...each, bed: number })));
  return all.sort((a, b) => a.latched - b.latched || ORDER[a.level] - ORDER[b.level]);
}

/** What is new since the last look, to be read out. */
export function news(before, now) {
  const key = (each) => `${each.bed} ${each.signal} ${each.level} ${each.latched}`;
  const known = new Set(before.map(key));
  return now.filter((each) => !each.latched && !known.has(key(each)));
}

export class AlarmBar {
  constructor(node, act, announce) {
    Object.assign(this, { node, act, announce, before: [], key: null, sound: new Sound() });
  }

  update(frame) {
    const now = ringing(frame);
    const twin = (frame?.beds.length ?? 1) > 1;
    const fresh = news(this.before, now);
    if (fresh.length) this.announce(fresh.map((each) => `${each.level} priority: ${where(each, twin)}${each.said}`).join(". "));
    this.before = now;
    const key = JSON.stringify(now);
    if (key === this.key) return;
    this.key = key;
    const active = now.filter((each) => !each.latched);
    this.node.dataset.level = active[0]?.level ?? (now.length ? "latched" : "none");
    this.node.dataset.silenced = String(active.length > 0 && active.every((each) => each.silenced));
    this.node.replaceChildren(
      el("ul", {}, now.length ? now.map((each) => el("li", { "data-level": each.latched ? "latched" : each.level },
        el("b", {}, each.latched ? "over" : SIGNS[each.level]), ` ${where(each, twin)}${each.said}`))
        : el("li", { "data-level": "none" }, "No alarms")),
      ...(now.some((each) => each.silenced) ? [el("span", { class: "cap" }, "silenced")] : []),
      ...(now.length ? [button("Acknowledge", () => this.act({ do: "acknowledge" }),
        { "data-testid": "acknowledge", "aria-keyshortcuts": "k", title: "Acknowledge (K)" }),
      button("Silence 2 min", () => this.act({ do: "silence", minutes: 2 }),
        { "data-testid": "silence", "aria-keyshortcuts": "m", title: "Silence for two minutes (M)" })] : []));
  }

  /** Called at every picture. */
  ring(now, running) {
    this.sound.ring(now, running, this.before);
  }
}

function where(alarm, twin) {
  return twin ? `${"AB"[alarm.bed]}: ` : "";
}
