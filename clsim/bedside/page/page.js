// The page: one state, its views, one line to the server.

import { AlarmBar } from "./alarms.js";
import { isOpen } from "./dialog.js";
import { button, el, say } from "./dom.js";
import { Doses } from "./doses.js";
import { Flowsheet } from "./flowsheet.js";
import { Hidden } from "./hidden.js";
import { actionOf, KEYS } from "./keys.js";
import { Lesson } from "./lesson.js";
import { Log } from "./log.js";
import { asked, Look } from "./look.js";
import { Bed } from "./monitor.js";
import { Pace } from "./pace.js";
import { Orders } from "./controls.js";
import { apply, fresh, policies, signal } from "./state.js";
import { tabs } from "./tabs.js";
import { Trends } from "./trend.js";
import { askTwin } from "./twin.js";
import { Typical } from "./typical.js";
import { Why } from "./why.js";
import { askElsewhere, askFiles, askHelp, askLimits, askLook, askPatient, askRewind } from "./windows.js";
import { dayClock, sentence, shortName, value } from "./words.js";

const AUTOSAVE = 15_000; // ms; what a server that was started anew is given back
const OFFLINE = new Set(["run", "dose", "hour", "end", "rewind", "look", "help", "reveal", "numbers", "flow", "trends", "log", "shorter", "longer"]);
const ASIDE = new Set(["save", "why", "reveal", "silence", "typical", "stop_typical", "debrief"]); // nothing is ordered by these
const STEPS = ["dose", "alarm", "rounds", "hour", "end"];
const by = (id) => document.getElementById(id);

export class Page {
  /** ``makeLink(heard, changed)`` gives what has open(), send(message) and close(); ``offline`` shows only what a file can do. */
  constructor(makeLink, { offline = false } = {}) {
    this.offline = offline;
    document.body.dataset.offline = String(offline);
    this.state = fresh();
    this.query = asked(location.search);
    this.look = new Look(this.query);
    this.link = makeLink((message) => this.hear(message), (...news) => this.line(...news));
    this.act = (message) => this.send(message);
    this.beds = [];
    this.pace = new Pace();
    this.last = performance.now();
    this.build();
  }

  build() {
    const openWhy = (t, bed) => this.why(t, bed);
    const back = (t) => this.act({ do: "rewind", to_min: t });
    this.trends = new Trends(by("trends"), by("lowertools"), { open: openWhy, back });
    this.views = {
      alarms: new AlarmBar(by("alarmbar"), this.act, (text) => say(by("loud"), text)),
      orders: new Orders(by("orders"), this.act, (text) => this.tell(text)),
      flow: new Flowsheet(by("flow")), log: new Log(by("log"), openWhy), why: new Why(by("why"), openWhy),
      hidden: new Hidden(by("hidden"), this.act), lesson: new Lesson(by("lesson"), by("banner"), this.act),
      typical: new Typical(this.act),
    };
    this.lower = tabs(document.querySelector("[data-for=lower]"), (name) => {
      by("lowertools").hidden = name !== "trends";
      this.dirty = true;
    });
    this.side = tabs(document.querySelector("[data-for=side]"), () => { this.dirty = true; });
    by("run").addEventListener("click", () => this.do("run"));
    for (const each of document.querySelectorAll("[data-act]")) each.addEventListener("click", () => this.do(each.dataset.act));
    for (const each of document.querySelectorAll("[data-step]")) each.addEventListener("click", () => this.do(each.dataset.step));
    by("more").addEventListener("click", () => this.menu(by("more").getAttribute("aria-expanded") !== "true"));
    document.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("click", (event) => { // after a click by mouse, Space runs and pauses as before
      if (event.detail > 0 && event.target.closest("main button, nav button, #alarmbar button")) event.target.closest("button").blur();
    });
  }

  start() {
    if (!this.offline && this.query.seed === null) this.link.session = remembered();
    this.link.open();
    requestAnimationFrame((now) => this.draw(now));
  }

  // ------------------------------------------------------------------------------------- messages

  hear(message) {
    const about = apply(this.state, message);
    if (about === "hello") this.speeds(message.speeds);
    if (about === "hello" && message.disclaimer) say(by("disclaimer").firstElementChild, message.disclaimer);
    if (about === "scene") this.scene(message);
    if (about === "error") this.tell(`Not done: ${message.said}`, true);
    if (about === "frame") this.pace.take(performance.now(), message.t, message.running);
    if (about === "frame" && document.hidden) { // a browser draws no picture of a tab behind another
      this.views.alarms.update(this.state.frame);
      this.attend(performance.now());
    }
    if (about === "saved") this.saved(message);
    if (about === "why") this.side("why");
    if (about === "debrief" || about === "feedback") this.side("lesson");
    if (about === "prompt") {
      this.side("lesson");
      say(by("loud"), `A question: ${message.question}`);
    }
    if (about === "demo" && message.show) this.bring(message.show);
    if (about === "log" && message.kind === "dose") say(by("quiet"), sentence(message.said));
    this.dirty = true;
  }

