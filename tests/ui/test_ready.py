"""Whether a server is ready, and the figures of its pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from starlette.applications import Starlette

from softlabel_core.store.database import Database
from tests.ui.strangers import Browser
from ui import jobs
from ui.hall import figures
from ui.watch import metrics, ready
from ui.web import warm

pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """One of a server that is warm; every answer is asked for anew."""
    monkeypatch.setattr(warm, "failed", [])
    monkeypatch.setattr(ready, "_checks", ready._checks.__wrapped__)
    yield Browser(Starlette(routes=ready.routes()))
    ready.close()


def test_a_server_that_can_do_all_is_ready(browser: Browser) -> None:
    answer = browser.get("/lab/ready")
    assert answer.status == 200
    assert answer.json == {"ready": True, "store": True, "queue": True, "warm": True}
    assert answer.headers["cache-control"] == "no-store"


def test_a_store_that_is_away_is_said(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    away = Database(Database().url.set(database=str(tmp_path / "file" / "store.sqlite")))
    monkeypatch.setattr(ready, "_store", lambda: away)
    answer = browser.get("/lab/ready")
    assert answer.status == 503
    assert answer.json == {"ready": False, "store": False, "queue": True, "warm": True}
    monkeypatch.undo()


def test_a_queue_that_stands_still_is_said(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(jobs.every().counts), "lively", False)
    assert browser.get("/lab/ready").json["queue"] is False
    assert browser.get("/lab/ready").status == 503


def test_a_queue_that_cannot_be_opened_is_said(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "every", lambda: 1 / 0)
    answer = browser.get("/lab/ready")
    assert answer.status == 503
    assert answer.json == {"ready": False, "store": True, "queue": False, "warm": True}
    monkeypatch.undo()


def test_a_step_that_failed_is_said(browser: Browser) -> None:
    warm.failed.append("_atlas")
    answer = browser.get("/lab/ready")
    assert answer.status == 503
    assert answer.json["warm"] is False
    assert "_atlas" not in answer.body.decode()


def test_it_stands_below_the_base_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamlit.get_option", {"server.baseUrlPath": "a/b"}.get)
    assert [one.path for one in ready.routes()] == ["/a/b/lab/ready"]


def test_figures_of_pages_are_counts(browser: Browser) -> None:
    class Every:
        def collect(self):
            yield from metrics.figures()
            yield from figures.figures()

    registry = CollectorRegistry()
    registry.register(Every())
    lines = [one for one in generate_latest(registry).decode().splitlines() if not one.startswith("#")]
    found = dict(one.rsplit(" ", 1) for one in lines)
    assert set(found) == {
        "softlabel_sessions",
        "softlabel_hall_rooms",
        'softlabel_hall_phones{there="yes"}',
        'softlabel_hall_phones{there="no"}',
        *(f'softlabel_ready{{what="{what}"}}' for what in ("store", "queue", "warm")),
    }
    assert [float(one) for one in found.values()]
