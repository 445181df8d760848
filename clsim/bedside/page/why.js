// Why: every decision with the rule, the values seen beside the thresholds, and the source.

import { button, el } from "./dom.js";
import { policies } from "./state.js";
import { amount, bedName, dayClock, plain, sentence } from "./words.js";

const BY = { policy: "the policy", hand: "by hand", body: "the body" };

export class Why {
  /** ``ask(t, bed)`` asks the server; t null asks for the whole course. */
  constructor(node, ask) {
    Object.assign(this, { node, ask, key: undefined });
    this.node.append(el("p", { class: "empty" }, "Ask why at a time: press a flag of the trends, a line of the log, or "),
      button("Why now?", () => ask(undefined, 0), { "data-testid": "whynow" }));
  }

  update(state) {
    if (state.why === this.key || !state.why) return;
    this.key = state.why;
    const { bed, data, text } = state.why;
    const names = policies(state);
    const head = [el("div", { class: "group" }, names.map((_, i) => button(`Why now${names.length > 1 ? `, ${"AB"[i]}` : ""}?`,
      () => this.ask(undefined, i), { "data-testid": i ? "whynow-1" : "whynow" })))];
    if (!data || data.error) {
      this.node.replaceChildren(...head, el("p", { class: "empty" }, data?.error ?? text ?? "Nobody decided anything."));
      return;
    }
    const at = data.at_min;
    const { here = [], before = [], after = [] } = data;
    const parts = [el("h3", {}, `${names.length > 1 ? `${bedName(bed, names)}, ` : ""}${at === undefined ? "the whole course" : sentence(dayClock(at))}`)];
    const list = (title, entries) => entries.length && parts.push(el("h4", {}, title), el("ol", { class: "entries" }, entries.map((each) => entryOf(each, state.hello))));
    if (data.entries) list("All decisions", data.entries);
    list("Decided or seen now", here);
    if (!here.length && !data.entries) parts.push(el("p", { class: "note" }, "Nothing was decided in this minute."));
    list(before.length ? `Before, at ${dayClock(before[0].time)}` : "", before);
    if (after.length && !here.length) list(`Next, at ${dayClock(after[0].time)}`, after);
    if (data.running?.length) parts.push(el("h4", {}, "Running"), el("ul", {}, data.running.map((each) => el("li", {}, plain(each, state.hello)))));
    if (data.criteria_met?.length) parts.push(el("h4", {}, "Criteria met"), el("ul", {}, data.criteria_met.map((each) => el("li", {}, sentence(data.criteria_said?.[each] || each)))));
    if (data.readings?.length) {
      parts.push(el("details", {}, el("summary", {}, "Last readings"), el("ul", {}, data.readings.map((each) =>
        el("li", {}, `${each.signal} ${amount(each.value)} ${each.unit} (${dayClock(each.at_min)})`)))));
    }
    this.node.replaceChildren(...head, ...parts);
  }
}

/** An entry of the trace: what, by whom, and its grounds. */
export function entryOf(entry, hello) {
  return el("li", { class: "entry", "data-kind": entry.kind },
    el("strong", {}, sentence(plain(entry.what, hello))), el("span", { class: "by" }, `${dayClock(entry.time)}, ${BY[entry.by] ?? entry.by}`),
    ...(entry.grounds ?? []).map(groundOf));
}

function groundOf(ground) {
  const cite = [ground.source, ground.rule_source && `rule: ${ground.rule_source}`].filter(Boolean).join("; ");
  return el("div", { class: "ground" },
    el("p", {}, el("code", {}, ground.name), ground.label ? ` ${ground.label}` : "", ground.how ? ` (${ground.how})` : ""),
    el("ul", {}, (ground.comparisons ?? []).map((each) => el("li", {}, comparison(each)))),
    ...(ground.criteria ?? []).map(groundOf),
    cite || !ground.verified ? el("p", { class: "cite" }, cite || "no source", ground.verified ? null
      : el("b", {}, " · source not seen")) : null);
}

/** A comparison in words: "SBP 78 mmHg at day 2, 12:15 < 80 mmHg (target)". */
export function comparison(each) {
  const unit = each.unit ? ` ${each.unit}` : "";
  const seen = each.value === null ? "never read" : each.value === "never" ? "never" : `${amount(each.value)}${unit}`;
  const over = each.over ? ` in ${amount(each.over / 60)} h` : "";
  const at = typeof each.time === "number" ? ` at ${dayClock(each.time)}` : "";
  const limit = typeof each.limit === "number" ? `${amount(each.limit)}${unit}` : String(each.limit ?? "–");
  const of = each.reference ? ` (${each.reference})` : "";
  const lasting = each.lasting ? ` for ${amount(each.lasting)} min` : "";
  return `${each.label} ${seen}${over}${at}${each.holds ? "" : ", not"} ${each.compare} ${limit}${of}${lasting}`;
}
