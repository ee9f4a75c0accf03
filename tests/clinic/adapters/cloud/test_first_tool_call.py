"""On Firestore and Pub/Sub too the first tool call finds nothing cold: in processes of their own."""

import os

import pytest

from benchmarks.first_tool_call import empty, measure

TOOL = "check_appointment_availability"


@pytest.mark.emulators
def test_the_first_tool_call_of_a_woken_function_loads_nothing() -> None:
    if not {"FIRESTORE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST"} <= os.environ.keys():
        pytest.skip("FIRESTORE_EMULATOR_HOST is unset: `make test-emulators` runs this on Google's emulators")
    with empty("cloud") as environment:
        woken = measure(TOOL, woken=True, environment=environment)
    with empty("cloud") as environment:
        cold = measure(TOOL, woken=False, environment=environment)
    assert woken.status == cold.status == [200, 200]
    assert woken.loaded == []
    assert "clinic.adapters.cloud.bus" in cold.loaded
