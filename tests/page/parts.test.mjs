import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { clusters, marks, range, stretch, timeMarks } from "../../clsim/bedside/page/axis.js";
import { level, thickness } from "../../clsim/bedside/page/bodymap.js";
import { changed } from "../../clsim/bedside/page/hidden.js";
import { actionOf, KEYS } from "../../clsim/bedside/page/keys.js";
import { address, Link, wait } from "../../clsim/bedside/page/link.js";
import { asked } from "../../clsim/bedside/page/look.js";
import { Pace } from "../../clsim/bedside/page/pace.js";
import { amount, bedName, dayClock, left, plain, span, unitName, value } from "../../clsim/bedside/page/words.js";

const PAGE = new URL("../../clsim/bedside/page/", import.meta.url);
const text = (name) => readFileSync(new URL(name, PAGE), "utf8");
const scripts = readdirSync(PAGE).filter((each) => each.endsWith(".js"));

test("times and lengths of time are said as on a ward", () => {
  assert.deepEqual([0, 375, 1440, 2175.9].map(dayClock), ["day 1, 00:00", "day 1, 06:15", "day 2, 00:00", "day 2, 12:15"]);
  assert.deepEqual([45, 60, 190, 2880, 3000].map(span), ["45 min", "1 h", "3 h 10 min", "2 d", "2 d 2 h"]);
});

test("numbers have a true minus, no minus nought, and a dash where there is none", () => {
  assert.deepEqual([value(-1.26, 1), value(-0.2), value(null), value(Number.NaN), value(62.7)], ["−1.3", "0", "–", "–", "63"]);
  assert.deepEqual([amount(0.653), amount(12.34), amount(1234.5), amount(-0.5), amount(undefined)], ["0.653", "12.3", "1235", "−0.5", "–"]);
  assert.equal(unitName("degC"), "°C");
  assert.equal(unitName(undefined), "");
});

test("beds have letters only where there are two", () => {
  assert.equal(bedName(0, ["cwg-2014"]), "cwg-2014");
  assert.equal(bedName(1, ["cwg-2014", null]), "B: as written");
  assert.equal(left({ left_mL: 12.2, rate_mL_h: 1 }), "12 mL left");
});

test("what the server says becomes what a ward says, and nothing else changes", () => {
  const hello = { fluids: [{ name: "saline_0.9", label: "0.9 % saline" }], drips: [], drugs: [] };
  assert.equal(plain("500 mL saline_0.9 over 30 min, from 92:15 h", hello), "500 mL 0.9 % saline over 30 min, from day 4, 20:15");
  assert.equal(plain("two in 8 h, target + 10 mmHg", hello), "two in 8 h, target + 10 mmHg");
  assert.equal(plain(null, hello), "");
});

test("a stretch of time ends a little after now, and the course is all of it", () => {
  assert.deepEqual(stretch(0, 240, 7200), [0, 240]);
  assert.deepEqual(stretch(1000, 240, 7200), [772, 1012]);
  assert.deepEqual(stretch(1000, Infinity, 7200), [0, 7200]);
  assert.deepEqual(stretch(10, 7200, 1800), [0, 1800]);
});

test("marks are round and not too many", () => {
  assert.deepEqual(marks(48, 112, 3), [50, 75, 100]);
  assert.deepEqual(marks(-1.2, 5, 4), [0, 2, 4]);
  assert.deepEqual(marks(3, 3), []);
  for (const [low, high] of [[0, 1], [36.1, 39.9], [-7, 900], [84.01, 84.03]]) assert.ok(marks(low, high, 4).length <= 5);
  const { step, marks: times } = timeMarks(100, 1540, 720);
  assert.equal(step, 240);
  assert.deepEqual(times, [240, 480, 720, 960, 1200, 1440]);
});

test("a range spans its rows, and at least so much", () => {
  assert.deepEqual(range([[1, 2, null, 3]], 0, 3, 1).map((each) => Number(each.toFixed(6))), [0.8, 3.2]);
  assert.deepEqual(range([[5, 5]], 0, 1, 4), [3, 7]);
  assert.equal(range([[null]], 0, 0, 1), null);
});

