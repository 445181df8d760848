// The ward's flowsheet: a row for each hour, the newest first, blood tests as they were drawn.

import { button, el, table } from "./dom.js";
import { policies, signal } from "./state.js";
import { amount, bedName, dayClock, shortName, thing, unitName, value } from "./words.js";

const VITALS = ["HR", "SBP", "DBP", "MAP", "CVP", "SaO2", "respiratory_rate", "temperature"];
const ROWS = 240; // hours that are shown at most
const DRAWS = 40; // of blood

/** Sums that a nurse reads: over the last 24 hours, and since the start. */
export function totals(rows) {
  const sum = (part) => ({
    in_mL: part.reduce((all, each) => all + each.in_mL, 0), out_mL: part.reduce((all, each) => all + each.out_mL, 0),
    net_mL: part.reduce((all, each) => all + each.net_mL, 0), hours: part.length });
  return { day: sum(rows.slice(-24)), all: sum(rows) };
}

/** Net balance after each hour, mL. */
export function running(rows) {
  let total = 0;
  return rows.map((each) => (total += each.net_mL));
}

export class Flowsheet {
  constructor(node) {
    Object.assign(this, { key: null, tests: false, body: el("div") });
    this.node = node;
    this.parts = [["Hour by hour", false], ["Blood tests", true]].map(([said, tests]) => button(said, () => this.show(tests),
      { class: "quiet", "aria-pressed": String(tests === this.tests), "data-testid": tests ? "flow-tests" : "flow-hours" }));
    node.append(el("div", { class: "group", role: "group", "aria-label": "Part of the flowsheet" }, this.parts), this.body);
  }

  show(tests) {
    this.tests = tests;
    this.parts.forEach((each, i) => each.setAttribute("aria-pressed", String(Boolean(i) === tests)));
    this.key = null;
    this.update(this.state);
  }

  update(state) {
    this.state = state;
    if (this.node.hidden) return;
    const key = state.beds.map((bed) => `${bed.flow.length} ${bed.flow.at(-1)?.hour}`).join(";") + state.scene?.session;
    if (key === this.key) return;
    this.key = key;
    this.body.replaceChildren(...state.beds.flatMap((bed, number) => this.bed(state, bed.flow, number)));
  }

  bed(state, rows, number) {
    const name = bedName(number, policies(state));
    if (!rows.length) return [el("p", { class: "empty" }, `${name}: the first hour is not over yet.`)];
    if (this.tests) return [labs(rows, state, name)];
    const { day, all } = totals(rows);
    const net = running(rows);
    const drips = [...new Set(rows.flatMap((each) => Object.keys(each.drips)))];
    const known = new Map((state.hello?.drips ?? []).map((each) => [each.name, each]));
    const vitals = VITALS.filter((each) => rows.some((row) => typeof row.vitals[each] === "number"));
    const head = ["to", "in mL", "out mL", "net mL", "sum mL", "weight kg", ...vitals.map((each) => heading(state, each)),
      ...drips.map((each) => `${thing(known.get(each)?.label ?? each)} ${unitName(known.get(each)?.unit)}`)];
    const body = rows.map((row, i) => [dayClock(row.hour * 60), value(row.in_mL), value(row.out_mL), value(row.net_mL),
      value(net[i]), value(row.weight_kg, 1), ...vitals.map((each) => value(row.vitals[each], signal(state, each)?.decimals ?? 0)),
      ...drips.map((each) => (row.drips[each] ? amount(row.drips[each]) : ""))]).slice(-ROWS).reverse();
    const said = `${name}. Last ${day.hours} h: in ${value(day.in_mL)}, out ${value(day.out_mL)}, net ${value(day.net_mL)} mL; `
      + `since the start: net ${value(all.net_mL)} mL.`;
    return [table(el("span", {}, said), head, body, { class: "flow", "data-testid": `flow-${number}` })];
  }
}

function heading(state, name) {
  const about = signal(state, name);
  return about ? `${shortName(about)} ${unitName(about.unit)}` : name;
}

function test(state, name, found) {
  const about = signal(state, name);
  return about ? value(found, about.decimals) : amount(found);
}

function labs(rows, state, name) {
  const drawn = rows.filter((each) => each.labs).slice(-DRAWS).reverse();
  if (!drawn.length) return el("p", { class: "empty" }, `${name}: no blood has been drawn yet.`);
  const names = [...new Set(drawn.flatMap((each) => Object.keys(each.labs)))];
  return table(`${name}. Blood tests as they came back, the newest first.`,
    ["", ...drawn.map((each) => dayClock(each.hour * 60))],
    names.map((each) => [heading(state, each), ...drawn.map((row) => (each in row.labs ? test(state, each, row.labs[each]) : ""))]),
    { class: "flow labs", "data-testid": "labs" });
}
