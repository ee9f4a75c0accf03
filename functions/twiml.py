"""The TwiML that several webhooks and tools need: putting a caller through, and ending a call."""

from __future__ import annotations

from collections.abc import Iterable

import flask
from twilio.twiml.voice_response import Dial, VoiceResponse

from clinic.directory import Clinic
from clinic.settings import Settings
from functions.phone_words import say

RING_SECONDS = 20
"""How long a human is rung, before the caller is told that nobody answers."""


def answer(response: VoiceResponse) -> flask.Response:
    """Return TwiML as a webhook's answer."""
    return flask.Response(str(response), content_type="text/xml; charset=utf-8")


def put_through(
    call_sid: str, sentences: Iterable[str], language: str, clinic: Clinic, settings: Settings
) -> VoiceResponse:
    """Say the sentences, then ring the clinic's human, who is briefed before the two are connected.

    All addresses are absolute: in TwiML that comes by REST, Twilio knows no document to start from (15004).
    """
    response = VoiceResponse()
    for sentence in sentences:
        say(response, sentence, language)
    dial = Dial(
        action=settings.address_of("twilio_after_dial"),
        timeout=RING_SECONDS,
        caller_id=settings.twilio_phone_number or None,
        answer_on_bridge=True,
    )
    dial.number(clinic.human_number, url=f"{settings.address_of('twilio_briefing')}?call_sid={call_sid}")
    response.append(dial)
    return response


def hang_up(sentence: str = "", language: str = "") -> VoiceResponse:
    """End the call, with a last sentence if there is one."""
    response = VoiceResponse()
    if sentence:
        say(response, sentence, language)
    response.hangup()
    return response
