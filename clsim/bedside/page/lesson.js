// Lessons: what to know before, questions on the way, and the debrief with its timeline.

import { button, el, table } from "./dom.js";
import { policies } from "./state.js";
import { amount, bedName, dayClock, plain, sentence, unitName } from "./words.js";

const VERDICTS = { good: "✓ good", acceptable: "~ acceptable", poor: "✗ poor" };

export class Lesson {
  constructor(node, banner, act) {
    Object.assign(this, { node, banner, act, key: null, demoKey: null });
  }

  update(state) {
    this.demo(state.demo);
    const key = [state.scene?.session, state.scene?.lesson, state.prompt?.id, state.given.length, state.frame?.running].join("|");
    if (key === this.key && state.debrief === this.debrief) return;
    const asked = state.prompt && state.prompt.id !== this.asked;
    this.key = key;
    this.debrief = state.debrief;
    this.asked = state.prompt?.id;
    this.node.replaceChildren(...this.parts(state));
    if (asked) this.node.querySelector("button")?.focus();
  }

  parts(state) {
    const { scene, prompt, given, debrief } = state;
    const found = [];
    if (prompt) found.push(this.question(prompt));
    if (!debrief) found.push(...given.toReversed().map((each, i) => this.feedback(each, !i && !prompt && !state.frame?.running)));
    if (scene?.lesson && scene.prebrief && !debrief) {
      found.push(el("details", { open: !prompt }, el("summary", {}, "Before you begin"),
        ...scene.prebrief.split(/\n\s*\n/).map((each) => el("p", {}, each))));
    }
    if (debrief) found.push(...debriefParts(debrief, state));
    if (!scene?.lesson && !prompt && !debrief) {
      const lessons = state.hello?.lessons ?? [];
      found.push(el("p", { class: "empty" }, lessons.length ? "No lesson is open. A lesson brings its own patient, asks on the way, and ends with a debrief." : "There are no lessons here."),
        shelf(lessons, (name) => this.act({ do: "lesson", name })));
    }
    found.push(el("div", { class: "group" }, button(debrief ? "Debrief anew" : "Debrief", () => this.act({ do: "debrief" }), { "data-testid": "debrief" })));
    return found;
  }

  question(prompt) {
    return el("section", { class: "prompt", "data-testid": "prompt" }, el("h3", {}, prompt.question),
      prompt.why_now ? el("p", { class: "note" }, prompt.why_now) : null,
      el("ol", {}, prompt.options.map((each, i) => el("li", {}, button(each,
        () => this.act({ do: "answer", prompt: prompt.id, option: i }), { "data-testid": `option-${i}` })))));
  }

  /** What is said of an answer; ``last`` has the way on. */
  feedback(feedback, last) {
    const verdict = VERDICTS[feedback.verdict] ?? (feedback.right === null ? "" : feedback.right ? "✓" : "✗");
    return el("section", { class: "prompt", "data-testid": "feedback", "data-verdict": feedback.verdict ?? "" },
      el("p", { class: "note" }, feedback.question), el("h3", {}, feedback.chosen), el("p", {}, verdict ? el("b", {}, `${verdict}. `) : null, feedback.said),
      feedback.cite ? el("p", { class: "cite" }, feedback.cite) : null,
      last ? button("Go on", () => this.act({ do: "go" }), { class: "main", "data-testid": "goon" }) : null);
  }

  demo(demo) {
    const key = JSON.stringify(demo);
    if (key === this.demoKey) return;
    this.demoKey = key;
    this.banner.hidden = !demo || demo.step === 0;
    if (this.banner.hidden) return;
    this.banner.replaceChildren(el("b", {}, `Demonstration ${demo.step} of ${demo.of}`), el("p", { role: "status" }, demo.said),
      button("Take over", () => this.act({ do: "take_over" }), { "data-testid": "takeover" }));
  }
}

/** Lessons to choose from, each with its instructor sheet, which a server for others gives to those with its token. */
export function shelf(lessons, choose) {
  const token = new URLSearchParams(location.search).get("token");
  const query = token ? `?token=${encodeURIComponent(token)}` : "";
  return el("ul", { class: "lessons" }, lessons.map((each) => el("li", {},
    button(each.title, () => choose(each.name), { "data-testid": `lesson-${each.name}` }),
    el("a", { href: `lessons/${each.name}/sheet${query}`, target: "_blank", rel: "noopener" }, "instructor sheet"))));
}

/** What was chosen, and how it is judged where it is. */
function decided(answer, state) {
  const chosen = state.given.find((own) => own.prompt === answer.prompt)?.chosen || answer.prompt;
  return answer.verdict ? `${chosen}: ${VERDICTS[answer.verdict]}` : chosen;
}

/** Answers, what it came to, the timeline, and questions whose answers open on request. */
export function debriefParts(debrief, state) {
  const { hello } = state;
  const policyNames = policies(state);
  const alone = state.scene?.lesson && policyNames.length === 1;
  const names = [...(alone ? ["your way"] : policyNames.map((_, i) => bedName(i, policyNames))), ...(debrief.beside ? [debrief.beside] : [])];
  const found = [el("h3", {}, "Debrief")];
  if (debrief.totals?.length) {
    found.push(table("What it came to", ["", ...names], debrief.totals.map((row) =>
      [`${row.label}${row.unit ? `, ${unitName(row.unit)}` : ""}`, ...row.values.map((each) => (typeof each === "string" ? each : amount(each)))]), { class: "totals" }));
  }
  if (debrief.answers?.length) {
    found.push(el("h4", {}, "What you decided"), el("ol", { class: "entries" }, debrief.answers.map((each) => el("li", { class: "entry" },
      el("strong", {}, decided(each, state)), el("p", {}, each.said),
      each.expected && !each.right ? el("p", { class: "note" }, `Expected: ${each.expected}`) : null, each.cite ? el("p", { class: "cite" }, each.cite) : null))));
  }
  if (debrief.questions?.length) {
    found.push(el("h4", {}, "To talk about"), el("ol", { class: "entries" }, debrief.questions.map((each) => el("li", { class: "entry" },
      el("strong", {}, each.ask), each.shows?.length ? el("p", { class: "note" }, `Look at: ${each.shows.join(", ")}`) : null,
      el("details", {}, el("summary", {}, "An answer"), el("p", {}, each.answer), each.cite ? el("p", { class: "cite" }, each.cite) : null)))));
  }
  if (debrief.timeline?.length) {
    found.push(el("h4", {}, "Timeline"), el("ol", { class: "log" }, debrief.timeline.map((each) => el("li", { "data-kind": each.kind },
      el("b", {}, dayClock(each.t)), el("span", {}, sentence(plain(each.said, hello)),
        el("small", {}, [each.rule, each.value, each.cite].filter(Boolean).map((part) => ` · ${plain(part, hello)}`).join("")))))));
  }
  return found;
}
