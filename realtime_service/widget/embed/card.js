// What has become of an appointment, as a card, and as a file for the visitor's calendar (RFC 5545).

import { icon, make } from "./dom.js";

/**
 * @typedef {object} Appointment
 * @property {string} doctor_name
 * @property {string} department
 * @property {string} starts_at ISO 8601 with the clinic's offset
 * @property {string} ends_at
 */

const OUTCOMES = { book_appointment: "booked", reschedule_appointment: "moved", cancel_appointment: "cancelled" };

/** @param {string} tool @returns {"booked" | "moved" | "cancelled" | undefined} */
export function outcomeOf(tool) {
  return OUTCOMES[tool];
}

/**
 * @param {"booked" | "moved" | "cancelled"} outcome
 * @param {string} id
 * @param {Appointment | undefined} appointment a cancelled one may be known by its id only
 * @param {import("./session.js").Clinic} clinic
 * @param {typeof import("./words.js").WORDS.en} words
 * @param {string} language
 */
export function card(outcome, id, appointment, clinic, words, language) {
  const details = appointment ? described(appointment, clinic, language) : [];
  const file = appointment && outcome !== "cancelled" ? [download(id, appointment, clinic, words)] : [];
  const title = make("p", { class: "title" }, icon("done"), words[outcome]);
  return make("div", { class: `card ${outcome}`, role: "group", "aria-label": words[outcome] }, title, ...details, ...file);
}

function described({ doctor_name, department, starts_at }, clinic, language) {
  const format = { timeZone: clinic.time_zone, dateStyle: "full", timeStyle: "short" };
  // As the visitor's country writes it, where that is known: English dates are not the same everywhere.
  const own = navigator.languages.find((tag) => tag.startsWith(`${language}-`));
  const when = new Intl.DateTimeFormat(own ?? language, format).format(new Date(starts_at));
  return [
    make("p", { class: "when" }, make("time", { datetime: starts_at }, when)),
    make("p", { class: "whom" }, `${doctor_name}, ${department}`),
    make("p", { class: "where" }, clinic.name),
  ];
}

function download(id, appointment, clinic, words) {
  const file = calendarFile(id, appointment, clinic);
  // A link of data, not of a blob: a strict policy of the page forbids neither, and this one needs no cleaning up.
  const href = `data:text/calendar;charset=utf-8,${encodeURIComponent(file)}`;
  return make("a", { class: "calendar", href, download: "appointment.ics" }, icon("calendar"), words.calendar);
}

/** @param {string} id @param {Appointment} appointment @param {import("./session.js").Clinic} clinic */
export function calendarFile(id, { doctor_name, department, starts_at, ends_at }, clinic) {
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//clinic-voice-agent//web//EN",
    "BEGIN:VEVENT",
    // The same as in the clinic's letter: the calendar then takes both for one event.
    `UID:${id}@${clinic.id}`,
    `DTSTAMP:${utc(new Date().toISOString())}`,
    `DTSTART:${utc(starts_at)}`,
    `DTEND:${utc(ends_at)}`,
    `SUMMARY:${escaped(`${doctor_name}, ${department}`)}`,
    `LOCATION:${escaped(clinic.name)}`,
    "END:VEVENT",
    "END:VCALENDAR",
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join("");
}

function utc(moment) {
  return `${new Date(moment).toISOString().replace(/[-:]|\.\d+/g, "").slice(0, 15)}Z`;
}

function escaped(text) {
  return text.replace(/[\\;,]/g, "\\$&").replace(/\r?\n/g, "\\n");
}

/** Lines of 75 octets at most (section 3.1), never through the middle of a character. */
function folded(line) {
  const encoder = new TextEncoder();
  let octets = 0;
  let text = "";
  for (const character of line) {
    const size = encoder.encode(character).length;
    if (octets + size > 74) {
      text += "\r\n ";
      octets = 1;
    }
    text += character;
    octets += size;
  }
  return text;
}
