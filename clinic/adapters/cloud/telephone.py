"""Twilio's REST API: moves, ends, records and places phone calls.

Source: twilio.com/docs/voice/api/call-resource and …/recording.
"""

from __future__ import annotations

from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from clinic.settings import Settings
from clinic.telephony import CallOver

TIMEOUT_SECONDS = 5.0
RING_SECONDS = 30
_OVER = (21220, 20404)
"""The call is not in progress; there is no such call."""
_NUMBER_REFUSED = (21211, 21214, 21215, 21216, 21217, 13223)
"""Not a number, not reachable, or a country that the account may not ring."""


class TwilioTelephone:
    """Implements `Telephone`."""

    def __init__(self, client: Client, own_number: str) -> None:
        self._client, self._own_number = client, own_number

    def ring(self, number: str, *, twiml_url: str, status_url: str, machine_url: str) -> str:
        """Place a call. The agent speaks at once; whether a machine listens is found out meanwhile."""
        try:
            call = self._client.calls.create(
                to=number,
                from_=self._own_number,
                url=twiml_url,
                timeout=RING_SECONDS,
                status_callback=status_url,
                machine_detection="DetectMessageEnd",
                async_amd="true",
                async_amd_status_callback=machine_url,
            )
        except TwilioRestException as error:
            if error.code in _NUMBER_REFUSED:
                # The text quotes the number; the code says enough.
                raise ValueError(f"the number can not be rung (Twilio {error.code})") from None
            raise
        return str(call.sid)

    def status(self, call_sid: str) -> str:
        """Ask how the call fares."""
        try:
            return str(self._client.calls(call_sid).fetch().status)
        except TwilioRestException as error:
            raise _as_ours(error) from error

    def move(self, call_sid: str, twiml: str) -> None:
        """Go on with this TwiML, at once."""
        try:
            self._client.calls(call_sid).update(twiml=twiml)
        except TwilioRestException as error:
            raise _as_ours(error) from error

    def hang_up(self, call_sid: str) -> None:
        """End a call."""
        try:
            self._client.calls(call_sid).update(status="completed")
        except TwilioRestException as error:
            if error.code not in _OVER:
                raise

    def record(self, call_sid: str, told_at: str) -> str:
        """Record both sides, each on a channel of its own."""
        try:
            recording = self._client.calls(call_sid).recordings.create(
                recording_channels="dual", recording_status_callback=told_at
            )
        except TwilioRestException as error:
            raise _as_ours(error) from error
        return str(recording.sid)


def open_port(settings: Settings) -> TwilioTelephone:
    """Return the phone of the account; nothing is dialled yet."""
    user = settings.twilio_api_key or settings.twilio_account_sid
    secret = settings.twilio_api_secret or settings.twilio_auth_token
    client = Client(
        user, secret, settings.twilio_account_sid, http_client=TwilioHttpClient(timeout=TIMEOUT_SECONDS)
    )
    if settings.twilio_api_url:
        client.api.base_url = settings.twilio_api_url
    return TwilioTelephone(client, settings.twilio_phone_number)


def _as_ours(error: TwilioRestException) -> Exception:
    return CallOver() if error.code in _OVER else error
