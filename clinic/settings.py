"""Every setting: its name in the environment, its default and what it is for."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from clinic.model_settings import ModelSettings

DEVELOPMENT_AUTH_TOKEN = "development-only-not-a-secret"  # noqa: S105
"""Signs the rehearsed Twilio's requests while TWILIO_AUTH_TOKEN is unset; refused off loopback."""

_HOST = r"[^\s/]+(?:/\S*)?"
_LOOPBACK = r"(?:127\.0\.0\.1|localhost)(?::\d+)?(?:/\S*)?"

_SERVICES = {
    "mailer": "mail",
    "returned_mail": "mail",
    "register": "sheets",
    "backup": "backup_bucket",
    "calendar": "calendar",
    "telephone": "telephony",
}
"""The ports with a setting of their own; the others are the store's."""
_ON_THIS_MACHINE = ("outbox", "folder", "none", "embedded", "rehearsed", "")

Port = Annotated[int, Meta(ge=0, le=65535)]
Count = Annotated[int, Meta(ge=1, le=1_000_000)]


class SettingError(ValueError):
    """A setting can't be used: its name and why."""


class Settings(ModelSettings, frozen=True, kw_only=True):
    """The settings, each field named as its variable in lower case."""

    clinic_file: Annotated[str, Meta(description="The clinic's TOML file. Unset: Renova Hospitals")] = ""
    letters_folder: Annotated[
        str, Meta(description="Files that stand in for those of `clinic/letters/templates`. Unset: none")
    ] = ""
    store: Annotated[
        Literal["embedded", "cloud"],
        Meta(description="`embedded`: under LOCAL_DATA. `cloud`: Firestore and Pub/Sub"),
    ] = "embedded"
    mail: Annotated[
        Literal["outbox", "gmail"], Meta(description="`outbox`: files under LOCAL_DATA. `gmail`: Gmail")
    ] = "outbox"
    sheets: Annotated[
        Literal["folder", "google"],
        Meta(description="`folder`: CSV under LOCAL_DATA. `google`: Google Sheets"),
    ] = "folder"
    calendar: Annotated[
        Literal["none", "google"],
        Meta(description="`none`: the book alone. `google`: Google Calendar mirrors it"),
    ] = "none"
    workspace_credentials: Annotated[
        str,
        Meta(
            description="Key of a service account or refresh token: the JSON, or the file it is mounted as."
            " Unset: the function's own service account"
        ),
    ] = ""
    workspace_account: Annotated[
        str, Meta(description="The account that the clinic mails from and whose calendars and sheets it sees")
    ] = ""
    workspace_url: Annotated[
        str, Meta(description="Another endpoint that speaks Workspace's protocols. Unset: Google's")
    ] = ""
    register_spreadsheet: Annotated[str, Meta(description="Id of the staff's spreadsheet, from its URL")] = ""
    backup_bucket: Annotated[
        str, Meta(description="Bucket for the daily copies of the sheets. Unset: `backup/` under LOCAL_DATA")
    ] = ""
    google_cloud_project: Annotated[
        str,
        Meta(description="The project of the store and of Gemini there. Unset: that of the credentials"),
    ] = ""
    local_data: Annotated[str, Meta(description="Folder of the embedded store")] = ".local"
    port: Annotated[Port, Meta(description="The realtime service (WebSockets, health, page)")] = 8080
    functions_port: Annotated[Port, Meta(description="The functions, in the local run")] = 8081
    workspace_port: Annotated[
        Port, Meta(description="What staff see: the rehearsed Workspace, in the local run")
    ] = 8082
    realtime_url: Annotated[
        str, Meta(description="Public base of the realtime service, `wss://…`. Unset: this machine")
    ] = ""
    functions_url: Annotated[
        str, Meta(description="Public base of the webhooks, `https://…`. Unset: this machine")
    ] = ""
    twilio_account_sid: Annotated[str, Meta(description="Refuse webhooks of any other account")] = ""
    twilio_auth_token: Annotated[
        str, Meta(description="Checks Twilio's signatures. Unset: a development token, on loopback only")
    ] = ""
    twilio_phone_number: Annotated[
        str,
        Meta(description="The clinic's Twilio number, E.164: what staff and patients see it ring from"),
    ] = ""
    telephony: Annotated[
        Literal["rehearsed", "twilio"],
        Meta(description="Who moves and places calls. `rehearsed`: `make call`. `twilio`: Twilio's REST API"),
    ] = "rehearsed"
    twilio_api_key: Annotated[
        str,
        Meta(description="An API key for Twilio's REST API, `SK…`. Unset: the auth token"),
    ] = ""
    twilio_api_secret: Annotated[str, Meta(description="The API key's secret")] = ""
    twilio_api_url: Annotated[
        str, Meta(description="Another server that speaks Twilio's REST API. Unset: Twilio's")
    ] = ""
    authorised_callers: Annotated[
        str,
        Meta(description="Who may have patients rung: e-mail addresses, separated by commas. Unset: nobody"),
    ] = ""
    record_calls: Annotated[
        bool, Meta(description="`true`: Twilio records the phone calls, and says so before the agent speaks")
    ] = False
    max_sessions: Annotated[
        Count, Meta(description="Calls at a time; the next caller is given the clinic's number")
    ] = 20
    session_timeout: Annotated[
        Count, Meta(description="Longest call, seconds; the agent says so a minute before")
    ] = 1800
    idle_seconds: Annotated[
        Count, Meta(description="Silence, seconds, after which the agent asks whether the caller is there")
    ] = 10
    comfort_tone: Annotated[
        bool, Meta(description="`true`: a soft tone while a caller waits for a tool, as always for the model")
    ] = False
    cors_origins: Annotated[
        str, Meta(description="Web origins that may start a web call, separated by commas")
    ] = "http://localhost:8080,http://127.0.0.1:8080"
    api_rate_limit: Annotated[Count, Meta(description="Web calls one address may start in a minute")] = 10
    traces: Annotated[
        Literal["off", "console", "otlp", "google"],
        Meta(description="Traces and metrics: `console`, `otlp` (OTEL_EXPORTER_OTLP_ENDPOINT …) or `google`"),
    ] = "off"
    api_rate_limit_clinic: Annotated[
        Count, Meta(description="Web calls that may be started in a minute, all addresses together")
    ] = 60
    trusted_proxies: Annotated[
        Port,
        Meta(description="Proxies of ours before the functions, for the visitor's address. Cloud Run: 1"),
    ] = 0
    web_token_secret: Annotated[
        str, Meta(description="Signs the tokens of web calls. Unset: derived from TWILIO_AUTH_TOKEN")
    ] = ""
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"], Meta(description="How much is logged")
    ] = "INFO"

    def family_of(self, port: str) -> Literal["embedded", "cloud"]:
        """Tell which of the adapters a port of `clinic/ports.py` has: this machine's, or Google's."""
        chosen = getattr(self, _SERVICES.get(port, "store"))
        return "embedded" if chosen in _ON_THIS_MACHINE else "cloud"

    @property
    def origins(self) -> frozenset[str]:
        """The allowed web origins: the settings', and the service's own page."""
        named = {origin.strip() for origin in self.cors_origins.split(",") if origin.strip()}
        own = urlsplit(self.public_realtime_url.replace("ws", "http", 1))
        hosts = {own.netloc, own.netloc.replace("127.0.0.1", "localhost")}
        return frozenset(named | {f"{own.scheme}://{host}" for host in hosts})

    @property
    def authorised_emails(self) -> frozenset[str]:
        """Whose id tokens open the functions that not everybody may ask for; lower case."""
        named = (each.strip().lower() for each in self.authorised_callers.split(","))
        return frozenset(filter(None, named))

    @property
    def public_realtime_url(self) -> str:
        """The base of the WebSocket addresses, as callers' side must dial and sign it."""
        return self.realtime_url.rstrip("/") or f"ws://127.0.0.1:{self.port}"

    @property
    def public_functions_url(self) -> str:
        """The base of the webhook addresses, as Twilio is configured with and signs it."""
        return self.functions_url.rstrip("/") or f"http://127.0.0.1:{self.functions_port}"

    def address_of(self, function: str) -> str:
        """Where a function is asked over HTTP: hosted ones have hyphens, Cloud Run takes no underscores."""
        return f"{self.public_functions_url}/{function.replace('_', '-')}"

    @property
    def signing_token(self) -> str:
        """The token that Twilio's signatures are checked with."""
        return self.twilio_auth_token or DEVELOPMENT_AUTH_TOKEN

    @property
    def web_secret(self) -> str:
        """The key of the web calls' tokens, and of what stands for a visitor's address."""
        derived = hmac.digest(self.signing_token.encode(), b"web tokens", hashlib.sha256).hex()
        return self.web_token_secret or derived

    @property
    def clinic_path(self) -> Path | None:
        """The clinic's file, or None for the default clinic."""
        return Path(self.clinic_file) if self.clinic_file else None

    @property
    def letters_path(self) -> Path | None:
        """The clinic's own templates of letters, or None for the default ones."""
        return Path(self.letters_folder) if self.letters_folder else None


