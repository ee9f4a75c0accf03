"""The bundle is what Cloud Run functions gets: complete, the same every time, and enough."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from clinic.contracts.function_table import FunctionRow, load_function_table
from infra.bundle import BundleError, bundle, main, requirements

ROOT = Path(__file__).parents[2]
_ISOLATED = """
import importlib, importlib.metadata, os, re, sys
folder, lock = sys.argv[1:3]
with open(lock) as lines:
    pinned = {re.split("[=[ ]", line)[0] for line in lines if line[:1].isalnum()}
pinned.add("google-api-python-client")
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
for target in sys.argv[3:]:
    os.environ["FUNCTION_TARGET"] = target
    sys.modules.pop("main", None)
    main = importlib.import_module("main")
    assert main.__file__.startswith(folder) and sys.modules["clinic"].__file__.startswith(folder)
    assert callable(getattr(main, target)), target
"""


def test_the_bundle_is_the_same_every_time(tmp_path: Path) -> None:
    for name in ("one.zip", "two.zip"):
        assert main(["--output", str(tmp_path / name)]) == 0
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_it_holds_what_the_functions_are_and_nothing_of_the_other_side() -> None:
    names = set(bundle())
    assert {f"functions/{row.kind}s/{row.name}.py" for row in hosted()} <= names
    assert {"main.py", "requirements.txt", "clinic/contracts/functions.json"} <= names
    assert not {name for name in names if name.startswith(("realtime_service/", "rehearsal/", "tests/"))}


def test_the_wheel_holds_three_discovery_documents_of_hundreds(tmp_path: Path) -> None:
    content = bundle()
    (name,) = (name for name in content if name.endswith(".whl"))
    wheel = tmp_path / "library.whl"
    wheel.write_bytes(content[name])
    with zipfile.ZipFile(wheel) as archive:
        documents = sorted(each for each in archive.namelist() if "/documents/" in each)
        record = next(each for each in archive.namelist() if each.endswith(".dist-info/RECORD"))
        recorded = {line.partition(",")[0] for line in archive.read(record).decode().splitlines()}
        assert recorded == set(archive.namelist())
    assert [Path(each).name for each in documents] == [
        "calendar.v3.json",
        "gmail.v1.json",
        "sheets.v4.json",
    ]


def test_every_function_imports_with_the_bundle_and_its_lock_alone(tmp_path: Path) -> None:
    with zipfile.ZipFile(packed(tmp_path)) as archive:
        archive.extractall(tmp_path / "source")
    folder = str(tmp_path / "source")
    targets = [row.name for row in hosted()]
    run = subprocess.run(
        [sys.executable, "-I", "-c", _ISOLATED, folder, f"{folder}/requirements.txt", *targets],
        cwd=folder,
        env={"STORE": "cloud"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr


def test_a_lock_of_another_version_is_refused() -> None:
    name, wheel = "google_api_python_client-2.0.0-py3-none-any.whl", b""
    with pytest.raises(BundleError, match=r"does not pin google-api-python-client==2\.0\.0"):
        requirements("google-api-python-client==1.0.0 \\\n    --hash=sha256:0\n", name, wheel)


def test_the_trimmed_wheel_takes_the_library_s_place_in_the_lock() -> None:
    lock = (
        "flask==3 \\\n    --hash=sha256:1\ngoogle-api-python-client==2.0.0 \\\n"
        "    --hash=sha256:2 \\\n    --hash=sha256:3\n    # via x\nidna==3 \\\n    --hash=sha256:4\n"
    )
    written = requirements(lock, "google_api_python_client-2.0.0-py3-none-any.whl", b"wheel").splitlines()
    assert [line.partition(" ")[0] for line in written if not line.startswith(" ")] == [
        "flask==3",
        "./wheels/google_api_python_client-2.0.0-py3-none-any.whl",
        "idna==3",
    ]


def test_the_list_names_every_file_with_its_size(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(bundle())


def hosted() -> list[FunctionRow]:
    """The rows that are functions of their own."""
    return [row for row in load_function_table() if row.kind != "live"]  # type: ignore[comparison-overlap,unused-ignore]


def packed(folder: Path) -> Path:
    """The bundle, written to a folder."""
    main(["--output", str(folder / "functions.zip")])
    return folder / "functions.zip"
