// Keys: everything on the page can be done without a mouse.

/** [key, name of the action, what it does]; the first list of the help. */
export const KEYS = [
  [" ", "run", "run or pause", "Space"],
  ["1", "speed1", "1x, as a bedside", "1"],
  ["2", "speed60", "60x, a dose in minutes", "2"],
  ["3", "speed600", "600x, a shift in a minute", "3"],
  ["4", "speed3600", "3600x, an hour a second", "4"],
  ["d", "dose", "on to the next dose", "D"],
  ["a", "alarm", "on to the next alarm", "A"],
  ["r", "rounds", "on to rounds", "R"],
  ["h", "hour", "on by an hour", "H"],
  ["e", "end", "on to the end", "E"],
  ["z", "rewind", "go back, or to a branch", "Z"],
  ["b", "bolus", "the usual bolus", "B"],
  ["+", "more", "first pressor up", "+"],
  ["-", "less", "first pressor down", "−"],
  ["o", "orders", "to the orders", "O"],
  ["k", "acknowledge", "acknowledge alarms", "K"],
  ["m", "silence", "silence for two minutes", "M"],
  ["l", "limits", "alarm limits", "L"],
  ["n", "numbers", "say the numbers", "N"],
  ["w", "why", "why now", "W"],
  ["x", "reveal", "reveal or cover the hidden body", "X"],
  ["t", "twin", "twin: two policies", "T"],
  ["y", "typical", "is this patient typical?", "Y"],
  ["f", "flow", "flowsheet", "F"],
  ["g", "trends", "trends", "G"],
  ["j", "log", "log", "J"],
  ["[", "shorter", "trends: less time", "["],
  ["]", "longer", "trends: more time", "]"],
  ["p", "patient", "another patient or lesson", "P"],
  ["s", "files", "save and load", "S"],
  ["v", "look", "theme, colours, movement", "V"],
  ["?", "help", "this help", "?"],
];
const ACTION = new Map(KEYS.map(([key, action]) => [key, action]));
const TYPED = new Set(["INPUT", "SELECT", "TEXTAREA"]);

/** The action of a key press; null where it belongs to something else. */
export function actionOf(event, { open = false, enabled = true } = {}) {
  if (event.ctrlKey || event.metaKey || event.altKey || open || !enabled) return null;
  const tag = event.target?.tagName ?? "";
  const closed = event.target?.closest?.("dialog:not([open])"); // the focus leaves a closed window a moment later
  if (TYPED.has(tag) && !closed) return null;
  if (event.key === " " && (tag === "BUTTON" || tag === "SUMMARY" || tag === "A")) return null; // it presses what has the focus
  return ACTION.get(event.key.length === 1 ? event.key.toLowerCase() : event.key) ?? null;
}
