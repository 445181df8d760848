// Axes of the trends: which stretch of time, which marks, which range.

export const WINDOWS = [["4 h", 240], ["24 h", 1440], ["120 h", 7200], ["course", Infinity]];
const TIME_STEPS = [30, 60, 120, 240, 360, 720, 1440, 2880, 7200];

/** From and to, min: the last ``length`` minutes with a little room for what comes, or the whole course. */
export function stretch(t, length, horizon) {
  if (!Number.isFinite(length) || length >= horizon) return [0, Math.max(60, horizon)];
  const to = Math.max(length, t + length * 0.05);
  return [to - length, to];
}

/** Times for marks, min: whole hours or days, about one for every 90 px. */
export function timeMarks(from, to, width) {
  const wanted = Math.max(2, Math.floor(width / 90));
  const step = TIME_STEPS.find((each) => (to - from) / each <= wanted) ?? TIME_STEPS.at(-1);
  const found = [];
  for (let at = Math.ceil(from / step) * step; at <= to + 1e-9; at += step) found.push(at);
  return { step, marks: found };
}

/** Round values within a range, at most ``most`` of them. */
export function marks(low, high, most = 3) {
  const raw = (high - low) / most;
  if (!(raw > 0)) return [];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= raw) ?? 10 * power;
  const found = [];
  for (let at = Math.ceil(low / step - 1e-9) * step; at <= high + step * 1e-9; at += step) {
    found.push(Number(at.toPrecision(12)));
  }
  return found;
}

/** Least and most of rows within indices, widened to ``least`` about their middle and by a tenth; null: nothing. */
export function range(rows, first, last, least) {
  let low = Infinity;
  let high = -Infinity;
  for (const row of rows) {
    for (let i = first; i <= last; i += 1) {
      const x = row[i];
      if (x === null || x === undefined) continue;
      if (x < low) low = x;
      if (x > high) high = x;
    }
  }
  if (low > high) return null;
  const wide = Math.max((high - low) * 1.2, least);
  const middle = (low + high) / 2;
  return [middle - wide / 2, middle + wide / 2];
}

/** Flags that would lie on one another become one with a count: [{x, kind, entries}], the gravest kind leading. */
export function clusters(flags, apart = 14) {
  const grave = ["dose", "event", "order", "decision", "alarm"];
  const found = [];
  for (const each of [...flags].sort((a, b) => a.x - b.x)) {
    const last = found.at(-1);
    if (last && each.x - last.x < apart) {
      last.entries.push(each.entry);
      if (grave.indexOf(each.kind) < grave.indexOf(last.kind)) last.kind = each.kind;
    } else found.push({ x: each.x, kind: each.kind, entries: [each.entry] });
  }
  return found;
}
