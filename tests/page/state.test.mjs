import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { news, ringing } from "../../clsim/bedside/page/alarms.js";
import { tell } from "../../clsim/bedside/page/doses.js";
import { running, totals } from "../../clsim/bedside/page/flowsheet.js";
import { whatRuns } from "../../clsim/bedside/page/monitor.js";
import { apply, fresh, lastBefore, policies, signal, signals } from "../../clsim/bedside/page/state.js";
import { digits, rowsOf } from "../../clsim/bedside/page/typical.js";
import { comparison } from "../../clsim/bedside/page/why.js";

const RECORDED = JSON.parse(readFileSync(new URL("recorded.json", import.meta.url), "utf8"));

function heard(...messages) {
  const state = fresh();
  for (const each of messages) apply(state, each);
  return state;
}

test("a recorded session is taken in whole", () => {
  const state = fresh();
  for (const each of RECORDED) assert.equal(apply(state, each), each.is, each.is);
  assert.equal(policies(state).length, state.beds.length);
  const bed = state.beds[0];
  assert.ok(bed.t.length > 50);
  for (const [name, row] of Object.entries(bed.rows)) assert.equal(row.length, bed.t.length, name);
  assert.ok(bed.t.every((t, i) => !i || t > bed.t[i - 1]), "times rise");
  assert.ok(bed.flow.length > 4);
  assert.ok(bed.log.some((each) => each.kind === "decision"));
  for (const name of ["HR", "SBP", "DBP", "MAP", "CVP", "SaO2", "respiratory_rate", "temperature"]) {
    assert.equal(signal(state, name)?.group, "vital", name);
    assert.equal(typeof state.frame.beds[0].numbers[name], "number", name);
  }
  assert.ok(signals(state, "hidden").length > 3);
});

test("what is not known changes nothing", () => {
  const state = fresh();
  const before = JSON.stringify(state);
  for (const each of [{ is: "never" }, {}, null, { is: "__proto__" }, { is: "constructor" }, 7]) assert.equal(apply(state, each), null);
  assert.equal(JSON.stringify(state), before);
});

test("a new scene forgets what was before", () => {
  const trend = { is: "trend", bed: 0, t: [0, 5], rows: { MAP: [90, 89] }, reset: false };
  const state = heard({ is: "scene", policies: ["a"], alarms: [] }, trend, { is: "prompt", id: "p", options: [] });
  assert.equal(state.beds[0].t.length, 2);
  apply(state, { is: "scene", policies: ["a", "b"], alarms: [] });
  assert.deepEqual(state.beds.map((each) => each.t.length), [0, 0]);
  assert.equal(state.prompt, null);
});

test("trends keep their columns in step when one appears late, and reset replaces all", () => {
  const state = heard({ is: "scene", policies: ["a"], alarms: [] },
    { is: "trend", bed: 0, t: [0], rows: { MAP: [90] }, reset: false }, { is: "trend", bed: 0, t: [5], rows: { MAP: [80], leak: [1] }, reset: false });
  assert.deepEqual(state.beds[0].rows, { MAP: [90, 80], leak: [null, 1] });
  apply(state, { is: "trend", bed: 0, t: [0, 5, 10], rows: { MAP: [1, 2, 3] }, reset: true });
  assert.deepEqual(state.beds[0].rows, { MAP: [1, 2, 3] });
});

test("an hour of the flowsheet that comes again takes the place of the old", () => {
  const hour = (n, net) => ({ hour: n, in_mL: net, out_mL: 0, net_mL: net });
  const state = heard({ is: "flow", bed: 0, rows: [hour(1, 10), hour(2, 20)] }, { is: "flow", bed: 0, rows: [hour(2, 30)] });
  assert.deepEqual(running(state.beds[0].flow), [10, 40]);
  const rows = Array.from({ length: 30 }, (_, i) => ({ hour: i + 1, in_mL: 100, out_mL: 40, net_mL: 60 }));
  assert.deepEqual(totals(rows).day, { in_mL: 2400, out_mL: 960, net_mL: 1440, hours: 24 });
  assert.equal(totals(rows).all.net_mL, 1800);
});

