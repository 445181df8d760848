import assert from "node:assert/strict";
import { test } from "node:test";

import { AlarmBar } from "../../clsim/bedside/page/alarms.js";
import { lasting, pulses, Sound } from "../../clsim/bedside/page/sound.js";

/** As much of a browser's sound as is used, with what was asked of it written down. */
class Audio {
  currentTime = 100;
  destination = {};
  tones = [];
  closed = false;
  createPeriodicWave(real, imag) { return { real, imag }; }
  createGain() {
    const points = [];
    return { points, gain: { setValueAtTime: (v, t) => points.push([v, t]), linearRampToValueAtTime: (v, t) => points.push([v, t]) },
      connect: (other) => other };
  }
  createOscillator() {
    const tone = { frequency: {}, stops: [], setPeriodicWave(shape) { tone.shape = shape; }, connect: (gain) => { tone.gain = gain; return gain; },
      start: (t) => { tone.begin = t; }, stop: (t) => tone.stops.push(t) };
    this.tones.push(tone);
    return tone;
  }
  close() { this.closed = true; }
}

const alarm = (level, more = {}) => ({ bed: 0, signal: "MAP", level, said: "", latched: false, silenced: false, ...more });

function sounding() {
  const all = [];
  const sound = new Sound(() => { all.push(new Audio()); return all.at(-1); });
  sound.set(true);
  return { sound, audio: all[0], all, bursts: () => new Set(all[0].tones.map((each) => each.shape)).size };
}

const gaps = (times) => times.slice(1).map((each, i) => Math.round((each - times[i]) * 1000));

test("each priority has its rhythm: three and two, twice; three; two", () => {
  assert.deepEqual(gaps(pulses("high")), [250, 250, 500, 250, 750, 250, 250, 500, 250]);
  assert.deepEqual(gaps(pulses("medium")), [400, 400]);
  assert.deepEqual(gaps(pulses("low")), [400]);
});

test("a burst is made of pulses that come and go softly, with tones above the lowest", () => {
  for (const [level, many, pitch] of [["high", 10, 520], ["medium", 3, 440], ["low", 2, 330]]) {
    const { sound, audio } = sounding();
    sound.ring(0, true, [alarm(level)]);
    assert.equal(audio.tones.length, many);
    assert.deepEqual(audio.tones.map((each) => each.begin - 100), pulses(level).map((each) => 100 + each - 100));
    for (const { frequency, gain, shape, begin, stops } of audio.tones) {
      assert.equal(frequency.value, pitch);
      assert.ok(shape.imag.filter((each) => each > 0).length >= 5);
      const [first, up, hold, last] = gain.points;
      assert.deepEqual([first[0], last[0], up[0]], [0, 0, hold[0]]);
      assert.ok(up[0] > 0 && first[1] === begin && up[1] < hold[1] && hold[1] < last[1]);
      assert.equal(stops.at(-1), last[1]);
    }
    assert.ok(Math.abs(audio.tones.at(-1).stops[0] - 100 - lasting(level)) < 1e-9);
  }
});

test("nothing is heard until it is asked for, and nothing after it was turned off", () => {
  const made = [];
  const sound = new Sound(() => { made.push(new Audio()); return made.at(-1); });
  sound.ring(0, true, [alarm("high")]);
  assert.equal(made.length, 0);
  sound.set(true);
  sound.ring(1, true, [alarm("high")]);
  sound.set(false);
  assert.ok(made[0].closed && !sound.on);
  assert.ok(made[0].tones.every((each) => each.stops.includes(undefined))); // at once, in the middle of a burst
  sound.ring(60_000, true, [alarm("high")]);
  assert.equal(made.length, 1);
  sound.set(true);
  sound.ring(60_001, true, [alarm("high")]);
  assert.equal(made[1].tones.length, 10);
});

test("it is heard again while the clock runs, the more often the more urgent", () => {
  for (const [level, ms] of [["high", 7500], ["medium", 12_000], ["low", 20_000]]) {
    const { sound, bursts } = sounding();
    for (let now = 0; now < ms; now += 50) sound.ring(now, true, [alarm(level)]);
    assert.equal(bursts(), 1);
    sound.ring(ms, true, [alarm(level)]);
    assert.equal(bursts(), 2);
    assert.ok(ms / 1000 - lasting(level) >= 2.5); // room to think between two bursts
  }
});

test("an alarm that stops the clock is heard once", () => {
  const { sound, bursts } = sounding();
  for (let now = 0; now < 60_000; now += 100) sound.ring(now, false, [alarm("high")]);
  assert.equal(bursts(), 1);
  sound.ring(60_000, true, [alarm("high")]);
  assert.equal(bursts(), 2);
});

test("what is silenced, acknowledged or over is not heard, and a burst ends with it", () => {
  const { sound, audio, bursts } = sounding();
  sound.ring(0, true, [alarm("high", { silenced: true }), alarm("medium", { latched: true })]);
  assert.equal(bursts(), 0);
  sound.ring(1, true, [alarm("high")]);
  sound.ring(500, true, [alarm("high", { silenced: true })]);
  assert.ok(audio.tones.every((each) => each.stops.includes(undefined)));
  sound.ring(120_000, true, [alarm("high")]); // two minutes later
  assert.equal(bursts(), 2);
});

test("a more urgent alarm does not wait, a less urgent one does not interrupt", () => {
  const { sound, audio, bursts } = sounding();
  sound.ring(0, true, [alarm("medium")]);
  sound.ring(300, true, [alarm("high"), alarm("medium")]);
  assert.equal(bursts(), 2);
  assert.ok(audio.tones.slice(0, 3).every((each) => each.stops.includes(undefined)));
  sound.ring(600, true, [alarm("high"), alarm("medium"), alarm("low", { signal: "CVP" })]);
  sound.ring(700, true, [alarm("high"), alarm("high", { signal: "SaO2" })]);
  assert.equal(bursts(), 2);
  sound.ring(300 + 1000 * lasting("high"), false, [alarm("high"), alarm("high", { signal: "SaO2" })]);
  assert.equal(bursts(), 3); // a second one of the same priority has its own burst, after the first
});

test("the bar sounds what it shows", () => {
  const { sound, bursts } = sounding();
  const bar = new AlarmBar({ dataset: {}, replaceChildren() {} }, () => {}, () => {});
  assert.equal(bar.sound.on, false);
  bar.sound = sound;
  bar.before = [alarm("low")];
  bar.ring(0, true);
  assert.equal(bursts(), 1);
});