test("flags that meet become one, led by the gravest", () => {
  const flag = (x, kind) => ({ x, kind, entry: kind });
  const found = clusters([flag(50, "decision"), flag(52, "alarm"), flag(10, "dose")], 14);
  assert.deepEqual(found.map((each) => [each.x, each.kind, each.entries.length]), [[10, "dose", 1], [50, "decision", 2]]);
});

test("the body map fills with the water and swells with the flow", () => {
  assert.ok(level(3.3, 3) > level(3, 3) && level(3, 3) > level(2.4, 3));
  assert.ok(level(99, 3) <= 100 && level(0, 3) > 0);
  assert.ok(thickness(600) > thickness(150) && thickness(-5) > 0);
  assert.deepEqual([changed(1.36), changed(0.9), changed(1.001), changed(3.21)], ["+36 %", "−10 %", "0 %", "3.2 times"]);
});

test("keys are single, told in the help, and left alone in fields and windows", () => {
  assert.equal(new Set(KEYS.map(([key]) => key)).size, KEYS.length);
  const press = (key, tag = "BODY", more = {}) => ({ key, target: { tagName: tag }, ...more });
  assert.equal(actionOf(press("D")), "dose");
  assert.equal(actionOf(press(" ")), "run");
  assert.equal(actionOf(press(" ", "BUTTON")), null);
  assert.equal(actionOf(press("d", "INPUT")), null);
  assert.equal(actionOf(press("d", "BODY", { ctrlKey: true })), null);
  assert.equal(actionOf(press("d"), { open: true }), null);
  assert.equal(actionOf(press("d"), { enabled: false }), null);
  assert.equal(actionOf(press("q")), null);
});

test("every action of a key is done by the page, and shown on what it presses", () => {
  const page = text("page.js");
  const steps = /const STEPS = \[(.*)\]/.exec(page)[1];
  for (const [, action] of KEYS) {
    assert.ok(action === "run" || action.startsWith("speed") || steps.includes(`"${action}"`) || new RegExp(`\\b${action}: \\(\\) =>`).test(page), action);
  }
  const keys = new Set(KEYS.map(([key]) => key));
  for (const [, key] of text("index.html").matchAll(/aria-keyshortcuts="([^"]+)"/g)) assert.ok(keys.has(key === "Space" ? " " : key), key);
});

test("the address of the page may name a patient, a time and a look", () => {
  const found = asked("?seed=7&t=90&speed=0&theme=projector&policy=&patient=x");
  assert.deepEqual([found.seed, found.t, found.still, found.theme, found.policy, found.patient], [7, 90, true, "projector", "", null]);
  assert.equal(asked("").seed, null);
});

test("the pace is what is measured, and the speed that was set where both agree", () => {
  const pace = new Pace();
  assert.equal(pace.said(60), "60×");
  for (let i = 0; i < 40; i += 1) pace.take(i * 50, i * 0.05, true); // 60 model seconds a second
  assert.equal(pace.said(60), "60×");
  assert.equal(pace.said(3600), "about 60×");
  for (let i = 0; i < 40; i += 1) pace.take(2000 + i * 50, 2 + i * 1.0, true);
  assert.equal(pace.said(60), "about 1200×");
  for (let i = 0; i < 80; i += 1) pace.take(4000 + i * 50, 42, true); // a demonstration that talks
  assert.equal(pace.said(60), "0×");
  pace.take(4050, 0, true); // gone back: measured anew
  assert.equal(pace.said(60), "60×");
});

class Socket {
  static all = [];
  constructor(url) {
    Object.assign(this, { url, readyState: 0, sent: [] });
    Socket.all.push(this);
  }
  send(said) { this.sent.push(JSON.parse(said)); }
  close() {}
  open() { this.readyState = 1; this.onmessage({ data: '{"is":"hello"}' }); }
  drop(code) { this.readyState = 3; this.onclose({ code }); }
}

