// The smaller dialogues: another patient, alarm limits, saving and loading, going back, how it looks.

import { button, choice, download, el, field, headRow, number, say, table } from "./dom.js";
import { show, shut } from "./dialog.js";
import { shelf } from "./lesson.js";
import { policies, signal } from "./state.js";
import { PALETTES, THEMES } from "./themes.js";
import { policyRows } from "./twin.js";
import { copy } from "./typical.js";
import { dayClock, sentence, span, unitName } from "./words.js";

const LARGEST = 262_144; // bytes that a server takes

/** Another scenario, policy or patient, or a lesson. */
export function askPatient(state, act) {
  const { hello, scene } = state;
  const scenario = choice(hello.scenarios.map((each) => [each.name, `${each.name}: ${each.title}`]), scene?.scenario, { "data-testid": "scenario" });
  const policy = choice(policyRows(hello), policies(state)[0] ?? "", { "data-testid": "policy" });
  const patient = el("input", { type: "number", min: "0", max: "10000000", step: "1", placeholder: "the scenario's own", "data-testid": "patient" });
  const seed = number({ min: "0", step: "1", value: String(scene?.seed ?? 1), "data-testid": "seed" });
  const go = (event) => {
    event.preventDefault();
    act({ do: "open", scenario: scenario.value, policy: policy.value || null,
      patient: patient.value === "" ? null : patient.valueAsNumber, seed: seed.valueAsNumber });
    shut();
  };
  show("Another patient", [
    el("form", { class: "stack", onsubmit: go }, field("Scenario", scenario), field("Who decides", policy),
      field("Number of the patient in the cohort", patient), field("Seed", seed),
      el("p", { class: "note" }, "Patients are made up from a number. There is no place for anybody's name or data."),
      el("div", { class: "group" }, el("button", { type: "submit", class: "main", "data-testid": "open" }, "Begin"))),
    hello.lessons.length ? el("section", {}, el("h3", {}, "Lessons"), shelf(hello.lessons, (name) => { act({ do: "lesson", name }); shut(); })) : null].filter(Boolean));
}

/** Alarm limits that can be changed, and the sound. */
export function askLimits(state, act, sound) {
  const rows = state.limits.rows.map((each) => {
    const about = signal(state, each.signal);
    const side = (name) => el("input", { type: "number", step: "any", value: each[name] === null ? "" : String(each[name]),
      "aria-label": `${about?.label ?? each.signal}, ${name}`, onchange: () => act({ do: "limit", signal: each.signal,
        low: read(low), high: read(high) }) });
    const low = side("low");
    const high = side("high");
    return el("tr", {}, el("th", { scope: "row" }, `${sentence(about?.label ?? each.signal)}, ${unitName(about?.unit)}`), el("td", {}, low),
      el("td", {}, high), el("td", {}, each.priority), el("td", { class: "source" }, each.source ?? ""));
  });
  const hold = el("input", { type: "checkbox", checked: state.limits.pause_on_alarm, "data-testid": "pause-on-alarm",
    onchange: (event) => act({ do: "pause_on_alarm", on: event.target.checked }) });
  const hear = el("input", { type: "checkbox", checked: sound.on, "data-testid": "sound",
    onchange: (event) => sound.set(event.target.checked) });
  show("Alarm limits", [
    el("table", { class: "limits" }, el("caption", {}, "An empty field: no alarm on that side. An alarm that is over stays in the bar until it is acknowledged."),
      el("thead", {}, headRow(["", "low", "high", "priority", "from"])),
      el("tbody", {}, rows)),
    el("label", { class: "check" }, hold, " pause when an alarm begins"), el("label", { class: "check" }, hear, " sound")], { wide: true });
}

function read(input) {
  return input.value === "" ? null : input.valueAsNumber;
}

