import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { colours, contrast, PALETTES, roleColour, roleOf, THEMES } from "../../clsim/bedside/page/themes.js";

const GROUNDS = ["ground", "panel", "raised"];
const TEXT = ["ink", "soft"];
const ON_GROUND = ["accent", "high", "medium", "good", "bedA", "bedB", "ecg", "arterial", "pleth", "venous", "resp", "temp", "ward", "hidden"];
const PAIRS = [["onAccent", "accent"], ["onHigh", "high"], ["onMedium", "medium"], ["ground", "good"], ["ground", "ink"]];
const WAVES = ["ecg", "arterial", "pleth", "venous"];

// Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB
const BLIND = {
  protan: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deutan: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritan: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};

const every = THEMES.flatMap((theme) => PALETTES.map((palette) => [theme, palette, colours(theme, palette)]));

test("black on white has the contrast 21, a colour on itself 1", () => {
  assert.equal(contrast("#000000", "#ffffff").toFixed(2), "21.00");
  assert.equal(contrast("#777777", "#777777"), 1);
  assert.equal(contrast("#767676", "#ffffff").toFixed(2), "4.54"); // the known darkest grey that just passes
});

test("all text reads on every ground: WCAG AA", () => {
  for (const [theme, palette, found] of every) {
    for (const text of TEXT) for (const ground of GROUNDS) {
      assert.ok(contrast(found[text], found[ground]) >= 4.5, `${theme} ${palette}: ${text} on ${ground}`);
    }
    for (const text of ON_GROUND) for (const ground of GROUNDS.slice(0, 2)) {
      assert.ok(contrast(found[text], found[ground]) >= 4.5, `${theme} ${palette}: ${text} on ${ground}`);
    }
    for (const [text, ground] of PAIRS) assert.ok(contrast(found[text], found[ground]) >= 4.5, `${theme} ${palette}: ${text} on ${ground}`);
  }
});

test("borders of what can be pressed are seen: 3 to 1", () => {
  for (const [theme, , found] of every) for (const ground of GROUNDS.slice(0, 2)) {
    assert.ok(contrast(found.edge, found[ground]) >= 3, `${theme}: edge on ${ground}`);
  }
});

function linear(hex) {
  return [1, 3, 5].map((i) => {
    const c = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
}

function lab([r, g, b]) {
  const f = (t) => (t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 * t + 16) / 116);
  const [x, y, z] = [0.4124 * r + 0.3576 * g + 0.1805 * b, 0.2126 * r + 0.7152 * g + 0.0722 * b, 0.0193 * r + 0.1192 * g + 0.9505 * b];
  const [fx, fy, fz] = [f(x / 0.9505), f(y), f(z / 1.089)];
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}

function apart(one, other, matrix) {
  const seen = (hex) => lab(matrix.map((row) => Math.min(1, Math.max(0, row.reduce((sum, k, i) => sum + k * linear(hex)[i], 0)))));
  return Math.hypot(...seen(one).map((v, i) => v - seen(other)[i]));
}

test("waves of the safe palette are told apart in each kind of colour blindness", () => {
  for (const theme of THEMES) for (const [kind, matrix] of Object.entries(BLIND)) {
    const found = colours(theme, "safe");
    WAVES.forEach((a, i) => WAVES.slice(i + 1).forEach((b) => {
      assert.ok(apart(found[a], found[b], matrix) > 15, `${theme} ${kind}: ${a} and ${b}: ${apart(found[a], found[b], matrix)}`);
    }));
  }
});

test("beds of a twin are told apart in each kind of colour blindness", () => {
  for (const theme of THEMES) for (const [kind, matrix] of Object.entries(BLIND)) {
    const found = colours(theme, "safe");
    assert.ok(apart(found.bedA, found.bedB, matrix) > 20, `${theme} ${kind}`);
  }
});

test("every role has a colour, also one that is not known", () => {
  const found = colours("dark", "classic");
  for (const role of ["ecg", "art", "spo2", "cvp", "leak", "never heard of", undefined]) {
    assert.match(roleColour(found, role), /^#[0-9a-f]{6}$/);
  }
  assert.equal(roleOf("art"), "arterial");
  assert.equal(roleOf("constructor"), "ward");
});

test("the style sheet names no colour but the first ones, which are those of the dark theme", () => {
  const css = readFileSync(new URL("../../clsim/bedside/page/style.css", import.meta.url), "utf8");
  const dark = colours("dark", "classic");
  const [root, rest] = css.split("--gap");
  for (const [, name, hex] of root.matchAll(/--(\w+): (#[0-9a-f]{6})/g)) assert.equal(hex, dark[name], name);
  assert.deepEqual([...rest.matchAll(/#[0-9a-f]{3,8}\b(?=[;\s}])/g)].map((each) => each[0]).filter((each) => each !== "#000a"), []);
  for (const [, name] of css.matchAll(/var\(--(\w+)\)/g)) assert.ok(name in dark || ["gap", "corner", "foot"].includes(name), name);
});
