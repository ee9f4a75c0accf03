"""A letter that comes back while its caller still talks, from Gmail's inbox to the agent's ear."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from clinic.contracts.call_record import CallRecord
from clinic.contracts.dead_letter import DeadLetter
from clinic.contracts.function_table import FunctionTable
from clinic.contracts.sheets import PATIENTS
from clinic.settings import Settings
from functions.dispatch import react, run_job
from functions.jobs.read_returned_mail import read_returned_mail
from functions.needs import Needs
from functions.reactions.send_confirmation import send_confirmation
from functions.reactions.tell_caller import tell_caller
from functions.reactions.update_register import update_register
from rehearsal.google_workspace.workspace import Workspace

Use = Callable[..., dict[str, Any]]
REACTIONS = {each.__name__: each for each in (send_confirmation, tell_caller, update_register)}


@pytest.fixture
def world(needs: Needs, with_workspace: tuple[Workspace, Settings], ringing: CallRecord) -> Needs:
    """The functions' world with Gmail, whose inbox is read so far; the caller is on the line."""
    _, settings = with_workspace
    made = Needs(settings, {name: needs.open(name) for name in ("bus", "calls", "register")})
    run_job(read_returned_mail, made)
    needs.open("calls").admit("ticket", ringing.session_id, datetime.now(UTC))
    return made


@pytest.fixture
def settle(world: Needs, table: FunctionTable) -> Callable[[], None]:
    """Give facts to their reactions until no more follow."""

    def run() -> None:
        bus = world.open("bus")
        while messages := bus.take_due(100):
            for message in messages:
                if message.function in REACTIONS:
                    letter = DeadLetter(message.data, message.attributes)
                    react(table[message.function], REACTIONS[message.function], world, letter, message.id)
                bus.acknowledge(message)

    return run


@pytest.fixture
def come_back(
    with_workspace: tuple[Workspace, Settings], world: Needs, settle: Callable[[], None]
) -> Callable[[str], None]:
    """Let the last letter to an address come back, and the job look twice."""

    def run(address: str) -> None:
        with_workspace[0].mailbox.give_back(address)
        for _ in range(2):
            run_job(read_returned_mail, world)
            settle()

    return run


def test_the_agent_and_the_register_are_told_once_of_a_letter_that_came_back(
    world: Needs, book: Use, settle: Callable[[], None], come_back: Callable[[str], None]
) -> None:
    booked = book()
    settle()
    come_back("asha.rao@example.com")
    (notice,) = world.open("calls").notices("call-1")
    assert "asha.rao@example.com" in notice.text
    assert booked["appointment_id"] in notice.text
    (row,) = world.open("register").rows(PATIENTS)
    assert row["email_status"].startswith("refused on 20")


def test_nothing_is_told_of_an_address_that_was_corrected_before_its_letter_came_back(
    world: Needs, book: Use, use: Use, settle: Callable[[], None], come_back: Callable[[str], None]
) -> None:
    book(email="asah@example.com")
    settle()
    use("correct_email", email="asha.rao@example.com")
    settle()
    come_back("asah@example.com")
    assert world.open("calls").notices("call-1") == []
    (row,) = world.open("register").rows(PATIENTS)
    assert row["email_status"] == ""