test("a lost line is taken up again with the same session, and nothing is kept to be sent late", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const location = { href: "http://127.0.0.1:8/?token=secret&seed=1", search: "?token=secret&seed=1", protocol: "http:" };
  const heard = [];
  const lines = [];
  const link = new Link((message) => heard.push(message), (...line) => lines.push(line), location, Socket);
  link.open();
  const [first] = Socket.all;
  assert.equal(first.url, "ws://127.0.0.1:8/ws?token=secret");
  assert.equal(link.send({ do: "go" }), false);
  first.open();
  assert.equal(link.send({ do: "go" }), true);
  first.onmessage({ data: '{"is":"scene","session":"abc"}' });
  first.onmessage({ data: "not a message" });
  assert.equal(heard.at(-1).is, "error");
  first.drop();
  assert.equal(link.send({ do: "pause" }), false);
  t.mock.timers.tick(wait(0));
  const second = Socket.all.at(-1);
  assert.equal(second.url, "ws://127.0.0.1:8/ws?token=secret&session=abc");
  second.open();
  assert.deepEqual(second.sent, []);
  assert.deepEqual(lines, [[true, false], [false, true], [true, true]]);
  assert.deepEqual([0, 1, 2, 9].map(wait), [500, 1000, 2000, 8000]);
  assert.match(address({ ...location, href: "https://a.b/x/", protocol: "https:" }, null), /^wss:\/\/a\.b\/x\/ws/);
});

test("a page with a wrong token is told so, and does not try again", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  for (const [search, title] of [["", /lacks its token/], ["?token=old", /token in this address is wrong/]]) {
    const lines = [];
    const link = new Link(() => {}, (...line) => lines.push(line), { href: `http://ward:8/${search}`, search, protocol: "http:" }, Socket);
    link.open();
    const tried = Socket.all.length;
    Socket.all.at(-1).drop(4403);
    t.mock.timers.tick(60_000);
    assert.equal(Socket.all.length, tried);
    assert.equal(lines.length, 1);
    const [on, , refused] = lines[0];
    assert.equal(on, false);
    assert.match(refused.title, title);
    assert.match(refused.said.join(" "), /clsim bedside printed/);
  }
});

test("a server that takes lines but has no place is asked less and less often", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const link = new Link(() => {}, () => {}, { href: "http://ward:8/", search: "", protocol: "http:" }, Socket);
  link.open();
  for (const each of [0, 1, 2, 3]) {
    const tried = Socket.all.length;
    Socket.all.at(-1).open();
    Socket.all.at(-1).drop();
    t.mock.timers.tick(wait(each) - 1);
    assert.equal(Socket.all.length, tried);
    t.mock.timers.tick(1);
    assert.equal(Socket.all.length, tried + 1);
  }
});

test("the page needs nothing from outside, and nothing inline that a strict policy forbids", () => {
  const page = text("index.html");
  assert.doesNotMatch(page, /\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)/);
  for (const [, where] of page.matchAll(/(?:src|href)="([^"]+)"/g)) assert.match(where, /^(page\/[\w.]+|#\w+)$/);
  for (const each of [...scripts, "style.css"]) {
    const outside = [...text(each).matchAll(/https?:\/\/[^"\s)]+/g)].map((found) => found[0]).filter((found) => found !== "http://www.w3.org/2000/svg");
    assert.deepEqual(outside, [], each);
    assert.doesNotMatch(text(each), /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|fetch\(|@import/, each);
  }
});

test("modules import by name from beside them, run downwards, and only the first does something by itself", () => {
  const needs = new Map();
  for (const each of scripts) {
    const found = [...text(each).matchAll(/^import ([\s\S]*?);$/gm)].map((line) => line[1]);
    for (const line of found) assert.match(line, /^\{ [\w, ]+ \} from "\.\/[\w]+\.js"$/, `${each}: ${line}`);
    assert.doesNotMatch(text(each), /export default|import\(|import\.meta|import \*/, each);
    needs.set(each, found.map((line) => /"\.\/(.*)"/.exec(line)[1]));
  }
  const visit = (each, path) => {
    assert.ok(!path.includes(each), `a circle: ${[...path, each].join(" > ")}`);
    for (const next of needs.get(each)) visit(next, [...path, each]);
  };
  visit("main.js", []);
});

test("what the scripts look for by its name stands in the page", () => {
  const page = text("index.html");
  const ids = new Set([...page.matchAll(/\sid="([^"]+)"/g)].map((each) => each[1]));
  for (const [, id] of text("page.js").matchAll(/\bby\("([^"]+)"\)/g)) assert.ok(ids.has(id), id);
  for (const [, id] of page.matchAll(/aria-(?:controls|labelledby)="([^"]+)"/g)) assert.ok(ids.has(id) || id === "dialog-title", id);
});
