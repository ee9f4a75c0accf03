"""The image holds what the service imports, and only that: its two folders and its own lock."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "realtime_service" / "Dockerfile").read_text()
_ISOLATED = """
import importlib, importlib.metadata, re, sys
folder, lock, *modules = sys.argv[1:]
with open(lock) as lines:
    pinned = {re.split("[=[ ]", line)[0] for line in lines if line[:1].isalnum()}
foreign = {
    module for module, owners in importlib.metadata.packages_distributions().items()
    if not any(owner.lower().replace("_", "-") in pinned for owner in owners)
}
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in foreign:
            raise ModuleNotFoundError(f"{name} is not in the lock")
sys.meta_path.insert(0, Refuse())
sys.path.insert(0, folder)
for module in modules:
    assert importlib.import_module(module).__file__.startswith(folder), module
"""


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """The folders that the Dockerfile copies, where it copies them."""
    copied = re.findall(r"^COPY (\w+) /app/(\w+)$", DOCKERFILE, flags=re.MULTILINE)
    assert copied
    for source, target in copied:
        shutil.copytree(ROOT / source, tmp_path / target, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_the_service_imports_with_the_image_s_content_alone(app: Path) -> None:
    modules = [
        ".".join(file.relative_to(app).with_suffix("").parts)
        for file in (app / "realtime_service").rglob("*.py")
        if file.stem != "__init__"
    ]
    run = subprocess.run(
        [sys.executable, "-I", "-c", _ISOLATED, str(app), "realtime_service/requirements.txt", *modules],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr


def test_nothing_runs_as_root_and_no_compiler_comes_along() -> None:
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER \d+$", last, flags=re.MULTILINE)
    assert "--only-binary :all:" in DOCKERFILE
    assert "apt-get" not in DOCKERFILE


def test_docker_is_handed_only_what_is_copied() -> None:
    handed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {
        path.partition("/")[0]
        for line in re.findall(r"^COPY (?!--)(.*)$", DOCKERFILE, flags=re.MULTILINE)
        for path in line.split()[:-1]
    }
    assert copied == handed
