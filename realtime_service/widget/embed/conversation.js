// One conversation: sound and socket on one side, what the visitor sees on the other.

import { Call } from "./call.js";
import { card, outcomeOf } from "./card.js";
import { ask, forget, NoCall, remember } from "./session.js";
import { Sound } from "./sound.js";

const REMEMBER_EVERY_MS = 5_000;
const OVER = { ended: "ended", busy: "busy", elsewhere: "elsewhere", failed: "endedBadly", lost: "gone" };

/**
 * @typedef {object} About what the conversation is held with
 * @property {import("./view.js").View} view
 * @property {import("./captions.js").Captions} captions
 * @property {() => Promise<import("./session.js").Clinic | undefined>} clinic once it is known
 * @property {string} wanted the id of the clinic that the page was made for; empty for whichever answers
 * @property {string} language
 * @property {typeof import("./words.js").WORDS.en} words
 * @property {(name: string, detail: object) => void} tell tells the page
 * @property {() => void} over
 */

export class Conversation {
  #about;
  #view;
  #words;
  /** @type {import("./session.js").Clinic | undefined} */
  #clinic;
  #sound;
  /** @type {Call | undefined} */
  #call;
  /** @type {import("./session.js").Session | undefined} */
  #session;
  #isSpoken;
  #isReady = false;
  #isLost = false;
  #isAgentSpeaking = false;
  #isMuted = false;
  #isOver = false;
  /** Why the visitor can only type, and whether nothing can be heard before a tap. */
  #trouble = "";
  #needsTap = false;
  #remembering = 0;
  #appointments = new Map();

  /** @param {About} about @param {boolean} isSpoken whether the visitor wants to speak */
  constructor(about, isSpoken) {
    this.#about = about;
    this.#view = about.view;
    this.#words = about.words;
    this.#isSpoken = isSpoken;
    this.#sound = this.#newSound();
    this.#view.microphone.hidden = !isSpoken;
  }

  get loudSamples() {
    return this.#sound.loudSamples;
  }

  /** Begin anew. To be called within a tap: iOS unlocks audio for nothing else. */
  async begin() {
    this.#sound.unlock();
    this.#show(this.#isSpoken ? "asking" : "connecting");
    this.#view.title.focus();
    try {
      this.#clinic = await this.#about.clinic();
      await this.#openSound();
      if (!this.#isOver) await this.#dial();
    } catch (fault) {
      if (!(fault instanceof NoCall)) console.error("clinic-voice-agent:", fault);
      this.#end(this.#words[fault instanceof NoCall ? fault.reason : "failed"], "refused");
    }
  }

  /** Go on after a reload. @param {import("./session.js").Session} session */
  async resume(session) {
    this.#show("connecting");
    this.#clinic = await this.#about.clinic();
    if (this.#isOver) return;
    this.#connect(session);
    this.#needsTap = true;
    this.#state();
  }

  #show(phase) {
    this.#view.phase(phase);
    this.#view.tell(this.#words[phase]);
  }

  async #openSound() {
    await this.#sound.openVoice();
    if (!this.#isSpoken) return;
    const refused = await this.#sound.openMicrophone();
    if (!refused || this.#isOver) return;
    this.#isSpoken = false;
    this.#view.microphone.hidden = true;
    this.#trouble = this.#words[refused];
    this.#state();
  }

  async #dial() {
    this.#show("connecting");
    if (!this.#clinic) throw new NoCall("failed");
    const session = await ask(this.#clinic, this.#about.wanted, this.#about.language);
    if (!this.#isOver) this.#connect(session);
  }

  #connect(session) {
    this.#session = session;
    this.#call = new Call(session, {
      audio: (pcm) => this.#sound.play(pcm),
      event: (event) => this.#events[event.event]?.(event),
      lost: (isLost) => this.#lost(isLost),
      ended: (reason) => this.#end(this.#words[OVER[reason]], reason),
    });
    this.#call.open();
    this.#remembering = setInterval(() => this.remember(), REMEMBER_EVERY_MS);
  }

  // What the service says

  #events = {
    ready: () => this.#ready(),
    caption: (caption) => this.#about.captions.take(caption),
    mark: ({ name }) => this.#sound.mark(name),
    clear: () => {
      this.#sound.clear();
      if (this.#isAgentSpeaking) this.#about.captions.cut();
    },
    card: (event) => this.#card(event),
  };

  #ready() {
    const isWaitedFor = this.#view.hasFocus(this.#view.title);
    this.#isReady = true;
    this.#needsTap ||= this.#sound.isLocked;
    this.#view.phase("live");
    this.#state();
    this.remember();
    if (isWaitedFor) (this.#isSpoken ? this.#view.microphone : this.#view.input).focus();
    this.#about.tell("call-started", { callId: this.#session.call_id });
  }

  #card({ tool, appointment_id: id, appointment }) {
    const outcome = outcomeOf(tool);
    if (!outcome) return;
    const known = appointment ?? this.#appointments.get(id);
    this.#appointments.set(id, known);
    this.#about.captions.show(card(outcome, id, known, this.#clinic, this.#words, this.#about.language));
    if (outcome !== "booked") return;
    const { doctor_name: doctor, department, starts_at: startsAt, ends_at: endsAt } = known;
    this.#about.tell("appointment-booked", { appointmentId: id, doctor, department, startsAt, endsAt });
  }

