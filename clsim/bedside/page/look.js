// How the page looks, kept in this browser; the address of the page can set it too.

import { dress, PALETTES, THEMES } from "./themes.js";

const KEY = "clsim-look";

/** What the address asks for: a look, a patient, a time, and whether pictures are to be the same every time. */
export function asked(search) {
  const query = new URLSearchParams(search);
  const number = (name) => (query.get(name) && Number.isFinite(Number(query.get(name))) ? Number(query.get(name)) : null);
  return { scenario: query.get("scenario"), policy: query.get("policy"), patient: number("patient"), seed: number("seed"),
    t: number("t"), speed: number("speed"), theme: query.get("theme"), palette: query.get("palette"), still: query.get("speed") === "0" };
}

export class Look {
  constructor(query, calm = matchMedia("(prefers-reduced-motion: reduce)").matches) {
    const kept = read();
    this.now = { theme: "dark", palette: "classic", still: calm, keys: true, ...kept };
    if (THEMES.includes(query.theme)) this.now.theme = query.theme;
    if (PALETTES.includes(query.palette)) this.now.palette = query.palette;
    if (query.still) this.now.still = true;
    this.wear();
  }

  set(change) {
    Object.assign(this.now, change);
    keep(this.now);
    this.wear();
  }

  wear() {
    this.colours = dress(document.documentElement, this.now.theme, this.now.palette);
    document.documentElement.dataset.still = String(this.now.still);
  }
}

function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return Object.fromEntries(Object.entries(kept).filter(([name, value]) => (name === "theme" && THEMES.includes(value))
      || (name === "palette" && PALETTES.includes(value)) || (["still", "keys"].includes(name) && typeof value === "boolean")));
  } catch {
    return {}; // no storage, as under file:// in some browsers
  }
}

function keep(look) {
  try {
    localStorage.setItem(KEY, JSON.stringify(look));
  } catch {
    // a private window keeps nothing
  }
}
