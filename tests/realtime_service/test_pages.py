"""What a browser gets of the service by plain HTTP."""

import gzip
import json
import re
from typing import Any

import pytest
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from clinic.directory import load_clinic
from clinic.settings import Settings
from realtime_service.pages import Pages

PAGES = Pages(load_clinic(), Settings(cors_origins="https://clinic.example.com"), lambda: 3)


def get(path: str, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return PAGES.response(path, Request(path, Headers(named)))


def described(**headers: str) -> dict[str, Any]:
    return dict(json.loads(get("/embed/clinic.json", **headers).body))


def version() -> str:
    found = re.search(rb"embed/([0-9a-f]{12})/main\.js", get("/embed.js").body)
    assert found
    return found[1].decode()


@pytest.mark.parametrize("path", ["/health", "/healthz"])
def test_health_tells_how_many_calls_there_are(path: str) -> None:
    assert json.loads(get(path).body) == {"status": "ok", "calls": 3}


@pytest.mark.parametrize(
    "path", ["/nowhere", "/embed/", "/embed/../server.py", "/demo/page.html", "/embed/x.js"]
)
def test_there_is_nothing_else(path: str) -> None:
    assert get(path).status_code == 404


def test_any_page_may_load_the_script_and_its_modules() -> None:
    for path in ("/embed.js", f"/embed/{version()}/main.js", f"/embed/{version()}/capture.js"):
        response = get(path, Origin="https://anywhere.example.com")
        assert response.status_code == 200
        assert response.headers["Content-Type"].startswith("text/javascript")
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_modules_are_kept_for_ever_and_the_script_that_names_them_is_not() -> None:
    assert "immutable" in get(f"/embed/{version()}/main.js").headers["Cache-Control"]
    assert get("/embed.js").headers["Cache-Control"] == "public, max-age=300"


def test_a_page_whose_script_is_of_another_release_gets_modules_all_the_same_but_keeps_none() -> None:
    response = get("/embed/0123456789ab/main.js")
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")


def test_what_is_compressed_is_the_same() -> None:
    plain, packed = get("/embed.js"), get(f"/embed/{version()}/view.js", Accept_Encoding="br, gzip")
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == get(f"/embed/{version()}/view.js").body
    assert packed.headers["Content-Length"] == str(len(packed.body))


def test_the_embed_is_told_of_the_clinic() -> None:
    clinic = described()
    assert (clinic["id"], clinic["name"]) == ("renova", "Renova Hospitals")
    assert clinic["session_url"] == "http://127.0.0.1:8081/web-session"
    assert (clinic["phone"], clinic["phone_shown"]) == ("+914000000000", "+91 40 0000 0000")


@pytest.mark.parametrize(
    ("headers", "may_call"),
    [
        ({"Origin": "https://clinic.example.com"}, True),
        ({"Origin": "https://crooks.example.com"}, False),
        ({"Sec_Fetch_Site": "same-origin"}, True),
        ({"Sec_Fetch_Site": "cross-site"}, False),
        ({}, False),
    ],
)
def test_a_page_is_told_whether_it_may_start_a_call(headers: dict[str, str], may_call: bool) -> None:
    assert described(**headers)["may_call"] is may_call


def test_an_answer_for_one_page_is_not_kept_for_another() -> None:
    assert "Origin" in get("/embed/clinic.json").headers["Vary"]


def test_the_demo_page_may_do_nothing_that_it_need_not() -> None:
    policy = get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "connect-src 'self' http://127.0.0.1:8081 ws://127.0.0.1:8080;" in policy
