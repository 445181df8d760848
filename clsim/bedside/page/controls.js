// Orders by hand: doses, fluids, pressors, oxygen, single drugs.  They take effect at once in model time.

import { button, choice, el, field, number, say } from "./dom.js";
import { policies } from "./state.js";
import { amount, bedName, left, sentence, thing, unitName } from "./words.js";

// name, mL, minutes: the bags that a ward reaches for first
const QUICK = [["saline_0.9", 500, 30], ["saline_0.9", 250, 30], ["albumin_5", 250, 30], ["albumin_25", 100, 60]];

export class Orders {
  /** ``act(message)`` sends an order, ``tell(text)`` says that it was given. */
  constructor(node, act, tell) {
    Object.assign(this, { node, act, tell, bed: 0, key: null, drips: new Map() });
  }

  send(message, said) {
    if (this.act({ ...message, bed: this.bed })) this.tell(this.twin ? `${"AB"[this.bed]}: ${said}` : said);
  }

  update(state) {
    const { hello, scene, frame } = state;
    if (!hello || !scene) return;
    const key = `${scene.session} ${policies(state).join()} ${hello.version}`;
    if (key !== this.key) {
      this.key = key;
      this.twin = policies(state).length > 1;
      this.bed = Math.min(this.bed, policies(state).length - 1);
      this.build(state);
    }
    const bed = frame?.beds[this.bed];
    this.t = frame?.t ?? 0;
    if (bed) this.follow(bed, hello);
  }

  build(state) {
    const named = (rows) => rows.map((each) => ({ ...each, label: thing(each.label) }));
    const hello = { ...state.hello, drips: named(state.hello.drips), drugs: named(state.hello.drugs) };
    const names = policies(state);
    this.drips.clear();
    const note = names[this.bed] === "by-hand" ? "Nobody decides but you. Planned doses are given unless you hold them."
      : names[this.bed] ? `${names[this.bed]} decides at its looks, every 15 min. What you order takes effect at once, and it sees it.`
        : "What the scenario has written runs as written; what you order comes on top.";
    this.beds = el("div", { class: "segments", role: "group", "aria-label": "Orders for" }, names.map((_, i) =>
      button(bedName(i, names), () => this.choose(i, state), { "aria-pressed": String(i === this.bed) })));
    this.node.replaceChildren(...[this.twin ? this.beds : null, el("p", { class: "note" }, note),
      this.doses(), this.fluids(hello), this.pressors(hello), this.oxygen(hello), this.drugs(hello)].filter(Boolean));
  }

  choose(bed, state) {
    this.bed = bed;
    this.build(state);
    if (state.frame) this.follow(state.frame.beds[bed], state.hello);
  }

  doses() {
    const orders = [["hold", "Hold next", "the next dose is held"], ["give", "Give next", "the next dose is given"],
      ["stop", "Stop all", "no further dose"], ["resume", "Resume", "doses are left to the plan again"]];
    this.next = el("p", { class: "note", "data-testid": "nextdose" });
    return box("Interleukin-2", el("div", { class: "group four" }, orders.map(([order, label, said]) =>
      button(label, () => this.send({ do: "dose", order }, said), { "data-testid": `dose-${order}` }))), this.next);
  }

  fluids(hello) {
    const known = new Map(hello.fluids.map((each) => [each.name, each]));
    const give = (name, volume, over) => this.send({ do: "fluid", name, volume_mL: volume, over_min: over },
      `${known.get(name).label} ${volume} mL over ${over} min ordered`);
    const quick = QUICK.filter(([name]) => known.has(name));
    const which = choice(hello.fluids.map((each) => [each.name, each.label]), hello.fluids[0]?.name, { name: "fluid" });
    const volume = number({ name: "volume", min: "10", max: String(hello.fluids[0]?.largest ?? 2000), step: "10", value: "500" });
    const over = number({ name: "over", min: "1", max: "1440", step: "1", value: "30" });
    which.addEventListener("change", () => {
      const found = known.get(which.value);
      volume.max = String(found.largest);
      volume.value = String(found.usual ?? volume.value);
    });
    this.bags = el("p", { class: "note", "data-testid": "bags" });
    return box("Fluid and albumin",
      el("div", { class: "group" }, quick.map(([name, mL, min], i) => button(`${known.get(name).label} ${mL} mL / ${min} min`,
        () => give(name, mL, min), { "data-testid": `bolus-${i}`, class: i ? "" : "main", "aria-keyshortcuts": i ? null : "b" }))),
      el("details", {}, el("summary", { "data-testid": "other-fluid" }, "Another fluid or volume"),
        form([field("fluid", which), field("mL", volume), field("over min", over)], "Give",
          () => give(which.value, volume.valueAsNumber, over.valueAsNumber), "fluid-give")), this.bags);
  }

  pressors(hello) {
    const rows = hello.drips.filter((each) => each.name !== "oxygen").map((drip) => this.drip(drip,
      (rate) => this.send({ do: "drip", name: drip.name, rate },
        rate === null ? `${drip.label} left to the policy` : `${drip.label} ${amount(rate)} ${unitName(drip.unit)} ordered`)));
    return box("Pressors", ...rows);
  }