def load_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings from environment variables; empty ones count as unset.

    Raises SettingError naming the variable.
    """
    fields = {field.name for field in msgspec.structs.fields(Settings)}
    given = {name: environment.get(name.upper(), "") for name in fields}
    try:
        settings = msgspec.convert(
            {name: value for name, value in given.items() if value}, Settings, strict=False
        )
    except msgspec.ValidationError as error:
        reason, _, key = str(error).partition(" - at `$.")
        name = key.strip("`").upper()
        raise SettingError(f"{name}={environment.get(name, '')!r}: {reason}") from error
    _check(settings)
    return settings


def _check(settings: Settings) -> None:
    schemes = {
        "REALTIME_URL": (settings.realtime_url, "ws"),
        "FUNCTIONS_URL": (settings.functions_url, "http"),
    }
    for name, (url, scheme) in schemes.items():
        if url and not re.fullmatch(rf"{scheme}s://{_HOST}|{scheme}://{_LOOPBACK}", url):
            raise SettingError(f"{name}={url!r}: must begin with {scheme}s://")
    public = settings.functions_url.startswith("https://") or settings.realtime_url.startswith("wss://")
    if public and not settings.twilio_auth_token:
        raise SettingError("TWILIO_AUTH_TOKEN: must be set when FUNCTIONS_URL or REALTIME_URL is public")
    if settings.telephony == "twilio" and not settings.twilio_account_sid:
        raise SettingError("TWILIO_ACCOUNT_SID: must be set when TELEPHONY is twilio")
    if settings.telephony == "twilio" and not (settings.twilio_api_key or settings.twilio_auth_token):
        raise SettingError("TWILIO_API_KEY: it, or TWILIO_AUTH_TOKEN, must be set when TELEPHONY is twilio")
    if bool(settings.twilio_api_key) != bool(settings.twilio_api_secret):
        raise SettingError("TWILIO_API_SECRET: must be set with TWILIO_API_KEY, and only with it")
