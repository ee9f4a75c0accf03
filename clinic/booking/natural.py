"""Days and times as people say them: in English, Hindi and Telugu; in any other language, as in English."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

_HOURS = ("twelve", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven")
_HI_DAYS = ("सोमवार", "मंगलवार", "बुधवार", "गुरुवार", "शुक्रवार", "शनिवार", "रविवार")
_HI_MONTHS = (
    *("जनवरी", "फ़रवरी", "मार्च", "अप्रैल", "मई", "जून"),
    *("जुलाई", "अगस्त", "सितंबर", "अक्टूबर", "नवंबर", "दिसंबर"),
)
_HI_HOURS = ("बारह", "एक", "दो", "तीन", "चार", "पाँच", "छह", "सात", "आठ", "नौ", "दस", "ग्यारह")
_TE_DAYS = ("సోమవారం", "మంగళవారం", "బుధవారం", "గురువారం", "శుక్రవారం", "శనివారం", "ఆదివారం")
_TE_MONTHS = (
    *("జనవరి", "ఫిబ్రవరి", "మార్చి", "ఏప్రిల్", "మే", "జూన్"),
    *("జూలై", "ఆగస్టు", "సెప్టెంబర్", "అక్టోబర్", "నవంబర్", "డిసెంబర్"),
)
_TE_HOURS = (
    *("పన్నెండు", "ఒంటి", "రెండు", "మూడు", "నాలుగు", "ఐదు"),
    *("ఆరు", "ఏడు", "ఎనిమిది", "తొమ్మిది", "పది", "పదకొండు"),
)
_TE_HALF_PAST = (
    *("పన్నెండున్నర", "ఒకటిన్నర", "రెండున్నర", "మూడున్నర", "నాలుగున్నర", "ఐదున్నర"),
    *("ఆరున్నర", "ఏడున్నర", "ఎనిమిదిన్నర", "తొమ్మిదిన్నర", "పదిన్నర", "పదకొండున్నర"),
)
_TE_QUARTERS = {15: "పదిహేను", 45: "నలభై ఐదు"}


def day_in(language: str, day: date) -> str:
    """Return "Tuesday the 24th of November", "मंगलवार, 24 नवंबर", "మంగళవారం, నవంబర్ 24"."""
    return _DAYS.get(language, spoken_day)(day)


def instant_in(language: str, local: datetime) -> str:
    """Return a day and time, such as "मंगलवार, 24 नवंबर को सुबह दस बजे"; `local` is on the clinic's clock."""
    return _INSTANTS.get(language, _english)(local)


def spoken_day(day: date) -> str:
    """Return "Friday the 4th of December"."""
    return f"{day:%A} the {day.day}{_ordinal(day.day)} of {day:%B}"


def spoken_time(moment: time) -> str:
    """Return "half past ten in the morning"."""
    if moment in (time(12), time(0)):
        return "twelve noon" if moment.hour else "midnight"
    part = (
        "in the morning" if moment.hour < 12 else "in the afternoon" if moment.hour < 17 else "in the evening"
    )
    return f"{_clock_words(moment)} {part}"


def spoken(instant: datetime, zone: ZoneInfo) -> str:
    """Return "Friday the 4th of December at half past ten in the morning", on the clinic's clock."""
    local = instant.astimezone(zone)
    return f"{spoken_day(local.date())} at {spoken_time(local.time())}"


def _clock_words(moment: time) -> str:
    hour, next_hour = _HOURS[moment.hour % 12], _HOURS[(moment.hour + 1) % 12]
    quarters = {
        0: f"{hour} o'clock",
        15: f"quarter past {hour}",
        30: f"half past {hour}",
        45: f"quarter to {next_hour}",
    }
    return quarters.get(moment.minute, f"{hour} {moment.minute:02}")


def _ordinal(number: int) -> str:
    return "th" if 11 <= number % 100 <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _english(local: datetime) -> str:
    return f"{spoken_day(local.date())} at {spoken_time(local.time())}"


def _hindi_day(day: date) -> str:
    return f"{_HI_DAYS[day.weekday()]}, {day.day} {_HI_MONTHS[day.month - 1]}"


def _hindi(local: datetime) -> str:
    part = _part(local.hour, ("सुबह", "दोपहर", "शाम", "रात"))
    return f"{_hindi_day(local.date())} को {part} {_hindi_clock(local.time())}"


def _hindi_clock(moment: time) -> str:
    hour, next_hour = _HI_HOURS[moment.hour % 12], _HI_HOURS[(moment.hour + 1) % 12]
    # One and a half, and two and a half, have words of their own.
    halves = {1: "डेढ़ बजे", 2: "ढाई बजे"}
    quarters = {
        0: f"{hour} बजे",
        15: f"सवा {hour} बजे",
        30: halves.get(moment.hour % 12, f"साढ़े {hour} बजे"),
        45: f"पौने {next_hour} बजे",
    }
    return quarters.get(moment.minute, f"{hour} बजकर {moment.minute} मिनट पर")


def _telugu_day(day: date) -> str:
    return f"{_TE_DAYS[day.weekday()]}, {_TE_MONTHS[day.month - 1]} {day.day}"


def _telugu(local: datetime) -> str:
    part = _part(local.hour, ("ఉదయం", "మధ్యాహ్నం", "సాయంత్రం", "రాత్రి"))
    return f"{_telugu_day(local.date())}న {part} {_telugu_clock(local.time())}"


def _telugu_clock(moment: time) -> str:
    hour = _TE_HOURS[moment.hour % 12]
    if moment.minute == 0:
        return f"{hour} గంటకు" if moment.hour % 12 == 1 else f"{hour} గంటలకు"
    if moment.minute == 30:
        return f"{_TE_HALF_PAST[moment.hour % 12]}కు"
    hours = "గంట" if moment.hour % 12 == 1 else "గంటల"
    return f"{hour} {hours} {_TE_QUARTERS.get(moment.minute, moment.minute)} నిమిషాలకు"


def _part(hour: int, parts: tuple[str, str, str, str]) -> str:
    """Return the word for the morning (4 to 12), the afternoon, the evening (16 to 20) or the night."""
    return parts[0 if 4 <= hour < 12 else 1 if 12 <= hour < 16 else 2 if 16 <= hour < 20 else 3]


_DAYS: dict[str, Callable[[date], str]] = {"hi": _hindi_day, "te": _telugu_day}
_INSTANTS: dict[str, Callable[[datetime], str]] = {"hi": _hindi, "te": _telugu}
