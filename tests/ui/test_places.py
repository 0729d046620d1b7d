"""Names of lines cover nothing: asked of boxes and lines by hand, and of every slider of a lesson."""

import itertools

import pytest

from softlabel_core.teaching.lessons import STEPS
from ui import answers
from ui.charts import places, results

ALONG = [name for name, (_, step) in STEPS.items() if step.picture == "along"]


@pytest.mark.parametrize(
    ("start", "end", "hit"),
    [
        ((0, 0), (10, 10), True),
        ((0, 5), (10, 5), True),
        ((5, 0), (5, 10), True),
        ((0, 0), (3, 10), False),
        ((0, 7), (10, 7), False),
        ((7, 0), (7, 10), False),
        ((4.5, 4.5), (5, 5), True),
        ((0, 0), (3.9, 3.9), False),
    ],
)
def test_a_line_that_crosses_a_box(start: places.Point, end: places.Point, hit: bool) -> None:
    assert places.crossed((4, 6, 4, 6), start, end) is hit
    assert places.crossed((4, 6, 4, 6), end, start) is hit


def test_boxes_that_touch_are_apart() -> None:
    assert places.apart((0, 1, 0, 1), (1, 2, 0, 1))
    assert not places.apart((0, 2, 0, 2), (1, 3, 1, 3))


def test_the_height_of_a_line_between_its_points_and_beyond() -> None:
    line = [(0.0, 10.0), (10.0, 30.0), (20.0, 0.0)]
    assert [places.height(line, x) for x in (-5, 5, 10, 15, 25)] == [10, 20, 30, 15, 0]


def test_a_name_takes_the_side_that_is_free() -> None:
    flat, other = [(0.0, 100.0), (280.0, 100.0)], [(0.0, 120.0), (280.0, 120.0)]
    _, y = places.beside("students", flat, [other], [])
    assert y < 100 - places.LINE
    _, y = places.beside("students", other, [flat], [])
    assert y > 120 + places.LINE


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", ALONG)
def test_no_name_of_a_lesson_covers_a_line_on_a_phone(name: str, language: str) -> None:
    experiment = STEPS[name][1].experiment
    slider = answers.slider(experiment)
    assert slider is not None
    figure = results.along(
        slider.points, slider.now(experiment), name="x", dark=False, language=language
    ).figure
    low, high = figure.layout.xaxis.range
    across = lambda x: places.WIDE * (x - low) / (high - low)  # noqa: E731
    up = lambda y: places.HIGH * (y + 0.04) / 1.16  # noqa: E731
    lines = [[(across(x), up(y)) for x, y in zip(one.x, one.y, strict=True)] for one in figure.data[:2]]
    notes = figure.layout.annotations[-2:]
    boxes = [places.around(across(one.x), up(one.y), places.half_width(one.text)) for one in notes]
    for box in boxes:
        assert places.free(box, lines, [])
        assert -1e-6 <= box[0] < box[1] <= places.WIDE + 1e-6
    assert all(places.apart(*pair) for pair in itertools.combinations(boxes, 2))
