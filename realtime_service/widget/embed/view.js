// The widget's elements and what they show; what a press means is told to whoever listens.

import { icon, make } from "./dom.js";
import { STYLES } from "./styles.js";
import { WORDS } from "./words.js";

/**
 * @typedef {object} Listener
 * @property {() => void} open @property {() => void} close
 * @property {() => void} talk @property {() => void} typeInstead
 * @property {() => void} unlock @property {() => void} hangUp @property {() => void} again
 * @property {(text: string) => boolean} type whether it was taken
 * @property {(on: boolean) => void} microphone @property {(on: boolean) => void} voice
 * @property {(language: string) => void} language
 */

export class View {
  #listener;
  #words = WORDS.en;
  #phone = "";
  #phoneShown = "";

  /** @param {ShadowRoot} shadow @param {boolean} isFloating @param {Listener} listener */
  constructor(shadow, isFloating, listener) {
    this.#listener = listener;
    this.isFloating = isFloating;
    this.#make();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLES);
    shadow.adoptedStyleSheets = [sheet];
    shadow.append(this.root);
    this.root.addEventListener("keydown", (event) => this.#key(event));
    this.panel.hidden = isFloating;
    this.phase("idle");
  }

  #make() {
    const { open, close, talk, typeInstead, hangUp, again, unlock } = this.#listener;
    this.launcher = make("button", { type: "button", class: "launcher", click: open, "aria-haspopup": "dialog" });
    this.launcher.hidden = !this.isFloating;
    this.title = make("h2", { id: "title", tabindex: -1 });
    this.status = make("p", { class: "status", role: "status" });
    this.minimise = make("button", { type: "button", class: "icon", click: close }, icon("down"));
    this.minimise.hidden = !this.isFloating;
    const orb = make("div", { class: "orb" }, icon("chat"));
    const head = make("div", { class: "head" }, orb, make("div", { class: "names" }, this.title, this.status), this.minimise);
    this.talkButton = make("button", { type: "button", class: "primary", click: talk });
    this.typeButton = make("button", { type: "button", class: "secondary", click: typeInstead });
    this.welcome = make("h3");
    this.offer = make("p");
    this.urgent = make("p", { class: "urgent" });
    this.automated = make("p", { class: "small" });
    this.languages = make("fieldset", { change: ({ target }) => this.#listener.language(target.value) });
    this.start = make("div", { class: "start" }, this.welcome, this.offer, this.languages, this.talkButton,
      this.typeButton, this.urgent, this.automated);
    this.log = make("div", { class: "log", role: "log", "aria-live": "polite", tabindex: 0 });
    this.noticeText = make("p", { role: "alert" });
    this.unlockButton = make("button", { type: "button", class: "secondary", click: unlock });
    this.notice = make("div", { class: "notice" }, this.noticeText, this.unlockButton);
    this.overText = make("p", { role: "alert" });
    this.againButton = make("button", { type: "button", class: "primary", click: again });
    this.phoneLink = make("a", { class: "button secondary" });
    const choices = make("div", { class: "choices" }, this.againButton, this.phoneLink);
    this.over = make("div", { class: "over" }, this.overText, choices);
    this.conversation = make("div", { class: "talk" }, this.log, this.notice, this.#makeControls(hangUp));
    this.panel = make("section", { class: "panel", id: "panel", role: "dialog", "aria-labelledby": "title" }, head,
      this.start, this.conversation, this.over);
    this.root = make("div", { class: `root ${this.isFloating ? "floating" : "inline"}` }, this.launcher, this.panel);
  }

  #makeControls(hangUp) {
    this.input = make("input", { type: "text", maxlength: 2000, autocomplete: "off", enterkeyhint: "send" });
    this.sendButton = make("button", { type: "submit", class: "primary icon" }, icon("send"));
    const form = make("form", { submit: (event) => this.#submit(event) }, this.input, this.sendButton);
    this.microphone = this.#toggle("microphone");
    this.voice = this.#toggle("voice");
    this.hangUpButton = make("button", { type: "button", class: "hangup", click: hangUp });
    const buttons = make("div", { class: "buttons" }, this.microphone, this.voice, this.hangUpButton);
    this.controls = make("div", { class: "controls" }, form, buttons);
    return this.controls;
  }

  #toggle(name) {
    const button = make("button", { type: "button", class: "icon toggle", "aria-pressed": "true", click: () => {
      const isOn = button.getAttribute("aria-pressed") !== "true";
      this.press(name, isOn);
      this.#listener[name](isOn);
    } }, icon(name));
    return button;
  }

  /** @param {"microphone" | "voice"} name @param {boolean} isOn */
  press(name, isOn) {
    this[name].setAttribute("aria-pressed", String(isOn));
    const meter = name === "microphone" ? [make("span", { class: "meter" })] : [];
    this[name].replaceChildren(icon(isOn ? name : `${name}Off`), ...meter);
  }

  /** @param {{accent: string, on: string, ink: string}} colours @param {string} side `left` or `right` */
  paint({ accent, on, ink }, side) {
    this.root.classList.add(side === "left" ? "left" : "right");
    for (const [name, value] of Object.entries({ accent, on, ink })) this.root.style.setProperty(`--${name}`, value);
  }

  /** @param {string} language @param {import("./session.js").Clinic | undefined} clinic */
  speak(language, clinic) {
    const words = (this.#words = WORDS[language]);
    this.root.lang = language;
    this.title.textContent = clinic?.name ?? words.subtitle;
    this.#phone = clinic?.phone ?? "";
    this.#phoneShown = clinic?.phone_shown ?? "";
    this.#label(words);
    const urgent = clinic?.emergency[language];
    this.urgent.textContent = urgent ?? "";
    this.urgent.hidden = !urgent;
    this.#offerLanguages(language, clinic?.languages ?? []);
    this.#offerPhone();
  }

  #label(words) {
    const texts = { welcome: words.welcome, offer: words.offer, automated: words.automated, unlockButton: words.unlock };
    for (const [name, text] of Object.entries(texts)) this[name].textContent = text;
    this.talkButton.replaceChildren(icon("microphone"), words.talk);
    this.typeButton.replaceChildren(icon("keyboard"), words.typeInstead);
    this.againButton.textContent = words.again;
    this.hangUpButton.replaceChildren(icon("end"), words.hangUp);
    const labels = { minimise: words.minimise, log: words.conversation, input: words.message, sendButton: words.send,
      microphone: words.mute, voice: words.silence };
    for (const [name, label] of Object.entries(labels)) this[name].setAttribute("aria-label", label);
    this.input.placeholder = words.placeholder;
  }

  #offerLanguages(chosen, languages) {
    const known = languages.filter((language) => language in WORDS);
    this.languages.hidden = known.length < 2;
    const choices = known.map((language) => {
      const radio = make("input", { type: "radio", name: "language", value: language, checked: language === chosen });
      return make("label", { class: "choice", lang: language }, radio, make("span", {}, WORDS[language].language));
    });
    const hadFocus = this.hasFocus(this.languages);
    this.languages.replaceChildren(make("legend", { class: "unseen" }, this.#words.chooseLanguage), ...choices);
    if (hadFocus) this.languages.querySelector("input:checked").focus();
  }

  #offerPhone() {
    this.phoneLink.href = `tel:${this.#phone}`;
    this.phoneLink.hidden = !this.#phone;
    this.phoneLink.replaceChildren(icon("phone"), this.#words.phone.replace("{phone}", this.#phoneShown));
  }

  /** @param {"idle" | "asking" | "connecting" | "live" | "over"} phase */
  phase(phase) {
    const isTalking = phase === "asking" || phase === "connecting" || phase === "live";
    this.start.hidden = phase !== "idle";
    this.controls.hidden = !isTalking;
    this.conversation.hidden = !isTalking && (phase === "idle" || !this.log.hasChildNodes());
    this.over.hidden = phase !== "over";
    this.root.classList.toggle("live", isTalking);
    this.input.disabled = this.sendButton.disabled = phase !== "live";
    const launch = isTalking ? this.#words.launchAgain : this.#words.launch;
    this.launcher.replaceChildren(icon("chat"), launch);
  }

  /** @param {string} text what is going on */
  tell(text) {
    if (this.status.textContent !== text) this.status.textContent = text;
  }

  /** @param {string} text what the visitor should know, empty for nothing @param {boolean} canUnlock */
  warn(text, canUnlock = false) {
    if (this.noticeText.textContent !== text) this.noticeText.textContent = text;
    this.unlockButton.hidden = !canUnlock;
    this.notice.hidden = !text && !canUnlock;
  }

  /** @param {string} text why it is over */
  end(text) {
    const hadFocus = this.hasFocus(this.panel);
    this.phase("over");
    this.overText.textContent = text;
    if (hadFocus) this.againButton.focus();
  }

  /** @param {HTMLElement} part @returns {boolean} whether the focus is there or within */
  hasFocus(part) {
    return part.contains(this.root.getRootNode().activeElement);
  }

  /** @param {"caller" | "agent"} who @param {number} level 0 to 1, of amplitude */
  loudness(who, level) {
    this.root.style.setProperty(`--${who}`, Math.min(1, level * 5).toFixed(2));
  }

  show() {
    this.panel.hidden = false;
    this.launcher.hidden = true;
    this.focusFirst();
  }

  hide() {
    this.panel.hidden = true;
    this.launcher.hidden = false;
    this.launcher.focus();
  }

  /** Keeps the focus with what can be done next, when what had it is gone. */
  focusFirst() {
    const next = [this.talkButton, this.input, this.againButton].find((each) => each.getClientRects().length && !each.disabled);
    (next ?? this.title).focus();
  }

  #submit(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    if (text && this.#listener.type(text)) this.input.value = "";
  }

  #key(event) {
    if (event.key !== "Escape" || !this.isFloating || this.panel.hidden) return;
    event.stopPropagation();
    this.#listener.close();
  }
}
