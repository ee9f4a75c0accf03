"""The Terraform and the code say the same: the table, the settings, the log's messages, the addresses."""

import ast
import importlib
import inspect
import re
from functools import cache
from pathlib import Path

import msgspec
import pytest

from clinic.contracts.function_table import Deploy, FunctionRow, load_function_table
from clinic.settings import Settings, load_settings
from infra.release.rollout import CANDIDATE
from infra.release.smoke import REVISION_HEADER

ROOT = Path(__file__).parents[2]
TERRAFORM = ROOT / "infra" / "terraform"
NEEDS = {
    "mailer": "mail",
    "returned_mail": "mail",
    "register": "sheets",
    "calendar": "calendar",
    "backup": "backup",
    "telephone": "twilio",
}
"""What a parameter's name has the function reach."""
PLAIN = {"clinic", "settings", "now", "templates"}
"""Parameters that reach nothing. Any other is the store's, or the bus's."""
SIGNED = {"functions.twilio_request", "clinic.contracts.web_token"}
"""Who imports one of these checks or makes a signature with Twilio's token."""


@cache
def source() -> str:
    """All of the configuration."""
    return "\n".join(file.read_text() for file in sorted(TERRAFORM.glob("*.tf")))


def hosted() -> list[FunctionRow]:
    """The rows that are functions of their own."""
    return [row for row in load_function_table() if row.kind != "live"]


@pytest.mark.parametrize("row", hosted(), ids=lambda row: row.name)
def test_a_row_s_uses_are_what_its_function_asks_for(row: FunctionRow) -> None:
    module = importlib.import_module(f"functions.{row.kind}s.{row.name}")
    parameters = inspect.signature(getattr(module, row.name)).parameters
    needs = {
        each.name for each in parameters.values() if each.kind is each.KEYWORD_ONLY and each.name not in PLAIN
    }
    uses = {NEEDS.get(name, "bus" if name == "bus" else "store") for name in needs}
    if row.kind != "webhook":
        uses -= {"store", "bus"}
    if imported(module.__file__ or "") & SIGNED:
        uses.add("twilio")
    assert set(row.deploy.uses) == uses


def imported(file: str) -> set[str]:
    """The modules that a file names in its imports."""
    tree = ast.parse(Path(file).read_text())
    return {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}


@pytest.mark.parametrize(
    "field",
    [field for field in msgspec.structs.fields(Deploy) if field.name != "uses"],
    ids=lambda field: field.name,
)
def test_what_a_row_leaves_out_is_the_same_there_as_here(field: msgspec.structs.FieldInfo) -> None:
    defaults = set(re.findall(rf'try\([\w.\[\]]+\.{field.name}, "?([^")]+)"?\)', source()))
    assert defaults == {str(field.default)}


def test_the_kinds_and_uses_that_are_let_through_are_the_table_s() -> None:
    kinds = re.search(r"kinds = \[(.*)\]", source())
    uses = re.search(r"  uses  = \[(.*)\]", source())
    assert kinds is not None
    assert uses is not None
    assert set(re.findall(r'"(\w+)"', kinds[1])) == set(literals(FunctionRow, "kind"))
    assert set(re.findall(r'"(\w+)"', uses[1])) == set(literals(Deploy, "uses"))


def literals(struct: type[msgspec.Struct], name: str) -> tuple[str, ...]:
    """The words that a field of a struct may hold."""
    field = msgspec.inspect.type_info(struct)
    assert isinstance(field, msgspec.inspect.StructType)
    kind = next(each.type for each in field.fields if each.name == name)
    kind = kind.item_type if isinstance(kind, msgspec.inspect.VarTupleType) else kind
    assert isinstance(kind, msgspec.inspect.LiteralType)
    return tuple(str(value) for value in kind.values)


def test_every_setting_that_is_set_there_is_one_of_ours() -> None:
    ours = {field.name.upper() for field in msgspec.structs.fields(Settings)}
    assert given_settings() | secret_settings() <= ours
    assert {"STORE", "GOOGLE_CLOUD_PROJECT", "FUNCTIONS_URL", "REALTIME_URL"} <= given_settings()


def secret_settings() -> set[str]:
    """The names of the settings that Secret Manager keeps, always or where they are wanted."""
    lists = re.findall(r"(?:optional_secrets|secret_settings) +=.*?\[(.*?)\]", source())
    return {name for each in lists for name in re.findall(r'"([A-Z_]+)"', each)}


def test_no_setting_that_is_secret_can_be_given_in_a_variable() -> None:
    words = re.compile("key|secret|token|credential", re.IGNORECASE)
    described = msgspec.inspect.type_info(Settings)
    assert isinstance(described, msgspec.inspect.StructType)
    named = {field.name.upper() for field in described.fields if words.search(field.name)}
    assert named - {"TWILIO_API_KEY"} == secret_settings()  # it is a name; TWILIO_API_SECRET goes with it


def given_settings() -> set[str]:
    """The names of the settings that follow from the configuration."""
    blocks = re.findall(r"^  following = \{$(.*?)^  \}$", source(), flags=re.DOTALL | re.MULTILINE)
    given = {name for block in blocks for name in re.findall(r"^\s*([A-Z_]+)\s+=", block, flags=re.MULTILINE)}
    return {name for name in given if not name.startswith("OTEL_")}  # OpenTelemetry's own


