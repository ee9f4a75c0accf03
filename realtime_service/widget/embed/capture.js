// Audio thread: the microphone's samples, as the service takes them, PCM16 mono at 16 kHz in frames of 20 ms.

import { Resampler } from "./resampler.js";

const HEARD_RATE = 16_000;
const FRAME = HEARD_RATE / 50;

class Capture extends AudioWorkletProcessor {
  #resampler = new Resampler(sampleRate, HEARD_RATE);
  #frame = new Int16Array(FRAME);
  #filled = 0;
  #energy = 0;
  #isMuted = false;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => {
      this.#isMuted = data.muted;
    };
  }

  process([[input]]) {
    if (input) for (const sample of this.#resampler.process(input)) this.#take(this.#isMuted ? 0 : sample);
    return true;
  }

  #take(sample) {
    this.#frame[this.#filled] = Math.max(-1, Math.min(1, sample)) * 32_767;
    this.#energy += sample * sample;
    this.#filled += 1;
    if (this.#filled === FRAME) this.#send();
  }

  /** Silence is sent, too: the model tells by it that a turn is over. */
  #send() {
    const pcm = this.#frame.buffer;
    this.port.postMessage({ pcm, level: Math.sqrt(this.#energy / FRAME) }, [pcm]);
    this.#frame = new Int16Array(FRAME);
    this.#filled = 0;
    this.#energy = 0;
  }
}

registerProcessor("clinic-voice-capture", Capture);
