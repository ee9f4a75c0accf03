"""Every sentence the receptionist says, and how days, times and people are put into words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, time

from clinic.directory import Clinic, Doctor
from rehearsal.receptionist.hearing.words import word_list
from rehearsal.receptionist.notes import Slot
from rehearsal.receptionist.questions import Question

QUESTIONS: dict[Question, tuple[str, ...]] = {
    Question.HELP: (
        "How can I help you?",
        "What can I do for you? I can look for an appointment, for example.",
    ),
    Question.DOCTOR: (
        "Which doctor or department would you like?",
        "Whom would you like to see? Please name a doctor or a department.",
    ),
    Question.WHICH_DOCTOR: (
        "We have {candidates}. Which doctor do you mean?",
        "Which doctor would that be: {candidates}?",
    ),
    Question.MEANT_DOCTOR: (
        "I do not know a Doctor {stranger} here. Did you mean {suggested}?",
        "I think you mean {suggested}. Is that right?",
    ),
    Question.DAY: (
        "For which day would you like the appointment?",
        "On which day would you like to come? You can say a weekday or a date.",
    ),
    Question.TIME: (
        "At what time{part}?",
        "What time{part} would you like to come? Ten thirty, for example.",
    ),
    Question.OTHER_TIME: (
        "Which other day or time would you like?",
        "On which other day, or at which other time, could you come?",
    ),
    Question.CHOICE: (
        "Which one would you like?",
        "Which one shall it be: {offers}?",
    ),
    Question.RETRY: ("Shall I try again?", "Would you like me to try it once more?"),
    Question.WAITING_LIST: (
        "Shall I put you on the waiting list?",
        "Would you like to be on the waiting list?",
    ),
    Question.NAME: ("What is your name, please?", "Could you tell me your full name, please?"),
    Question.NAME_SPELLED: (
        "Could you spell your name for me, letter by letter? Say space between two names.",
        "Please spell your name, letter by letter. You can say alpha for A and sierra for S.",
    ),
    Question.NAME_RIGHT: (
        "The name is {name}, spelled {name_letters}. Is that right?",
        "I have the name {name}: {name_letters}. Is that right?",
    ),
    Question.EMAIL: (
        "Please spell your e-mail address for me, letter by letter.",
        "Could you spell your e-mail address? You can say alpha for A, then at, then dot.",
    ),
    Question.EMAIL_RIGHT: (
        "The e-mail address is {email_letters}. Is that right?",
        "I have the e-mail address {email_letters}. Is that right?",
    ),
    Question.PHONE: (
        "Which phone number did you give us? Please say it digit by digit.",
        "What is your phone number, digit by digit?",
    ),
    Question.WANT_IT: ("Would you like me to book it?", "Shall I book that time for you?"),
    Question.BOOK_IT: (
        "So that is {whom}, on {when}, for {name}. Shall I book it?",
        "I have {whom}, on {when}, for {name}. Shall I book it?",
    ),
    Question.CHANGE: (
        "What should I change: the doctor, the day, the time or the name?",
        "Which part is wrong: the doctor, the day, the time or the name?",
    ),
    Question.WHICH_APPOINTMENT: (
        "You have {found}. Which one do you mean?",
        "Which one is it: {found}?",
    ),
    Question.CANCEL_IT: (
        "That is your appointment with {appointment}. Shall I cancel it?",
        "Shall I cancel your appointment with {appointment}?",
    ),
    Question.MOVE_IT: (
        "So I move your appointment with {doctor} to {when}. Shall I do that?",
        "Shall I move your appointment with {doctor} to {when}?",
    ),
    Question.MORE: ("Is there anything else I can do for you?", "Can I help you with anything else?"),
    Question.GOODBYE: ("Goodbye.", "Good bye."),
}

LETTER_REFUSED = ("I could not reach that e-mail address, though the appointment stands.",)
SORRY = (
    "Sorry, I did not catch that.",
    "I am afraid I did not understand you.",
    "I am sorry, could you say that in other words?",
    "Excuse me, I could not hear that well.",
)
STILL_THERE = ("Are you still there?", "Hello, can you hear me?", "I am still here. Are you there?")
ONE_MOMENT = (
    "One moment, please.",
    "I am still looking, please wait.",
    "It takes a little longer. One moment.",
)
GO_ON = ("Yes, please go on.", "And further, please?", "Thank you, and then?")
TAKE_YOUR_TIME = ("Of course, take your time.", "No hurry, I am listening.")
WELCOME = ("You are welcome.", "My pleasure.")
HELLO_AGAIN = ("Hello.", "Good day.")
HELLO_NAMED = ("Hello {first_name}.",)
STAFF_CAN = (
    "I am sorry, I still do not understand. You can also reach our staff on {number}.",
    "We do not seem to understand each other. Our staff will gladly help you on {number}.",
)
CALL_STAFF = (
    "You can reach our staff on {number}.",
    "Please ring our staff on {number}.",
)
CAN_NOT = (
    "I am sorry, I can not {deed} here. Please ring our staff on {number}, they will gladly do it.",
    "That I can not do here, I am afraid: to {deed}, please ring our staff on {number}.",
)
PUT_THROUGH = (
    "I will put you through to our staff. One moment, please.",
    "One moment, I am putting you through.",
)
GOODBYE = (
    "Thank you for calling {clinic}. Goodbye.",
    "Thank you for your call. Goodbye.",
)
NOT_BOOKED = ("All right, I have not booked anything.", "Very well, nothing is booked.")
STAYS = ("All right, your appointment stays as it is.", "Very well, I leave the appointment as it is.")
WE_HAVE = ("We have {departments}.", "Our departments are {departments}.")
UNKNOWN_DOCTOR = ("I find no Doctor {stranger} here.", "Nobody here is called Doctor {stranger}.")
OFFER = ("I could offer {offers}.", "What I can offer is {offers}.")
DEEDS = {"book": "book appointments", "ask": "look up free times", "cancel": "cancel appointments"}
DEEDS["move"] = "move appointments"

_HOURS = word_list("twelve one two three four five six seven eight nine ten eleven")
_PLACES = ("the first", "the second", "the third", "the fourth", "the fifth")


class Voice:
    """Chooses among wordings: never the same one twice running."""

    def __init__(self) -> None:
        self._used: Counter[tuple[str, ...]] = Counter()

    def pick(self, wordings: tuple[str, ...]) -> str:
        """Return the next wording, round and round."""
        self._used[wordings] += 1
        return wordings[(self._used[wordings] - 1) % len(wordings)]


def plain(text: str) -> str:
    """Return a tool's words as a synthesiser reads them well: "Dr." is "Doctor"."""
    return re.sub(r"\bDr\b\.?", "Doctor", text).strip()


