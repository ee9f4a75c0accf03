// The page's ear and voice: one audio context, unlocked in the visitor's tap, with a worklet for each side.

const REFUSALS = {
  NotAllowedError: "micRefused",
  SecurityError: "micRefused",
  NotFoundError: "micMissing",
  OverconstrainedError: "micMissing",
  NotReadableError: "micInUse",
  AbortError: "micInUse",
};
const WANTED = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };

/**
 * @typedef {object} Listener
 * @property {(pcm: ArrayBuffer, level: number) => void} heard 20 ms of the visitor's voice, and how loud, 0 to 1
 * @property {(name: string) => void} played a mark was reached, or cleared
 * @property {(level: number, isPlaying: boolean) => void} sounded how loud the agent is, 0 to 1
 * @property {() => void} changed whether the browser lets anything be heard has changed
 */

export class Sound {
  #listener;
  #base;
  /** @type {AudioContext | undefined} */
  #context;
  /** @type {AudioWorkletNode | undefined} */
  #player;
  /** @type {GainNode | undefined} */
  #volume;
  /** @type {AudioWorkletNode | undefined} */
  #recorder;
  /** @type {MediaStream | undefined} */
  #microphone;
  #isClosed = false;
  #isMuted = false;
  #isSilent = false;
  /** Of what was played: samples beyond silence. */
  loudSamples = 0;

  /** @param {Listener} listener */
  constructor(listener) {
    this.#listener = listener;
    this.#base = new URL(".", import.meta.url);
  }

  get isLocked() {
    return this.#context !== undefined && this.#context.state !== "running";
  }

  get hasMicrophone() {
    return this.#recorder !== undefined;
  }

  /** Call it within a tap, before anything is awaited: iOS plays nothing otherwise. */
  unlock() {
    // A silent switch mutes web audio on iOS, but no call.
    if (navigator.audioSession) navigator.audioSession.type = "play-and-record";
    this.#context ??= this.#newContext();
    return this.#context?.resume();
  }

  #newContext() {
    if (!globalThis.AudioWorkletNode) return undefined;
    const context = new AudioContext({ latencyHint: "interactive" });
    context.onstatechange = () => this.#listener.changed();
    return context;
  }

  /** Get ready to play what the agent says. */
  async openVoice() {
    if (!this.#context?.audioWorklet || this.#player) return;
    await this.#context.audioWorklet.addModule(new URL("playback.js", this.#base));
    if (this.#isClosed) return;
    this.#player = new AudioWorkletNode(this.#context, "clinic-voice-playback", { outputChannelCount: [1] });
    this.#player.port.onmessage = ({ data }) => this.#report(data);
    this.#volume = this.#context.createGain();
    this.silence(this.#isSilent);
    this.#player.connect(this.#volume).connect(this.#context.destination);
  }

  /** @returns {Promise<string>} empty, or the name of the words why there is no microphone */
  async openMicrophone() {
    if (this.#isClosed) return "";
    if (!navigator.mediaDevices?.getUserMedia || !this.#context?.audioWorklet) return "micInsecure";
    try {
      this.#microphone = await navigator.mediaDevices.getUserMedia({ audio: WANTED });
    } catch (error) {
      return REFUSALS[error.name] ?? "micMissing";
    }
    await this.#record();
    return "";
  }

  async #record() {
    // A visitor may have ended the call before answering the browser's question: nothing may listen then.
    if (this.#isClosed) return this.#letGo();
    await this.#context.audioWorklet.addModule(new URL("capture.js", this.#base));
    if (this.#isClosed) return;
    this.#recorder = new AudioWorkletNode(this.#context, "clinic-voice-capture", { numberOfOutputs: 0 });
    this.#recorder.port.onmessage = ({ data }) => this.#listener.heard(data.pcm, data.level);
    this.mute(this.#isMuted);
    this.#context.createMediaStreamSource(this.#microphone).connect(this.#recorder);
  }

  /** @param {ArrayBuffer} pcm PCM16 little-endian mono at 24 kHz */
  play(pcm) {
    this.#player?.port.postMessage({ pcm }, [pcm]);
  }

  /** @param {string} mark to be told of when everything before it has been played */
  mark(mark) {
    if (this.#player) this.#player.port.postMessage({ mark });
    else this.#listener.played(mark);
  }

  /** Drop what was not played yet. */
  clear() {
    this.#player?.port.postMessage({ clear: true });
  }

  /** @param {boolean} muted whether the visitor's voice is kept from the agent */
  mute(muted) {
    this.#isMuted = muted;
    this.#recorder?.port.postMessage({ muted });
    for (const track of this.#microphone?.getAudioTracks() ?? []) track.enabled = !muted;
  }

  /** @param {boolean} silent whether the agent's voice is kept from the visitor */
  silence(silent) {
    this.#isSilent = silent;
    if (this.#volume) this.#volume.gain.value = silent ? 0 : 1;
  }

  async close() {
    this.#isClosed = true;
    this.#letGo();
    const context = this.#context;
    this.#context = this.#player = this.#recorder = this.#volume = undefined;
    await context?.close();
  }

  #letGo() {
    for (const track of this.#microphone?.getTracks() ?? []) track.stop();
    this.#microphone = undefined;
  }

  #report({ played, level, loud, isPlaying }) {
    if (played !== undefined) return this.#listener.played(played);
    this.loudSamples += loud;
    this.#listener.sounded(level, isPlaying);
  }
}
