"""The web's webhook, as a page asks it: who gets a token, for what, and how often."""

from datetime import UTC, datetime
from typing import Any

import flask
import msgspec
import pytest

from clinic.contracts.ticket import digest
from clinic.contracts.web_token import read
from clinic.settings import Settings
from functions.needs import Needs
from functions.web_request import client_address
from functions.webhooks.web_session import web_session

ORIGIN = "http://localhost:8080"


def ask(
    needs: Needs, origin: str = ORIGIN, method: str = "POST", address: str = "192.0.2.1", **headers: str
) -> flask.Response:
    form = {name: headers.pop(name) for name in ("clinic", "language") if name in headers}
    with flask.Flask("test").test_request_context(
        "/",
        method=method,
        headers={"Origin": origin, **headers},
        data=form or None,
        environ_base={"REMOTE_ADDR": address},
    ):
        return web_session(flask.request, **needs.of(web_session))


def record_of(needs: Needs, response: flask.Response) -> Any:
    return needs.open("calls").get(msgspec.json.decode(response.get_data())["call_id"])


def limited(settings: Settings, **changes: Any) -> Needs:
    """Return a world in which it is the same moment all the time: no minute turns over in between."""
    return Needs(
        msgspec.structs.replace(settings, **changes), {"now": datetime(2026, 11, 24, 10, 0, 20, tzinfo=UTC)}
    )


def test_an_allowed_page_gets_a_token_for_one_conversation(needs: Needs) -> None:
    response = ask(needs)
    session = msgspec.json.decode(response.get_data())
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert session["url"] == "ws://127.0.0.1:8080/browser"
    calls = needs.open("calls")
    assert calls.admit(digest(session["token"]), session["call_id"], datetime.now(UTC)).channel == "web"
    assert calls.admit(digest(session["token"]), session["call_id"], datetime.now(UTC)) is None


def test_the_token_is_bound_to_the_page_the_clinic_and_the_call(needs: Needs) -> None:
    session = msgspec.json.decode(ask(needs).get_data())
    said = read(session["token"], needs.settings.web_secret)
    assert said is not None
    assert (said.origin, said.clinic, said.call_id) == (ORIGIN, "renova", session["call_id"])
    assert 0 < said.expires - datetime.now(UTC).timestamp() <= session["expires_in"] == 60


@pytest.mark.parametrize(
    "origin",
    [
        "https://elsewhere.example.com",
        "",
        "null",
        "http://localhost:8080.example.com",
        "HTTP://LOCALHOST:8080",
    ],
)
def test_another_page_gets_nothing(needs: Needs, origin: str) -> None:
    response = ask(needs, origin)
    assert response.status_code == 403
    assert "Access-Control-Allow-Origin" not in response.headers


def test_a_preflight_is_answered_without_beginning_anything(needs: Needs) -> None:
    response = ask(needs, method="OPTIONS")
    assert response.status_code == 204
    assert "POST" in response.headers["Access-Control-Allow-Methods"]


def test_a_page_made_for_another_clinic_is_told_so(needs: Needs) -> None:
    assert ask(needs, clinic="renova").status_code == 200
    response = ask(needs, clinic="elsewhere")
    assert (response.status_code, "another clinic" in response.get_data(as_text=True)) == (404, True)


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ({"language": "hi"}, "hi"),
        ({"language": "te-IN"}, "te"),
        ({"language": "fr"}, "en"),
        ({"Accept-Language": "fr-FR, hi;q=0.8, en;q=0.5"}, "hi"),
        ({"language": "te", "Accept-Language": "hi"}, "te"),
        ({"Accept-Language": ";;;q=x"}, "en"),
        ({}, "en"),
    ],
)
def test_a_call_begins_in_the_pages_language_or_the_browsers(
    needs: Needs, asked: dict[str, str], language: str
) -> None:
    assert record_of(needs, ask(needs, **asked)).language == language


def test_an_address_may_start_only_so_many_calls_a_minute(settings: Settings) -> None:
    few = limited(settings, api_rate_limit=2)
    assert [ask(few).status_code for _ in range(3)] == [200, 200, 429]
    assert ask(few, address="192.0.2.2").status_code == 200


def test_who_must_wait_is_told_how_long(settings: Settings) -> None:
    few = limited(settings, api_rate_limit=1)
    ask(few)
    response = ask(few)
    assert response.headers["Retry-After"] == "40"
    assert "Retry-After" in response.headers["Access-Control-Expose-Headers"]


def test_all_addresses_together_start_only_so_many_calls_a_minute(settings: Settings) -> None:
    few = limited(settings, api_rate_limit_clinic=3)
    statuses = [ask(few, address=f"192.0.2.{number}").status_code for number in range(5)]
    assert statuses == [200, 200, 200, 429, 429]


def test_a_visitor_who_is_refused_does_not_use_up_the_clinics_share(settings: Settings) -> None:
    few = limited(settings, api_rate_limit=1, api_rate_limit_clinic=3)
    assert [ask(few).status_code for _ in range(5)] == [200, 429, 429, 429, 429]
    assert ask(few, address="192.0.2.2").status_code == 200


def test_the_counts_are_the_stores_so_that_all_instances_agree(settings: Settings) -> None:
    one, another = limited(settings, api_rate_limit=1), limited(settings, api_rate_limit=1)
    assert [ask(one).status_code, ask(another).status_code] == [200, 429]


def test_an_ipv6_visitor_has_one_share_for_all_addresses_of_the_network(settings: Settings) -> None:
    few = limited(settings, api_rate_limit=1)
    assert ask(few, address="2001:db8:0:1::5").status_code == 200
    assert ask(few, address="2001:db8:0:1:ffff::6").status_code == 429
    assert ask(few, address="2001:db8:0:2::5").status_code == 200


@pytest.mark.parametrize(
    ("forwarded", "proxies", "address"),
    [
        ("198.51.100.7", 0, "192.0.2.1"),
        ("198.51.100.7", 1, "198.51.100.7"),
        ("10.0.0.1, 198.51.100.7", 1, "198.51.100.7"),
        ("10.0.0.1, 198.51.100.7, 203.0.113.9", 2, "198.51.100.7"),
        ("198.51.100.7", 2, "192.0.2.1"),
        ("", 1, "192.0.2.1"),
        (" , ", 1, "192.0.2.1"),
    ],
)
def test_the_address_is_what_our_outermost_proxy_saw_not_what_the_visitor_says(
    forwarded: str, proxies: int, address: str
) -> None:
    with flask.Flask("test").test_request_context(
        "/", headers={"X-Forwarded-For": forwarded}, environ_base={"REMOTE_ADDR": "192.0.2.1"}
    ):
        assert client_address(flask.request, proxies) == address


def test_when_all_lines_are_busy_the_page_gets_the_number(settings: Settings) -> None:
    busy = limited(settings, max_sessions=1)
    ask(busy)
    response = ask(busy)
    assert response.status_code == 503
    assert msgspec.json.decode(response.get_data())["phone"] == "+914000000000"
