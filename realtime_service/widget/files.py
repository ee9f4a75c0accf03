"""The embed's files as they are sent: compressed once, and kept for ever under their version's name."""

from __future__ import annotations

import gzip
import hashlib
import re
from functools import cached_property
from pathlib import Path

from msgspec import Struct

HERE = Path(__file__).parent
LOADER = "embed.js"
"""The one script tag's address; what it loads is beside it in `embed/<version>/`."""
_FOR_EVER = "public, max-age=31536000, immutable"
_FOR_A_WHILE = "public, max-age=300"
_KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
_PATH = re.compile(r"/embed/(?P<version>[0-9a-f]{12})/(?P<name>[a-z_]+\.js)")


class File(Struct, frozen=True, dict=True):
    """A file, and how long a browser may keep it."""

    kind: str
    """Media type."""
    body: bytes
    keep: str
    """Of `Cache-Control`."""

    @cached_property
    def compressed(self) -> bytes:
        """The body in gzip, the same bytes each time."""
        return gzip.compress(self.body, mtime=0)


class EmbedFiles:
    """The script tag's script, its modules and the demo page's own files, by path."""

    def __init__(self) -> None:
        modules = {path.name: path.read_bytes() for path in sorted((HERE / "embed").glob("*.js"))}
        loader = modules.pop(LOADER)
        self.version = hashlib.sha256(b"\0".join([loader, *modules.values()])).hexdigest()[:12]
        """Of the modules: another release has another address, and no browser mixes two."""
        self._modules = {
            name: File(kind=_KINDS[".js"], body=body, keep=_FOR_EVER) for name, body in modules.items()
        }
        body = loader.replace(b"@version@", self.version.encode())
        self._others = {f"/{LOADER}": File(kind=_KINDS[".js"], body=body, keep=_FOR_A_WHILE)}
        for path in (HERE / "demo").glob("*.*"):
            if path.suffix in _KINDS:
                file = File(kind=_KINDS[path.suffix], body=path.read_bytes(), keep=_FOR_A_WHILE)
                self._others[f"/demo/{path.name}"] = file

    def at(self, path: str) -> File | None:
        """Return the file of a path, or None.

        While a release goes out, a page may have its loader from one version and ask the other for
        the modules: it gets what there is, and does not keep it.
        """
        found = _PATH.fullmatch(path)
        if found is None:
            return self._others.get(path)
        file = self._modules.get(found["name"])
        if file is None or found["version"] == self.version:
            return file
        return File(kind=file.kind, body=file.body, keep="no-store")

    @property
    def all(self) -> dict[str, File]:
        """What a page with the script tag loads, by name: the loader and its modules."""
        return {LOADER: self._others[f"/{LOADER}"], **self._modules}
