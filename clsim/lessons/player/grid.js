// In place of a server: every course through the prompts was computed before, and is played back here.

import { Course } from "./course.js";
import { debriefOf } from "./summary.js";

const EVERY = 50; // ms between frames while it runs
const MINUTE = 60_000; // ms of the model
const SPEEDS = { lowest: 1, highest: 3600 };

/** What `start` of the page is given: messages go in by send(), answers come by ``heard``. */
export function gridLink(grid, clock = () => performance.now()) {
  return (heard, changed) => new Grid(grid, heard, changed, clock);
}

export class Grid {
  constructor(grid, heard, changed, clock) {
    Object.assign(this, { grid, heard, changed, clock, session: grid.lesson.name, speed: 600, running: false, reveal: false });
    this.course = new Course(grid);
    this.sent = { t: -1, hour: 0, log: 0 };
  }

  open() {
    this.changed(true, false);
    this.heard(this.grid.hello);
    this.anew(this.grid.lesson.begin_min);
  }

  /** The page forgets and is told all again, up to this minute. */
  anew(t) {
    this.t = t;
    this.running = false;
    this.asked = null;
    this.sent = { t: -1, hour: 0, log: 0 };
    this.heard({ ...this.grid.scene, t });
    this.tell();
    this.ask();
    this.frame();
  }

  /** A message of the page; true: it was taken. */
  send(message) {
    const deed = Object.hasOwn(DEEDS, message.do) ? DEEDS[message.do] : null;
    const said = deed ? deed.call(this, message) : "an exported lesson cannot do that; it needs clsim bedside";
    if (said) this.heard({ is: "error", for: message.do, said });
    this.frame();
    return true;
  }

  close() {
    this.running = false;
    clearInterval(this.timer);
  }

  go() {
    if (this.running) return;
    this.running = true;
    this.last = this.clock();
    clearInterval(this.timer);
    this.timer = setInterval(() => this.tick(), EVERY);
  }

  halt() {
    this.running = false;
    clearInterval(this.timer);
  }

  tick() {
    const now = this.clock();
    this.reach(this.t + ((now - this.last) * this.speed) / MINUTE);
    this.last = now;
    this.frame();
  }

  /** On to a minute, or to where somebody is asked before it. */
  reach(minute) {
    const stop = this.course.end;
    this.t = Math.min(minute, stop);
    this.tell();
    if (this.t < stop) return;
    this.halt();
    this.ask();
  }

  /** What is new since it was last told. */
  tell() {
    const trend = this.course.samples(this.sent.t, this.t, this.reveal);
    if (trend.t.length) this.heard({ is: "trend", bed: 0, ...trend, reset: this.sent.t < 0 });
    const rows = this.course.hours(this.sent.hour, this.t);
    if (rows.length) this.heard({ is: "flow", bed: 0, rows, reset: this.sent.hour === 0 });
    for (const line of this.course.log(this.sent.t, this.t)) this.heard({ is: "log", bed: 0, ...line });
    this.sent = { t: this.t, hour: Math.floor(this.t / 60), log: 0 };
  }

  ask() {
    const prompt = this.course.prompt();
    if (this.t < this.course.end || this.asked === (prompt?.id ?? "end")) return;
    this.asked = prompt?.id ?? "end";
    if (prompt) {
      const { id, question, why_now: why, options } = prompt;
      this.heard({ is: "prompt", id, question, why_now: why, options: options.map((each) => each.label) });
    } else this.debrief();
  }

  debrief() {
    this.reveal = true;
    this.sent = { t: -1, hour: 0, log: 0 };
    this.heard({ is: "trend", bed: 0, ...this.course.samples(-1, this.t, true), reset: true });
    this.sent = { t: this.t, hour: Math.floor(this.t / 60), log: 0 };
    this.heard(debriefOf(this.grid, this.course));
  }

  frame() {
    const bed = this.course.bed(this.t, this.reveal);
    this.heard({ is: "frame", t: this.t, speed: this.speed, running: this.running, behind: false, beds: [bed] });
  }
}

const DEEDS = {
  go() {
    if (this.course.prompt() && this.t >= this.course.end) return "answer first";
    if (this.t >= this.course.end) return "the lesson is over; go back to take another way";
    this.go();
    return "";
  },
  pause() {
    this.halt();
    return "";
  },
  speed({ times }) {
    this.speed = Math.min(SPEEDS.highest, Math.max(SPEEDS.lowest, Number(times) || SPEEDS.lowest));
    return "";
  },
  step({ to, to_min: minute }) {
    if (this.course.prompt() && this.t >= this.course.end) return "answer first";
    const next = { hour: (Math.floor(this.t / 60 + 1e-9) + 1) * 60, dose: this.course.nextDose(this.t), end: Infinity };
    const target = minute ?? next[to];
    if (target === undefined) return "an exported lesson cannot stop there";
    this.halt();
    this.reach(Math.max(this.t, target));
    return "";
  },
  rewind({ to_min: minute }) {
    this.halt();
    this.reveal = false;
    this.course.back(Math.max(minute, this.grid.lesson.begin_min));
    this.anew(Math.max(minute, this.grid.lesson.begin_min));
    return "";
  },
  answer({ prompt, option }) {
    const asked = this.course.prompt();
    if (!asked || asked.id !== prompt || this.t < this.course.end) return "nobody asks that now";
    const given = asked.options[option];
    if (!given) return "there is no such answer";
    this.course.answer(option);
    this.asked = null;
    this.heard(given.feedback);
    return "";
  },
  reveal({ on }) {
    if (on && this.asked !== "end") return "the hidden body is shown at the debrief: say first what you believe goes on in it";
    this.reveal = Boolean(on);
    return "";
  },
  debrief() {
    if (this.asked !== "end") return "the debrief comes at the end of the lesson";
    this.heard(debriefOf(this.grid, this.course));
    return "";
  },
  acknowledge: () => "",
  silence: () => "",
};
