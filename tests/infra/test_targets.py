"""The steps of a release as `make` targets: each runs alone, on the tools that it names."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_TOOL = """#!/bin/sh
echo "$(basename "$0") $*" >> calls
case "$1" in inspect) printf 'x-docker.pkg.dev/another/x/y@sha256:1\\n%s@sha256:2\\n' "$OURS" ;; esac
"""
NOW = 1_700_000_000
NAME = "asia-south1-docker.pkg.dev/clinic-staging/clinic-voice-agent/realtime-service"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The makefiles alone, and tools that write down what they are asked."""
    (tmp_path / "infra").mkdir()
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copy(ROOT / "infra" / "deploy.mk", tmp_path / "infra")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("docker", "trivy", "terraform"):
        (tools / name).write_text(_TOOL)
        (tools / name).chmod(0o755)
    return tmp_path


def made(tree: Path, target: str) -> list[str]:
    """Make one target; return what the tools were asked."""
    given = {"PROJECT": "clinic-staging", "TAG": "abc", "ALERT_EMAIL": "desk@example.com"}
    run = make(tree, target, *(f"{name}={value}" for name, value in given.items()))
    assert run.returncode == 0, run.stderr
    return (tree / "calls").read_text().splitlines()


def make(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make with nothing of this process's environment: a build has variables of its own."""
    environment = {"PATH": f"{tree / 'tools'}:{os.environ['PATH']}", "OURS": NAME}
    command = [str(shutil.which("make")), *arguments]
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, timeout=20)


def test_an_image_is_built_from_the_top_of_the_tree(tree: Path) -> None:
    (build,) = made(tree, "image")
    assert build.startswith("docker build --file realtime_service/Dockerfile ")
    assert build.endswith(f" --tag {NAME}:abc .")


def test_a_scan_lists_what_is_in_the_image_and_then_looks_at_the_list(tree: Path) -> None:
    listed, looked_at = made(tree, "scan")
    assert listed == f"trivy image --format cyclonedx --output dist/sbom.json {NAME}:abc"
    assert looked_at.endswith("--exit-code 1 dist/sbom.json")


def test_what_was_pushed_is_known_by_its_digest_in_this_project(tree: Path) -> None:
    made(tree, "push")
    assert (tree / "dist" / "image").read_text() == f"{NAME}@sha256:2\n"


def test_a_plan_is_of_the_image_that_was_pushed(tree: Path) -> None:
    made(tree, "push")
    *_, plan = made(tree, "plan")
    assert plan.endswith(f"-var=alert_email=desk@example.com -var=image={NAME}@sha256:2")
    assert f"-out={tree}/dist/plan" in plan


def test_functions_that_are_not_bundled_yet_are_not_left_out_silently(tree: Path) -> None:
    (tree / "dist").mkdir()
    (tree / "functions").mkdir()
    (tree / "clinic").mkdir()
    for age, file in ((20, "functions/main.py"), (10, "dist/functions.zip")):
        (tree / file).touch()
        os.utime(tree / file, (NOW - age, NOW - age))
    made(tree, "plan")
    os.utime(tree / "functions" / "main.py", (NOW, NOW))
    run = make(tree, "plan", "PROJECT=clinic-staging", "ALERT_EMAIL=desk@example.com")
    assert run.returncode == 2
    assert "make bundle" in run.stderr


def test_what_is_applied_is_the_plan_that_was_read(tree: Path) -> None:
    (apply,) = made(tree, "apply")
    assert apply == f"terraform -chdir=infra/terraform apply -input=false {tree}/dist/plan"


def test_without_a_project_it_is_said_which_is_wanted(tree: Path) -> None:
    run = make(tree, "image")
    assert run.returncode == 2
    assert "PROJECT: the Google Cloud project's id is wanted" in run.stderr