  oxygen(hello) {
    const drip = hello.drips.find((each) => each.name === "oxygen") ?? { name: "oxygen", label: "Oxygen", unit: "L/min",
      largest: 15, usual: 2 };
    return box("Oxygen", this.drip(drip, (rate) => this.send({ do: "oxygen", rate },
      rate === null ? "oxygen left to the policy" : `oxygen ${amount(rate)} L/min ordered`)));
  }

  /** Rate with minus, plus, a field, off, and back to the policy. */
  drip(drip, order) {
    const input = number({ name: drip.name, min: "0", max: String(drip.largest), step: "any", value: String(drip.usual),
      "aria-label": `${drip.label}, ${unitName(drip.unit)}` });
    const now = el("output", { class: "now", "data-testid": `drip-${drip.name}` }, "off");
    const step = (drip.usual || drip.largest / 10) / 2;
    const found = { now, drip, rate: 0, coming: null };
    const ask = (rate) => {
      found.coming = { rate, t: this.t };
      order(rate);
    };
    found.by = (share) => {
      const rate = Math.min(drip.largest, Math.max(0, (found.coming?.rate ?? found.rate) + share * step));
      input.value = String(Number(rate.toPrecision(3)));
      ask(Number(input.value));
    };
    found.hand = button("policy", () => ask(null), { class: "quiet", title: "Leave it to the policy again", hidden: true });
    this.drips.set(drip.name, found);
    const set = () => input.reportValidity() && ask(input.valueAsNumber);
    return el("form", { class: "drip", onsubmit: (event) => { event.preventDefault(); set(); } },
      el("span", { class: "label" }, sentence(drip.label)), now,
      el("span", { class: "setting" }, button("−", () => found.by(-1), { "aria-label": `${drip.label} less` }), input,
        el("span", { class: "unit" }, unitName(drip.unit)),
        button("+", () => found.by(1), { "aria-label": `${drip.label} more`, "data-testid": `more-${drip.name}` }),
        el("button", { type: "submit" }, "Set"),
        button("Off", () => ask(0), { "aria-label": `${drip.label} off` }), found.hand));
  }

  drugs(hello) {
    if (!hello.drugs.length) return null;
    const known = new Map(hello.drugs.map((each) => [each.name, each]));
    const which = choice(hello.drugs.map((each) => [each.name, each.label]), hello.drugs[0].name, { name: "drug" });
    const dose = number({ name: "amount", min: "0", max: String(hello.drugs[0].largest), step: "any",
      value: String(hello.drugs[0].usual) });
    const unit = el("span", {}, hello.drugs[0].unit);
    which.addEventListener("change", () => {
      const found = known.get(which.value);
      dose.max = String(found.largest);
      dose.value = String(found.usual);
      say(unit, found.unit);
    });
    return box("Single dose of a drug", form([field("drug", which), el("label", { class: "field" }, unit, dose)], "Give",
      () => this.send({ do: "drug", name: which.value, amount: dose.valueAsNumber },
        `${known.get(which.value).label} ${amount(dose.valueAsNumber)} ${known.get(which.value).unit} ordered`), "drug-give"));
  }

  /** The rates that run now, and what is left of the bags. */
  follow(bed, hello) {
    for (const [name, found] of this.drips) {
      const rate = name === "oxygen" ? bed.drips.oxygen ?? bed.numbers.oxygen_L_min ?? 0 : bed.drips[name] ?? 0;
      found.rate = rate;
      const hand = Boolean(bed.by_hand?.includes(name));
      if (found.coming && (this.t > found.coming.t || found.coming.rate === rate)) found.coming = null; // it has come
      if (found.coming?.rate > 0) say(found.now, `${amount(found.coming.rate)} ${unitName(found.drip.unit)} ordered, by hand`);
      else if (found.coming) say(found.now, found.coming.rate === 0 ? "off ordered, by hand" : "left to the policy");
      else say(found.now, rate > 0 ? `${amount(rate)} ${unitName(found.drip.unit)}${hand ? ", by hand" : ""}` : hand ? "off, by hand" : "off");
      found.now.dataset.on = String(rate > 0);
      found.hand.hidden = !hand;
    }
    const known = new Map(hello.fluids.map((each) => [each.name, each.label]));
    say(this.bags, bed.fluids.filter((each) => each.left_mL === null || each.left_mL >= 0.5)
      .map((each) => `${known.get(each.name) ?? each.name}: ${left(each)}`).join("; "));
    const next = bed.doses.find((each) => each.state === "next");
    say(this.next, next ? `Next: dose ${next.number}${next.reason ? ` (${next.reason})` : ""}` : "No dose is due.");
  }

  /** The usual bolus, by key. */
  bolus() {
    this.node.querySelector("[data-testid=bolus-0]")?.click();
  }

  /** The first pressor up or down, by key. */
  pressor(share) {
    this.drips.values().next().value?.by(share);
  }
}

function box(title, ...children) {
  return el("fieldset", {}, el("legend", {}, title), ...children);
}

function form(fields, label, act, testid) {
  return el("form", { class: "order", onsubmit: (event) => {
    event.preventDefault();
    act();
  } }, ...fields, el("button", { type: "submit", "data-testid": testid }, label));
}