test("the last sample before a time is found", () => {
  assert.deepEqual([-1, 0, 4, 5, 99].map((t) => lastBefore([0, 5, 10], t)), [-1, 0, 0, 1, 2]);
  assert.equal(lastBefore([], 3), -1);
});

test("alarms stand in order of priority, those that are over last, and only new ones are news", () => {
  const alarm = (signal, level, latched = false) => ({ signal, level, said: signal, latched, silenced: false });
  const frame = { beds: [{ alarms: [alarm("HR", "medium"), alarm("CVP", "high", true)] }, { alarms: [alarm("MAP", "high")] }] };
  const now = ringing(frame);
  assert.deepEqual(now.map((each) => each.signal), ["MAP", "HR", "CVP"]);
  assert.deepEqual(now.map((each) => each.bed), [1, 0, 0]);
  assert.deepEqual(news([], now).map((each) => each.signal), ["MAP", "HR"]);
  assert.deepEqual(news(now, now), []);
  assert.deepEqual(news(now.map((each) => ({ ...each, latched: true })), now).map((each) => each.signal), ["MAP", "HR"]);
});

test("a dose is told with its time and reason", () => {
  assert.equal(tell({ number: 4, state: "held", reason: "two relative criteria" }, 1440, 1500), "dose 4 held, day 2, 00:00: two relative criteria");
  assert.equal(tell({ number: 5, state: "next", reason: null }, 1920, 1500), "dose 5 next, day 2, 08:00, in 7 h");
});

test("what runs is told with its rate, and by whom", () => {
  const state = heard({ is: "hello", drips: [{ name: "phenylephrine", label: "phenylephrine", unit: "mcg/min" }], fluids: [{ name: "saline_0.9", label: "0.9 % saline" }], signals: [] });
  const bed = { drips: { phenylephrine: 50, dopamine: 0 }, by_hand: ["phenylephrine"], doses: [],
    fluids: [{ name: "saline_0.9", left_mL: 320.4, rate_mL_h: 1000 }, { name: "dextrose", left_mL: null, rate_mL_h: 10 }, { name: "saline_0.9", left_mL: 0.1, rate_mL_h: 1 }] };
  assert.equal(whatRuns(bed, state), "Runs: phenylephrine 50 mcg/min (by hand); 0.9 % saline, 320 mL left; dextrose, 10 mL/h");
  assert.equal(whatRuns({ drips: {}, fluids: [], doses: [], by_hand: [] }, state), "Nothing runs");
});

test("a difference has the digits it deserves, and says when its interval spans nothing", () => {
  assert.deepEqual([digits(0.12, 3), digits(12), digits(1200), digits(null)], [2, 1, 0, 2]);
  const row = { label: "doses", unit: "", here_A: 9, here_B: 6, mean_difference: -2.5, low: -3, high: -2 };
  const [first, second] = rowsOf({ rows: [row, { ...row, low: -3, high: 1, unit: "h" }] });
  assert.deepEqual(first, ["doses", "9.00", "6.00", "−2.50", "−3.00 to −2.00"]);
  assert.match(second.at(-1), /spans 0/);
  assert.match(second[0], /doses, h/);
});

test("a comparison tells value, time, threshold, and whether it holds", () => {
  const seen = { label: "SBP", value: 78, unit: "mmHg", time: 2175, compare: "<", limit: 80, holds: true, reference: "target", lasting: 0, over: 0 };
  assert.equal(comparison(seen), "SBP 78 mmHg at day 2, 12:15 < 80 mmHg (target)");
  assert.equal(comparison({ ...seen, holds: false, value: 90 }), "SBP 90 mmHg at day 2, 12:15, not < 80 mmHg (target)");
  assert.match(comparison({ ...seen, value: null, time: null }), /never read/);
});
