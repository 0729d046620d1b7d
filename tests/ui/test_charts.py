"""Every chart: its numbers are the result's, it speaks for those who cannot see it, it has a table."""

import re
import tomllib
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest

from softlabel_core import Experiment, Result, run
from softlabel_core.atlas import lookup
from softlabel_core.experiment.promise import promise
from softlabel_core.losses import LossMargin
from softlabel_core.teaching.films import WATCHED
from softlabel_core.theory.promises import Promise
from ui.charts import details, pair, results, theory
from ui.charts.figures import LARGE, enlarged
from ui.charts.palette import DARK, LIGHT
from ui.words import tables
from ui.words.i18n import LANGUAGES, say

PARTIAL = [{"epoch": 1, "student": one, "mean": 0.5, "low": 0.4, "high": 0.6} for one in ("shown", "truth")]
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


def all_charts(result: Result, dark: bool, language: str) -> list[results.Chart]:
    look = {"dark": dark, "language": language}
    drawn = [
        results.scatter([result], result.key, **look),
        results.along([(0.1, result), (0.2, result)], 0.2, name="rate", **look),
        results.live(PARTIAL, 2, **look),
        details.curves(result, **look),
        details.cooccurrence(result, **look),
        details.instances(result, slice(0, 4), **look),
    ]
    if result.confusion:
        drawn.append(details.confusion(result, **look))
    if result.boundary:
        drawn.append(details.boundary(result, **look))
    if result.rounds:
        drawn.append(details.rounds(result, **look))
    if result.teacher:
        drawn.append(details.teacher(result, **look))
    promised = promise(result)
    if isinstance(promised, Promise):
        drawn.append(theory.promised(promised, **look))
    return drawn


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", ["digits", "spiral", "taught"])
def test_every_chart_speaks_and_has_a_table(
    name: str, dark: bool, language: str, request: pytest.FixtureRequest
) -> None:
    for chart in all_charts(request.getfixturevalue(name), dark, language):
        assert len(chart.alt) > 20
        assert len(chart.table) > 0
        assert chart.figure.layout.font.color == (DARK if dark else LIGHT).ink


def test_a_finished_figure_is_what_plotly_makes_of_it_and_made_once(digits: Result, spiral: Result) -> None:
    both = (digits, spiral)
    figure = pair.pair(both, paired=False, dark=False).figure
    assert figure.to_dict() == go.Figure(figure).to_dict()
    assert figure.to_dict() is figure.to_dict()
    assert pair.pair(both, paired=False, dark=False).figure is figure
    assert pair.pair(both[::-1], paired=False, dark=False).figure is not figure
    assert enlarged(figure, 720).layout.height == 720
    assert figure.to_dict()["layout"]["height"] != 720


def test_equal_results_share_what_is_made_of_them(digits: Result) -> None:
    again = Result.read(digits.model_dump_json())
    assert hash(again) == hash(digits)
    other = again.model_copy(update={"bayes_accuracy": 0.25})
    assert pair.pair((digits, other), paired=False, dark=False) is not pair.pair(
        (digits, again), paired=False, dark=False
    )


def test_scatter_highlights_the_current_run_and_keeps_the_others(digits: Result, spiral: Result) -> None:
    figure = results.scatter([digits, spiral], spiral.key, dark=False).figure
    earlier, current = figure.data  # nothing behind
    assert list(current.x) == [spiral.indicators["total"]]
    assert list(current.y) == [spiral.student_accuracy.mean]
    assert list(earlier.y) == [digits.student_accuracy.mean]
    assert earlier.marker.symbol != current.marker.symbol  # colour does not stand alone
    low, high = spiral.indicators["intervals"]["total"]
    np.testing.assert_allclose(current.error_x.array, [high - spiral.indicators["total"]])
    np.testing.assert_allclose(current.error_x.arrayminus, [spiral.indicators["total"] - low])


def test_curves_end_at_the_reported_accuracy(digits: Result) -> None:
    lines = {trace.name: trace for trace in details.curves(digits, dark=False).figure.data if trace.name}
    assert lines["taught with these labels"].y[-1] == pytest.approx(digits.student_accuracy.mean)
    assert lines["taught with the truth"].y[-1] == pytest.approx(digits.ground_truth_accuracy.mean)


def test_heat_map_shows_the_matrix(digits: Result) -> None:
    heat = details.cooccurrence(digits, dark=False).figure.data[0]
    np.testing.assert_allclose(heat.z, digits.cooccurrence)


