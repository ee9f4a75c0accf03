// Audio thread: the agent's voice, PCM16 mono at 24 kHz, through a jitter buffer that can be emptied at once.

import { Resampler } from "./resampler.js";

const SPOKEN_RATE = 24_000;
/** Seconds that are waiting before an utterance begins, or goes on after it ran dry. */
const CUSHION = 0.12;
/** Seconds after which a shorter utterance than the cushion is played as it is. */
const PATIENCE = 0.25;
const REPORT_EVERY = 0.05;
/** Of 1; beyond it a sample counts as sound. */
const AUDIBLE = 0.01;
/** How much of the last sample is left in the next when audio is cut off: gone in 2 ms, without a click. */
const FADE = 0.94;

class Playback extends AudioWorkletProcessor {
  #resampler = new Resampler(SPOKEN_RATE, sampleRate);
  /** @type {(Float32Array | string)[]} audio at the device's rate, and the marks between */
  #queue = [];
  #waiting = 0;
  #offset = 0;
  #isPlaying = false;
  #waited = 0;
  #last = 0;
  #report = { loud: 0, energy: 0, samples: 0 };

  constructor() {
    super();
    this.port.onmessage = ({ data }) => this.#take(data);
  }

  /** @param {{pcm?: ArrayBuffer, mark?: string, clear?: boolean}} message */
  #take({ pcm, mark, clear }) {
    if (clear) this.#clear();
    else if (pcm) this.#enqueue(pcm);
    else this.#queue.push(mark);
  }

  #enqueue(pcm) {
    const audio = this.#resampler.process(Float32Array.from(new Int16Array(pcm), (value) => value / 32_768));
    this.#queue.push(audio);
    this.#waiting += audio.length;
  }

  #clear() {
    for (const entry of this.#queue) if (typeof entry === "string") this.port.postMessage({ played: entry });
    this.#queue = [];
    this.#waiting = 0;
    this.#offset = 0;
    this.#isPlaying = false;
    this.#resampler = new Resampler(SPOKEN_RATE, sampleRate);
  }

  process(_, [[output]]) {
    this.#decide(output.length);
    for (let index = 0; index < output.length; index += 1) output[index] = this.#next();
    this.#measure(output);
    return true;
  }

  #decide(samples) {
    if (this.#isPlaying) return;
    this.#waited = this.#waiting ? this.#waited + samples / sampleRate : 0;
    const isEnough = this.#waiting >= CUSHION * sampleRate || this.#waited >= PATIENCE;
    const isOnlyMarks = !this.#waiting && this.#queue.length > 0;
    this.#isPlaying = isEnough || isOnlyMarks;
  }

  #next() {
    if (this.#isPlaying) this.#passMarks();
    const audio = this.#queue[0];
    if (!this.#isPlaying || audio === undefined) {
      this.#isPlaying = false;
      this.#last *= FADE;
      return this.#last;
    }
    this.#last = audio[this.#offset];
    this.#offset += 1;
    this.#waiting -= 1;
    if (this.#offset === audio.length) {
      this.#queue.shift();
      this.#offset = 0;
    }
    return this.#last;
  }

  #passMarks() {
    while (typeof this.#queue[0] === "string" || this.#queue[0]?.length === 0) {
      const passed = this.#queue.shift();
      if (typeof passed === "string") this.port.postMessage({ played: passed });
    }
  }

  #measure(output) {
    const report = this.#report;
    for (const sample of output) {
      report.energy += sample * sample;
      report.loud += Math.abs(sample) > AUDIBLE ? 1 : 0;
    }
    report.samples += output.length;
    if (report.samples < REPORT_EVERY * sampleRate) return;
    const level = Math.sqrt(report.energy / report.samples);
    this.port.postMessage({ level, loud: report.loud, isPlaying: this.#isPlaying });
    this.#report = { loud: 0, energy: 0, samples: 0 };
  }
}

registerProcessor("clinic-voice-playback", Playback);
