from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from clinic.settings import load_settings
from infra.release.__main__ import door_of, main
from infra.release.cloud_run import Serving
from infra.release.rollout import Traffic
from infra.release.smoke import Door
from rehearsal.cloud_run import RehearsedCloudRun

Release = Callable[..., int]
FIRST, SECOND = "realtime-service-00001", "realtime-service-00002"
IMAGE = f"image@sha256:{'2' * 64}"


def shares(cloud_run: RehearsedCloudRun) -> dict[str, int]:
    """Who gets how much of the calls; a target without a revision is the newest."""
    return {
        target.get("revision", "the newest"): target.get("percent", 0)
        for target in cloud_run.service()["traffic"]
    }


def test_a_deployed_image_gets_no_calls(cloud_run: RehearsedCloudRun, release: Release) -> None:
    assert release("deploy", IMAGE) == 0
    assert shares(cloud_run) == {FIRST: 100, "the newest": 0}
    assert cloud_run.service()["template"]["containers"][0]["image"] == IMAGE


def test_deploying_it_again_makes_no_second_revision(cloud_run: RehearsedCloudRun, release: Release) -> None:
    release("deploy", IMAGE)
    changes = cloud_run.changes
    assert release("deploy", IMAGE) == 0
    assert cloud_run.changes == changes


