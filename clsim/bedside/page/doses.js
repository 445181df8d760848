// The strip of planned doses: given, held with its reason, next.

import { el, say } from "./dom.js";
import { dayClock, span } from "./words.js";

const CYCLE_GAP = 36 * 60; // min without a planned dose that begin a new cycle

export class Doses {
  constructor(number, scene) {
    this.said = el("p", { class: "dosesaid", role: "note", "data-testid": `dosesaid-${number}` });
    this.slots = new Map();
    this.chosen = null;
    this.key = "";
    const at = (scene?.doses ?? []).map((each) => each.at_min);
    this.list = el("ol", { class: "doses", "aria-label": "Planned doses", "data-testid": `doses-${number}` },
      (scene?.doses ?? []).map((dose, i) => {
        const slot = el("button", { type: "button", class: "slot",
          "data-dose": String(dose.number), onclick: () => this.choose(dose.number) }, String(dose.number));
        this.slots.set(dose.number, { slot, at: dose.at_min });
        return el("li", { class: i && at[i] - at[i - 1] > CYCLE_GAP ? "gap" : "" }, slot);
      }));
    this.node = el("div", { class: "dosestrip" }, el("span", { class: "cap" }, "Doses"), this.list);
  }

  choose(dose) {
    this.chosen = this.chosen === dose ? null : dose;
    this.key = "";
    if (this.last) this.update(...this.last);
  }

  update(doses, t) {
    this.last = [doses, t];
    const key = JSON.stringify([doses, Math.floor(t), this.chosen]);
    if (key === this.key) return;
    this.key = key;
    for (const each of doses) {
      const found = this.slots.get(each.number);
      if (!found) continue;
      if (found.slot.dataset.state !== each.state) found.slot.dataset.state = each.state;
      const said = tell(each, found.at, t);
      if (found.slot.title !== said) {
        found.slot.title = said;
        found.slot.setAttribute("aria-label", said);
      }
      found.slot.setAttribute("aria-pressed", String(each.number === this.chosen));
    }
    say(this.said, this.sentence(doses, t));
  }

  sentence(doses, t) {
    const chosen = doses.find((each) => each.number === this.chosen);
    if (chosen) return tell(chosen, this.slots.get(chosen.number)?.at ?? 0, t);
    const count = (state) => doses.filter((each) => each.state === state).length;
    const given = count("given") + count("running");
    const lost = count("held") + count("stopped");
    const next = doses.find((each) => each.state === "next");
    const held = doses.filter((each) => each.state === "held" && each.reason).at(-1);
    return `${given} given${lost ? `, ${lost} not given` : ""}${next ? `; next: dose ${next.number} in `
      + span((this.slots.get(next.number)?.at ?? t) - t) : ""}${held ? `; dose ${held.number} held: ${held.reason}` : ""}`;
  }
}

/** One dose in words. */
export function tell(dose, at, t) {
  const when = dayClock(at);
  const why = dose.reason ? `: ${dose.reason}` : "";
  const said = {
    given: `given, ${when}`, held: `held, ${when}${why}`, running: `running since ${when}`,
    next: `next, ${when}, in ${span(at - t)}${why}`, planned: `planned, ${when}`, stopped: `not given, ${when}${why}`,
  };
  return `dose ${dose.number} ${said[dose.state] ?? dose.state}`;
}
