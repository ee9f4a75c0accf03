"""`python -m infra.release`: deploy, smoke, shift, promote, rollback, status of the realtime service."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import google.auth
import requests
from google.api_core.exceptions import GoogleAPICallError
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import AuthorizedSession

from clinic.settings import SettingError, Settings, load_settings
from infra.release.cloud_run import CloudRun, Serving
from infra.release.monitoring import ENDPOINT, Monitoring
from infra.release.options import read_options
from infra.release.rollout import (
    CANDIDATE,
    STAGES,
    ReleaseError,
    Traffic,
    next_stage,
    rolled_back,
    shifted,
    with_candidate,
)
from infra.release.smoke import REVISION_HEADER, Door, smoke
from infra.release.watching import Verdict, judged
from rehearsal.twilio.greeting import Line

_SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
_POLL_SECONDS = 60.0
_BAD, _NO_ANSWER = 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, 1 where it is refused or does badly, 2 where Google can't be asked."""
    options = read_options(arguments)
    try:
        _COMMANDS[options.command](_Release(options))
    except ReleaseError as error:
        sys.stderr.write(f"{error}\n")
        return _BAD
    except (GoogleAPICallError, GoogleAuthError, requests.RequestException) as error:
        sys.stderr.write(f"{options.service}: {error}\n")
        return _NO_ANSWER
    return 0


class _Release:
    """One command's world."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        # Another endpoint is a rehearsal's: it asks for no credentials, and gets none.
        anonymous = options.endpoint.startswith("http://")
        credentials = AnonymousCredentials() if anonymous else google.auth.default(scopes=_SCOPES)[0]  # type: ignore[no-untyped-call]
        self.service = CloudRun(options.service, options.endpoint, credentials)
        self.monitoring = Monitoring(
            options.service.split("/")[1],
            AuthorizedSession(credentials),  # type: ignore[no-untyped-call]
            options.endpoint or ENDPOINT,
        )

    def change(self, traffic: Traffic) -> None:
        """Send new calls as `traffic` says, or only say so."""
        _print_traffic(traffic)
        if self.options.dry_run:
            _tell("nothing was changed (--dry-run)")
        else:
            self.service.set_traffic(traffic)


def _deploy(release: _Release) -> None:
    image = release.options.image
    if release.options.dry_run:
        serving = release.service.serving()
        _print_traffic(with_candidate(serving.traffic, serving.newest if not image else "(a new revision)"))
        _tell("nothing was changed (--dry-run)")
        return
    _tell("making the revision ...")
    serving = release.service.deploy(image)
    address = serving.tag_urls.get(CANDIDATE)
    _tell(f"{serving.newest} is ready at {address}" if address else f"{serving.newest} serves already")


def _smoke(release: _Release) -> None:
    serving = _with_a_ready_candidate(release)
    settings = _settings(serving.environment, os.environ.get("TWILIO_AUTH_TOKEN", ""))
    door = door_of(serving, settings)
    _tell(f"trying {door.url}")
    smoke(door, _line(settings), _tell)


def _with_a_ready_candidate(release: _Release) -> Serving:
    """Return what the service is. Raises ReleaseError where its candidate, if it has one, is not ready."""
    serving = release.service.serving()
    if serving.traffic.candidate:
        serving.require_ready(serving.traffic.candidate.revision)
    return serving


def _settings(environment: Mapping[str, str], token: str) -> Settings:
    """Return what the service was told; `token` is the one thing that it keeps."""
    if not token:
        raise ReleaseError("TWILIO_AUTH_TOKEN: the rehearsed call is signed with it")
    try:
        return load_settings({**environment, "TWILIO_AUTH_TOKEN": token})
    except SettingError as error:
        raise ReleaseError(f"the service's settings: {error}") from error


def door_of(serving: Serving, settings: Settings) -> Door:
    """Return where the candidate answers, or what serves where there is none."""
    if not serving.only_balanced:
        return Door(serving.tag_urls.get(CANDIDATE, serving.url), {})
    # infra/terraform/domain.tf sends to the tag of this name what says so.
    return Door(
        settings.public_realtime_url.replace("ws", "http", 1),
        {REVISION_HEADER: CANDIDATE} if CANDIDATE in serving.tag_urls else {},
    )


def _line(settings: Settings) -> Line:
    return Line(
        voice_url=settings.address_of("twilio_voice"),
        auth_token=settings.signing_token,
        account_sid=settings.twilio_account_sid,
        called=settings.twilio_phone_number,
    )


def _shift(release: _Release) -> None:
    serving = _with_a_ready_candidate(release)
    release.change(shifted(serving.traffic, release.options.to or next_stage(serving.traffic)))
    _watch(release)


def _promote(release: _Release) -> None:
    """Go through all stages that are left; each is watched, one that was broken off from its beginning."""
    candidate = release.service.serving().traffic.candidate
    if candidate and 0 < candidate.percent < STAGES[-1]:
        _tell(f"{candidate.revision} has {candidate.percent} % of the calls")
        _watch(release)
    while True:
        serving = _with_a_ready_candidate(release)
        candidate = serving.traffic.candidate
        if candidate is None or candidate.percent == STAGES[-1]:
            _tell(f"{candidate.revision if candidate else serving.newest} has all calls")
            return
        stage = next_stage(serving.traffic)
        release.change(shifted(serving.traffic, stage))
        if release.options.dry_run:
            return
        _watch(release)


def _watch(release: _Release) -> None:
    """Look at the candidate for so long; where it does badly, go back and raise ReleaseError."""
    if release.options.dry_run or not release.options.watch:
        return
    since, until = datetime.now(UTC), time.monotonic() + release.options.watch
    while True:
        time.sleep(min(_POLL_SECONDS, max(0.0, until - time.monotonic())))
        verdict = _verdict(release, since)
        _tell(f"{verdict.outcome}: {verdict.why}")
        if verdict.outcome == "badly":
            release.change(rolled_back(release.service.serving().traffic))
            raise ReleaseError(f"taken back: {verdict.why}")
        if time.monotonic() >= until:
            return


def _verdict(release: _Release, since: datetime) -> Verdict:
    traffic = release.service.serving().traffic
    now = datetime.now(UTC)
    candidate = traffic.candidate
    if candidate is None:
        raise ReleaseError("the candidate is gone: somebody else changed the traffic")
    return judged(
        release.monitoring.read(candidate.revision, since, now),
        release.monitoring.read(traffic.stable, since, now),
    )


def _rollback(release: _Release) -> None:
    release.change(rolled_back(release.service.serving().traffic))


def _status(release: _Release) -> None:
    serving = release.service.serving()
    _print_traffic(serving.traffic, serving)
    if not serving.ready:
        _tell(f"{serving.newest} is not ready: {serving.problem or 'no reason given'}")


_COMMANDS: dict[str, Callable[[_Release], None]] = {
    "deploy": _deploy,
    "smoke": _smoke,
    "shift": _shift,
    "promote": _promote,
    "rollback": _rollback,
    "status": _status,
}


def _print_traffic(traffic: Traffic, serving: Serving | None = None) -> None:
    rows = [("REVISION", "CALLS", "TAG", "ADDRESS")]
    rows += [
        (
            share.revision,
            f"{share.percent} %",
            share.tag,
            serving.tag_urls.get(share.tag, "") if serving else "",
        )
        for share in traffic.shares
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        _tell("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
