// Elements made in one line; text is only ever text, never markup.

/** An element with properties, data- and aria- attributes, listeners ("onclick") and children. */
export function el(tag, given = {}, ...children) {
  const found = document.createElement(tag);
  for (const [name, said] of Object.entries(given)) {
    if (said === null || said === undefined || said === false) continue;
    if (name.startsWith("on")) found.addEventListener(name.slice(2), said);
    else if (name === "class") found.className = said;
    else if (name in found && typeof said !== "string") found[name] = said;
    else found.setAttribute(name, said === true ? "" : said);
  }
  found.append(...children.flat().filter((each) => each !== null && each !== undefined && each !== false));
  return found;
}

/** A button. */
export function button(text, act, given = {}) {
  return el("button", { type: "button", onclick: act, ...given }, text);
}

/** A labelled field: the label stands above what it names. */
export function field(label, input) {
  return el("label", { class: "field" }, el("span", {}, label), input);
}

/** A number to type in. */
export function number(given) {
  return el("input", { type: "number", inputmode: "decimal", required: true, ...given });
}

/** A choice among [value, text, title]. */
export function choice(rows, chosen, given = {}) {
  return el("select", given, rows.map(([value, text]) =>
    el("option", { value: String(value), selected: value === chosen }, text)));
}

/** Text of an element, set only if it changed, so that nothing is laid out or read out anew. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A table from a head and rows of text; the first cell of a row is its heading. */
export function table(caption, head, rows, given = {}) {
  return el("table", given,
    el("caption", {}, caption),
    el("thead", {}, headRow(head)),
    el("tbody", {}, rows.map((row) => el("tr", {}, row.map((each, i) =>
      i ? el("td", {}, each) : el("th", { scope: "row" }, each))))));
}

/** The head of a table; what has no name is no heading. */
export function headRow(names) {
  return el("tr", {}, names.map((each) => (each ? el("th", { scope: "col" }, each) : el("td", {}))));
}

/** A canvas fitted to its box and to the pixels of the screen; null where there is no room. */
export function fitted(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  if (!width || !height) return null;
  const scale = Math.min(3, window.devicePixelRatio || 1);
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  return { pen, width, height };
}

/** Asks the browser to keep a text as a file. */
export function download(name, text, kind) {
  const address = URL.createObjectURL(new Blob([text], { type: kind }));
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
