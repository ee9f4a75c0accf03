// The conversation's WebSocket: it comes back when the network does, and tells how much it has already.

const PROTOCOL = "clinic-voice.v1";
const BACK_WITHIN_MS = 60_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 4_000;
const MOST_REFUSALS = 4;
/** Bytes that the network has not taken: three seconds of the caller's voice. */
const STUCK_BYTES = 96_000;

const ENDED = { 1000: "ended", 1013: "busy", 4001: "elsewhere" };
/** Close codes that are the network's, not the service's. */
const LOST = new Set([1001, 1005, 1006, 1012]);

/**
 * @typedef {object} Listener
 * @property {(pcm: ArrayBuffer) => void} audio PCM16 little-endian mono at 24 kHz
 * @property {(event: object) => void} event a message of the service
 * @property {(lost: boolean) => void} lost whether the connection is broken just now
 * @property {(reason: string) => void} ended by the name of its words
 */

export class Call {
  #session;
  #listener;
  /** How many messages of the service there have been. */
  #received = 0;
  /** @type {WebSocket | undefined} */
  #socket;
  #isOver = false;
  #lostAt = 0;
  #refusals = 0;
  #timer = 0;

  /** @param {import("./session.js").Session} session @param {Listener} listener */
  constructor(session, listener) {
    this.#session = session;
    this.#listener = listener;
    addEventListener("online", this.#networkCame);
    addEventListener("offline", this.#networkWent);
  }

  open() {
    const { url, token, call_id } = this.#session;
    const socket = new WebSocket(url, [PROTOCOL, `token.${token}`]);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      socket.send(JSON.stringify({ event: "start", call_id, received: this.#received }));
    };
    socket.onmessage = ({ data }) => this.#take(data);
    socket.onclose = ({ code }) => this.#closed(socket, code);
    this.#socket = socket;
  }

  /** @param {ArrayBuffer} pcm PCM16 little-endian mono at 16 kHz, 20 ms */
  hear(pcm) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    if (this.#socket.bufferedAmount > STUCK_BYTES) this.#networkWent();
    else this.#socket.send(pcm);
  }

  /** @param {string} text @returns {boolean} whether it could be sent */
  type(text) {
    return this.#send({ event: "text", text });
  }

  /** @param {string} name of a mark: all audio before it was played, or cleared */
  played(name) {
    this.#send({ event: "mark", name });
  }

  hangUp() {
    this.#send({ event: "stop" });
    this.#socket?.close(1000);
    this.#end("ended");
  }

  #send(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  #take(data) {
    if (this.#isOver) return;
    this.#found();
    if (typeof data !== "string") {
      this.#received += 1;
      this.#listener.audio(data);
      return;
    }
    const message = JSON.parse(data);
    this.#received += message.event === "skip" ? message.count : 1;
    if (message.event !== "skip") this.#listener.event(message);
  }

  #found() {
    this.#refusals = 0;
    if (!this.#lostAt) return;
    this.#lostAt = 0;
    this.#listener.lost(false);
  }

  #closed(socket, code) {
    if (this.#isOver || socket !== this.#socket) return;
    if (!LOST.has(code)) this.#end(ENDED[code] ?? "failed");
    else this.#comeBack();
  }

  #comeBack() {
    const now = Date.now();
    if (!this.#lostAt) {
      this.#lostAt = now;
      this.#listener.lost(true);
    }
    this.#refusals += navigator.onLine ? 1 : 0;
    if (now - this.#lostAt > BACK_WITHIN_MS || this.#refusals > MOST_REFUSALS) return this.#end("lost");
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (this.#refusals - 1), LONGEST_WAIT_MS);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.open(), wait);
  }

  #networkCame = () => {
    if (!this.#lostAt || this.#isOver) return;
    clearTimeout(this.#timer);
    this.#refusals = 0;
    this.open();
  };

  /** The browser notices a network that is gone long before its socket does. */
  #networkWent = () => {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    if (!this.#isOver) this.#comeBack();
  };

  #end(reason) {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    removeEventListener("online", this.#networkCame);
    removeEventListener("offline", this.#networkWent);
    this.#listener.ended(reason);
  }
}
