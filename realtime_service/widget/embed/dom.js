// Makes elements without markup in strings: nothing a page's Trusted Types or a stranger's words could break.

/**
 * @param {string} tag
 * @param {Record<string, unknown>} [given] attributes; a function listens to the event of that name
 * @param {...(Node | string)} children
 */
export function make(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) set(element, name, value);
  element.append(...children);
  return element;
}

function set(element, name, value) {
  if (typeof value === "function") element.addEventListener(name, value);
  else if (value === true) element.setAttribute(name, "");
  else if (value !== false && value !== undefined) element.setAttribute(name, String(value));
}

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  microphone: "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3ZM6 11a6 6 0 0 0 12 0M12 17v4",
  microphoneOff: "M15 10V6a3 3 0 0 0-5.7-1.3M9 9v2a3 3 0 0 0 4.5 2.6M6 11a6 6 0 0 0 9.6 4.8M18 11a6 6 0 0 1-.3 1.8M12 17v4M4 4l16 16",
  voice: "M4 10v4h3l5 4V6L7 10ZM16 9a4 4 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11",
  voiceOff: "M4 10v4h3l5 4V6L7 10ZM16 10l5 4M21 10l-5 4",
  end: "M3 15c5-5 13-5 18 0l-2.5 2.5-3.5-2v-3a12 12 0 0 0-6 0v3l-3.5 2Z",
  send: "M5 12h13M12.5 6l6 6-6 6",
  down: "M6 9l6 6 6-6",
  keyboard: "M3 7h18v10H3ZM7 10.5h.01M11 10.5h.01M15 10.5h.01M8 14h8",
  calendar: "M5 6h14v14H5ZM5 10h14M9 3v5M15 3v5",
  done: "M5 12.5l4.5 4.5L19 7.5",
  phone: "M6 4h3.5l1.5 4.5-2.5 1.5a11 11 0 0 0 5.5 5.5l1.5-2.5L20 14.5V18a2 2 0 0 1-2 2A14 14 0 0 1 4 6a2 2 0 0 1 2-2Z",
  chat: "M4 5h16v11H10l-4 4v-4H4ZM9 10.5v0M12 9v3M15 8v5M9 9.5v2",
};

/** @param {keyof typeof ICONS} name @returns {SVGElement} a drawing that says nothing to a screen reader */
export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  drawing.setAttribute("focusable", "false");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  drawing.append(path);
  return drawing;
}
