"""The README says what is true: settings, targets, paths."""

import re
from pathlib import Path
from typing import Annotated, get_args, get_origin, get_type_hints

import msgspec
import pytest

from clinic.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def described(name: str) -> str:
    hint = get_type_hints(Settings, include_extras=True)[name]
    assert get_origin(hint) is Annotated
    return next(str(meta.description) for meta in reversed(get_args(hint)) if hasattr(meta, "description"))


@pytest.mark.parametrize("field", msgspec.structs.fields(Settings), ids=lambda field: field.name)
def test_every_setting_is_in_the_table_with_its_default(field: msgspec.structs.FieldInfo) -> None:
    default = f"`{field.default}`" if field.default != "" else ""
    assert f"| `{field.name.upper()}` | {default} | {described(field.name)} |" in README


def test_every_setting_in_the_table_exists() -> None:
    named = set(re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE))
    assert named == {field.name.upper() for field in msgspec.structs.fields(Settings)}


def test_every_target_named_exists() -> None:
    files = [ROOT / "Makefile", ROOT / "infra" / "deploy.mk"]
    targets = {name for each in files for name in re.findall(r"^([a-z-]+):", each.read_text(), re.MULTILINE)}
    assert set(re.findall(r"\bmake ([a-z-]+)", README)) <= targets


def test_every_path_named_exists() -> None:
    top = "clinic|docs|functions|infra|realtime_service|rehearsal|tests"
    named = re.findall(rf"`((?:{top})/[a-z_./]*)`", README) + re.findall(r"`([a-z]+\.(?:py|md))`", README)
    inside = {path.name for path in ROOT.rglob("*.py") if ".venv" not in str(path)} | {"instructions.md"}
    missing = [path for path in named if not (ROOT / path).exists() and path not in inside]
    assert len(named) > 10
    assert missing == []
