// The alarm bar: what rings, with priority in words and signs; and its sound, which is off until asked for.

import { button, el } from "./dom.js";

const ORDER = { high: 0, medium: 1, low: 2 };
const SIGNS = { high: "!!!", medium: "!!", low: "!" };
const TONES = { high: [0, 0.15, 0.3, 0.6, 0.75], medium: [0, 0.2, 0.4], low: [0] }; // s, bursts of one pattern
const AGAIN = { high: 5000, medium: 12000, low: 20000 }; // ms

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
    Object.assign(this, { node, act, announce, before: [], key: null, sound: null, last: 0 });
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

  /** Sound on or off; a browser allows it only after somebody has pressed something. */
  hear(on) {
    this.sound = on ? new AudioContext() : null;
  }

  /** Called at every picture: sounds the pattern of the most urgent alarm when it is due again. */
  ring(now, running) {
    const loud = this.before.find((each) => !each.latched && !each.silenced);
    if (!this.sound || !loud || !running || now - this.last < AGAIN[loud.level]) return;
    this.last = now;
    for (const after of TONES[loud.level]) burst(this.sound, after, loud.level === "high" ? 880 : 660);
  }
}

function where(alarm, twin) {
  return twin ? `${"AB"[alarm.bed]}: ` : "";
}

function burst(audio, after, pitch) {
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  const at = audio.currentTime + after;
  tone.frequency.value = pitch;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.12, at + 0.02);
  volume.gain.linearRampToValueAtTime(0, at + 0.12);
  tone.connect(volume).connect(audio.destination);
  tone.start(at);
  tone.stop(at + 0.13);
}
