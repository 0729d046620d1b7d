"""What every answer tells a browser, as docs/security.md says."""

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

import app
from tests.ui.strangers import Answer, Browser
from ui.web import headers
from ui.web.headers import Guarded

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "security.md").read_text()


def answer(path: str) -> Answer:
    """What comes of a page, a text, and a page with a policy of its own."""
    strict = {"Content-Security-Policy": "default-src 'none'", "Referrer-Policy": "no-referrer"}
    routes = [
        Route("/page", lambda _: HTMLResponse("<p>")),
        Route("/text", lambda _: PlainTextResponse("text")),
        Route("/strict", lambda _: HTMLResponse("<p>", headers=strict)),
    ]
    return Browser(Guarded(Starlette(routes=routes))).get(path)


@pytest.mark.parametrize("path", ["/page", "/text", "/strict", "/missing"])
def test_no_kind_is_guessed(path: str) -> None:
    assert answer(path).headers["x-content-type-options"] == "nosniff"


def test_a_page_has_the_policy_and_a_text_has_none() -> None:
    assert answer("/page").headers["content-security-policy"] == headers.policy()
    assert answer("/page").headers["referrer-policy"] == "same-origin"
    assert "content-security-policy" not in answer("/text").headers


def test_a_stricter_one_stays() -> None:
    found = answer("/strict").headers
    assert found["content-security-policy"] == "default-src 'none'"
    assert found["referrer-policy"] == "no-referrer"


def test_frames_are_our_own_or_those_that_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(headers.FRAMES, raising=False)
    assert headers.policy().endswith("frame-ancestors 'self'")
    monkeypatch.setenv(headers.FRAMES, "https://huggingface.co https://moodle.example.org")
    assert headers.policy().endswith(
        "frame-ancestors 'self' https://huggingface.co https://moodle.example.org"
    )


def test_nothing_may_come_from_another_host() -> None:
    for said in headers.POLICY.values():
        assert "http" not in said
        assert "*" not in said


def test_they_are_the_outermost_of_the_server() -> None:
    assert app.middleware[0].cls is Guarded


def test_the_document_says_what_is_sent() -> None:
    for name, said in (headers.POLICY | headers.ALWAYS).items():
        assert f"`{name}: {said}`" in DOCUMENT or f"`{name} {said}`" in DOCUMENT, name
