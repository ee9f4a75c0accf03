"""The rehearsed phone line: speaks Twilio's REST API to the rehearsal that holds the call on this machine.

Each rehearsed call leaves a note in LOCAL_DATA of where its Twilio listens; one that also takes
calls of ours leaves the note `line`.
"""

from __future__ import annotations

import http.client
from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
from msgspec import Struct

from clinic.settings import Settings
from clinic.telephony import CallOver

ANY_CALL = "line"
_TIMEOUT_SECONDS = 5.0
_OVER = (21220, 20404)
_NOBODY_WAITS = "no rehearsed phone is waiting to be rung"


class WhereTwilioIs(Struct, frozen=True):
    """What a rehearsal notes of itself."""

    url: str
    account_sid: str


class RehearsalRefused(Exception):
    """The rehearsed Twilio said no: its error, as Twilio words it."""


class RehearsedTelephone:
    """Implements `Telephone`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def ring(self, number: str, *, twiml_url: str, status_url: str, machine_url: str) -> str:
        """Place a call. Raises ValueError where no rehearsed phone can be rung."""
        where = _where(self._settings, ANY_CALL)
        if where is None:
            raise ValueError(_NOBODY_WAITS)
        asked = {
            "To": number,
            "From": self._settings.twilio_phone_number or "+914000000000",
            "Url": twiml_url,
            "StatusCallback": status_url,
            "MachineDetection": "DetectMessageEnd",
            "AsyncAmd": "true",
            "AsyncAmdStatusCallback": machine_url,
        }
        try:
            return self._ask(where, "POST", "Calls.json", asked)["sid"]
        except CallOver:
            raise ValueError(_NOBODY_WAITS) from None

    def status(self, call_sid: str) -> str:
        """Ask how the call fares."""
        return self._of("GET", call_sid, ".json", {})["status"]

    def move(self, call_sid: str, twiml: str) -> None:
        """Go on with this TwiML."""
        self._of("POST", call_sid, ".json", {"Twiml": twiml})

    def hang_up(self, call_sid: str) -> None:
        """End a call."""
        try:
            self._of("POST", call_sid, ".json", {"Status": "completed"})
        except CallOver:
            return

    def record(self, call_sid: str, told_at: str) -> str:
        """Record it."""
        return self._of("POST", call_sid, "/Recordings.json", {"RecordingStatusCallback": told_at})["sid"]

    def _of(self, method: str, call_sid: str, resource: str, form: dict[str, str]) -> dict[str, str]:
        where = _where(self._settings, call_sid) or _where(self._settings, ANY_CALL)
        if where is None:
            raise CallOver
        return self._ask(where, method, f"Calls/{call_sid}{resource}", form)

    def _ask(self, where: WhereTwilioIs, method: str, resource: str, form: dict[str, str]) -> dict[str, str]:
        credentials = b64encode(f"{where.account_sid}:{self._settings.signing_token}".encode()).decode()
        headers = {
            "Authorization": f"Basic {credentials}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection = http.client.HTTPConnection(urlsplit(where.url).netloc, timeout=_TIMEOUT_SECONDS)
        try:
            path = f"/2010-04-01/Accounts/{where.account_sid}/{resource}"
            connection.request(method, path, urlencode(form), headers)
            return _granted(msgspec.json.decode(connection.getresponse().read()))
        except ConnectionRefusedError as error:
            # The rehearsal is gone, and its call with it.
            raise CallOver from error
        finally:
            connection.close()


def note_where(settings: Settings, call_sid: str, where: WhereTwilioIs) -> Path:
    """Let a rehearsal note where it listens; it removes the file when the call is over."""
    file = _file(settings, call_sid)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(msgspec.json.encode(where))
    return file


def open_port(settings: Settings) -> RehearsedTelephone:
    """Return the phone line of this machine's rehearsals."""
    return RehearsedTelephone(settings)


def _where(settings: Settings, call_sid: str) -> WhereTwilioIs | None:
    try:
        return msgspec.json.decode(_file(settings, call_sid).read_bytes(), type=WhereTwilioIs)
    except FileNotFoundError:
        return None


def _file(settings: Settings, call_sid: str) -> Path:
    return Path(settings.local_data) / "rehearsed_twilio" / f"{call_sid}.json"


def _granted(answer: dict[str, Any]) -> dict[str, str]:
    if answer.get("code") in _OVER:
        raise CallOver
    if "sid" not in answer:
        raise RehearsalRefused(f"{answer.get('code')} {answer.get('message')}")
    return answer
