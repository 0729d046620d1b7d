"""A saved run: its link opens it, it says when it was computed, and guesses open nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from softlabel_core import Experiment, Result, run
from softlabel_core.experiment import science
from softlabel_core.store import results
from softlabel_core.store.database import Database
from softlabel_core.store.results import Saved
from tests.ui.hands import Bar
from tests.waiting import PATIENCE
from ui.words import i18n

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture(scope="module")
def kept() -> Iterator[tuple[Result, Saved]]:
    """A run of an earlier server, which nothing precomputed answers."""
    words = {"dataset": "moons", "student": "linear", "replicates": 2, "training": {"epochs": 2}, "seed": 41}
    result, database = run(Experiment.parse(words)), Database()
    with database.write() as connection:
        saved = results.save(connection, result)
    yield result, saved
    database.close()


def opened(share: str) -> AppTest:
    app = AppTest.from_file(ROOT / "ui" / "main.py", default_timeout=PATIENCE)
    app.query_params["run"] = share
    app = app.run().switch_page("../pages/explore.py").run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    return " ".join(one.value for one in [*app.caption, *app.markdown, *app.warning])


def test_its_link_opens_the_run_with_its_numbers(kept: tuple[Result, Saved]) -> None:
    result, saved = kept
    app = opened(saved.share)
    assert app.session_state["choice"].experiment == result.experiment
    values = {metric.label: metric.value for metric in app.metric}
    assert values["Student accuracy"] == f"{100 * result.student_accuracy.mean:.1f} %"
    assert f"Run of {saved.origin}" in said(app)
    assert app.query_params["run"] == saved.share


def test_it_opens_after_the_science_has_changed(
    kept: tuple[Result, Saved], monkeypatch: pytest.MonkeyPatch
) -> None:
    result, saved = kept
    now = science.numbers()
    monkeypatch.setattr(science, "numbers", lambda: {**now, "engine": now["engine"] + 1})
    app = opened(saved.share)
    values = {metric.label: metric.value for metric in app.metric}
    assert values["Student accuracy"] == f"{100 * result.student_accuracy.mean:.1f} %"


def test_another_choice_is_no_longer_that_run(kept: tuple[Result, Saved], bar: Bar) -> None:
    app = opened(kept[1].share)
    bar.do(app, "preset", "clean")
    assert not app.exception
    assert "run" not in app.query_params
    assert "seed" in app.query_params


GUESSES = ["", "A" * 22, "' OR 1=1 --", "<b>x</b>", "../../x", "\x00", "9" * 5000]


@pytest.mark.parametrize("share", GUESSES, ids=[str(number) for number in range(len(GUESSES))])
def test_a_guess_says_the_same_as_a_run_that_is_gone(share: str) -> None:
    app = opened(share)
    sentence = "run: allowed: the id of a run that is kept here; got another."
    assert i18n.plain(sentence) in said(app)
    assert "run" not in app.query_params