  scene(scene) {
    if (!this.offline) remember(scene.session);
    this.beds = policies(this.state).map((_, number) => {
      const doses = new Doses(number, scene);
      return { doses, bed: new Bed(number, this.state, doses) };
    });
    by("beds").replaceChildren(...this.beds.map(({ bed }) => bed.node));
    by("beds").dataset.count = String(this.beds.length);
    const { age, sex, weight_kg: weight } = scene.patient ?? {};
    const who = [scene.title ?? scene.scenario, age && `${value(age)} years`, sex, weight && `${value(weight)} kg`,
      `seed ${scene.seed}`].filter(Boolean).join(" · ");
    say(by("who"), who);
    by("who").title = `${scene.scenario} · ${who}`;
    if (scene.lesson) this.side("lesson");
    if (this.lost && this.lost !== scene.session && this.kept) this.act({ do: "load", toml: this.kept }); // the server began anew
    this.lost = null;
    if (!this.offline) this.askedFor();
  }

  /** The patient and time that the address of the page names, once. */
  askedFor() {
    const { scenario, seed, policy, patient, t, speed } = this.query;
    const todo = this.todo ??= [
      ...(scenario || seed !== null ? [() => ({ do: "open", scenario: scenario ?? this.state.scene.scenario,
        policy: policy === null ? policies(this.state)[0] : policy || null, patient, seed: seed ?? 1 })] : []),
      ...(speed > 0 ? [() => ({ do: "speed", times: speed })] : []),
      ...(t === null ? [] : [() => ({ do: "step", to_min: t })])];
    const first = todo.shift();
    if (!first) return;
    const message = first();
    this.send(message);
    if (message.do !== "open") this.askedFor(); // an open is answered by a new scene, which comes here again
  }

  line(on, again, refused) {
    const text = refused ? "not let in: the token" : on ? (again ? "connected again" : "connected") : "connection lost, trying again";
    if (refused) askElsewhere(refused, this.kept);
    say(by("link"), text);
    by("link").dataset.on = String(on);
    if (!on) this.lost = this.state.scene?.session ?? null;
    for (const each of ["run", "rewind"]) (by(each) ?? document.querySelector(`[data-act=${each}]`)).disabled = !on;
  }

  send(message) {
    const sent = this.link.send(message);
    if (!sent) this.tell("Not done: there is no connection.", true);
    else if (!ASIDE.has(message.do)) this.unsaved = true;
    return sent;
  }

  /** The text of a saved session: for whoever asked, else kept in case the server forgets. */
  saved(message) {
    this.kept = message.toml;
    this.wanted?.(message);
    this.wanted = null;
  }

  tell(text, loud = false) {
    say(by(loud ? "loud" : "quiet"), text);
    const note = el("div", { class: loud ? "toast loud" : "toast", "data-testid": "toast" }, text);
    document.querySelector(".toast")?.remove();
    document.body.append(note);
    clearTimeout(this.toast);
    this.toast = setTimeout(() => note.remove(), loud ? 8000 : 4000);
  }

  // -------------------------------------------------------------------------------------- presses

  speeds(all) {
    by("speeds").replaceChildren(...all.map((times) => button(`${times}×`, () => this.act({ do: "speed", times }),
      { role: "radio", "aria-checked": "false", "data-speed": String(times), "data-testid": `speed-${times}` })));
  }

  menu(on) {
    by("more").setAttribute("aria-expanded", String(on));
    by("transport").dataset.open = String(on);
  }

  key(event) {
    const action = actionOf(event, { open: isOpen(), enabled: this.look.now.keys });
    if (!action) return;
    event.preventDefault();
    this.do(action);
  }

  why(t, bed) {
    if (this.offline) return;
    const at = t ?? this.state.frame?.t ?? 0;
    this.side("why");
    this.act({ do: "why", at_min: at, bed });
  }

  do(action) {
    const { state } = this;
    this.menu(false);
    if (!state.hello || !state.scene) return;
    if (this.offline && !OFFLINE.has(action) && !action.startsWith("speed")) return;
    if (action === "run") this.act({ do: state.frame?.running ? "pause" : "go" });
    else if (STEPS.includes(action)) this.act({ do: "step", to: action });
    else if (action.startsWith("speed")) this.act({ do: "speed", times: Number(action.slice(5)) });
    else if (action in this.deeds) this.deeds[action].call(this);
  }

