// Times and values as people read them.

/** Minutes from the start as day and clock: "day 2, 06:15". */
export function dayClock(minutes) {
  const whole = Math.floor(minutes + 1e-6);
  const day = Math.floor(whole / 1440);
  const rest = whole - day * 1440;
  const two = (x) => String(Math.floor(x)).padStart(2, "0");
  return `day ${day + 1}, ${two(rest / 60)}:${two(rest % 60)}`;
}

/** A length of time in the two largest units that matter: "3 h 10 min". */
export function span(minutes) {
  const whole = Math.max(0, Math.round(minutes));
  if (whole < 60) return `${whole} min`;
  const h = Math.floor(whole / 60);
  if (h < 48) return whole % 60 ? `${h} h ${whole % 60} min` : `${h} h`;
  return h % 24 ? `${Math.floor(h / 24)} d ${h % 24} h` : `${h / 24} d`;
}

/** A number with so many decimals and a true minus; a dash where there is none. */
export function value(x, decimals = 0) {
  if (typeof x !== "number" || !Number.isFinite(x)) return "–";
  const said = x.toFixed(decimals);
  return /^-0(\.0*)?$/.test(said) ? said.slice(1) : said.replace("-", "−");
}

/** A number with three digits that matter, as doses and litres are read. */
export function amount(x) {
  if (typeof x !== "number" || !Number.isFinite(x)) return "–";
  const said = Math.abs(x) >= 100 ? String(Math.round(x)) : String(Number(x.toPrecision(3)));
  return said.replace("-", "−");
}

/** What the server says, for the ward: times as day and clock, bags and drugs by their labels. */
export function plain(said, hello) {
  const labels = new Map([...(hello?.fluids ?? []), ...(hello?.drips ?? []), ...(hello?.drugs ?? [])].map((each) => [each.name, thing(each.label)]));
  return (said ?? "").replace(/\b(\d+):([0-5]\d) h\b/g, (_, h, min) => dayClock(Number(h) * 60 + Number(min)))
    .replace(/[a-z][a-z0-9_.]*[a-z0-9]/gi, (word) => (word.includes("_") && labels.get(word)) || word);
}

/** The first letter large, the rest as it is. */
export function sentence(said) {
  return said ? said[0].toUpperCase() + said.slice(1) : "";
}

/** What is left of a bag, or how fast what has no end runs. */
export function left(bag) {
  return bag.left_mL === null ? `${amount(bag.rate_mL_h)} mL/h` : `${value(bag.left_mL)} mL left`;
}

/** Which bed is meant, for people: beds have letters where there are two. */
export function bedName(bed, policies) {
  const policy = policies?.[bed] ?? "as written";
  return policies?.length > 1 ? `${"AB"[bed]}: ${policy}` : policy;
}

// where a monitor has no room for the phrase of the server
const SHORT = { HR: "HR", SBP: "SBP", DBP: "DBP", MAP: "MAP", CVP: "CVP", SaO2: "SpO₂", respiratory_rate: "Resp", temperature: "Temp",
  urine_mL_h: "Urine", weight_kg: "Weight", weight_change_kg: "Gain", weight_change_pct: "Gain", oxygen_L_min: "O₂ flow",
  escape_rate: "Escape", leak: "Leak", V_plasma: "Plasma", V_interstitium: "Interst.", albumin: "Albumin", SVR: "SVR",
  vasodilation: "Vasodil.", CO: "CO", EVLW: "Lung H₂O", J_v: "Filtrate", J_lymph: "Lymph" };

/** What is given, without the way it goes in: "phenylephrine by the line" is phenylephrine. */
export function thing(label) {
  return label.replace(/ by (the line|prongs or mask)$/, "");
}

/** A short name of a signal. */
export function shortName(about) {
  return SHORT[about.name] ?? sentence(about.label ?? about.name);
}

/** A unit as it is printed. */
export function unitName(unit) {
  return { degC: "°C", "umol/L": "µmol/L", "dyn*s/cm5": "dyn·s/cm⁵", "mmHg*min/L": "mmHg·min/L", "1": "" }[unit] ?? (unit ?? "").replace("*", "·");
}