@pytest.mark.parametrize("row", hosted(), ids=lambda row: row.name)
def test_every_function_starts_with_the_settings_that_it_is_given(row: FunctionRow) -> None:
    with_twilio = "twilio" in row.deploy.uses
    withheld = re.search(r"needing_a_token = \[(.*)\]", source())
    assert withheld is not None
    names = given_settings() - (set() if with_twilio else set(re.findall(r'"(\w+)"', withheld[1])))
    environment = {name: written_for(name) for name in names}
    secrets = {"TWILIO_AUTH_TOKEN": "a secret"} if with_twilio else {}
    settings = load_settings({**environment, **secrets})
    assert settings.store == "cloud"
    assert settings.telephony == ("twilio" if with_twilio else "rehearsed")


def written_for(name: str) -> str:
    """What stands behind a setting's name there, or what it comes to."""
    literal = re.search(rf'^\s*{name}\s+= "([^"$]+)"$', source(), flags=re.MULTILINE)
    computed = {
        "FUNCTIONS_URL": "https://asia-south1-clinic-staging.cloudfunctions.net",
        "REALTIME_URL": "wss://realtime-service-123456789012.asia-south1.run.app",
        "MAX_SESSIONS": "500",
        "TRUSTED_PROXIES": "1",
    }
    return literal[1] if literal else computed.get(name, "something")


def test_a_function_answers_as_many_at_a_time_as_it_is_given() -> None:
    assert set(re.findall(r"THREADS = tostring\(try\(\S+\.concurrency, (\d+)\)\)", source())) == {
        str(Deploy().concurrency)
    }


def test_every_message_that_is_counted_is_one_that_is_logged() -> None:
    counted = set(re.findall(r'message = "([=!?<>] [^"]+)"', source()))
    counted |= set(re.findall(r'jsonPayload\.message=\\"([^"$\\]+)\\"', source()))
    logged = {
        message
        for package in ("clinic", "functions", "realtime_service")
        for file in (ROOT / package).rglob("*.py")
        for message in re.findall(r'"([=!?<>] [^"]+)"', file.read_text())
    }
    assert counted
    assert counted <= logged


def test_what_is_to_be_pasted_into_twilio_are_webhooks_of_the_table() -> None:
    webhooks = {row.name for row in hosted() if row.kind == "webhook"}
    pasted = {name.replace("-", "_") for name in re.findall(r"functions_url}/([\w-]+)", source())}
    assert pasted == {"twilio_voice", "twilio_fallback", "twilio_status"}
    assert pasted <= webhooks


def test_what_is_deployed_waits_for_what_its_account_may() -> None:
    blocks = {
        (kind, name): body
        for kind, name, body in re.findall(
            r'^resource "(\w+)" "(\w+)" {\n(.*?)^}', source(), flags=re.DOTALL | re.MULTILINE
        )
    }
    grants = {
        f"{kind}.{name}"
        for kind, name in blocks
        if kind.endswith("_iam_member") and (name == "builder" or "secret" in kind)
    }
    assert len(grants) == 5
    assert grants <= set(re.findall(r"google_[\w.]+", blocks["time_sleep", "grants"]))
    for deployed in (
        ("google_cloudfunctions2_function", "function"),
        ("google_cloud_run_v2_service", "realtime_service"),
    ):
        assert "time_sleep.grants" in blocks[deployed].rpartition("depends_on")[2]


def test_no_role_is_basic_and_none_administers_but_what_copies_the_book() -> None:
    roles = set(re.findall(r'"roles/([\w.]+)"', source()))
    assert len(roles) > 10
    assert not roles & {"owner", "editor", "viewer"}
    assert {role for role in roles if role.lower().endswith("admin")} == {
        "datastore.importExportAdmin",
        "storage.admin",
    }
    assert re.findall(
        r'^resource "(\S+)" "(\w+)" {(?:(?!^}).)*"roles/storage.admin"', source(), re.M | re.S
    ) == [("google_storage_bucket_iam_member", "exporter")]


def test_what_builds_the_functions_can_not_replace_the_service_s_image() -> None:
    writing = re.search(
        r'"google_artifact_registry_repository_iam_member" "builder" {(.*?)^}', source(), re.S | re.M
    )
    assert writing is not None
    assert 'images["functions"]' in writing[1]
    assert "clinic-voice-agent" in (ROOT / "infra" / "deploy.mk").read_text()


def test_the_load_balancer_knows_a_candidate_as_the_release_asks_for_it() -> None:
    header = re.search(r'header_name = "([\w-]+)"\s+exact_match = "(\w+)"', source())
    assert header is not None
    assert header.groups() == (REVISION_HEADER, CANDIDATE)
    assert f'each.key == "{CANDIDATE}" ? each.key' in source()


def test_the_functions_source_is_never_deleted_while_it_counts() -> None:
    bucket = re.search(r'"google_storage_bucket" "source" {(.*?)^}', source(), re.S | re.M)
    assert bucket is not None
    assert "days_since_noncurrent_time" in bucket[1]
    assert not re.search(r"^\s+age\s+=", bucket[1], re.M)


def test_every_check_that_is_skipped_says_why() -> None:
    skipped = re.findall(r"checkov:skip=(\w+):?(.*)", source())
    assert skipped
    assert all(len(why.split()) > 5 for _, why in skipped), skipped


def test_the_builds_steps_are_targets_that_run_alone() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "infra" / "deploy.mk").read_text(), flags=re.MULTILINE))
    targets |= set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    steps = re.findall(r"make ([a-z -]+)", (ROOT / "cloudbuild.yaml").read_text())
    asked = {target for step in steps for target in step.split()} - {"make"}
    assert {"test", "image", "scan", "push", "plan", "apply", "canary"} <= asked <= targets