  get deeds() {
    const { state, act, views } = this;
    return {
      rewind: () => askRewind(state, act), twin: () => askTwin(state, act), typical: () => views.typical.show(state),
      patient: () => askPatient(state, act), limits: () => askLimits(state, act, views.alarms.sound),
      files: () => askFiles(state, act, (done) => { this.wanted = done; }),
      look: () => askLook(this.look.now, (change) => { this.look.set(change); this.dirty = true; }),
      help: () => askHelp(KEYS.map(([, , does, shown]) => [shown, does]), state.hello.version, state.hello.disclaimer),
      bolus: () => views.orders.bolus(), more: () => views.orders.pressor(1), less: () => views.orders.pressor(-1),
      orders: () => this.side("orders") && by("orders").querySelector("button")?.focus(),
      acknowledge: () => act({ do: "acknowledge" }), silence: () => act({ do: "silence", minutes: 2 }),
      numbers: () => this.sayNumbers(), why: () => this.why(undefined, 0),
      reveal: () => { this.side("hidden"); act({ do: "reveal", on: !state.frame?.beds.some((each) => each.hidden) }); },
      flow: () => this.lower("flow"), trends: () => this.lower("trends"), log: () => this.lower("log"),
      shorter: () => this.trends.wider(-1), longer: () => this.trends.wider(1),
    };
  }

  /** Brings to the front what a demonstration shows. */
  bring(what) {
    if (this.lower(what) || this.side(what === "debrief" ? "lesson" : what)) return;
    if (what === "typical" || what === "command") this.views.typical.show(this.state);
    if (what === "command") document.querySelector("[data-testid=command]")?.focus();
  }

  sayNumbers() {
    const said = (this.state.frame?.beds ?? []).map((bed, number) => [this.beds.length > 1 ? `bed ${"AB"[number]}` : "",
      ...["HR", "SBP", "DBP", "MAP", "SaO2", "CVP"].map((name) => {
        const about = signal(this.state, name);
        return `${shortName(about ?? { name })} ${value(bed.numbers[name], about?.decimals ?? 0)}`;
      })].filter(Boolean).join(", "));
    say(by("quiet"), `${dayClock(this.state.frame?.t ?? 0)}: ${said.join("; ")}`);
  }

  // --------------------------------------------------------------------------------------- showing

  draw(now) {
    const seconds = Math.min(0.25, (now - this.last) / 1000);
    this.last = now;
    if (this.dirty) this.show();
    const { colours } = this.look;
    const running = this.state.frame?.running ?? false;
    for (const { bed } of this.beds) bed.draw(running ? seconds : 0, this.look.now.still, colours);
    if (!by("trends").hidden) this.trends.update(this.state, colours);
    this.attend(now);
    requestAnimationFrame((next) => this.draw(next));
  }

  /** What goes on though nobody looks: alarms sound, and the session is kept. */
  attend(now) {
    const running = this.state.frame?.running ?? false;
    this.views.alarms.ring(now, running);
    if (!this.offline && (running || this.unsaved) && now - (this.autosaved ?? 0) > AUTOSAVE && this.link.send({ do: "save" })) {
      this.autosaved = now;
      this.unsaved = false;
    }
  }

  show() {
    this.dirty = false;
    const { state } = this;
    const { frame } = state;
    const pace = frame ? this.pace.said(frame.speed) : "";
    for (const view of Object.values(this.views)) if (view !== this.views.alarms) view.update(state);
    if (!frame) return;
    this.views.alarms.update(frame);
    this.beds.forEach(({ bed, doses }, number) => {
      bed.update(state);
      if (frame.beds[number]) doses.update(frame.beds[number].doses, frame.t);
      say(bed.caption, frame.running ? `waves illustrative, 25 mm/s; trends ${pace}` : "waves illustrative, 25 mm/s; time stands still");
    });
    say(by("clock"), sentence(dayClock(frame.t)));
    say(by("pace"), `${frame.running ? pace : "paused"}${frame.behind ? ", computing" : ""}`);
    say(by("run"), frame.running ? "Pause" : "Run");
    by("run").setAttribute("aria-pressed", String(frame.running));
    for (const each of by("speeds").children) each.setAttribute("aria-checked", String(Number(each.dataset.speed) === frame.speed));
    document.body.dataset.running = String(frame.running);
    document.body.dataset.t = String(frame.t);
  }
}

/** Begins: builds the page and opens the line. */
export function start(makeLink, options = {}) {
  const page = new Page(makeLink, options);
  page.start();
  return page;
}

const SESSION = "clsim-session";

function remembered() {
  try {
    return sessionStorage.getItem(SESSION);
  } catch {
    return null; // no storage: a reloaded page begins anew
  }
}

function remember(session) {
  try {
    sessionStorage.setItem(SESSION, session);
  } catch {
    // as above
  }
}
