"""Keys become entries: by # or a pause, * begins anew, and 0 alone wants a human."""

import pytest

from realtime_service.keypad import PAUSE_SECONDS, ZERO_PAUSE_SECONDS, Entry, Keypad


def keyed(keys: str, wait: float) -> Entry | None:
    keypad = Keypad()
    for number, key in enumerate(keys):
        keypad.press(key, number / 2)
    return keypad.due((len(keys) - 1) / 2 + wait)


@pytest.mark.parametrize(
    ("keys", "digits"),
    [
        ("2411#", "2411"),
        ("12*2411#", "2411"),
        ("##7#", "7"),
        ("A1B2#", "12"),
        ("0401#", "0401"),
        ("1" * 30, "1" * 20),
    ],
)
def test_an_entry_ends_with_the_hash_key(keys: str, digits: str) -> None:
    entry = keyed(keys, 0)
    assert entry
    assert (entry.digits, entry.wants_human) == (digits, False)


def test_an_entry_ends_with_a_pause_too() -> None:
    assert keyed("2411", PAUSE_SECONDS - 0.1) is None
    assert keyed("2411", PAUSE_SECONDS) == Entry("2411")


def test_zero_alone_wants_a_human() -> None:
    assert keyed("0", ZERO_PAUSE_SECONDS - 0.1) is None
    assert keyed("0", ZERO_PAUSE_SECONDS) == Entry("0", wants_human=True)
    assert keyed("0#", 0) == Entry("0", wants_human=True)


def test_an_entry_is_given_once() -> None:
    keypad = Keypad()
    keypad.press("1", 0)
    keypad.press("#", 0)
    assert keypad.due(0) == Entry("1")
    assert keypad.due(100) is None


@pytest.mark.parametrize("keys", ["#", "*", "12*", "A"])
def test_no_digits_are_no_entry(keys: str) -> None:
    assert keyed(keys, 100) is None