def spoken_day(day: date) -> str:
    """Return "Friday the 4th of December"."""
    ending = "th" if 11 <= day.day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    return f"{day:%A} the {day.day}{ending} of {day:%B}"


def spoken_time(moment: time) -> str:
    """Return "half past ten", "quarter to five", "ten o'clock", "nine forty" as "nine 40"."""
    if moment in (time(0), time(12)):
        return "noon" if moment.hour else "midnight"
    hour, following = _HOURS[moment.hour % 12], _HOURS[(moment.hour + 1) % 12]
    named = {
        0: f"{hour} o'clock",
        15: f"quarter past {hour}",
        30: f"half past {hour}",
        45: f"quarter to {following}",
    }
    return named.get(moment.minute, f"{hour} {moment.minute:02}")


def spoken_doctor(name: str, clinic: Clinic) -> str:
    """Return "Doctor Mehta", or with the first name where two doctors share the last."""
    words = plain(name).split()
    last_names = Counter(doctor.name.split()[-1] for doctor in clinic.doctors)
    if len(words) < 3 or words[0] != "Doctor" or last_names[words[-1]] > 1:
        return " ".join(words)
    return f"{words[0]} {words[-1]}"


def spoken_departments(clinic: Clinic) -> str:
    """Return "cardiology, orthopaedics, and dermatology"."""
    names = [department.name.lower() for department in clinic.departments]
    return _listed(names, "and")


def spoken_candidates(doctors: Sequence[Doctor]) -> str:
    """Return "Doctor Kavita Rao and Doctor Sunil Rao"."""
    return _listed([plain(doctor.name) for doctor in doctors], "and")


def spoken_slots(slots: Iterable[Slot], clinic: Clinic, last: str = "or") -> str:
    """Return "the first, Friday the 4th of December at noon with Doctor Mehta; or the second, …"."""
    slots = list(slots)
    spoken = [f"{spoken_slot(slot)} with {spoken_doctor(slot.doctor_name, clinic)}" for slot in slots]
    if len(spoken) == 1:
        return spoken[0]
    return _listed([f"{place}, {words}" for place, words in zip(_PLACES, spoken, strict=False)], last)


def spoken_slot(slot: Slot) -> str:
    """Return the slot's own words, or else "Friday the 4th of December at half past ten"."""
    return slot.spoken or f"{spoken_day(slot.day)} at {spoken_time(slot.time)}"


def _listed(parts: list[str], last: str) -> str:
    if len(parts) < 2:
        return "".join(parts)
    pause = ";" if any("," in part for part in parts) else ","
    before_last = pause if pause == ";" or len(parts) > 2 else ""
    return f"{f'{pause} '.join(parts[:-1])}{before_last} {last} {parts[-1]}"
