"""The house stands as it was drawn: who may import whom, where asyncio lives, how files begin."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("clinic", "functions", "realtime_service", "rehearsal", "infra")

FORBIDDEN = [
    # (who, what they never import, not even through another module of ours)
    ("clinic", ("functions", "realtime_service", "rehearsal", "local", "asyncio")),
    ("clinic.booking", ("clinic.adapters", "clinic.ports", "clinic.settings")),
    ("clinic.directory", ("clinic.adapters", "clinic.ports", "clinic.settings", "clinic.booking")),
    ("clinic.contracts", ("clinic.adapters", "clinic.ports", "clinic.booking", "clinic.directory")),
    ("functions", ("realtime_service", "rehearsal", "local", "google.genai", "asyncio")),
    ("realtime_service", ("functions", "rehearsal", "local", "googleapiclient")),
    ("rehearsal", ("functions", "realtime_service", "local")),
]
THIRD_PARTY_OF_THE_RULES = {"msgspec", "phonenumbers"}
DOORS = ("functions.main", "functions.needs", "functions.dead_letters", "realtime_service.__main__",
         "realtime_service.adapters", "local", "rehearsal.call", "rehearsal.on_emulators")  # fmt: skip
"""They alone choose which adapters are behind the ports."""
WITH_ASYNCIO = ("realtime_service", "rehearsal", "local")
NO_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "managers", "misc"}
LONGEST_FUNCTION, LONGEST_MODULE = 50, 250


@dataclass(frozen=True)
class Import:
    """One imported module, and whether it is imported with the module that names it."""

    name: str
    at_once: bool


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def files() -> dict[str, Path]:
    found = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    return {module_name(file): file for file in [*found, ROOT / "local.py"]}


def module_name(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = files()


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


@cache
def imports(module: str) -> tuple[Import, ...]:
    return tuple(_imports(module, tree(module), at_once=True))


def _imports(module: str, node: ast.AST, *, at_once: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, at_once) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield from (Import(name, at_once) for name in _from(module, child))
        else:
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _imports(module, child, at_once=at_once and not inside)


def _from(module: str, node: ast.ImportFrom) -> Iterator[str]:
    assert node.level == 0, f"{module} has a relative import"
    for alias in node.names:
        longer = f"{node.module}.{alias.name}"
        yield longer if longer in MODULES else str(node.module)
        # `from google import genai` names a package of its own.
        if node.module == "google":
            yield longer


@cache
def ours_at_once(module: str) -> frozenset[str]:
    """The project's modules that are run when this one is imported, besides the packages around them."""
    return frozenset(each.name for each in imports(module) if each.at_once and each.name in MODULES) - {
        module
    }


def reached(module: str) -> dict[str, str]:
    """Return everything that a module imports, directly or through ours, and through which it does."""
    through: dict[str, str] = {}
    todo, seen = [module], {module}
    while todo:
        here = todo.pop()
        for each in imports(here):
            through.setdefault(each.name, here)
            if each.name in MODULES and each.name not in seen:
                seen.add(each.name)
                todo.append(each.name)
    return through


def strings(module: str) -> Iterator[str]:
    """Yield a module's text constants, also those inside f-strings, but no docstrings."""
    prose = {id(node.value) for node in ast.walk(tree(module)) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value


def test_the_whole_house_was_read() -> None:
    assert {module.split(".")[0] for module in MODULES} == {*PACKAGES, "local"}
    assert len(MODULES) > 50
    assert "clinic.booking.schedule" in ours_at_once("clinic.booking.alternatives")


@pytest.mark.parametrize(("who", "what"), FORBIDDEN, ids=[who for who, _ in FORBIDDEN])
def test_the_arrows_point_one_way(who: str, what: tuple[str, ...]) -> None:
    wrong = [
        f"{module} imports {name} through {through}"
        for module in MODULES
        if within(module, who)
        for name, through in reached(module).items()
        if within(name, *what)
    ]
    assert wrong == []


@pytest.mark.parametrize("package", ["clinic.booking", "clinic.directory"])
def test_the_rules_need_no_third_party_but_msgspec_and_phonenumbers(package: str) -> None:
    known = {*sys.stdlib_module_names, *PACKAGES, *THIRD_PARTY_OF_THE_RULES}
    modules = [module for module in MODULES if within(module, package)]
    named = {each.name.split(".")[0] for module in modules for each in imports(module)}
    assert named - known == set()


def test_the_kernel_loads_no_google_library_at_import_outside_its_cloud_adapters() -> None:
    wrong = [
        f"{module} imports {each.name}"
        for module in MODULES
        if within(module, "clinic") and not within(module, "clinic.adapters.cloud")
        for each in imports(module)
        if each.at_once and within(each.name, "google", "googleapiclient")
    ]
    assert wrong == []


def test_templates_are_paid_for_only_by_who_writes_letters() -> None:
    writers = {
        module
        for module in MODULES
        if within(module, "functions.tools", "functions.reactions", "functions.jobs", "functions.webhooks")
        and "jinja2" in reached(module)
    }
    assert writers == {
        "functions.jobs.pass_on_offers",
        "functions.jobs.send_reminders",
        "functions.reactions.offer_freed_slot",
        "functions.reactions.send_appointment_email",
        "functions.reactions.send_confirmation",
    }
    assert "jinja2" not in {*reached("functions.main"), *reached("realtime_service.server")}


def test_asyncio_lives_in_the_service_the_rehearsal_and_the_local_run() -> None:
    users = {module for module in MODULES if any(within(each.name, "asyncio") for each in imports(module))}
    assert {module for module in users if not within(module, *WITH_ASYNCIO)} == set()
    assert users


def test_only_the_doors_choose_adapters() -> None:
    naming = {
        module
        for module in MODULES
        if any(within(each.name, "clinic.adapters") for each in imports(module))
        or any("clinic.adapters" in text for text in strings(module))
    }
    assert {
        name for name in naming if not within(name, *DOORS) and not within(name, "clinic.adapters")
    } == set()
    assert {"functions.needs", "local"} <= naming


def test_no_two_modules_import_each_other_in_a_circle() -> None:
    circles = [
        f"{module} and {other}"
        for module in MODULES
        for other in ours_at_once(module)
        if module in below(other)
    ]
    assert circles == []


@cache
def below(module: str) -> frozenset[str]:
    """The project's modules that run, directly or not, when this one is imported."""
    found, todo = set(ours_at_once(module)), list(ours_at_once(module))
    while todo:
        new = ours_at_once(todo.pop()) - found
        found |= new
        todo.extend(new)
    return frozenset(found)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_opens_by_saying_what_it_is_for(module: str) -> None:
    docstring = ast.get_docstring(tree(module))
    assert docstring
    assert docstring.splitlines()[0].endswith((".", ":", "?", "!")), docstring.splitlines()[0]


def test_no_function_is_longer_than_a_screen() -> None:
    wrong = [
        f"{module}.{node.name}: {lines} lines"
        for module in MODULES
        for node in ast.walk(tree(module))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := length_without_docstring(node)) > LONGEST_FUNCTION
    ]
    assert wrong == []


def length_without_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    prose = isinstance(first, ast.Expr) and ast.get_docstring(node) is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if prose else 0
    return (node.end_lineno or 0) - node.lineno + 1 - docstring


def test_no_module_is_longer_than_its_one_purpose() -> None:
    lengths = {module: len(file.read_text(encoding="utf-8").splitlines()) for module, file in MODULES.items()}
    assert {module: lines for module, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert {module for module in MODULES if NO_NAMES & set(module.split("."))} == set()