def test_instances_show_pixels_in_their_own_units(digits: Result) -> None:
    chart = details.instances(digits, slice(0, 2), dark=False)
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
    accuracy = details.teacher(taught, dark=False).figure.data[0]
    by_replicate = [row["label_accuracy"] for row in taught.rows]
    assert list(accuracy.x) == [1, 2, 3]
    assert accuracy.y[-1] == pytest.approx(np.mean(by_replicate), abs=1e-3)


def test_the_dot_stands_where_the_slider_is(digits: Result, spiral: Result) -> None:
    points = [(0.1, digits), (0.4, spiral), (0.7, digits)]
    figure = results.along(points, 0.4, name="rate", dark=False).figure
    dot = figure.data[-1]
    assert (dot.x[0], dot.y[0]) == (0.4, spiral.student_accuracy.mean)
    labels, student = figure.data[:2]
    assert list(labels.y) == [r.indicators["label_accuracy"] for _, r in points]
    assert list(student.y) == [r.student_accuracy.mean for _, r in points]
    assert labels.line.dash != student.line.dash  # colour does not stand alone


def test_the_shading_begins_at_the_first_measured_value_that_fails(digits: Result) -> None:
    def at(total: float) -> Result:
        return digits.model_copy(update={"indicators": {**digits.indicators, "total": total}})

    points = [(0.0, at(0.5)), (0.5, at(0.99)), (1.0, at(1.0)), (1.5, at(1.2))]
    figure = results.along(points, 0.0, name="rate", dark=False).figure
    assert figure.layout.shapes[0].x0 == 1.0
    assert list(figure.data[1].marker.symbol) == ["circle", "circle", "circle-open", "circle-open"]
    back = [(0.0, at(1.5)), (0.5, at(0.9)), (1.0, at(1.2))]
    assert not results.along(back, 0.0, name="rate", dark=False).figure.layout.shapes


def test_text_is_large_enough_for_a_hall(digits: Result) -> None:
    for chart in all_charts(digits, False, "en"):
        figure = enlarged(chart.figure, 720)
        assert figure.layout.font.size == LARGE >= 18
        assert all(note.font.size >= 18 for note in figure.layout.annotations)
        assert all(t.textfont.size >= 18 for t in figure.data if t.type == "scatter" and t.text is not None)


@pytest.mark.parametrize("name", ["digits", "spiral", "taught"])
def test_lines_differ_by_more_than_colour(name: str, request: pytest.FixtureRequest) -> None:
    for chart in all_charts(request.getfixturevalue(name), False, "en"):
        lines = [trace for trace in chart.figure.data if trace.type == "scatter" and trace.line.width]
        looks = [(line.line.dash, str(line.marker.symbol)) for line in lines]
        assert len(set(looks)) == len(looks), looks


def test_the_boundary_tells_classes_apart_without_colour(spiral: Result) -> None:
    figure = details.boundary(spiral, dark=False).figure
    marks = [trace.marker.symbol for trace in figure.data[1:]]
    assert len(set(marks)) == len(marks) == len(spiral.class_names)
    np.testing.assert_array_equal(figure.data[0].z, spiral.boundary["named"])


@pytest.mark.parametrize("dark", [False, True])
def test_a_region_and_the_points_of_a_class_have_one_colour(spiral: Result, dark: bool) -> None:
    regions, *points = details.boundary(spiral, dark=dark).figure.data
    assert regions.opacity is None
    place = {number: (number - regions.zmin) / (regions.zmax - regions.zmin) for number in range(len(points))}
    shown = {
        number: next(colour for end, colour in regions.colorscale if end > at) for number, at in place.items()
    }
    assert shown == {number: trace.marker.color for number, trace in enumerate(points)}
    assert len(set(shown.values())) == len(spiral.class_names)


def test_no_interval_strikes_a_name_through(digits: Result) -> None:
    """Names stand beside the point, or beyond the end of its interval."""
    current = results.scatter([digits], digits.key, dark=False).figure.data[-1]
    assert "center" not in str(current.textposition)
    assert "middle" not in str(current.textposition)
    wide = digits.student_accuracy.model_copy(update={"low": 0.4, "mean": 0.6, "high": 0.8})
    points = [(rate, digits.model_copy(update={"student_accuracy": wide})) for rate in (0.1, 0.4, 0.7)]
    name = results.along(points, 0.1, name="rate", dark=False).figure.layout.annotations[0]
    assert not 0.4 < name.y < 0.8
    rows = [{"epoch": 1, "student": one, "mean": 0.6, "low": 0.4, "high": 0.8} for one in ("truth", "shown")]
    notes = results.live(rows, 4, dark=False).figure.layout.annotations
    assert [(note.y, note.yshift > 0) for note in notes] == [(0.8, True), (0.4, False)]


