"""Google's side of a release on loopback: Cloud Run's Admin API for one service, and its time series.

It takes what the real ones take and refuses what they refuse: bodies are parsed
into the API's own messages (an unknown field is 400), traffic must add up to 100
percent, a stale etag is 409, and an update is an operation that is not done at once.
Source: cloud.google.com/run/docs/reference/rest/v2/projects.locations.services
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from google.cloud import run_v2
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError

BROKEN = "broken"
"""A revision of an image with this in its name never gets ready."""
_LATEST = run_v2.TrafficTargetAllocationType.TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST
_MASKS = {"template", "traffic"}
_ASKED = {
    "filter", "interval.startTime", "interval.endTime", "aggregation.alignmentPeriod",
    "aggregation.perSeriesAligner", "aggregation.crossSeriesReducer", "aggregation.groupByFields",
}  # fmt: skip


class _RefusedError(Exception):
    def __init__(self, code: int, status: str, message: str) -> None:
        super().__init__(message)
        self.code, self.status = code, status


class RehearsedCloudRun(ThreadingHTTPServer):
    """Serves one service that has one revision; `url` is the endpoint. Close it with `shutdown`."""

    daemon_threads = True

    def __init__(
        self, name: str, image: str, uri: str = "", settings: Mapping[str, str] | None = None
    ) -> None:
        """`uri` is where the revision answers, `settings` are its plain ones: secrets have no value here."""
        super().__init__(("127.0.0.1", 0), _Request)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.changes = 0
        """How often the service was written."""
        self.series: Callable[[str, str], list[dict[str, Any]]] = lambda _metric, _revision: []
        """What Monitoring answers for a metric and a revision."""
        self._name, self._revisions = name, 0
        self._polled: dict[str, int] = {}
        self._broken: set[str] = set()
        self._service = run_v2.Service(
            name=name,
            uri=uri or f"https://{name.rpartition('/')[2]}.run.app",
            template=run_v2.RevisionTemplate(
                containers=[run_v2.Container(image=image, env=_variables(settings or {}))]
            ),
        )
        self._revise()

    def apply(self, image: str) -> None:
        """Make a revision as Terraform does: the traffic stays what it is."""
        self._service.template.containers[0].image = image
        self._revise()

    def service(self) -> dict[str, Any]:
        """Return the service as the API shows it."""
        return dict(MessageToDict(run_v2.Service.pb(self._service)))

    def answer(self, method: str, path: str, query: Mapping[str, list[str]], body: Any) -> dict[str, Any]:
        """Answer one request. Raises _RefusedError."""
        if method == "GET" and path == f"/v2/{self._name}":
            return self.service()
        if method == "PATCH" and path == f"/v2/{self._name}":
            return self._update(query.get("updateMask", [""])[0], body)
        if method == "GET" and path.rpartition("/")[0] == f"/v2/{self._parent}/operations":
            return self._operation(path.removeprefix("/v2/"))
        if method == "GET" and re.fullmatch(r"/v3/projects/[^/]+/timeSeries", path):
            return {"timeSeries": self._time_series(query)}
        raise _RefusedError(404, "NOT_FOUND", f"{method} {path}: there is no such resource")

    @property
    def _parent(self) -> str:
        return self._name.rpartition("/services/")[0]

    def _update(self, mask: str, body: Any) -> dict[str, Any]:
        fields = set(mask.split(","))
        if not fields <= _MASKS:
            raise _RefusedError(400, "INVALID_ARGUMENT", f"updateMask: {mask!r}")
        try:
            given = run_v2.Service.wrap(ParseDict(body, run_v2.Service.pb(run_v2.Service())))
        except ParseError as error:
            raise _RefusedError(400, "INVALID_ARGUMENT", str(error)) from error
        if given.etag and given.etag != self._service.etag:
            raise _RefusedError(409, "ABORTED", "the service was changed since it was read")
        if "template" in fields and given.template != self._service.template:
            self._service.template = given.template
            self._revise()
        if "traffic" in fields:
            self._check(given.traffic)
            self._service.traffic = given.traffic
        self._written()
        operation = f"{self._parent}/operations/{self.changes}"
        self._polled[operation] = 0
        return {"name": operation, "done": False}

    def _check(self, traffic: Any) -> None:
        if sum(target.percent for target in traffic) != 100:
            raise _RefusedError(400, "INVALID_ARGUMENT", "traffic: the percentages must add up to 100")
        tags = [target.tag for target in traffic if target.tag]
        if len(tags) != len(set(tags)):
            raise _RefusedError(400, "INVALID_ARGUMENT", "traffic: a tag is there twice")
        known = {f"{self._short}-{number:05}" for number in range(1, self._revisions + 1)}
        for target in traffic:
            if target.percent and target.revision in self._broken:
                raise _RefusedError(400, "FAILED_PRECONDITION", f"traffic: {target.revision!r} is not ready")
            if target.type_ != _LATEST and target.revision not in known:
                raise _RefusedError(400, "INVALID_ARGUMENT", f"traffic: no revision {target.revision!r}")

    def _revise(self) -> None:
        self._revisions += 1
        revision = f"{self._name}/revisions/{self._short}-{self._revisions:05}"
        self._service.latest_created_revision = revision
        if BROKEN in self._service.template.containers[0].image:
            self._service.terminal_condition = run_v2.Condition(message="the container failed to start")
            self._broken.add(revision.rpartition("/")[2])
        else:
            self._service.latest_ready_revision = revision
            self._service.terminal_condition = run_v2.Condition()
        self._written()

    def _written(self) -> None:
        self.changes += 1
        self._service.etag = f'"{self.changes}"'
        self._service.traffic_statuses = [
            run_v2.TrafficTargetStatus(tag=target.tag, uri=f"https://{target.tag}---{self._short}.run.app")
            for target in self._service.traffic
            if target.tag
        ]

    @property
    def _short(self) -> str:
        return self._name.rpartition("/")[2]

    def _operation(self, name: str) -> dict[str, Any]:
        if name not in self._polled:
            raise _RefusedError(404, "NOT_FOUND", f"{name}: there is no such operation")
        self._polled[name] += 1
        if self._polled[name] < 2:
            return {"name": name, "done": False}
        if self._service.terminal_condition.message:
            problem = {
                "code": 9,
                "message": f"Revision is not ready: {self._service.terminal_condition.message}",
            }
            return {"name": name, "done": True, "error": problem}
        service = {"@type": "type.googleapis.com/google.cloud.run.v2.Service", **self.service()}
        return {"name": name, "done": True, "response": service}

    def _time_series(self, query: Mapping[str, list[str]]) -> list[dict[str, Any]]:
        if not set(query) <= _ASKED or not query.get("interval.endTime"):
            raise _RefusedError(400, "INVALID_ARGUMENT", f"unknown or missing among {sorted(query)}")
        wanted = re.fullmatch(
            r'metric\.type="([^"]+)" AND resource\.labels\.revision_name="([^"]+)"', query["filter"][0]
        )
        if wanted is None:
            raise _RefusedError(400, "INVALID_ARGUMENT", f"filter: {query['filter'][0]}")
        return self.series(wanted[1], wanted[2])


def _variables(settings: Mapping[str, str]) -> list[run_v2.EnvVar]:
    plain = [run_v2.EnvVar(name=name, value=value) for name, value in settings.items()]
    secret = run_v2.SecretKeySelector(secret="twilio-auth-token", version="latest")  # noqa: S106
    kept = run_v2.EnvVar(name="TWILIO_AUTH_TOKEN", value_source=run_v2.EnvVarSource(secret_key_ref=secret))
    return [*plain, kept]


class _Request(BaseHTTPRequestHandler):
    server: RehearsedCloudRun

    def do_GET(self) -> None:
        self._respond("GET")

    def do_PATCH(self) -> None:
        self._respond("PATCH")

    def log_message(self, *_: Any) -> None:
        """Write nothing: the tests look at what was changed."""

    def _respond(self, method: str) -> None:
        url = urlsplit(self.path)
        length = int(self.headers.get("Content-Length", 0))
        body = json.loads(self.rfile.read(length)) if length else None
        query = {name: values for name, values in parse_qs(url.query).items() if name != "$alt"}
        try:
            code, answer = 200, self.server.answer(method, url.path, query, body)
        except _RefusedError as error:
            code = error.code
            answer = {"error": {"code": code, "status": error.status, "message": str(error)}}
        data = json.dumps(answer).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
