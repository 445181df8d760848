// Is this patient typical?  From the one on screen to a thousand pairs, with the command that does it again.

import { button, el, field, number, say, table } from "./dom.js";
import { show } from "./dialog.js";
import { value } from "./words.js";

/** Digits after the point that a difference deserves. */
export function digits(...numbers) {
  const most = Math.max(...numbers.filter(Number.isFinite).map(Math.abs), 0);
  return most >= 100 ? 0 : most >= 10 ? 1 : 2;
}

/** Rows of the table: outcome, here A, here B, mean difference, interval. */
export function rowsOf(result) {
  return result.rows.map((each) => {
    const d = digits(each.mean_difference, each.low, each.high);
    const clear = each.low > 0 || each.high < 0;
    return [`${each.label}${each.unit ? `, ${each.unit}` : ""}`, value(each.here_A, digits(each.here_A, each.here_B)),
      value(each.here_B, digits(each.here_A, each.here_B)), value(each.mean_difference, d),
      `${value(each.low, d)} to ${value(each.high, d)}${clear ? "" : " (spans 0)"}`];
  });
}

export class Typical {
  constructor(act) {
    this.act = act;
    this.open = false;
  }

  show(state) {
    if (this.open) return;
    this.told = null;
    const many = number({ min: "20", max: "10000", step: "1", value: "1000", "data-testid": "many" });
    this.bar = el("progress", { max: 1, value: 0, hidden: true, "aria-label": "Progress" });
    this.said = el("p", { class: "note", role: "status", "data-testid": "typical-said" });
    this.result = el("div", {});
    this.stop = button("Stop", () => this.act({ do: "stop_typical" }), { hidden: true });
    show("Is this patient typical?", [
      el("p", {}, "One patient is an anecdote. This draws others, treats each of them under both policies with the same chances, and gives the mean difference within pairs."),
      el("form", { class: "order", onsubmit: (event) => {
        event.preventDefault();
        this.result.replaceChildren();
        this.act({ do: "typical", n: many.valueAsNumber });
      } }, field("patients", many), el("button", { type: "submit", class: "main", "data-testid": "typical-go" }, "Run the pairs"), this.stop),
      this.bar, this.said, this.result], { wide: true, closed: () => { this.open = false; } });
    this.open = true; // only now: what was open before has said that it is closed
    if (state.typical) this.update(state);
  }

  update(state) {
    if (!this.open || !state.typical) return;
    const { share, said, result } = state.typical;
    const busy = !result && share < 1;
    this.bar.hidden = !busy;
    this.stop.hidden = !busy;
    this.bar.value = share;
    say(this.said, said || (busy ? `${value(100 * share)} % done` : ""));
    if (!result || this.told === result) return;
    this.told = result;
    const [a, b] = result.policies;
    const command = el("pre", { tabindex: "0", "data-testid": "command" }, result.command);
    this.result.replaceChildren(
      table(`${result.n} patients, each under both. Difference: ${b} less ${a}, mean within pairs, 95 % interval. `
        + "The interval tells the Monte Carlo error alone, not how wrong the model is.",
      ["", `here, ${a}`, `here, ${b}`, "mean difference", "95 % interval"], rowsOf(result), { "data-testid": "typical-table" }),
      el("h3", {}, "The command that does it again"), command,
      button("Copy command", () => copy(command, this.said), { "data-testid": "copy" }));
  }
}

/** Copies a text; where the browser refuses, it is selected instead. */
export async function copy(node, note) {
  try {
    await navigator.clipboard.writeText(node.textContent);
    say(note, "Copied.");
  } catch {
    getSelection().selectAllChildren(node);
    say(note, "Selected: press Ctrl+C to copy.");
  }
}
