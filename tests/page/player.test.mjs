import assert from "node:assert/strict";
import { test } from "node:test";

import { alarms, Course, unpack } from "../../clsim/lessons/player/course.js";
import { Grid } from "../../clsim/lessons/player/grid.js";
import { debriefOf } from "../../clsim/lessons/player/summary.js";

const SMOOTH = ["MAP", "weight_kg", "albumin", "leak", "EVLW", "in_mL", "out_mL"];
const CHANNELS = [...SMOOTH.map((name) => ({ name, low: 0, step: 0.01, stepped: false })), { name: "drip", low: 0, step: 0.01, stepped: true }];

function packed(rows) {
  const steps = CHANNELS.flatMap(({ name }) => rows[name].map((each) => Math.round(each * 100)));
  return Buffer.from(new Uint16Array(steps).buffer).toString("base64");
}

function node(t, pressure, drip, more) {
  const flat = Object.fromEntries(SMOOTH.map((name) => [name, t.map(() => 1)]));
  const given = t.map((each) => each);
  return { t, rows: packed({ ...flat, MAP: pressure, in_mL: given, out_mL: given.map((each) => each / 2), drip }),
    prompt: null, next: [], doses: [], bags: [], log: [], dead: null, ...more };
}

const option = (label, verdict) => ({ label, feedback: { is: "feedback", prompt: "now", option: "abc".indexOf(label), said: `said ${label}`,
  verdict, right: verdict === null ? null : verdict === "good", cite: "model", expected: "b" } });
const line = (t, said) => ({ t, kind: "dose", said, rule: null, value: null, cite: null });
const GRID = {
  lesson: { name: "toy", title: "Toy", begin_min: 30, end_min: 180 },
  hello: { is: "hello", signals: [] },
  scene: { is: "scene", session: "toy", doses: [{ number: 1, at_min: 0 }, { number: 2, at_min: 150 }, { number: 3, at_min: 170 }],
    alarms: [{ signal: "MAP", low: 65, high: null, priority: "high" }], lesson: "toy" },
  channels: CHANNELS, seen: ["MAP", "weight_kg"], hidden: ["leak", "EVLW", "albumin"], vitals: ["MAP"], labs: ["albumin"],
  drips: ["drip"], dose_over_min: 15,
  prompts: [{ id: "now", question: "What?", why_now: "Now.", options: [option("a", "poor"), option("b", "good"), option("c", null)] }],
  beside: "expected way", alarms: { MAP: { low: "MAP low: mean arterial pressure < 65 mmHg" } },
  questions: [{ ask: "?", answer: "!", cite: "model", shows: [] }],
  nodes: [
    node([0, 60, 120], [90, 80, 60], [0, 0, 0], { prompt: 0, next: [1, 2, 1], doses: [[1, true]], log: [line(0, "dose 1")],
      bags: [{ name: "saline", from: 100, to: 140, rate: 10, steady: false }] }),
    node([120, 180], [60, 50], [5, 5], { doses: [[2, false], [3, true]], log: [line(150, "dose 2 held")],
      totals: [{ label: "lowest mean pressure", unit: "mmHg", values: [50, 60] }] }),
    node([120, 180], [60, 70], [0, 0], { doses: [[2, true], [3, true]] }),
  ],
};

function opened() {
  const heard = [];
  let now = 0;
  const grid = new Grid(GRID, (message) => heard.push(message), () => {}, () => now);
  grid.open();
  return { grid, heard, last: (kind) => heard.findLast((each) => each.is === kind), pass: (ms) => { now += ms; grid.tick(); } };
}

test("numbers come out as they were packed", () => {
  const rows = unpack(GRID.nodes[0].rows, CHANNELS);
  assert.deepEqual(rows[0].map((each) => Math.round(each)), [90, 80, 60]);
  assert.equal(rows.length, CHANNELS.length);
});

test("between samples a number is on the line, a drip is as it was", () => {
  const course = new Course(GRID);
  assert.ok(Math.abs(course.at("MAP", 30) - 85) < 0.01);
  course.answer(0);
  assert.ok(Math.abs(course.at("drip", 119)) < 0.01);
  assert.ok(Math.abs(course.at("drip", 121) - 5) < 0.01);
  assert.ok(Math.abs(course.at("MAP", 150) - 55) < 0.01);
});

test("answers choose what follows, and going back opens them again", () => {
  const course = new Course(GRID);
  assert.equal(course.prompt().id, "now");
  course.answer(1);
  assert.equal(course.prompt(), null);
  assert.ok(Math.abs(course.at("MAP", 180) - 70) < 0.01);
  course.back(120);
  assert.deepEqual([course.answers.length, course.nodes.length, course.prompt().id], [0, 1, "now"]);
  course.answer(1);
  course.back(121);
  assert.equal(course.answers.length, 1);
});

test("samples are told once, the first row of a later stretch is the last of the one before", () => {
  const course = new Course(GRID);
  course.answer(0);
  assert.deepEqual(course.samples(-1, 1000, false).t, [0, 60, 120, 180]);
  assert.deepEqual(course.samples(60, 120, true).t, [120]);
  assert.deepEqual(Object.keys(course.samples(-1, 0, true).rows), ["MAP", "weight_kg", "leak", "EVLW", "albumin"]);
});

