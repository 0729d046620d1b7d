"""A chart without plotly: every number of its figure at its place, every word of it."""

import re
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

import pytest

from softlabel_core import Experiment, Result
from softlabel_core.teaching.presets import FIRST
from ui import answers
from ui.charts import plain, results
from ui.charts.palette import DARK, LIGHT

LOW, HIGH = -0.04, 1.12
"""Ends of the vertical axis (`results.along`)."""


@pytest.fixture(scope="module")
def points() -> list[tuple[Any, Result]]:
    slider = answers.slider(Experiment.parse(FIRST))
    assert slider is not None
    return slider.points


def drawn(points: list[tuple[Any, Result]], now: Any, dark: bool = False) -> str:
    return plain.drawn(results.along(points, now, name="A <b>field</b>", dark=dark))


def marks(text: str, *symbols: str) -> list[tuple[float, float]]:
    """Shares of the width from the left and accuracies, of marks with these symbols."""
    found = re.findall(r'<b class="mark ([\w-]+)" style="left:([\d.]+)%;top:([\d.]+)%', text)
    shares = [(float(x) / 100, float(y) / 100) for symbol, x, y in found if symbol in symbols]
    return [(x, HIGH - y * (HIGH - LOW)) for x, y in shares]


def lines(text: str) -> str:
    """The image behind the marks."""
    found = re.search(r'src="data:image/svg\+xml,([^"]+)"', text)
    assert found is not None
    return unquote(found[1].replace("&lt;", "<").replace("&gt;", ">"))


def test_every_mark_stands_at_its_number(points: list[tuple[Any, Result]]) -> None:
    text = drawn(points, 0.5)
    students = marks(text, "circle", "circle-open")
    assert [y for _, y in students] == pytest.approx([r.student_accuracy.mean for _, r in points], abs=2e-4)
    labels = [r.indicators["label_accuracy"] for _, r in points]
    assert [y for _, y in marks(text, "x-thin")] == pytest.approx(labels, abs=2e-4)
    gaps = [right - left for (left, _), (right, _) in pairwise(students)]
    assert gaps == pytest.approx([gaps[0]] * len(gaps), abs=2e-4)  # rates 0, 0.1, ... 1
    assert marks(text, "diamond") == [students[5]]
    assert marks(drawn(points, None), "diamond") == []


def test_lines_intervals_and_the_shading_are_the_figures(points: list[tuple[Any, Result]]) -> None:
    image = lines(drawn(points, 0.5))
    polylines = re.findall(r'<polyline points="([^"]+)"', image)
    longest = [one for one in polylines if len(one.split()) == len(points)]
    assert len(longest) == 2
    assert image.count("stroke-dasharray") == 1  # colour does not stand alone
    intervals = [one for one in polylines if len({place.split(",")[0] for place in one.split()}) == 1]
    assert len(intervals) == len(points)
    last = points[-1][1].student_accuracy
    ends = [HIGH - float(place.split(",")[1]) / 1000 * (HIGH - LOW) for place in intervals[-1].split()]
    assert ends == pytest.approx([last.low, last.high], abs=2e-4)
    assert image.count("<rect") == 1


def test_words_of_the_figure_and_numbers_of_its_axes(points: list[tuple[Any, Result]]) -> None:
    text = drawn(points, 0.5)
    for said in (
        "A <b>field</b>",
        "share that is right",
        "students' answers",
        "Δ + γ ≥ 1",
        ">100\u00a0%<",
        ">0.2<",
    ):
        assert said in text
    assert 'role="img"' in text
    assert "Student accuracy along A &lt;b&gt;field" in text
    assert LIGHT.student in text
    assert DARK.student in drawn(points, 0.5, dark=True)


def test_words_stand_side_by_side_in_their_order(points: list[tuple[Any, Result]]) -> None:
    named = list(zip(["one", "two", "a & b"], (result for _, result in points[:3]), strict=True))
    text = drawn(named, "two")
    assert [x for x, _ in marks(text, "circle")] == pytest.approx([1 / 6, 1 / 2, 5 / 6], abs=1e-4)
    assert ">a &amp; b<" in text
    assert marks(text, "diamond")[0][0] == pytest.approx(1 / 2)


@pytest.mark.parametrize(
    ("ends", "found"),
    [
        ((-0.06, 1.06), [0, 0.2, 0.4, 0.6, 0.8, 1]),
        ((0.46, 10.54), [2, 4, 6, 8, 10]),
        ((-3, 53), [0, 10, 20, 30, 40, 50]),
        ((0.1, 0.13), [0.1, 0.105, 0.11, 0.115, 0.12, 0.125, 0.13]),
    ],
)
def test_numbers_of_an_axis_are_round(ends: tuple[float, float], found: list[float]) -> None:
    assert plain.steps(*ends) == pytest.approx(found)
