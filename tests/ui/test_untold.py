"""What a visitor gets when something goes wrong: a sentence or a short error, never a traceback or a path."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.routing import Route
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.testing.v1 import AppTest

import app as dashboard
from softlabel_core.atlas import lookup
from softlabel_core.hall import house as looking
from softlabel_core.service.queue import Jobs
from softlabel_core.service.stored import StoredJournal
from softlabel_core.store.database import Database, url
from tests.experiment.hostile import LINKS
from tests.service.test_jobs import StubRunner
from tests.ui.strangers import Answer, Browser
from tests.waiting import PATIENCE
from ui import address, answers, jobs, uploads
from ui.hall import house as houses
from ui.hall import phones, presenter, wire
from ui.live import films, runs, sweeps
from ui.views import lecture, measured
from ui.watch import ready
from ui.web.pages import PAGES

pytestmark = pytest.mark.usefixtures("worker")

ROOT = Path(__file__).resolve().parents[2]
MARKS = ("Traceback", 'File "', "site-packages", str(ROOT), "/nowhere", "unforeseen")
AWAY = "sqlite:////proc/nowhere/softlabel.sqlite"
"""Where no store can be."""


class Broken(Exception):
    """A fault of the core's that nobody foresaw."""


def broken(*_: Any, **__: Any) -> Any:
    raise Broken(f'Traceback: File "{ROOT}/unforeseen.py"')


def sound(said: bytes) -> None:
    """Nothing is told."""
    assert [mark for mark in MARKS if mark.encode() in said] == []


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[ForwardMsg]:
    """All messages to a browser."""
    found: list[ForwardMsg] = []
    enqueue = ScriptRunContext.enqueue

    def noted(self: ScriptRunContext, message: ForwardMsg) -> None:
        found.append(message)
        enqueue(self, message)

    monkeypatch.setattr(ScriptRunContext, "enqueue", noted)
    return found


def opened(page: str, **link: str) -> AppTest:
    """A page with what stands around it."""
    app = AppTest.from_file(ROOT / "ui" / "main.py", default_timeout=PATIENCE)
    for name, value in link.items():
        app.query_params[name] = value
    return app.run() if page == PAGES[0] else app.switch_page(f"../pages/{page}.py").run()


def told(messages: list[ForwardMsg]) -> bytes:
    assert messages
    return b"\n".join(one.SerializeToString() for one in messages)


TOGETHER = {
    name: value
    for link in LINKS
    if len(link) < 100
    for name, value in link.items()
    if len(name) < 1000 and len(value) < 1000
}
"""Most hostile links in one; of those that say the same parameter the last."""


@pytest.mark.parametrize("page", PAGES)
def test_a_page_tells_nothing_of_a_hostile_link(page: str, sent: list[ForwardMsg]) -> None:
    pages_own = dict.fromkeys(
        [*address.EVERY_EXTRA, "lang", "run", "runs", "present"], "../../etc/passwd\n<b>"
    )
    pins = {f"{side}.{name}": value for side in "ab" for name, value in list(TOGETHER.items())[:20]}
    app = opened(page, **TOGETHER, **pins, **pages_own)
    assert not app.exception
    assert app.warning
    sound(told(sent))


def away() -> Jobs:
    return Jobs(StubRunner(), journal=StoredJournal(Database(url(AWAY))))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_tells_nothing_of_a_lost_store(
    page: str, sent: list[ForwardMsg], monkeypatch: pytest.MonkeyPatch
) -> None:
    every = away()
    monkeypatch.setattr(jobs, "every", lambda: every)
    app = opened(page, run="A" * 22)
    every.close()
    assert not app.exception
    assert app.warning
    sound(told(sent))


FAULTS: dict[str, tuple[Any, str]] = {
    "start": (answers, "nearest"),
    "learn": (lookup, "find"),
    "explore": (lookup, "find"),
    "map": (lookup, "find"),
    "compare": (answers, "precomputed"),
    "labels": (uploads, "current"),
    "lecture": (lecture, "invite"),
}
"""Page -> what of the core's, or on the way to it, fails."""