  #lost(isLost) {
    this.#isLost = isLost;
    this.#state();
  }

  #state() {
    this.#view.warn(this.#isLost ? this.#words.lost : this.#trouble, this.#needsTap && !this.#isLost);
    if (!this.#isReady) return;
    const quiet = !this.#isSpoken ? "typing" : this.#isMuted ? "muted" : "listening";
    this.#view.tell(this.#words[this.#isLost ? "lost" : this.#isAgentSpeaking ? "speaking" : quiet]);
  }

  // What the visitor does

  /** @param {string} text @returns {boolean} whether it was taken */
  type(text) {
    return this.#call?.type(text) ?? false;
  }

  /** @param {boolean} isOn */
  microphone(isOn) {
    this.#isMuted = !isOn;
    this.#sound.mute(!isOn);
    this.#view.loudness("caller", 0);
    this.#state();
  }

  /** @param {boolean} isOn */
  voice(isOn) {
    this.#sound.silence(!isOn);
  }

  /** Let the page be heard, within a tap. */
  async unlock() {
    this.#sound.unlock();
    this.#needsTap = false;
    this.#state();
    if (this.#sound.hasMicrophone) return;
    await this.#openSound();
    this.#state();
  }

  hangUp() {
    if (this.#call) this.#call.hangUp();
    else this.#end(this.#words.ended, "ended");
  }

  // Sound

  #newSound() {
    return new Sound({
      heard: (pcm, level) => {
        this.#call?.hear(pcm);
        this.#view.loudness("caller", this.#isMuted ? 0 : level);
      },
      played: (name) => this.#call?.played(name),
      sounded: (level, isPlaying) => {
        this.#view.loudness("agent", level);
        if (isPlaying === this.#isAgentSpeaking) return;
        this.#isAgentSpeaking = isPlaying;
        this.#state();
      },
      changed: () => this.#offerUnlock(),
    });
  }

  /** A browser, or a phone that rang, may have silenced the page: often only a tap brings the sound back. */
  #offerUnlock() {
    if (!this.#isReady || this.#isOver) return;
    this.#needsTap = this.#sound.isLocked;
    this.#state();
  }

  // The end, and a reload

  #end(text, reason) {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#remembering);
    forget();
    this.#sound.close();
    this.#about.captions.close();
    this.#view.warn("");
    this.#view.loudness("agent", 0);
    this.#view.end(text);
    this.#view.tell(this.#words.subtitle);
    this.#about.over();
    if (this.#session) this.#about.tell("call-ended", { callId: this.#session.call_id, reason });
  }

  /** Keep the call for the page that comes after this one. */
  remember() {
    if (this.#session && !this.#isOver) remember(this.#session, this.#isSpoken, this.#about.language);
  }
}
