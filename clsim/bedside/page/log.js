// Everything that was ordered, decided or happened, the newest first; each line leads to its reason.

import { button, el } from "./dom.js";
import { dayClock, plain } from "./words.js";

const SAID = { order: "by hand", decision: "policy", alarm: "alarm", dose: "dose", event: "event" };
const SHOWN = 200;

export class Log {
  constructor(node, open) {
    Object.assign(this, { node, open, key: null });
    this.kinds = new Set(Object.keys(SAID));
    this.list = el("ol", { class: "log", "data-testid": "log" });
    node.append(el("div", { class: "group", role: "group", "aria-label": "Which lines" },
      Object.entries(SAID).map(([kind, said]) => button(said, (event) => this.toggle(kind, event.currentTarget),
        { class: "quiet", "aria-pressed": "true" }))), this.list);
  }

  toggle(kind, pressed) {
    if (!this.kinds.delete(kind)) this.kinds.add(kind);
    pressed.setAttribute("aria-pressed", String(this.kinds.has(kind)));
    this.key = null;
    this.update(this.state);
  }

  update(state) {
    this.state = state;
    if (this.node.hidden) return;
    const key = state.beds.map((bed) => bed.log.length).join(";") + state.scene?.session;
    if (key === this.key) return;
    this.key = key;
    const all = state.beds.flatMap((bed, number) => bed.log.map((each) => ({ ...each, bed: number })))
      .filter((each) => this.kinds.has(each.kind)).sort((a, b) => b.t - a.t).slice(0, SHOWN);
    this.list.replaceChildren(...all.map((each) => this.line(each, state.beds.length > 1)));
    if (!all.length) this.list.append(el("li", { class: "empty" }, "Nothing yet."));
  }

  line(each, twin) {
    const said = (text) => plain(text, this.state.hello);
    const grounds = [each.rule, each.value, each.cite].filter(Boolean).map(said).join(" · ");
    return el("li", { "data-kind": each.kind },
      button(dayClock(each.t), () => this.open(each.t, each.bed), { class: "quiet", title: "Why?" }),
      el("span", { class: "kind" }, twin ? `${"AB"[each.bed]} ${SAID[each.kind]}` : SAID[each.kind]),
      el("span", {}, said(each.said), grounds ? el("small", {}, ` ${grounds}`) : null));
  }
}