@pytest.mark.parametrize(("delta", "gamma"), [(0.165, 0.21), (0.21, 0.165), (0.2, 0.2)])
def test_names_of_lines_that_end_close_go_above_and_below_in_the_order_of_the_lines(taught, delta, gamma):
    rows = [
        row | {"label_accuracy": 0.9, "unreliability": delta, "ambiguity": gamma} for row in taught.teacher
    ]
    notes = details.teacher(taught.model_copy(update={"teacher": rows}), dark=False).figure.layout.annotations
    accuracy, first, second = (note.yshift for note in notes)
    assert accuracy > 0
    assert first * second < 0
    if delta != gamma:
        assert (first > second) == (delta > gamma)


ROOT = Path(__file__).resolve().parents[2]
LITERAL = re.compile(r"#[0-9a-fA-F]{3,8}\b|(?<!\w)(?:rgb|hsl|oklch)a?\([\d. ]")
"""A colour as numbers; `black`, `white` and mixtures of variables are none."""


def test_no_colour_stands_outside_the_palette() -> None:
    known = ROOT / "ui" / "charts" / "palette.py"
    assert LITERAL.search(known.read_text(encoding="utf-8"))
    files = [
        path for ending in ("py", "css", "js") for path in (ROOT / "ui").rglob(f"*.{ending}") if path != known
    ]
    found = {
        str(path.relative_to(ROOT)): colours
        for path in files
        if (colours := LITERAL.findall(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_the_theme_is_the_palette() -> None:
    themes = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
    for name, colours in (("light", LIGHT), ("dark", DARK)):
        assert themes[name] == {
            "primaryColor": colours.accent,
            "backgroundColor": colours.ground,
            "secondaryBackgroundColor": colours.panel,
            "textColor": colours.ink,
            "linkColor": colours.link,
            "borderColor": colours.line,
        }


@pytest.fixture(scope="module")
def watched() -> tuple[Result, Result]:
    """Two students of one teacher: A sees sets, B copies probabilities."""
    found = [lookup.find(one) for one in WATCHED.experiments]
    assert None not in found
    return tuple(one.result for one in found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pair_stands_by_what_its_losses_ask_for(watched: tuple[Result, Result], language: str) -> None:
    """Δ + γ is about sets: where one of them copies, each stands by its loss's margin, with the line at 0."""
    sets, copies = watched
    assert sets.learned
    assert not copies.learned
    for both, line, places in (
        (watched, 0, [one.loss_margin.value for one in watched]),
        ((copies, copies), 0, [copies.indicators["mean_label_margin"]] * 2),
        ((sets, sets), 1, [sets.indicators["total"]] * 2),
    ):
        chart = pair.plane(both, dark=False, language=language)
        assert [trace.x[0] for trace in chart.figure.data] == places
        assert chart.figure.layout.shapes[0].x0 == line
        assert ("Δ + γ" in chart.alt) == (line == 1)
        left, right = chart.figure.layout.xaxis.range
        assert all(left < place < right for place in places)
    table = pair.plane(watched, dark=False, language=language).table
    margins = [one.loss_margin.value for one in watched]
    assert list(table[say(language, "charts.margin")]) == pytest.approx(margins, abs=1e-4)


def test_numbers_of_a_pair_begin_with_what_its_losses_ask_for(watched: tuple[Result, Result]) -> None:
    sets, copies = watched
    first = tables.side_by_side((sets, copies)).iloc[2]
    assert first.iloc[0] == say("en", "compare.margin")
    assert (first["A"], first["B"]) == (sets.loss_margin.value, copies.loss_margin.value)
    assert tables.side_by_side((sets, sets)).iloc[2].iloc[0].startswith("Unreliability")
    unknown = copies.model_copy(update={"loss_margin": LossMargin(rule="none", value=None)})
    assert np.isnan(tables.side_by_side((sets, unknown)).iloc[2]["B"])
    assert "?" in pair.plane((sets, unknown), dark=False).alt
