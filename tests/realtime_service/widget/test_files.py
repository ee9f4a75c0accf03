"""The embed's files: how much a visitor loads, and what a strict page would not let them do."""

import re

import pytest

from realtime_service.widget.files import EmbedFiles

FILES = EmbedFiles().all
LARGEST = 30_000
"""Bytes, all files in gzip: the script, its modules, its worklets, its styles."""
LONGEST_MODULE = 250
SOURCES = {name: file.body.decode() for name, file in FILES.items()}


def test_a_visitor_loads_no_more_than_was_promised() -> None:
    sizes = {name: len(file.compressed) for name, file in FILES.items()}
    assert sum(sizes.values()) <= LARGEST, sizes


@pytest.mark.parametrize("name", SOURCES)
def test_a_module_says_what_it_is_for_and_is_not_too_long(name: str) -> None:
    lines = SOURCES[name].splitlines()
    assert re.match(r"// .+[.:,]$|// .+\w$", lines[0]), lines[0]
    assert len(lines) <= LONGEST_MODULE


@pytest.mark.parametrize("name", SOURCES)
def test_nothing_is_written_as_markup_or_run_from_text(name: str) -> None:
    # Trusted Types would refuse it, and a caller's words could become a script.
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\(|new Function", SOURCES[name]
    )


@pytest.mark.parametrize("name", SOURCES)
def test_modules_load_only_their_neighbours(name: str) -> None:
    imported = re.findall(r'^import .* from "(.+)";$', SOURCES[name], re.MULTILINE)
    named = re.findall(r'new URL\("(\w+\.js)"', SOURCES[name])
    assert {path.removeprefix("./") for path in imported} | set(named) <= set(FILES)
    assert all(path.startswith("./") for path in imported)


def test_the_version_is_of_what_is_in_the_files() -> None:
    assert EmbedFiles().version == EmbedFiles().version
    assert EmbedFiles().version in SOURCES["embed.js"]
    assert "@version@" not in SOURCES["embed.js"]
