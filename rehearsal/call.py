"""`make call`: rings the clinic as Twilio would, lets a caller speak, and shows the conversation."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import TextIO

from msgspec import Struct

from clinic.adapters.embedded.telephone import WhereTwilioIs, note_where
from clinic.directory.clinic import Clinic
from clinic.directory.clinic_file import ClinicFileError, load_clinic
from clinic.settings import SettingError, Settings, load_settings
from rehearsal.caller.call_log_view import CallLogView
from rehearsal.caller.call_options import CallOptions, caller_of, read_options
from rehearsal.caller.conversation import Conversation, Speak
from rehearsal.caller.screen import Screen, to_terminal
from rehearsal.caller.stored_call_log import StoredCallLog
from rehearsal.caller.verdict import verdict
from rehearsal.speech.voice import Voice
from rehearsal.twilio import rest
from rehearsal.twilio.callee import Callee
from rehearsal.twilio.dictionary import TwilioError
from rehearsal.twilio.line import Line
from rehearsal.twilio.phone_call import REAL_TIME, PhoneCall
from rehearsal.twilio.switchboard import Switchboard
from rehearsal.twilio.webhook import NobodyAnswers, WebhookRefused, Webhooks
from rehearsal.whereabouts import adopt

NOBODY_ANSWERS = 2
INTERRUPTED = 130
_ACCOUNT = "AC" + "0" * 32
_RATE = 8000


class Surroundings(Struct, frozen=True, kw_only=True):
    """What a call needs besides its options."""

    settings: Settings
    clinic: Clinic
    log: CallLogView
    speak: Speak
    screen: Screen
    typed: TextIO
    frame_seconds: float = REAL_TIME


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the call of the command line; return the exit code."""
    options = read_options(arguments)
    adopt(os.environ)
    try:
        settings = load_settings(os.environ)
        clinic = load_clinic(settings.clinic_path)
    except (SettingError, ClinicFileError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    around = Surroundings(
        settings=settings,
        clinic=clinic,
        log=_open_log(settings, clinic),
        speak=Voice(rate=_RATE).speak,
        screen=to_terminal(os.environ),
        typed=sys.stdin,
    )
    return asyncio.run(make_call(options, around))


async def make_call(options: CallOptions, around: Surroundings) -> int:
    """Make a call and show it; return the exit code.

    0 for a call that ended well, 1 for a broken one, 2 where nobody answers, 130 after an interrupt.
    """
    caller = caller_of(options, around.clinic, datetime.now(UTC), around.typed)
    conversation = Conversation(caller, around.log, around.speak, around.screen)
    base = options.functions_url.rstrip("/") or around.settings.public_functions_url
    call = _phone_call(base, options, around, conversation)
    interrupted = _hang_up_on_interrupt(call)
    try:
        with _within_reach(call, around.settings):
            await call.ring()
    except NobodyAnswers:
        around.screen.failure(f"nothing answers at {base}; start the clinic with `make run` first")
        return NOBODY_ANSWERS
    except WebhookRefused as error:
        around.screen.failure(_refused(error))
        return 1
    except TwilioError as error:
        around.screen.failure(str(error))
        return 1
    await _show_the_end(call, conversation, around, options.wav)
    if interrupted.is_set():
        around.screen.progress("you hung up")
        return INTERRUPTED
    code, words = verdict(call, conversation, caller, around.log)
    (around.screen.failure if code else around.screen.progress)(words)
    return code


def _phone_call(
    base: str, options: CallOptions, around: Surroundings, conversation: Conversation
) -> PhoneCall:
    settings = around.settings
    line = Line(
        voice_url=f"{base}/twilio-voice",
        caller=options.caller,
        called=settings.twilio_phone_number or around.clinic.phone,
        account_sid=settings.twilio_account_sid or _ACCOUNT,
        status_url=f"{base}/twilio-status",
    )
    around.screen.progress(f"{line.caller} rings {line.called}")
    return PhoneCall(
        line,
        Webhooks(settings.signing_token),
        conversation.talk,
        around.screen.progress,
        staff=Callee(options.staff),
        frame_seconds=around.frame_seconds,
    )


@contextmanager
def _within_reach(call: PhoneCall, settings: Settings) -> Iterator[None]:
    """Let the clinic act on the call meanwhile, by Twilio's REST API on this machine."""
    account = settings.twilio_account_sid or _ACCOUNT
    at_once = asyncio.get_running_loop().call_soon_threadsafe
    switchboard = Switchboard(account, settings.signing_token, at_once)
    switchboard.calls[call.call_sid] = call
    with rest.serve(switchboard) as url:
        note = note_where(settings, call.call_sid, WhereTwilioIs(url, account))
        try:
            yield
        finally:
            note.unlink(missing_ok=True)


def _hang_up_on_interrupt(call: PhoneCall) -> asyncio.Event:
    """Ctrl-C hangs up, as laying down the phone does; a second one ends the command at once."""
    interrupted = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hang_up() -> None:
        interrupted.set()
        loop.remove_signal_handler(signal.SIGINT)
        call.hang_up()

    loop.add_signal_handler(signal.SIGINT, hang_up)
    return interrupted


def _refused(error: WebhookRefused) -> str:
    if error.status != 403:
        return f"the clinic did not take the call: {error}"
    same = "TWILIO_AUTH_TOKEN and FUNCTIONS_URL must be the same here and there"
    return f"the clinic refused the signature: {error}; {same}"


async def _show_the_end(
    call: PhoneCall, conversation: Conversation, around: Surroundings, wav: Path | None
) -> None:
    screen = around.screen
    for notice, times in Counter(call.notices).items():
        screen.notice(notice, times)
    if call.stream is None:
        return
    await conversation.look(call.stream, over=True)
    if call.stream.cut_off_ms:
        screen.failure(f"the clinic closed with {call.stream.cut_off_ms:.0f} ms of its words unheard")
    if conversation.waits_ms:
        waits = conversation.waits_ms
        screen.progress(
            f"the agent began to answer after {median(waits):.0f} ms in the median, {max(waits)} at most"
        )
    appointment = await asyncio.to_thread(around.log.appointment, conversation.call_id)
    screen.progress(f"appointment: {appointment or 'none'}")
    path = wav or Path(around.settings.local_data) / "calls" / f"{conversation.call_id or call.call_sid}.wav"
    call.stream.recording.write(path)
    screen.progress(f"sound: {path} ({call.stream.recording.seconds:.1f} s, caller left, agent right)")


def _open_log(settings: Settings, clinic: Clinic) -> CallLogView:
    ports = {
        name: import_module(f"clinic.adapters.{settings.store}.{name}").open_port(settings)
        for name in ("calls", "ledger", "appointments")
    }
    return StoredCallLog(clinic, **ports)


if __name__ == "__main__":
    raise SystemExit(main())
