// <clinic-voice-agent>: the element in the clinic's page.

import { palette } from "./accent.js";
import { Captions } from "./captions.js";
import { Conversation } from "./conversation.js";
import { describe, remembered } from "./session.js";
import { View } from "./view.js";
import { languageFor, WORDS } from "./words.js";

/**
 * Attributes, of the element or else of the script tag: `data-clinic`, `data-language`, `data-accent`,
 * `data-position`. Events, all bubbling: `call-started` {callId}, `appointment-booked` {appointmentId, doctor,
 * department, startsAt, endsAt}, `call-ended` {callId, reason}.
 */
export class ClinicVoiceAgent extends HTMLElement {
  /** @type {DOMStringMap} the script tag's attributes */
  static given = {};
  /** @type {URL} where the script came from */
  static base;

  /** @type {View} */
  #view;
  /** @type {Captions} */
  #captions;
  /** @type {import("./session.js").Clinic | undefined} */
  #clinic;
  /** @type {Promise<void>} */
  #learning = Promise.resolve();
  #language = "en";
  /** @type {Conversation | undefined} */
  #conversation;

  connectedCallback() {
    if (this.#view) return;
    const shadow = this.attachShadow({ mode: "open" });
    this.#view = new View(shadow, "floating" in this.dataset, this.#listener());
    this.#captions = new Captions(this.#view.log);
    this.#view.paint(palette(this.#setting("accent")), this.#setting("position").includes("left") ? "left" : "right");
    this.#view.warn("");
    this.#choose(this.#wishes());
    this.#learning = this.#learn();
    addEventListener("pagehide", () => this.#conversation?.remember());
    this.#comeBack();
  }

  /** Samples beyond silence that were played in this conversation: whether the agent could be heard. */
  get loudSamples() {
    return this.#conversation?.loudSamples ?? 0;
  }

  open() {
    this.#view.show();
  }

  close() {
    if (this.#view.isFloating) this.#view.hide();
  }

  hangUp() {
    this.#conversation?.hangUp();
  }

  #listener() {
    return {
      open: () => this.open(),
      close: () => this.close(),
      talk: () => this.#begin(true),
      typeInstead: () => this.#begin(false),
      again: () => this.#again(),
      unlock: () => this.#conversation?.unlock(),
      hangUp: () => this.hangUp(),
      type: (text) => this.#conversation?.type(text) ?? false,
      microphone: (isOn) => this.#conversation?.microphone(isOn),
      voice: (isOn) => this.#conversation?.voice(isOn),
      language: (language) => this.#choose([language]),
    };
  }

  /** @param {string} name @returns {string} */
  #setting(name) {
    return this.dataset[name] ?? ClinicVoiceAgent.given[name] ?? "";
  }

  #wishes() {
    return [this.#setting("language"), document.documentElement.lang, ...navigator.languages];
  }

  #choose(wishes) {
    this.#language = languageFor(wishes, this.#clinic?.languages ?? Object.keys(WORDS));
    const words = WORDS[this.#language];
    this.#view.speak(this.#language, this.#clinic);
    this.#captions.name({ caller: words.you, agent: words.agent });
    if (this.#conversation) return;
    this.#view.phase("idle");
    this.#view.tell(words.subtitle);
  }

  async #learn() {
    try {
      this.#clinic = await describe(ClinicVoiceAgent.base);
    } catch (fault) {
      console.error("clinic-voice-agent: the service did not answer", fault);
      return;
    }
    if (!this.#clinic.may_call) console.error(`clinic-voice-agent: ${location.origin} is not among CORS_ORIGINS`);
    this.#choose(this.#conversation ? [this.#language] : this.#wishes());
  }

  #begin(isSpoken) {
    this.#conversation = this.#newConversation(isSpoken);
    this.#conversation.begin();
  }

  #comeBack() {
    const kept = remembered();
    if (!kept) return;
    this.#choose([kept.language]);
    if (this.#view.isFloating) this.#view.show();
    this.#conversation = this.#newConversation(kept.isSpoken);
    this.#conversation.resume(kept.session);
  }

  #newConversation(isSpoken) {
    const about = {
      view: this.#view,
      captions: this.#captions,
      clinic: () => this.#learning.then(() => this.#clinic),
      wanted: this.#setting("clinic"),
      language: this.#language,
      words: WORDS[this.#language],
      tell: (name, detail) => this.#tell(name, detail),
      over: () => {
        this.#conversation = undefined;
      },
    };
    return new Conversation(about, isSpoken);
  }

  #again() {
    this.#captions.clear();
    this.#view.press("microphone", true);
    this.#view.press("voice", true);
    this.#choose([this.#language]);
    this.#view.focusFirst();
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}
