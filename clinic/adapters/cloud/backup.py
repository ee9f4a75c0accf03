"""Copies of the staff's sheets in a bucket of Cloud Storage, whose lifecycle says how long they are kept."""

from __future__ import annotations

import contextlib

from google.api_core.exceptions import PreconditionFailed
from google.cloud.storage import Bucket, Client
from google.cloud.storage.retry import DEFAULT_RETRY

from clinic.settings import Settings

_ATTEMPT_SECONDS = 4.0
_ALL_ATTEMPTS_SECONDS = 8.0
"""Two sheets, within the half minute that the function has; after that the bus tries again."""


class BucketBackup:
    """Implements `Backup`."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def keep(self, name: str, data: bytes) -> None:
        """Keep a file; where there is one of that name, it stays.

        Raises google.api_core's exceptions where Cloud Storage took it in none of the attempts.
        """
        # The bucket's retention would refuse to change it anyway, and so would its writer's role.
        with contextlib.suppress(PreconditionFailed):
            self._bucket.blob(name).upload_from_string(
                data,
                content_type="text/csv; charset=utf-8",
                if_generation_match=0,
                timeout=_ATTEMPT_SECONDS,
                retry=DEFAULT_RETRY.with_timeout(_ALL_ATTEMPTS_SECONDS),
            )


def open_port(settings: Settings) -> BucketBackup:
    """Open the bucket; it is not read, so writing is all the right that is needed."""
    client = Client(project=settings.google_cloud_project or None)
    return BucketBackup(client.bucket(settings.backup_bucket))