def test_the_image_that_serves_already_is_left_alone(
    cloud_run: RehearsedCloudRun, release: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release("deploy") == 0
    assert "serves already" in capsys.readouterr().out
    assert cloud_run.changes == 1


def test_a_revision_that_never_gets_ready_is_said_to_be_so_and_gets_no_calls(
    cloud_run: RehearsedCloudRun, release: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release("deploy", f"broken@sha256:{'3' * 64}") == 1
    assert "the container failed to start" in capsys.readouterr().err
    assert shares(cloud_run)[FIRST] == 100


@pytest.mark.parametrize(
    "command", [["deploy", f"broken@sha256:{'3' * 64}"], ["smoke"], ["shift"], ["promote"]]
)
def test_what_never_got_ready_is_not_taken_for_ready_the_second_time(
    cloud_run: RehearsedCloudRun, release: Release, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    release("deploy", f"broken@sha256:{'3' * 64}")
    changes = cloud_run.changes
    capsys.readouterr()
    assert release(*command) == 1
    assert f"{SECOND} does not get ready: the container failed to start" in capsys.readouterr().err
    assert cloud_run.changes == changes


def test_a_good_image_is_deployed_over_one_that_terraform_has_broken(
    cloud_run: RehearsedCloudRun, release: Release
) -> None:
    cloud_run.apply("broken")
    assert release("deploy", IMAGE) == 0
    assert shares(cloud_run) == {FIRST: 100, "the newest": 0}


def test_each_shift_is_the_next_stage(cloud_run: RehearsedCloudRun, release: Release) -> None:
    release("deploy", IMAGE)
    seen = []
    for _ in range(3):
        assert release("shift", "--watch", "0") == 0
        seen.append(shares(cloud_run)[SECOND])
    assert seen == [5, 25, 100]


def test_a_release_that_was_broken_off_goes_on_where_it_was(
    cloud_run: RehearsedCloudRun, release: Release
) -> None:
    release("deploy", IMAGE)
    release("shift", "--watch", "0")
    assert release("promote", "--watch", "0") == 0
    assert shares(cloud_run) == {FIRST: 0, SECOND: 100}


def test_a_stage_that_was_broken_off_is_watched_before_the_next(
    cloud_run: RehearsedCloudRun, release: Release
) -> None:
    cloud_run.series = calls_of({FIRST: (100, 1), SECOND: (30, 9)})
    release("deploy", IMAGE)
    release("shift", "--watch", "0")
    changes = cloud_run.changes
    assert release("promote", "--watch", "0.01") == 1
    assert shares(cloud_run) == {FIRST: 100, SECOND: 0}
    assert cloud_run.changes == changes + 1  # taken back, and nothing before


def test_promoting_what_has_arrived_changes_nothing(cloud_run: RehearsedCloudRun, release: Release) -> None:
    release("deploy", IMAGE)
    release("promote", "--watch", "0")
    changes = cloud_run.changes
    assert release("promote", "--watch", "0") == 0
    assert cloud_run.changes == changes


def test_a_rollback_is_one_command(cloud_run: RehearsedCloudRun, release: Release) -> None:
    release("deploy", IMAGE)
    release("promote", "--watch", "0")
    assert release("rollback") == 0
    assert shares(cloud_run) == {FIRST: 100, SECOND: 0}


@pytest.mark.parametrize("command", [["deploy", IMAGE], ["shift"], ["promote"], ["rollback"]])
def test_a_dry_run_changes_nothing(
    cloud_run: RehearsedCloudRun, release: Release, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    if command[0] != "deploy":
        release("deploy", f"image@sha256:{'4' * 64}")
        release("shift", "--watch", "0")
    changes = cloud_run.changes
    assert release("--dry-run", *command) == 0
    assert cloud_run.changes == changes
    assert "nothing was changed" in capsys.readouterr().out


def test_a_candidate_whose_calls_fail_is_taken_back(
    cloud_run: RehearsedCloudRun, release: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud_run.series = calls_of({FIRST: (100, 1), SECOND: (30, 9)})
    release("deploy", IMAGE)
    assert release("promote", "--watch", "0.01") == 1
    assert shares(cloud_run) == {FIRST: 100, SECOND: 0}
    assert "30.0% of its calls failed" in capsys.readouterr().err


def test_a_candidate_that_does_well_gets_all_calls(cloud_run: RehearsedCloudRun, release: Release) -> None:
    cloud_run.series = calls_of({FIRST: (100, 1), SECOND: (30, 0)})
    release("deploy", IMAGE)
    assert release("promote", "--watch", "0.01") == 0
    assert shares(cloud_run)[SECOND] == 100


def test_the_status_is_a_table(
    cloud_run: RehearsedCloudRun, release: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    release("deploy", IMAGE)
    capsys.readouterr()
    assert release("status") == 0
    head, first, second = capsys.readouterr().out.splitlines()
    assert head.split() == ["REVISION", "CALLS", "TAG", "ADDRESS"]
    assert first.split() == [FIRST, "100", "%"]
    assert second.split() == [SECOND, "0", "%", "candidate", "https://candidate---realtime-service.run.app"]


@pytest.mark.parametrize("command", ["shift", "rollback"])
def test_without_a_candidate_a_step_is_refused(
    release: Release, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release(command) == 1
    assert "candidate" in capsys.readouterr().err


def test_with_nothing_new_a_release_has_nothing_to_promote(
    cloud_run: RehearsedCloudRun, release: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release("promote") == 0
    assert f"{FIRST} has all calls" in capsys.readouterr().out
    assert cloud_run.changes == 1


def test_a_smoke_test_without_a_token_says_what_it_is_for(
    release: Release, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("TWILIO_AUTH_TOKEN", raising=False)
    assert release("smoke") == 1
    assert "TWILIO_AUTH_TOKEN: the rehearsed call is signed with it" in capsys.readouterr().err


def test_settings_of_the_service_that_can_not_be_are_named(
    opened: Callable[..., RehearsedCloudRun],
    release_of: Callable[[RehearsedCloudRun], Release],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "token")
    release = release_of(opened(settings={"FUNCTIONS_URL": "clinic.example.com"}))
    assert release("smoke") == 1
    assert "FUNCTIONS_URL='clinic.example.com'" in capsys.readouterr().err


def test_the_rehearsed_call_is_of_the_account_that_the_service_was_given(
    start: Callable[..., Any],
    opened: Callable[..., RehearsedCloudRun],
    release_of: Callable[[RehearsedCloudRun], Release],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    account, token = "AC" + "7" * 32, "the token of that account"
    run = start(TWILIO_ACCOUNT_SID=account, TWILIO_AUTH_TOKEN=token)
    run.banner()
    settings = {
        "TWILIO_ACCOUNT_SID": account,
        "TWILIO_PHONE_NUMBER": "+15005550006",
        "FUNCTIONS_URL": run.address["functions"].rpartition("/")[0],
    }
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", token)
    assert release_of(opened(run.address["page"], settings))("smoke") == 0
    assert "greets a caller" in capsys.readouterr().out


def test_behind_a_load_balancer_the_candidate_is_asked_for_by_its_name() -> None:
    settings = load_settings({"REALTIME_URL": "wss://voice.example.com", "TWILIO_AUTH_TOKEN": "token"})
    serving = Serving(
        image=IMAGE,
        url="https://realtime-service.run.app",
        only_balanced=True,
        newest=SECOND,
        ready=True,
        problem="",
        traffic=Traffic(()),
        tag_urls={"candidate": "https://candidate---realtime-service.run.app"},
        environment={},
    )
    assert door_of(serving, settings) == Door("https://voice.example.com", {"X-Revision": "candidate"})
    without = msgspec.structs.replace(serving, tag_urls={})
    assert door_of(without, settings) == Door("https://voice.example.com", {})


def test_where_nothing_answers_the_exit_code_is_two(capsys: pytest.CaptureFixture[str]) -> None:
    name = "projects/p/locations/l/services/s"
    assert main(["--service", name, "--endpoint", "http://127.0.0.1:9", "status"]) == 2
    assert name in capsys.readouterr().err


def test_a_service_that_is_not_there_is_said_so(
    cloud_run: RehearsedCloudRun, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "projects/p/locations/l/services/s"
    assert main(["--service", name, "--endpoint", cloud_run.url, "status"]) == 2
    assert "no such resource" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--service", "realtime-service", "status"], "projects/…"),
        (["--service", "projects/p/locations/l/services/s", "deploy", "image:latest"], "by digest"),
        (["--service", "projects/p/locations/l/services/s", "shift", "--to", "0"], "1 to 100"),
        (["--service", "projects/p/locations/l/services/s"], "COMMAND"),
    ],
)
def test_a_wrong_argument_is_named(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err


def calls_of(calls: dict[str, tuple[int, int]]) -> Callable[[str, str], list[dict[str, Any]]]:
    """Return Monitoring's series: of each revision all calls and the failed ones, and no tools."""

    def series(metric: str, revision: str) -> list[dict[str, Any]]:
        if not metric.endswith("/calls_ended"):
            return []
        total, failed = calls[revision]
        return [
            {
                "metric": {"type": metric, "labels": {"status": status}},
                "points": [{"value": {"int64Value": str(count)}}],
            }
            for status, count in (("completed", total - failed), ("failed", failed))
        ]

    return series
