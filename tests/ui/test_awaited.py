"""A run that ends while a page is being made is shown all the same, without another press."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from softlabel_core import Experiment
from softlabel_core.teaching.lessons import STEPS
from tests.ui.test_app import compare, leads, main, sound
from tests.waiting import wait_until
from ui import answers, jobs, own
from ui.address import write
from ui.views import learn

pytestmark = pytest.mark.usefixtures("worker")

QUICK = Experiment.parse(
    {"dataset": "moons", "student": "linear", "replicates": 2, "training": {"epochs": 1}, "seed": 71}
)


def ended(chosen: Experiment) -> Experiment:
    jobs.every().start(chosen, "me")
    wait_until(lambda: jobs.every().look(chosen.key()).state == "done")
    return chosen


def late(now: Callable[..., Any], looks: int = 1) -> Callable[..., Any]:
    """What `now` says, but for the first looks: the run had not ended by then."""
    left = [None] * looks
    return lambda *asked: left.pop() if left else now(*asked)


def figure(app: AppTest) -> dict[str, Any]:
    data = [json.loads(one.proto.json) for one in app.get("bidi_component")]
    return next(one for one in data if isinstance(one, dict) and "runs-at" in one)


def test_the_figure_of_explore_follows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = ended(QUICK)
    monkeypatch.setattr(own, "live", late(answers.live))
    link = write("explore", chosen, {}, {}, [])
    app = main(**link).switch_page("../pages/explore.py")
    told = figure(sound(app.run()))
    assert (told["job"], told["ended"], told["now"]["accuracy"]) == (chosen.key(), None, None)
    told = figure(sound(app.run()))
    assert (told["job"], told["ended"]) == (None, "done")
    assert told["now"]["accuracy"][0] is not None


def test_compare_looks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pins = {"a": ended(QUICK), "b": ended(QUICK.replace(framework="partial-labels"))}
    monkeypatch.setattr(answers, "live", late(answers.live, looks=2))
    assert "95 % interval" in leads(compare(**write("compare", None, pins, {}, [])))


def test_a_lesson_looks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    name, (_, step) = next(iter(STEPS.items()))
    ended(step.experiments[0])
    monkeypatch.setattr(learn, "known", late(learn.known))
    app = sound(main(step=name).switch_page("../pages/learn.py").run())
    assert "learn/reveal" in {one.key for one in app.button}  # there is something to guess
