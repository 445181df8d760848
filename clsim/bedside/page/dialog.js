// One dialogue at a time: a title, its content, and a way out.

import { button, el } from "./dom.js";

let whenClosed = () => {};

function node() {
  return document.getElementById("dialog");
}

/** Opens a dialogue; ``closed`` is called when it ends, however that is. */
export function show(title, content, { wide = false, closed = () => {} } = {}) {
  const dialog = node();
  whenClosed();
  whenClosed = closed;
  dialog.className = wide ? "wide" : "";
  dialog.onclose = () => {
    const end = whenClosed;
    whenClosed = () => {};
    end();
  };
  dialog.replaceChildren(
    el("header", {}, el("h2", { id: "dialog-title" }, title), button("Close", () => dialog.close(), { "data-testid": "close" })),
    el("div", { class: "content" }, content));
  if (!dialog.open) dialog.showModal();
  dialog.querySelector(".content :is(select, input, button)")?.focus();
}

/** Closes whatever is open. */
export function shut() {
  if (node().open) node().close();
}

/** Whether something is open, so that keys belong to it. */
export function isOpen() {
  return node().open;
}
