// The twin: the same patient in two beds, two policies, one clock.

import { button, choice, el, field } from "./dom.js";
import { show, shut } from "./dialog.js";
import { policies } from "./state.js";

const WRITTEN = ""; // no policy at all

/** What can be chosen: every policy, and what stands in the scenario. */
export function policyRows(hello) {
  return [...hello.policies.map((each) => [each.name, `${each.name}: ${each.title}`]),
    [WRITTEN, "as the scenario has it written"]];
}

/** The dialogue that opens or ends a twin. */
export function askTwin(state, act) {
  const now = policies(state);
  const rows = policyRows(state.hello);
  const first = now[0] ?? WRITTEN;
  const other = now[1] ?? (first === "no-pressor-2015" ? "cwg-2014" : "no-pressor-2015");
  const one = choice(rows, first, { "data-testid": "twin-a" });
  const two = choice(rows, other, { "data-testid": "twin-b" });
  const start = el("input", { type: "checkbox", "data-testid": "twin-start" });
  const go = (event) => {
    event.preventDefault();
    act({ do: "twin", policies: [one.value || null, two.value || null], from_start: start.checked });
    shut();
  };
  show("Twin: one patient, two policies", [
    el("p", {}, "Two monitors, one clock. The second bed holds the same patient with the same chances; only what is decided differs."),
    el("form", { class: "stack", onsubmit: go }, field("Bed A", one), field("Bed B", two),
      el("label", { class: "check" }, start, " from the start, not from now"),
      el("div", { class: "group" }, el("button", { type: "submit", class: "main", "data-testid": "twin-go" }, "Open the twin"),
        now.length > 1 ? button("Back to one bed", () => { act({ do: "single" }); shut(); }, { "data-testid": "single" }) : null))]);
}
