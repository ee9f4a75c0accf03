// What both sides say, as it is said: a log that a screen reader reads an utterance at a time.

import { make } from "./dom.js";

const WHOLE_AFTER_MS = 1_500;
/** Pixels from the end within which a reader follows what is said. */
const NEAR_END = 80;

export class Captions {
  #log;
  /** @type {{speaker: string, entry: HTMLElement, words: HTMLElement} | undefined} */
  #open;
  #names = { caller: "", agent: "" };
  #timer = 0;

  /** @param {HTMLElement} log */
  constructor(log) {
    this.#log = log;
  }

  /** @param {{caller: string, agent: string}} names of the two sides, to be read aloud */
  name(names) {
    this.#names = names;
  }

  /** @param {{speaker: "caller" | "agent", text: string, final: boolean}} caption */
  take({ speaker, text, final }) {
    if (text.trim() || this.#open?.speaker === speaker) this.#say(speaker, text);
    if (final && this.#open?.speaker === speaker) this.close();
  }

  #say(speaker, text) {
    if (this.#open?.speaker !== speaker) this.#begin(speaker);
    const follows = this.#isAtEnd();
    this.#open.words.textContent = (this.#open.words.textContent + text).replace(/\s+/g, " ").trimStart();
    if (follows) this.#toEnd();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#log.setAttribute("aria-busy", "false"), WHOLE_AFTER_MS);
  }

  #begin(speaker) {
    const follows = this.#isAtEnd();
    this.#log.setAttribute("aria-busy", "true");
    const words = make("span", { class: "words" });
    const who = make("span", { class: "who" }, `${this.#names[speaker]}: `);
    const entry = make("p", { class: `said ${speaker}` }, who, words);
    this.#open = { speaker, entry, words };
    this.#log.append(entry);
    if (follows) this.#toEnd();
  }

  /** Take that the utterance is whole; what comes is another one. */
  close() {
    clearTimeout(this.#timer);
    this.#open = undefined;
    this.#log.setAttribute("aria-busy", "false");
  }

  /** Take that the agent was interrupted: its words come before its voice, so they may be whole already. */
  cut() {
    [...this.#log.querySelectorAll(".agent")].at(-1)?.classList.add("cut");
    if (this.#open?.speaker === "agent") this.close();
  }

  /** @param {HTMLElement} card */
  show(card) {
    this.close();
    this.#log.append(card);
    this.#toEnd();
  }

  clear() {
    this.close();
    this.#log.replaceChildren();
  }

  #isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#log;
    return scrollHeight - scrollTop - clientHeight < NEAR_END;
  }

  #toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
  }
}
