"""`make bundle`: writes the functions' source for Cloud Run functions, the same bytes for the same tree.

    python -m infra.bundle [--list] [--output dist/functions.zip]

The wheel of google-api-python-client carries the discovery documents of every
Google API, 113 MB unpacked. The bundle holds that library without them but for
the three that are asked for, as a wheel of its own that its requirements name.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import sys
import zipfile
from collections.abc import Iterator, Sequence
from importlib.metadata import Distribution, distribution
from pathlib import Path

ROOT = Path(__file__).parents[1]
OUTPUT = ROOT / "dist" / "functions.zip"
DISCOVERY = "googleapiclient/discovery_cache/documents/"
DISCOVERED = frozenset({"calendar.v3.json", "gmail.v1.json", "sheets.v4.json"})
_LIBRARY = "google-api-python-client"
_FOLDERS = ("clinic", "functions")
_LEFT_OUT = ("functions/requirements.txt",)
_CONTENT = {".py", ".json", ".toml", ".md", ".html", ".txt", ".j2", ".css"}
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the zip format's first instant


class BundleError(Exception):
    """The bundle can't be made: why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the bundle, or list what would be in it; return the exit code."""
    options = _options(arguments)
    try:
        content = bundle()
    except BundleError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if options.list:
        sys.stdout.writelines(f"{len(data):>9,}  {name}\n" for name, data in content.items())
        return 0
    options.output.parent.mkdir(parents=True, exist_ok=True)
    data = zipped(content)
    options.output.write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    sys.stdout.write(f"{options.output}: {len(content)} files, {len(data):,} bytes, sha256 {digest}\n")
    return 0


def bundle(root: Path = ROOT) -> dict[str, bytes]:
    """Return the bundle's files by name, in order.

    Raises BundleError where the library that is trimmed is not the one that is pinned.
    """
    wheel_name, wheel = trimmed_wheel(distribution(_LIBRARY))
    lock = (root / "functions" / "requirements.txt").read_text()
    files = {name: path.read_bytes() for name, path in _sources(root)}
    files["main.py"] = files["functions/main.py"]  # Google's builder looks for it at the top
    files[f"wheels/{wheel_name}"] = wheel
    files["requirements.txt"] = requirements(lock, wheel_name, wheel).encode()
    return dict(sorted(files.items()))


def requirements(lock: str, wheel_name: str, wheel: bytes) -> str:
    """Return the lock with the trimmed wheel in the place of the library.

    Raises BundleError where the lock pins another version of it.
    """
    entries = lock.split("\n")
    pinned = f"{_LIBRARY}=={wheel_name.split('-')[1]} "
    first = next((number for number, line in enumerate(entries) if line.startswith(pinned)), None)
    if first is None:
        raise BundleError(
            f"functions/requirements.txt does not pin {pinned.strip()}, which is installed here"
        )
    after = first + 1
    while entries[after].startswith("    "):
        after += 1
    ours = f"./wheels/{wheel_name} --hash=sha256:{hashlib.sha256(wheel).hexdigest()}"
    return "\n".join([*entries[:first], ours, *entries[after:]])


def trimmed_wheel(library: Distribution) -> tuple[str, bytes]:
    """Return an installed pure-Python library's wheel, its name and bytes, without what nobody asks for.

    Its record names what is left (PyPA's binary distribution format), so that pip takes it.
    """
    folder = f"{library.name.replace('-', '_')}-{library.version}.dist-info"
    files = {
        str(file): Path(str(library.locate_file(file))).read_bytes()
        for file in library.files or ()
        if _is_asked_for(str(file))
    }
    record = f"{folder}/RECORD"
    files[record] = "".join(f"{name},,\n" for name in [*sorted(files), record]).encode()
    return f"{library.name.replace('-', '_')}-{library.version}-py3-none-any.whl", zipped(
        dict(sorted(files.items()))
    )


def zipped(files: dict[str, bytes]) -> bytes:
    """Return a zip of the files that is the same whenever and wherever it is made."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return buffer.getvalue()


def _sources(root: Path) -> Iterator[tuple[str, Path]]:
    for folder in _FOLDERS:
        for path in (root / folder).rglob("*"):
            name = path.relative_to(root).as_posix()
            if path.suffix in _CONTENT and not name.startswith(_LEFT_OUT):
                yield name, path


def _is_asked_for(name: str) -> bool:
    installers = (".pyc", "/RECORD", "/INSTALLER", "/REQUESTED", "/direct_url.json")
    if name.endswith(installers) or name.startswith(".."):
        return False
    return not name.startswith(DISCOVERY) or name.removeprefix(DISCOVERY) in DISCOVERED


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m infra.bundle", description="Write the functions' source."
    )
    parser.add_argument("--list", action="store_true", help="print the files and their sizes instead")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="the zip (default: %(default)s)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
