// What the page knows: every message of the server is taken in here, and nowhere else.

const KEPT_LINES = 2000; // of a log; older ones are forgotten by the page, not by the server

/** Nothing known yet. */
export function fresh() {
  return { hello: null, scene: null, frame: null, beds: [], branches: [], why: null, typical: null, saved: null,
    limits: { rows: [], pause_on_alarm: false }, prompt: null, given: [], debrief: null, demo: null, error: null };
}

function freshBed() {
  return { t: [], rows: {}, flow: [], log: [] };
}

function bedOf(state, message) {
  const number = message.bed ?? 0;
  while (state.beds.length <= number) state.beds.push(freshBed());
  return state.beds[number];
}

const TAKE = {
  hello(state, message) {
    state.hello = message;
  },
  scene(state, message) {
    const count = Math.max(1, message.policies?.length ?? 1);
    state.scene = message;
    state.limits = { rows: message.alarms ?? [], pause_on_alarm: message.pause_on_alarm ?? false };
    state.frame = null;
    state.beds = Array.from({ length: count }, freshBed);
    for (const each of ["why", "typical", "prompt", "debrief"]) state[each] = null;
    state.given = [];
  },
  frame(state, message) {
    state.frame = message;
  },
  trend(state, message) {
    const bed = bedOf(state, message);
    if (message.reset) Object.assign(bed, { t: [], rows: {} });
    const before = bed.t.length;
    bed.t.push(...message.t);
    for (const name of new Set([...Object.keys(bed.rows), ...Object.keys(message.rows)])) {
      bed.rows[name] ??= new Array(before).fill(null);
      bed.rows[name].push(...(message.rows[name] ?? new Array(message.t.length).fill(null)));
    }
  },
  flow(state, message) {
    const bed = bedOf(state, message);
    if (message.reset) bed.flow = [];
    for (const row of message.rows) {
      const at = bed.flow.findIndex((each) => each.hour === row.hour);
      if (at < 0) bed.flow.push(row);
      else bed.flow[at] = row;
    }
  },
  log(state, message) {
    const bed = bedOf(state, message);
    if (message.reset) bed.log = [];
    for (const each of message.rows ?? [message]) bed.log.push(each);
    bed.log.splice(0, Math.max(0, bed.log.length - KEPT_LINES));
  },
  branches(state, message) {
    state.branches = message.rows;
  },
  prompt(state, message) {
    state.prompt = message;
  },
  feedback(state, message) {
    const asked = state.prompt?.id === message.prompt ? state.prompt : null;
    state.given = [...state.given.filter((each) => each.prompt !== message.prompt),
      { ...message, question: asked?.question ?? message.prompt, chosen: asked?.options[message.option] ?? "" }];
    state.prompt = null;
  },
};
const KEPT = ["limits", "why", "typical", "saved", "debrief", "demo", "error"];

/** Takes a message in; returns what it was about, or null for what this page does not know. */
export function apply(state, message) {
  const kind = message?.is;
  if (Object.hasOwn(TAKE, kind ?? "")) TAKE[kind](state, message);
  else if (KEPT.includes(kind)) state[kind] = message;
  else return null;
  return kind;
}

/** Signals of a group in their order; before the server has spoken there are none. */
export function signals(state, ...groups) {
  return (state.hello?.signals ?? []).filter((each) => groups.includes(each.group));
}

/** A signal by name. */
export function signal(state, name) {
  return (state.hello?.signals ?? []).find((each) => each.name === name) ?? null;
}

/** Names of the policies, one for each bed; null where the learner decides alone. */
export function policies(state) {
  return state.scene?.policies ?? [null];
}

/** Index of the last sample that is not after ``t``, or -1. */
export function lastBefore(times, t) {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
