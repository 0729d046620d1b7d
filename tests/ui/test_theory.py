"""The identity and the bounds on Explore: the figure's numbers are the bounds', and silence has a reason."""

from typing import Any, get_args

import pytest
from streamlit.testing.v1 import AppTest

from softlabel_core import Experiment, Result, run
from softlabel_core.experiment.promise import Silence
from softlabel_core.theory.bounds import finite_class_bound, natarajan_bound, realizable_sample_size
from softlabel_core.theory.promises import Promise
from tests.waiting import PATIENCE
from ui.charts import theory as charts
from ui.words import theory as words
from ui.words.i18n import LANGUAGES

KNOWN = {"examples": 1000, "error": 0.1, "low": 0.08, "high": 0.12, "unreliability": 0.1, "ambiguity": 0.4}
PROMISE = Promise(**KNOWN, classes=3, parameters=2, linear=False)  # 64 bits
SURE = Promise(**{**KNOWN, "unreliability": 0.0}, classes=3, parameters=2, linear=False)


@pytest.fixture(scope="module")
def result() -> Result:
    config = {"replicates": 2, "training": {"epochs": 1}, "bias": "candidate-set", "student": "linear"}
    return run(Experiment.parse(config), device="cpu")


def lines(promise: Promise) -> dict[str, Any]:
    return {trace.name: trace for trace in charts.promised(promise, dark=False).figure.data if trace.name}


def test_curves_are_the_bounds() -> None:
    drawn = lines(PROMISE)
    assert list(drawn) == ["finite class", "Natarajan", "this run"]
    for n, error in zip(drawn["finite class"].x, drawn["finite class"].y, strict=True):
        assert finite_class_bound(int(n), 2.0**64, 0.1, 0.4) == pytest.approx(error, rel=1e-2)
    for n, error in zip(drawn["Natarajan"].x, drawn["Natarajan"].y, strict=True):
        assert natarajan_bound(int(n), 64, 3, 0.1, 0.4) == pytest.approx(error, rel=1e-2)
    sure = lines(SURE)["Δ = 0"]
    assert list(sure.x) == [realizable_sample_size(float(error), 64, 3, 0.4) for error in sure.y]
    assert max(max(curve.y) for curve in drawn.values()) < 1  # cut where they say nothing


def test_the_run_stands_at_its_examples_with_its_interval() -> None:
    chart = charts.promised(PROMISE, dark=False)
    level, run_itself = chart.figure.data[-2:]
    assert (list(run_itself.x), list(run_itself.y)) == ([1000], [0.1])
    assert run_itself.error_y.array[0] == pytest.approx(0.02)
    assert list(level.x) == [1000, *PROMISE.asked.values()]
    assert set(level.y) == {0.1}
    assert chart.table.iloc[0].tolist() == ["this run", 1000, 0.1, 0.08, 0.12]
    assert "n = 38,441" in chart.alt  # worked by hand in tests/theory/test_promises.py


def test_a_bound_is_called_loose_where_it_asks_more_than_the_run_had() -> None:
    said = [note.text for note in charts.promised(PROMISE, dark=False).figure.layout.annotations]
    assert said == ["finite class: loose", "Natarajan: loose"]
    rich = Promise(**{**KNOWN, "examples": 10**6}, classes=3, parameters=2, linear=False)
    said = [note.text for note in charts.promised(rich, dark=False).figure.layout.annotations]
    assert said == ["finite class", "Natarajan: loose"]
    assert "training did not find it" in words.asks("en", rich)
    assert "38 times as many examples as were enough" in words.asks("en", PROMISE)


@pytest.mark.parametrize(
    ("n", "said"), [(1198, "1,198"), (999_999, "999,999"), (3.6e8, "3.6 × 10⁸"), (9.99e11, "1.0 × 10¹²")]
)
def test_numbers_of_examples(n: float, said: str) -> None:
    assert words.count(int(n)) == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_identity_is_counted_and_both_sides_agree(result: Result, language: str) -> None:
    row = {
        "risk": 13 / 1198,
        "risk_of_truth": 10 / 1198,
        "error": 20 / 1198,
        "hidden": 1 / 20,
        "excused": 16 / 20,
    }
    shown = result.model_copy(update={"identity": {**row, "excess": 3 / 1198, "product": 3 / 1198}})
    said = words.identity(language, shown)
    assert "(13 − 10) / 1,198 = **0.0025**" in said
    assert "20/1,198 · (1 − 1/20 − 16/20) = **0.0025**" in said
    memorised = {**row, "risk": 0.0, "excess": -10 / 1198, "product": -10 / 1198}
    longer = words.identity(language, result.model_copy(update={"identity": memorised}))
    assert "**−0.0083**" in longer
    none = {"risk": 10 / 1198, "risk_of_truth": 10 / 1198, "error": 0.0, "hidden": None, "excused": None}
    flawless = {**none, "excess": 0.0, "product": 0.0}
    assert "err(h) = 0/1,198" in words.identity(language, result.model_copy(update={"identity": flawless}))
    assert words.identity(language, result.model_copy(update={"identity": None})) == ""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", get_args(Silence))
def test_every_silence_has_a_sentence(result: Result, reason: Silence, language: str) -> None:
    degrees = {**result.indicators, "worst_unreliability": 0.7, "ambiguity": 0.5}
    shown = result.model_copy(update={"indicators": degrees, "bayes_accuracy": 0.961})
    said = words.silent(language, reason, shown)
    assert ("1.200" in said) == (reason == "sum")
    assert ("96.1 %" in said) == (reason == "overlap")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_curves_rest_on(language: str) -> None:
    said = words.rests(language, PROMISE)
    assert "Δ_max = 0.100" in said
    assert "2^64" in said
    assert "Liu" not in said
    assert "Liu" in words.rests(language, SURE)
    linear = Promise(**KNOWN, classes=3, parameters=2, linear=True)
    assert "29.7" in words.rests(language, linear)


def _tab(data):
    from softlabel_core import Result
    from ui import state
    from ui.answers import Answer
    from ui.views import explore

    state.open_session()
    explore._theory(Answer(Result.parse(data), live=True))


def test_explore_draws_it_or_says_why_not(result: Result) -> None:
    degrees = {**result.indicators, "worst_unreliability": 0.1, "ambiguity": 0.4}
    for hidden, figures in ((0.1, 1), (0.6, 0)):
        shown = result.model_copy(update={"indicators": {**degrees, "worst_unreliability": hidden}})
        page = AppTest.from_function(_tab, kwargs={"data": shown.model_dump()}).run(timeout=PATIENCE)
        assert not page.exception
        assert len(page.get("plotly_chart")) == figures
        assert len(page.info) == 1 - figures
        assert "Two ways to one number" in page.markdown[0].value