@pytest.mark.parametrize("page", PAGES)
def test_a_page_tells_nothing_of_a_core_that_fails(
    page: str, sent: list[ForwardMsg], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(*FAULTS[page], broken)
    every = Jobs(StubRunner())  # what another test has run is not there to be shown instead
    monkeypatch.setattr(jobs, "every", lambda: every)
    app = opened(page, **{"a.bias": "one-hot", "b.bias": "demotion", "bias": "demotion"})
    every.close()
    [shown] = app.exception
    assert "redacted" in shown.message
    assert not shown.stack_trace
    assert b"softlabelBar" in told(sent)  # the bar is there
    sound(told(sent))


def test_it_would_be_seen_if_streamlit_were_to_tell_everything(
    sent: list[ForwardMsg], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert st.get_option("client.showErrorDetails") == "none"
    monkeypatch.setattr(*FAULTS["map"], broken)
    st.config.set_option("client.showErrorDetails", "full")
    try:
        opened("map", bias="demotion")
    finally:
        st.config.set_option("client.showErrorDetails", "none")
    assert all(mark.encode() in told(sent) for mark in ("Traceback", 'File "', str(ROOT)))


# Routes


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Answer]]:
    """Asks the routes of the server; what breaks them is the log's."""
    monkeypatch.setattr(wire, "DELAY", 0.0)
    monkeypatch.setattr(looking, "IDLE", 0.01)
    whole = Starlette(routes=dashboard.routes, middleware=dashboard.middleware)

    async def calm(scope: Any, receive: Any, send: Any) -> None:
        with suppress(Broken):
            await whole(scope, receive, send)

    def ask(method: str, path: str, body: bytes = b"{}") -> Answer:
        answer = Browser(calm).send(method, path, body, {"content_type": "application/json"})
        sound(answer.body)
        sound(repr(answer.headers.raw).encode())
        return answer

    yield ask
    houses.close()
    ready.close()


ROUTES = [one for one in dashboard.routes if isinstance(one, Route)]
VALUES = (
    "BBBBBB",
    "x" * 5000,
    "\0",
    "..",
    "%2e%2e%2fetc%2fpasswd",
    "<b>",
    "'; DROP TABLE rooms; --",
    "猫",
    "{0}",
)
QUERY = "?lang=%00&path=bias..&value=[&visitor=%F0%9F%92%A9&from=-1&v=%27&to=file:///etc/passwd"


def filled(route: Route, value: str) -> str:
    """Its path."""
    path = route.path.replace(":path}", "}")
    for name in route.param_convertors:
        path = path.replace(f"{{{name}}}", value)
    return path


@pytest.mark.parametrize("route", ROUTES, ids=lambda one: one.path)
def test_a_route_tells_nothing_of_what_is_hostile(route: Route, server: Callable[..., Answer]) -> None:
    for value in VALUES if route.param_convertors else VALUES[:1]:
        for method in ("GET", "POST", "PUT", "TRACE"):
            for body in (b"{}", b"[" * 1900, b'{"secret": "\\ud800"}', b"\xff"):
                assert server(method, filled(route, value) + QUERY, body).status != 500


@pytest.mark.parametrize("route", ROUTES, ids=lambda one: one.path)
def test_a_route_tells_nothing_of_a_lost_store(
    route: Route, server: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    houses.close()
    monkeypatch.setenv("DATABASE_URL", AWAY)
    for method in route.methods or ():
        assert server(method, filled(route, "BBBBBB") + QUERY).status in (200, 400, 403, 404, 503)


BREAKING = (
    *((films, "standing"), (films, "text"), (runs, "standing"), (sweeps, "standing"), (measured, "_found")),
    *((ready, "checks"), (wire, "view_of"), (wire, "fresh"), (presenter, "_entered"), (phones, "_seated")),
)
ASKED = {
    "/lab/films/x": "GET",
    "/lab/films/x/film": "GET",
    "/lab/runs/x": "GET",
    "/lab/sweeps/x": "GET",
    "/lab/measured?path=seed&value=5&lang=en": "GET",
    "/lab/ready": "GET",
    "/hall/BBBBBB/join": "POST",
    "/hall/BBBBBB/state": "GET",
    "/hall/BBBBBB/events": "GET",
    "/hall/BBBBBB/vote": "POST",
    "/hall/BBBBBB/design": "POST",
    "/hall/BBBBBB/present/enter": "POST",
    "/hall/BBBBBB/present/state": "GET",
    "/hall/BBBBBB/present/events": "GET",
    "/hall/BBBBBB/present/steps": "GET",
    "/hall/BBBBBB/present/move": "POST",
    "/hall/BBBBBB/present/qr.svg": "GET",
    "/hall/BBBBBB/present/results.csv": "GET",
}
"""Every route that asks the core."""


def test_a_broken_route_answers_500_and_tells_nothing(
    server: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    for place, name in BREAKING:
        monkeypatch.setattr(place, name, broken)
    for path, method in ASKED.items():
        answer = server(method, path)
        assert (answer.status, answer.body) == (500, b"Internal Server Error"), path
