// Lessons: what to know before, questions on the way, and the debrief with its timeline.

import { button, el, table } from "./dom.js";
import { amount, dayClock, plain, sentence } from "./words.js";

const VERDICTS = { good: "✓ good", acceptable: "~ acceptable", poor: "✗ poor" };

export class Lesson {
  constructor(node, banner, act) {
    Object.assign(this, { node, banner, act, key: null, demoKey: null });
  }

  update(state) {
    this.demo(state.demo);
    const key = [state.scene?.session, state.scene?.lesson, state.prompt?.id, state.feedback?.prompt, Boolean(state.debrief)].join("|");
    if (key === this.key && state.debrief === this.debrief) return false;
    const asked = state.prompt && !state.feedback && state.prompt.id !== this.asked;
    this.key = key;
    this.debrief = state.debrief;
    this.asked = state.prompt?.id;
    this.node.replaceChildren(...this.parts(state));
    if (asked) this.node.querySelector("button")?.focus();
    return Boolean(asked);
  }

  parts(state) {
    const { scene, prompt, feedback, debrief } = state;
    const found = [];
    if (prompt && !feedback) found.push(this.question(prompt));
    if (feedback) found.push(this.feedback(feedback, prompt));
    if (scene?.lesson && scene.prebrief && !debrief) {
      found.push(el("details", { open: !prompt }, el("summary", {}, "Before you begin"),
        ...scene.prebrief.split(/\n\s*\n/).map((each) => el("p", {}, each))));
    }
    if (debrief) found.push(...debriefParts(debrief, state.hello));
    if (!scene?.lesson && !prompt && !debrief) {
      const lessons = state.hello?.lessons ?? [];
      found.push(el("p", { class: "empty" }, lessons.length ? "No lesson is open. A lesson brings its own patient, asks on the way, and ends with a debrief." : "There are no lessons here."),
        el("ul", { class: "lessons" }, lessons.map((each) => el("li", {}, button(each.title, () => this.act({ do: "lesson", name: each.name })),
          el("a", { href: `lessons/${each.name}/sheet`, target: "_blank", rel: "noopener" }, "instructor sheet")))));
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

  feedback(feedback, prompt) {
    const verdict = VERDICTS[feedback.verdict] ?? (feedback.right === null ? "" : feedback.right ? "✓" : "✗");
    return el("section", { class: "prompt", "data-testid": "feedback", "data-verdict": feedback.verdict ?? "" },
      el("h3", {}, prompt?.options?.[feedback.option] ?? "Your answer"), el("p", {}, verdict ? el("b", {}, `${verdict}. `) : null, feedback.said),
      feedback.cite ? el("p", { class: "cite" }, feedback.cite) : null,
      button("Go on", () => this.act({ do: "go" }), { class: "main", "data-testid": "goon" }));
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

/** Answers, what it came to, the timeline, and questions whose answers open on request. */
export function debriefParts(debrief, hello) {
  const found = [el("h3", {}, "Debrief")];
  if (debrief.totals?.length) {
    const names = [...new Set(debrief.totals.flatMap((each) => Object.keys(each)))];
    found.push(table("What it came to", names.map((each, i) => (i ? each : "")), debrief.totals.map((row) =>
      names.map((each) => (typeof row[each] === "number" ? amount(row[each]) : row[each] ?? ""))), { class: "flow" }));
  }
  if (debrief.answers?.length) {
    found.push(el("h4", {}, "What you decided"), el("ol", { class: "entries" }, debrief.answers.map((each) => el("li", { class: "entry" },
      el("strong", {}, `${each.prompt}: ${VERDICTS[each.verdict] ?? ""}`), el("p", {}, each.said), each.cite ? el("p", { class: "cite" }, each.cite) : null))));
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