/** Saving to a file, and loading one. */
export function askFiles(state, act, wanted) {
  const note = el("p", { class: "note", role: "status", "data-testid": "files-said" });
  const load = el("input", { type: "file", accept: ".toml", "data-testid": "load", onchange: async () => {
    const [file] = load.files;
    if (!file) return;
    if (file.size > LARGEST) {
      say(note, `That file is too large: ${file.size} bytes, at most ${LARGEST}.`);
      return;
    }
    act({ do: "load", toml: await file.text() });
    shut();
  } });
  const command = el("pre", { tabindex: "0", hidden: true });
  const again = button("Copy command", () => copy(command, note), { hidden: true });
  show("Save and load", [
    el("p", {}, "A session is kept as a scenario file: patient, seed, policies, and every order with its time. It runs again to the last bit."),
    el("div", { class: "group" }, button("Save this session", () => {
      wanted((saved) => {
        download(saved.name, saved.toml, "application/toml");
        say(note, `Saved as ${saved.name}.`);
        say(command, saved.command);
        command.hidden = again.hidden = !saved.command;
      });
      act({ do: "save" });
    }, { class: "main", "data-testid": "save" })), note, command, again, field("Load a saved session", load)]);
}

/** Back to a time, or to what was left by going back. */
export function askRewind(state, act) {
  const t = state.frame?.t ?? 0;
  const hoursBack = number({ min: "0", max: String(Math.max(0.25, t / 60)), step: "any", value: String(Math.min(4, Math.floor(t / 15) / 4)), "data-testid": "hours-back" });
  const quick = [60, 240, 480, 1440].filter((each) => each <= t);
  const back = (minutes) => {
    act({ do: "rewind", to_min: Math.max(0, t - minutes) });
    shut();
  };
  show("Rewind", [
    el("p", {}, "What came after is kept as a branch that you can return to."),
    el("div", { class: "group" }, quick.map((each) => button(`${span(each)} back`, () => back(each))), button("to the start", () => back(t))),
    el("form", { class: "order", onsubmit: (event) => { event.preventDefault(); back(hoursBack.valueAsNumber * 60); } },
      field("hours back", hoursBack), el("button", { type: "submit", class: "main", "data-testid": "rewind-go" }, "Go back")),
    state.branches.length ? el("section", {}, el("h3", {}, "Branches"), el("ul", {}, state.branches.map((each) => el("li", {},
      button("Return", () => { act({ do: "branch", id: each.id }); shut(); }),
      ` ${dayClock(each.from_min)} to ${dayClock(each.to_min)}${each.said ? `: ${each.said}` : ""}`)))) : null].filter(Boolean));
}

/** Where to go: the server does not let this page in; ``kept`` is the text of the session that it had before. */
export function askElsewhere({ title, said }, kept) {
  show(title, [...said.map((each) => el("p", {}, each)), kept
    ? el("div", { class: "group" }, button("Save the session of this page", () => download("bedside.toml", kept, "application/toml"),
      { class: "main", "data-testid": "save-kept" })) : null].filter(Boolean));
}

/** Theme, colours, movement. */
export function askLook(look, set) {
  const group = (title, key, rows) => el("fieldset", {}, el("legend", {}, title), rows.map(([value, text]) =>
    el("label", { class: "check" }, el("input", { type: "radio", name: key, value, checked: look[key] === value,
      "data-testid": `look-${value}`, onchange: () => set({ [key]: value }) }), ` ${text}`)));
  const check = (key, text) => el("label", { class: "check" }, el("input", { type: "checkbox", checked: look[key],
    onchange: (event) => set({ [key]: event.target.checked }) }), ` ${text}`);
  const names = { dark: "dark, as at a bedside", projector: "light, for a projector", classic: "as monitors often have them", safe: "safe for colour blindness" };
  show("View", [group("Ground", "theme", THEMES.map((each) => [each, names[each]])),
    group("Colours", "palette", PALETTES.map((each) => [each, names[each]])),
    el("fieldset", {}, el("legend", {}, "Movement and keys"), check("still", "waves stand still"), check("keys", "single keys are shortcuts"))]);
}

/** Keys, and what is what. */
export function askHelp(rows, version, disclaimer) {
  show("Help", [
    table("Keys", ["key", "does"], rows, { class: "words" }),
    el("h3", {}, "What is what"),
    el("ul", {}, ["Waves are illustrative: they are made from rate and pressures, at 25 mm/s of wall time whatever the speed. The model knows minutes, not beats.",
      "Numbers, trends and the flowsheet are the model's, in model time. At 3600x an hour of the ward takes a second.",
      "A policy looks every 15 minutes at what the ward has measured, not at the body itself.",
      "Alarms have signs as well as colours: !!! high, !! medium, ! low priority."].map((each) => el("li", {}, each))),
    el("p", { class: "note" }, disclaimer), el("p", { class: "note" }, `clsim ${version}`)], { wide: true });
}
