import assert from "node:assert/strict";
import { test } from "node:test";

import { Sweep } from "../../clsim/bedside/page/sweep.js";
import { Beats, beats, ecg, PIXELS_PER_SECOND, plethSize, pulse, venous } from "../../clsim/bedside/page/wave.js";

const NUMBERS = { HR: 80, SBP: 118, DBP: 70, MAP: 86, CVP: 4, SaO2: 97, respiratory_rate: 16 };

function record(numbers, seconds) {
  const source = new Beats();
  source.take(numbers);
  return Array.from({ length: Math.round(seconds * 500) }, () => source.next(1 / 500));
}

test("a second of paper is 25 mm", () => {
  assert.ok(Math.abs(PIXELS_PER_SECOND - 94.488) < 0.001);
});

test("the arterial wave has the patient's systolic, diastolic and mean pressure", () => {
  for (const [SBP, DBP, MAP] of [[118, 70, 86], [78, 52, 62], [160, 90, 112], [70, 30, 42]]) {
    const found = record({ ...NUMBERS, SBP, DBP, MAP }, 60).map((each) => each.arterial);
    assert.ok(Math.abs(Math.max(...found) - SBP) < 0.02 * (SBP - DBP), `systolic ${Math.max(...found)}`);
    assert.ok(Math.abs(Math.min(...found) - DBP) < 0.02 * (SBP - DBP), `diastolic ${Math.min(...found)}`);
    const mean = found.reduce((sum, each) => sum + each, 0) / found.length;
    assert.ok(Math.abs(mean - MAP) < 0.6, `mean ${mean} of ${MAP}`);
  }
});

test("R waves come at the heart rate", () => {
  for (const HR of [45, 80, 131, 180]) {
    const found = record({ ...NUMBERS, HR }, 60).map((each) => each.ecg);
    const peaks = found.filter((y, i) => y > 0.6 && y >= (found[i - 1] ?? 0) && y > (found[i + 1] ?? 0)).length;
    assert.ok(Math.abs(peaks - HR) <= 1, `${peaks} R waves a minute at ${HR}`);
  }
});

test("the venous wave has the mean of the patient over whole breaths", () => {
  const found = record(NUMBERS, 60).map((each) => each.venous);
  const mean = found.reduce((sum, each) => sum + each, 0) / found.length;
  assert.ok(Math.abs(mean - NUMBERS.CVP) < 0.3, `${mean}`);
  assert.notEqual(venous(0.1, 0.25), venous(0.1, 0.75)); // the breath is seen
});

test("a weak pulse has a small pleth", () => {
  assert.ok(plethSize({ SBP: 60, DBP: 45 }) < plethSize({ SBP: 120, DBP: 75 }));
  assert.equal(plethSize({}), 0);
});

test("nothing beats without a rate or a pulse pressure", () => {
  assert.equal(beats({ HR: 0, SBP: 0, DBP: 0 }), false);
  const found = record({ HR: 0, SBP: 0, DBP: 0, MAP: 0, CVP: 7 }, 2);
  assert.ok(found.every((each) => each.ecg === 0 && each.arterial === 7 && each.pleth === 0));
});

test("shapes stay finite whatever the numbers", () => {
  for (const share of [Number.NaN, -1, 0, 0.38, 1, 9]) assert.ok(Number.isFinite(pulse(share)(0.3)));
  for (const t of [0, 0.2, 0.5, 1]) assert.ok(Number.isFinite(ecg(t, 0.3)));
});

test("a strip that stands still is the same every time", () => {
  const strip = () => {
    const sweep = new Sweep({});
    sweep.still = true;
    sweep.take(NUMBERS, true);
    sweep.fill(300);
    return JSON.stringify(sweep.columns);
  };
  assert.equal(strip(), strip());
});

test("a sweep goes on by as many columns as the time is wide", () => {
  const sweep = new Sweep({});
  sweep.take(NUMBERS, true);
  sweep.fill(400);
  const before = sweep.columns.slice();
  sweep.advance(0.5);
  const moved = sweep.columns.filter((each, i) => each !== before[i]).length;
  assert.ok(Math.abs(moved - 0.5 * PIXELS_PER_SECOND) <= 1, `${moved}`);
  const { low, high } = sweep.rangeOf({ key: "arterial" });
  assert.ok(low < NUMBERS.DBP && high > NUMBERS.SBP);
});
