"""What a revision did, asked of Cloud Monitoring: its calls, how they ended, how long its tools took.

Source: cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.timeSeries/list
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from google.auth.transport.requests import AuthorizedSession

from infra.release.watching import Reading

ENDPOINT = "https://monitoring.googleapis.com"
_CALLS = "logging.googleapis.com/user/calls_ended"
_TOOL_SECONDS = "logging.googleapis.com/user/tool_seconds"
_TIMEOUT_SECONDS = 30.0


class Monitoring:
    """The metrics of one project."""

    def __init__(self, project: str, session: AuthorizedSession, endpoint: str = ENDPOINT) -> None:
        self._url = f"{endpoint.rstrip('/')}/v3/projects/{project}/timeSeries"
        self._session = session

    def read(self, revision: str, since: datetime, now: datetime) -> Reading:
        """Return what a revision did between two instants. Raises requests.HTTPError where it is refused."""
        calls = list(self._series(_CALLS, revision, since, now, "ALIGN_DELTA", ("metric.label.status",)))
        tools = list(self._series(_TOOL_SECONDS, revision, since, now, "ALIGN_PERCENTILE_95", ()))
        seconds = [float(point["value"]["doubleValue"]) for each in tools for point in each.get("points", ())]
        return Reading(
            calls=sum(_count(each) for each in calls),
            failed=sum(_count(each) for each in calls if each["metric"]["labels"].get("status") == "failed"),
            tool_p95_seconds=max(seconds) if seconds else None,
        )

    def _series(
        self, metric: str, revision: str, since: datetime, now: datetime, aligner: str, by: tuple[str, ...]
    ) -> Iterator[dict[str, Any]]:
        period = max(60, int((now - since) / timedelta(seconds=1)))
        parameters: dict[str, Any] = {
            "filter": f'metric.type="{metric}" AND resource.labels.revision_name="{revision}"',
            "interval.startTime": since.isoformat(),
            "interval.endTime": now.isoformat(),
            "aggregation.alignmentPeriod": f"{period}s",
            "aggregation.perSeriesAligner": aligner,
            "aggregation.crossSeriesReducer": "REDUCE_SUM" if by else "REDUCE_MAX",
            "aggregation.groupByFields": list(by),
        }
        while True:
            answer = self._session.get(self._url, params=parameters, timeout=_TIMEOUT_SECONDS)
            answer.raise_for_status()
            page = answer.json()
            yield from page.get("timeSeries", ())
            if not page.get("nextPageToken"):
                return
            parameters["pageToken"] = page["nextPageToken"]


def _count(series: dict[str, Any]) -> int:
    return sum(int(point["value"]["int64Value"]) for point in series.get("points", ()))
