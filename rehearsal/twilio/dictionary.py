"""Twilio's error dictionary, as far as a voice call can meet it (https://www.twilio.com/docs/api/errors)."""

from __future__ import annotations

from msgspec import Struct

MEANINGS = {
    11200: "the webhook did not answer as it should",
    11205: "nothing answers at the webhook's address",
    11750: "the TwiML is larger than 64 KB",
    12100: "the TwiML is not well-formed XML",
    12200: "the TwiML breaks its schema",
    12300: "the webhook's answer is no XML by its content type",
    15004: "an address in TwiML that came by REST is not absolute",
    31901: "the media stream took too long to connect",
    31902: "the media stream was refused",
    31903: "the media stream broke off",
    31910: "the media stream's TLS failed",
    31920: "the media stream's address answered no WebSocket",
    31922: "the media stream's address must be wss://",
    31923: "the media stream's address is malformed",
    31924: "the media stream broke the WebSocket protocol",
    31930: "the service reads too slowly: the caller's audio was discarded",
    31941: "the stream's track must be inbound_track",
    31950: "the service sent a binary frame",
    31951: "the service sent an invalid message",
}


class Notice(Struct, frozen=True):
    """An entry of Twilio's debugger: what it would have logged."""

    code: int
    detail: str

    def __str__(self) -> str:
        return f"{self.code} {MEANINGS[self.code]}: {self.detail}"


class TwilioError(Exception):
    """Something that ends a call, or a verb of it, at Twilio's."""

    def __init__(self, code: int, detail: str) -> None:
        super().__init__(code, detail)
        self.notice = Notice(code, detail)

    def __str__(self) -> str:
        return str(self.notice)
