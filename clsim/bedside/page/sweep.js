// The moving picture of a monitor: four lanes, drawn from left to right and over again.

import { fitted } from "./dom.js";
import { Beats, PIXELS_PER_SECOND } from "./wave.js";

const GAP = 18; // px of empty lane before the newest sample
const LANES = [
  { key: "ecg", name: "II", role: "ecg", low: -0.45, high: 1.25, marks: [] },
  { key: "arterial", name: "ABP", role: "arterial", low: 40, high: 140, marks: [] },
  { key: "pleth", name: "Pleth", role: "pleth", low: -0.08, high: 1.2, marks: [] },
  { key: "venous", name: "CVP", role: "venous", low: -6, high: 18, marks: [0, 10] },
];

const DRIVEN = ["HR", "SBP", "DBP", "MAP", "CVP"]; // what the waves are made of

export class Sweep {
  constructor(canvas) {
    this.canvas = canvas;
    this.beats = new Beats();
    this.head = 0;
    this.columns = [];
    this.still = false;
  }

  /** Range of a lane; that of the arterial pressure is what the strip holds, in steps of 20 mmHg. */
  rangeOf(lane) {
    if (lane.key !== "arterial" || !this.columns.length) return lane;
    const all = this.columns.map((each) => each.arterial);
    const low = Math.max(0, Math.floor((Math.min(...all) - 5) / 20) * 20);
    const high = Math.max(low + 40, Math.ceil((Math.max(...all) + 5) / 20) * 20);
    return { ...lane, low: low - 4, high: high + 6, marks: [low, high] };
  }

  /** Numbers of this moment; ``alive`` is false where nothing beats, ``flows`` where the clock runs as a ward's does. */
  take(numbers, alive, flows) {
    const before = this.beats.numbers;
    this.beats.take(alive ? numbers : { ...numbers, HR: 0, respiratory_rate: 0 });
    if (this.still || (!flows && DRIVEN.some((name) => before[name] !== this.beats.numbers[name]))) this.columns = [];
  }

  /** Goes on by ``seconds`` of wall time and draws; a strip that stands still is drawn whole from its beginning. */
  draw(seconds, colours) {
    const found = fitted(this.canvas);
    if (!found || !this.beats.shape) return;
    const width = Math.floor(found.width);
    if (this.columns.length !== width) this.fill(width);
    else if (!this.still) this.advance(Math.min(seconds, width / PIXELS_PER_SECOND));
    this.paint(found, colours);
  }

  fill(width) {
    const numbers = this.beats.numbers;
    this.beats = new Beats();
    this.beats.take(numbers);
    this.columns = Array.from({ length: width }, () => this.beats.next(1 / PIXELS_PER_SECOND));
    this.head = 0;
  }

  advance(seconds) {
    const until = this.head + seconds * PIXELS_PER_SECOND;
    const width = this.columns.length;
    for (let at = Math.ceil(this.head); at < until; at += 1) {
      this.columns[at % width] = this.beats.next(1 / PIXELS_PER_SECOND);
    }
    this.head = until;
    if (this.head > 1e6 * width) this.head %= width;
  }

  paint({ pen, width, height }, colours) {
    pen.clearRect(0, 0, width, height);
    const lanes = height < 150 ? LANES.slice(0, 2) : LANES;
    const tall = height / lanes.length;
    const columns = this.columns;
    const head = this.still ? -GAP : Math.ceil(this.head) % columns.length;
    pen.lineJoin = "round";
    pen.font = "12px system-ui, sans-serif";
    lanes.map((each) => this.rangeOf(each)).forEach((lane, k) => {
      const top = k * tall;
      const y = (v) => top + 4 + (tall - 8) * (1 - (Math.min(lane.high, Math.max(lane.low, v)) - lane.low)
        / (lane.high - lane.low));
      pen.strokeStyle = colours.faint;
      pen.fillStyle = colours.soft;
      pen.lineWidth = 1;
      pen.beginPath();
      for (const mark of lane.marks) {
        pen.moveTo(0, y(mark));
        pen.lineTo(width, y(mark));
        pen.fillText(String(mark), width - pen.measureText(String(mark)).width - 4, Math.max(top + 12, y(mark) - 3));
      }
      if (k) {
        pen.moveTo(0, top);
        pen.lineTo(width, top);
      }
      pen.stroke();
      pen.strokeStyle = colours[lane.role];
      pen.lineWidth = 1.8;
      pen.beginPath();
      let down = false;
      columns.forEach((column, x) => {
        const hole = (x - head + columns.length) % columns.length < GAP && head >= 0;
        if (hole) down = false;
        else if (down) pen.lineTo(x, y(column[lane.key]));
        else {
          pen.moveTo(x, y(column[lane.key]));
          down = true;
        }
      });
      pen.stroke();
      pen.fillStyle = colours[lane.role];
      pen.font = "700 12px system-ui, sans-serif";
      pen.fillText(lane.name, 6, top + 14);
      pen.font = "12px system-ui, sans-serif";
    });
  }
}