test("a planned dose is next, runs, is given or held, as far as is known", () => {
  const course = new Course(GRID);
  const states = (t) => course.doses(t).map((each) => each.state);
  assert.deepEqual(states(0), ["next", "planned", "planned"]);
  assert.deepEqual(states(10), ["running", "next", "planned"]);
  assert.deepEqual(states(119), ["given", "next", "planned"]);
  course.answer(0);
  assert.deepEqual(states(151), ["given", "held", "next"]);
});

test("a row of the flowsheet holds what went in and out in that hour", () => {
  const [first, second] = new Course(GRID).hours(0, 120);
  assert.deepEqual([first.hour, first.in_mL, first.out_mL].map(Math.round), [1, 60, 30]);
  assert.equal(Math.round(second.net_mL), 30);
  assert.equal(second.labs, null);
});

test("what is beyond a limit rings, with its side in words", () => {
  const limits = GRID.scene.alarms;
  assert.deepEqual(alarms(limits, { MAP: 65 }, GRID.alarms), []);
  assert.equal(alarms(limits, { MAP: 64 }, GRID.alarms)[0].said, "MAP low: mean arterial pressure < 65 mmHg");
});

test("it opens at the beginning of the lesson with all that came before", () => {
  const { heard, last } = opened();
  assert.deepEqual(heard.slice(0, 2).map((each) => each.is), ["hello", "scene"]);
  assert.deepEqual(last("trend").t, [0]);
  assert.equal(last("frame").t, 30);
  assert.equal(last("frame").running, false);
});

test("time passes as fast as it is told, and stops where somebody is asked", () => {
  const { grid, last, pass } = opened();
  grid.send({ do: "speed", times: 3600 });
  grid.send({ do: "go" });
  pass(500);
  assert.equal(last("frame").t, 60);
  pass(5000);
  assert.equal(last("frame").t, 120);
  assert.equal(last("frame").running, false);
  assert.equal(last("prompt").id, "now");
  assert.equal(last("frame").beds[0].alarms[0].signal, "MAP");
  assert.deepEqual(last("frame").beds[0].fluids, [{ name: "saline", left_mL: 200, rate_mL_h: 600 }]);
  grid.close();
});

test("only what is asked is answered, once, and only then it goes on", () => {
  const { grid, heard, last } = opened();
  grid.send({ do: "answer", prompt: "now", option: 0 });
  assert.equal(last("error").said, "nobody asks that now");
  grid.send({ do: "step", to: "end" });
  const errors = heard.filter((each) => each.is === "error").length;
  for (const bad of [{ do: "go" }, { do: "answer", prompt: "then", option: 0 }, { do: "answer", prompt: "now", option: 7 },
    { do: "step", to: "rounds" }, { do: "twin", policies: [] }, { do: "constructor" }]) grid.send(bad);
  assert.equal(heard.filter((each) => each.is === "error").length, errors + 6);
  assert.equal(last("frame").t, 120);
  grid.send({ do: "answer", prompt: "now", option: 2 });
  assert.deepEqual([last("feedback").verdict, last("feedback").right], [null, null]);
  grid.send({ do: "step", to: "end" });
  assert.equal(last("frame").t, 180);
  assert.ok(last("debrief"));
});

test("the hidden body waits for the debrief", () => {
  const { grid, last } = opened();
  grid.send({ do: "reveal", on: true });
  assert.match(last("error").said, /debrief/);
  assert.equal(last("frame").beds[0].hidden, null);
  grid.send({ do: "step", to: "end" });
  grid.send({ do: "answer", prompt: "now", option: 1 });
  grid.send({ do: "step", to: "end" });
  assert.ok(last("frame").beds[0].hidden);
  assert.ok("leak" in last("trend").rows && last("trend").reset);
});

test("going back tells all again and asks again", () => {
  const { grid, heard, last } = opened();
  grid.send({ do: "step", to: "end" });
  grid.send({ do: "answer", prompt: "now", option: 1 });
  grid.send({ do: "rewind", to_min: 0 });
  assert.equal(last("frame").t, 30);
  assert.equal(heard.filter((each) => each.is === "scene").length, 2);
  grid.send({ do: "step", to_min: 200 });
  assert.equal(heard.filter((each) => each.is === "prompt").length, 2);
});

test("the debrief puts the way that was taken beside the expected one", () => {
  const course = new Course(GRID);
  course.answer(0);
  const { totals, answers, questions, beside, timeline } = debriefOf(GRID, course);
  assert.equal(beside, "expected way");
  assert.deepEqual(totals, GRID.nodes[1].totals);
  assert.deepEqual(answers.map((each) => [each.prompt, each.verdict, each.expected]), [["now", "poor", "b"]]);
  assert.equal(questions.length, 1);
  assert.deepEqual(timeline.map((each) => each.said), ["answered: a", "dose 2 held"]);
});
