"""The service at Cloud Run's Admin API: what serves, a new revision, the traffic.

Source: cloud.google.com/run/docs/reference/rest/v2/projects.locations.services
"""

from __future__ import annotations

from google.api_core.client_options import ClientOptions
from google.api_core.exceptions import GoogleAPICallError
from google.auth.credentials import Credentials
from google.cloud import run_v2
from google.protobuf.field_mask_pb2 import FieldMask
from msgspec import Struct

from infra.release.rollout import CANDIDATE, ReleaseError, Share, Traffic, with_candidate

_LATEST = run_v2.TrafficTargetAllocationType.TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST
_REVISION = run_v2.TrafficTargetAllocationType.TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION
_REQUEST_SECONDS, _OPERATION_SECONDS = 30.0, 600.0


class Serving(Struct, frozen=True, kw_only=True):
    """What the service is just now."""

    image: str
    """Of its newest revision."""
    url: str
    only_balanced: bool
    """Cloud Run's own addresses answer nobody: callers come through a load balancer."""
    newest: str
    """The revision that was made last, ready or not."""
    ready: bool
    problem: str
    """Why it is not ready, in Cloud Run's words."""
    traffic: Traffic
    tag_urls: dict[str, str]
    environment: dict[str, str]
    """The settings of its newest revision, but for the secrets."""

    def require_ready(self, revision: str) -> None:
        """Raise ReleaseError where it is the newest and not ready: then its tag leads to an older one."""
        if revision == self.newest and not self.ready:
            raise ReleaseError(f"{revision} does not get ready: {self.problem or 'no reason given'}")


class CloudRun:
    """One service. Every method raises google.api_core's GoogleAPICallError where the API refuses."""

    def __init__(self, service: str, endpoint: str = "", credentials: Credentials | None = None) -> None:
        """`service` is projects/…/locations/…/services/…; `endpoint` another address of the API."""
        # REST, as it needs no gRPC beside the poll of one operation.
        options = ClientOptions(api_endpoint=endpoint or None)
        self._client = run_v2.ServicesClient(
            credentials=credentials, client_options=options, transport="rest"
        )
        self._name = service

    def serving(self) -> Serving:
        """Return what the service is just now."""
        return _serving(self._read())

    def deploy(self, image: str) -> Serving:
        """Make a revision of an image that gets no calls, unless it is the newest already.

        Without an image the newest revision becomes the candidate, as Terraform made it.
        Raises ReleaseError where another candidate is half-way in, or the revision never gets ready.
        """
        service = self._read()
        serving = _serving(service)
        is_there = image in ("", serving.image)
        traffic = with_candidate(serving.traffic, serving.newest if is_there else "")
        if traffic == serving.traffic:
            return _ready(service)
        service.traffic = [*_targets(traffic)[:-1], _newest_as_candidate()]
        service.template.containers[0].image = image or serving.image
        service.template.revision = ""  # Cloud Run names it: a name of ours would be in Terraform's way
        return _ready(self._write(service, "template", "traffic"))

    def set_traffic(self, traffic: Traffic) -> Serving:
        """Send new calls as `traffic` says; calls that go on stay where they are."""
        service = self._read()
        if _serving(service).traffic == traffic:
            return _serving(service)
        service.traffic = _targets(traffic)
        return _serving(self._write(service, "traffic"))

    def _read(self) -> run_v2.Service:
        return self._client.get_service(name=self._name, timeout=_REQUEST_SECONDS)

    def _write(self, service: run_v2.Service, *paths: str) -> run_v2.Service:
        # The etag that was read goes with it: what somebody else changed meanwhile is not undone.
        operation = self._client.update_service(
            service=service, update_mask=FieldMask(paths=paths), timeout=_REQUEST_SECONDS
        )
        try:
            operation.result(timeout=_OPERATION_SECONDS)  # type: ignore[no-untyped-call]
        except GoogleAPICallError:
            # The change was taken, and what it made fails: the service itself says why.
            _ready(self._read())
            raise
        return self._read()


def _serving(service: run_v2.Service) -> Serving:
    newest = _short(service.latest_created_revision)
    ready = service.terminal_condition
    return Serving(
        image=service.template.containers[0].image,
        url=service.uri,
        only_balanced=service.ingress == run_v2.IngressTraffic.INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER,
        newest=newest,
        ready=_short(service.latest_ready_revision) == newest,
        problem=ready.message or ("it is still being made" if service.reconciling else ""),
        traffic=_traffic(service, newest),
        tag_urls={status.tag: status.uri for status in service.traffic_statuses if status.tag},
        environment={each.name: each.value for each in service.template.containers[0].env if each.value},
    )


def _ready(service: run_v2.Service) -> Serving:
    serving = _serving(service)
    serving.require_ready(serving.newest)
    return serving


def _traffic(service: run_v2.Service, newest: str) -> Traffic:
    # Cloud Run gives calls to the newest that is ready; the one without calls is ours, ready or not.
    serving = _short(service.latest_ready_revision) or newest
    latest = {True: newest, False: serving}
    shares = (
        Share(
            latest[target.tag == CANDIDATE] if target.type_ == _LATEST else target.revision,
            target.percent,
            target.tag,
        )
        for target in service.traffic
    )
    return Traffic(tuple(shares) or (Share(serving, 100),))


def _targets(traffic: Traffic) -> list[run_v2.TrafficTarget]:
    return [
        run_v2.TrafficTarget(type_=_REVISION, revision=share.revision, percent=share.percent, tag=share.tag)
        for share in traffic.shares
        if share.percent or share.tag
    ]


def _newest_as_candidate() -> run_v2.TrafficTarget:
    # Its name is Cloud Run's to give, with this same request.
    return run_v2.TrafficTarget(type_=_LATEST, percent=0, tag=CANDIDATE)


def _short(name: str) -> str:
    return name.rpartition("/")[2]
