"""Every chart: its numbers are the result's, it speaks for those who cannot see it, it has a table."""

import numpy as np
import pytest

from softlabel_core import Experiment, Result, run
from ui import charts, tables
from ui.palette import DARK, LIGHT

QUICK = {"replicates": 2, "training": {"epochs": 2}}


@pytest.fixture(scope="module")
def digits() -> Result:
    return run(Experiment.parse(QUICK), device="cpu")


@pytest.fixture(scope="module")
def spiral() -> Result:
    config = {**QUICK, "dataset": "spiral", "framework": "incomplete-supervision"}
    return run(Experiment.parse(config), device="cpu")


@pytest.fixture(scope="module")
def taught() -> Result:
    config = {**QUICK, "bias": {"kind": "skillful-bad-teacher", "epochs": 3, "width": 16}}
    return run(Experiment.parse(config), device="cpu")


def all_charts(result: Result, dark: bool) -> list[charts.Chart]:
    drawn = [
        charts.scatter([result], result.key, dark=dark),
        charts.curves(result, dark=dark),
        charts.cooccurrence(result, dark=dark),
        charts.instances(result, slice(0, 4), dark=dark),
    ]
    if result.rounds:
        drawn.append(charts.rounds(result, dark=dark))
    if result.teacher:
        drawn.append(charts.teacher(result, dark=dark))
    return drawn


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", ["digits", "spiral", "taught"])
def test_every_chart_speaks_and_has_a_table(name: str, dark: bool, request: pytest.FixtureRequest) -> None:
    for chart in all_charts(request.getfixturevalue(name), dark):
        assert len(chart.alt) > 40
        assert len(chart.table) > 0
        assert chart.figure.layout.font.color == (DARK if dark else LIGHT).ink


def test_scatter_highlights_the_current_run_and_keeps_the_others(digits: Result, spiral: Result) -> None:
    figure = charts.scatter([digits, spiral], spiral.key, dark=False).figure
    earlier, current = figure.data
    assert list(current.x) == [spiral.indicators["total"]]
    assert list(current.y) == [spiral.student_accuracy.mean]
    assert list(earlier.y) == [digits.student_accuracy.mean]
    assert earlier.marker.symbol != current.marker.symbol  # colour does not stand alone
    low, high = spiral.indicators["intervals"]["total"]
    np.testing.assert_allclose(current.error_x.array, [high - spiral.indicators["total"]])
    np.testing.assert_allclose(current.error_x.arrayminus, [spiral.indicators["total"] - low])


def test_curves_end_at_the_reported_accuracy(digits: Result) -> None:
    lines = {trace.name: trace for trace in charts.curves(digits, dark=False).figure.data if trace.name}
    assert lines["taught with these labels"].y[-1] == pytest.approx(digits.student_accuracy.mean)
    assert lines["taught with the truth"].y[-1] == pytest.approx(digits.ground_truth_accuracy.mean)


def test_heat_map_shows_the_matrix(digits: Result) -> None:
    heat = charts.cooccurrence(digits, dark=False).figure.data[0]
    np.testing.assert_allclose(heat.z, digits.cooccurrence)


def test_instances_show_pixels_in_their_own_units(digits: Result) -> None:
    chart = charts.instances(digits, slice(0, 2), dark=False)
    image = np.array(chart.figure.data[0].z, dtype=float)
    assert image.shape == (8, 8)
    assert image.min() >= 0
    assert image.max() <= 16
    np.testing.assert_allclose(image, image.round(), atol=1e-3)  # grey levels are whole numbers
    assert [trace.type for trace in chart.figure.data] == ["heatmap", "bar"] * 2


def test_runs_table_has_the_latest_first(digits: Result, spiral: Result) -> None:
    table = tables.runs_table([digits, spiral])
    assert table["run"].iloc[0] == tables.label(spiral)
    assert table["student"].iloc[1] == pytest.approx(digits.student_accuracy.mean, abs=1e-4)


def test_the_teachers_curve_ends_at_its_labels(taught: Result) -> None:
    accuracy = charts.teacher(taught, dark=False).figure.data[0]
    by_replicate = [row["label_accuracy"] for row in taught.rows]
    assert list(accuracy.x) == [1, 2, 3]
    assert accuracy.y[-1] == pytest.approx(np.mean(by_replicate), abs=1e-3)
