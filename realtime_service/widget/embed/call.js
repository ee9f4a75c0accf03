// The conversation's WebSocket: it comes back when the network does, and tells how much it has already.

const PROTOCOL = "clinic-voice.v1";
const BACK_WITHIN_MS = 60_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 4_000;
/** Until a connection that does not come about, or a typed line that nobody takes, counts as lost. */
const PATIENCE_MS = 8_000;
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
  /** @type {{event: "text", id: string, text: string}[]} lines that the service has not shown back yet */
  #typed = [];
  /** @type {WebSocket | undefined} */
  #socket;
  #isOver = false;
  #lostAt = 0;
  #attempts = 0;
  #refusals = 0;
  #timer = 0;
  #patience = 0;

  /** @param {import("./session.js").Session} session @param {Listener} listener */
  constructor(session, listener) {
    this.#session = session;
    this.#listener = listener;
    addEventListener("online", this.#networkCame);
    addEventListener("offline", this.#networkWent);
  }

  open() {
    this.#drop();
    const { url, token, call_id } = this.#session;
    const socket = new WebSocket(url, [PROTOCOL, `token.${token}`]);
    let hasOpened = false;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      hasOpened = true;
      // Who comes back is answered at once; the first time, the agent may take a while.
      if (!this.#lostAt) clearTimeout(this.#patience);
      socket.send(JSON.stringify({ event: "start", call_id, received: this.#received }));
      for (const line of this.#typed) socket.send(JSON.stringify(line));
    };
    socket.onmessage = ({ data }) => this.#take(data);
    socket.onclose = ({ code }) => this.#closed(code, hasOpened);
    this.#socket = socket;
    this.#patience = setTimeout(this.#networkWent, PATIENCE_MS);
  }

  /** @param {ArrayBuffer} pcm PCM16 little-endian mono at 16 kHz, 20 ms */
  hear(pcm) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    if (this.#socket.bufferedAmount > STUCK_BYTES) this.#networkWent();
    else this.#socket.send(pcm);
  }

  /** @param {string} text @returns {boolean} whether it was taken: it is sent again if the network loses it */
  type(text) {
    // Of its own even after a reload: the service takes a line once.
    const line = { event: "text", id: `${Date.now()}-${Math.random()}`, text };
    if (!this.#send(line)) return false;
    this.#typed.push(line);
    this.#watch();
    return true;
  }

  /** @param {string} name of a mark: all audio before it was played, or cleared */
  played(name) {
    this.#send({ event: "mark", name });
  }

  hangUp() {
    this.#send({ event: "stop" });
    this.#end("ended");
  }

  #send(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  #take(data) {
    this.#found();
    if (typeof data !== "string") {
      this.#received += 1;
      this.#listener.audio(data);
      return;
    }
    const message = JSON.parse(data);
    this.#received += message.event === "skip" ? message.count : 1;
    // The visitor's words are final at once only where they were typed.
    if (message.event === "caption" && message.speaker === "caller" && message.final) this.#typed.shift();
    this.#watch();
    if (message.event !== "skip") this.#listener.event(message);
  }

  /** A network that swallows everything tells no socket: what was typed must come back. */
  #watch() {
    clearTimeout(this.#patience);
    if (this.#typed.length) this.#patience = setTimeout(this.#networkWent, PATIENCE_MS);
  }

  #found() {
    this.#attempts = this.#refusals = 0;
    if (!this.#lostAt) return;
    this.#lostAt = 0;
    this.#listener.lost(false);
  }

  async #closed(code, hasOpened) {
    if (!LOST.has(code)) return this.#end(ENDED[code] ?? "failed");
    this.#drop();
    // A browser does not tell a refusal from a lost network. Who answers, and takes no socket, knows no such call.
    if (!hasOpened && (await this.#answers())) this.#refusals += 1;
    if (this.#refusals > MOST_REFUSALS) this.#end("lost");
    else if (!this.#socket) this.#comeBack();
  }

  async #answers() {
    const address = this.#session.url.replace(/^ws/, "http").replace(/browser$/, "embed/clinic.json");
    const how = { cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(PATIENCE_MS) };
    return fetch(address, how).then(({ ok }) => ok, () => false);
  }

  #comeBack() {
    if (this.#isOver) return;
    this.#drop();
    const now = Date.now();
    if (!this.#lostAt) {
      this.#lostAt = now;
      this.#listener.lost(true);
    }
    if (now - this.#lostAt > BACK_WITHIN_MS) return this.#end("lost");
    const wait = Math.min(FIRST_WAIT_MS * 2 ** this.#attempts, LONGEST_WAIT_MS);
    this.#attempts += 1;
    this.#timer = setTimeout(() => this.open(), wait);
  }

  #networkCame = () => {
    if (!this.#lostAt) return;
    this.#attempts = this.#refusals = 0;
    this.open();
  };

  /** The browser notices a network that is gone long before its socket does. */
  #networkWent = () => this.#comeBack();

  /** Forget the connection: what still comes over it is not heard. */
  #drop() {
    clearTimeout(this.#timer);
    clearTimeout(this.#patience);
    const socket = this.#socket;
    this.#socket = undefined;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(1000);
  }

  #end(reason) {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#drop();
    removeEventListener("online", this.#networkCame);
    removeEventListener("offline", this.#networkWent);
    this.#listener.ended(reason);
  }
}
