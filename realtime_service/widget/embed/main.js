// Puts the voice agent into the page: as a button in a corner, or where the page itself has the element.

import { ClinicVoiceAgent } from "./element.js";

const NAME = "clinic-voice-agent";

/**
 * @param {DOMStringMap} given the script tag's data attributes, for elements that have none of their own
 * @param {URL} base where the script came from
 */
export function begin(given, base) {
  if (customElements.get(NAME)) return;
  ClinicVoiceAgent.given = { ...given };
  ClinicVoiceAgent.base = base;
  customElements.define(NAME, ClinicVoiceAgent);
  whenRead(() => document.querySelector(NAME) ?? document.body.append(floating()));
}

function floating() {
  const element = document.createElement(NAME);
  element.dataset.floating = "";
  return element;
}

/** @param {() => void} then to be done once the page's own elements are there */
function whenRead(then) {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", then, { once: true });
  else then();
}
