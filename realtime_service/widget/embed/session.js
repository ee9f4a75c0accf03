// What a call is opened with: the clinic's description, a token, and the memory that survives a reload.

const KEY = "clinic-voice-agent";
const BACK_WITHIN_MS = 60_000;

/**
 * @typedef {object} Clinic what the service tells of itself, `embed/clinic.json`
 * @property {string} id
 * @property {string} name
 * @property {string} phone E.164
 * @property {string} phone_shown the same as people write it
 * @property {string[]} languages BCP-47 primary subtags
 * @property {string} time_zone
 * @property {Record<string, string>} emergency by language
 * @property {string} session_url where a token is asked for
 * @property {boolean} may_call whether this page's origin is on the clinic's list
 */

/** @typedef {{url: string, call_id: string, token: string}} Session */

/** A reason why there is no call, by the name of its words. */
export class NoCall extends Error {
  /** @param {string} reason */
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/** @param {URL} base @returns {Promise<Clinic>} */
export async function describe(base) {
  const answer = await fetch(new URL("embed/clinic.json", base), { credentials: "omit" });
  if (!answer.ok) throw new NoCall("failed");
  return answer.json();
}

const REASONS = { 403: "notAllowed", 404: "notAllowed", 429: "tooMany", 503: "busy" };

/**
 * @param {Clinic} clinic
 * @param {string} wanted the id of the clinic the page was made for; empty for whichever answers
 * @param {string} language
 * @returns {Promise<Session>}
 */
export async function ask(clinic, wanted, language) {
  if (!clinic.may_call) throw new NoCall("notAllowed");
  const form = new URLSearchParams({ clinic: wanted || clinic.id, language });
  const answer = await fetch(clinic.session_url, { method: "POST", body: form, credentials: "omit" });
  if (!answer.ok) throw new NoCall(REASONS[answer.status] ?? "failed");
  return answer.json();
}

/** @typedef {{session: Session, isSpoken: boolean, language: string}} Kept */

/**
 * Keeps a call for the next page of this tab.
 * @param {Session} session @param {boolean} isSpoken @param {string} language
 */
export function remember(session, isSpoken, language) {
  const kept = { session, isSpoken, language, at: Date.now() };
  withStorage((storage) => storage.setItem(KEY, JSON.stringify(kept)));
}

export function forget() {
  withStorage((storage) => storage.removeItem(KEY));
}

/** @returns {Kept | undefined} the call that a page before this one was in */
export function remembered() {
  return withStorage((storage) => {
    const call = JSON.parse(storage.getItem(KEY) ?? "null");
    return call && Date.now() - call.at < BACK_WITHIN_MS ? call : undefined;
  });
}

/** @template T @param {(storage: Storage) => T} use @returns {T | undefined} */
function withStorage(use) {
  try {
    return use(sessionStorage);
  } catch {
    // A sandboxed or private page may have none: a reload then ends the call.
    return undefined;
  }
}
