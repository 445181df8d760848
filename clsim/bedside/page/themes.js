// Colours: two grounds (dark, projector) and two palettes (classic, colour-blind safe).
// Everything drawn takes its colour from here; a unit test computes every contrast.

const GROUNDS = {
  dark: {
    ground: "#0b0f14", panel: "#121922", raised: "#1c2631", edge: "#6b7c8d", faint: "#2a3744",
    ink: "#eef3f7", soft: "#b3c0cc", accent: "#7cc4f5", onAccent: "#06131d",
    high: "#ff9d94", onHigh: "#1d0502", medium: "#ffd166", onMedium: "#1d1400", good: "#7fd8a4",
    bedA: "#7cc4f5", bedB: "#ffb05c",
  },
  projector: {
    ground: "#ffffff", panel: "#f4f6f8", raised: "#e6eaee", edge: "#6c7681", faint: "#d3d9df",
    ink: "#101418", soft: "#46505a", accent: "#00568a", onAccent: "#ffffff",
    high: "#a8140a", onHigh: "#ffffff", medium: "#7a4b00", onMedium: "#ffffff", good: "#0b6136",
    bedA: "#00568a", bedB: "#9a4400",
  },
};

// The classic palette follows what monitors do most often; no standard exists.  The safe one begins with the eight
// colours of Okabe and Ito, moved until the waves stay apart in each kind of colour blindness and read on their ground.
const ROLES = {
  classic: {
    dark: { ecg: "#4be37a", arterial: "#ff8078", pleth: "#56d7ee", venous: "#f5dd55", resp: "#f2f2f2",
      temp: "#f0b3ff", ward: "#d5dde5", hidden: "#ffb3d1" },
    projector: { ecg: "#0a6b2c", arterial: "#b3160c", pleth: "#00606f", venous: "#6b5500", resp: "#2b2f33",
      temp: "#7a2295", ward: "#3b4650", hidden: "#99235e" },
  },
  safe: {
    dark: { ecg: "#39e6b4", arterial: "#ff9a57", pleth: "#6aa9ff", venous: "#f0e442", resp: "#f2f2f2",
      temp: "#e3a3c8", ward: "#d5dde5", hidden: "#e3a3c8" },
    projector: { ecg: "#007a6a", arterial: "#ae5609", pleth: "#00407a", venous: "#8a00c8", resp: "#2b2f33",
      temp: "#3b4650", ward: "#3b4650", hidden: "#8a3f6d" },
  },
};

export const THEMES = Object.keys(GROUNDS);
export const PALETTES = Object.keys(ROLES);

/** All colours of a ground and a palette: name to hexadecimal. */
export function colours(theme, palette) {
  return { ...GROUNDS[theme], ...ROLES[palette][theme] };
}

// what a server may call a role, and the colour it has
const ALIAS = { art: "arterial", spo2: "pleth", cvp: "venous", leak: "hidden", plasma: "hidden", tissue: "hidden",
  protein: "hidden", tone: "hidden", heart: "hidden", drug: "hidden" };
const NAMED = Object.keys(ROLES.classic.dark);

/** The page's own name of a role; what has none is drawn as the ward's. */
export function roleOf(role) {
  const found = ALIAS[role] ?? role;
  return NAMED.includes(found) ? found : "ward";
}

/** Colour of a signal's role. */
export function roleColour(found, role) {
  return found[roleOf(role)];
}

function linear(channel) {
  const c = channel / 255;
  return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
}

function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((i) => linear(Number.parseInt(hex.slice(i, i + 2), 16)));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast of two colours as WCAG 2.2 defines it, 1 to 21. */
export function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** Sets the colours as custom properties, as the style sheet reads them. */
export function dress(root, theme, palette) {
  const found = colours(theme, palette);
  for (const [name, value] of Object.entries(found)) root.style.setProperty(`--${name}`, value);
  root.style.setProperty("color-scheme", theme === "dark" ? "dark" : "light");
  root.dataset.theme = theme;
  root.dataset.palette = palette;
  return found;
}
