"""The map: its cells are entries, its table and its words are theirs, and reasons follow from the numbers."""

import numpy as np
import pandas as pd
import pytest

from softlabel_core import Experiment
from softlabel_core.atlas import lookup, plan
from softlabel_core.atlas.rule_failures import CLOSE, REASONS, exceptions, tally
from softlabel_core.biases import Bias
from softlabel_core.biases.candidate_set import CandidateSet
from softlabel_core.plugin import catalogue
from softlabel_core.theory.bounds import ambiguity_range
from ui.charts import plane as charts_map
from ui.charts.plane import X, Y
from ui.words import i18n, sentences

PLANES = {f"{one.dataset.kind()}/{one.framework.loss.kind()}": one for one in plan.planes()}


@pytest.mark.parametrize("name", PLANES)
def test_every_cell_is_an_entry_and_no_cell_is_missing(name: str) -> None:
    plane = PLANES[name]
    table = plan.grid(plane)
    step = plan.PLANE[plane.dataset.kind()]
    cells = {(b.unreliability, b.ambiguity) for b in plan.cells(plane.dataset.classes, step)}
    found = {(row[X], row[Y]) for row in table.to_dict("records")}
    assert cells == found
    chart = charts_map.plane(table, plane.dataset.classes, None, language="en")
    clickable = chart.figure.data[-1]
    assert [one[0] for one in clickable.customdata] == list(table["key"])
    for (key, accuracy, _), x, y in zip(clickable.customdata, clickable.x, clickable.y, strict=True):
        entry = lookup.entry(key)
        assert entry is not None
        assert entry.experiment == plane.replace(bias=CandidateSet(unreliability=x, ambiguity=y))
        assert entry.result.student_accuracy.mean == accuracy
    assert len(chart.table) == len(table)
    assert str(len(table)) in chart.alt


def test_what_is_loaded_is_framed_between_the_cells_too() -> None:
    plane = PLANES["digits/cc"]
    table = plan.grid(plane)
    one = table.iloc[20]
    for place in ((one[X], one[Y]), (0.33, 0.41)):
        frames = charts_map.plane(table, 10, place, language="zh", dark=True).figure.layout.shapes
        assert frames
        for frame in frames:
            middle = (frame.x0 + frame.x1) / 2, (frame.y0 + frame.y1) / 2
            assert middle == pytest.approx(place)
    assert not charts_map.plane(table, 10, None, language="en").figure.layout.shapes


def test_measured_degrees_lie_above_the_edge_of_what_is_possible() -> None:
    """The stripes say the truth: no entry of any bias type has an ambiguity below the edge for sets."""
    for plane in PLANES.values():
        table = plan.grid(plane)
        sets = table[table["k"] == "support"]
        edge = [ambiguity_range(delta, 1, plane.dataset.classes)[0] for delta in sets["unreliability"]]
        assert (sets["ambiguity"] >= np.array(edge) - 1e-6).all()


def test_an_experiment_knows_its_plane_between_the_cells_too() -> None:
    plane = PLANES["digits/cc"]
    between = plane.replace(bias=CandidateSet(unreliability=0.33, ambiguity=0.41), seed=3)
    assert plan.plane_of(between) == plane
    near = lookup.near(between)
    assert near is not None
    assert near[1] == {"bias.unreliability": (0.33, 0.3), "bias.ambiguity": (0.41, 0.4)}
    assert plan.plane_of(Experiment()) is None
    assert plan.plane_of(plane.replace(bias=CandidateSet(fixed_rival=True))) is None


def _row(**changes: object) -> dict[str, object]:
    usual = {
        "bias": "symmetric-noise",
        "framework": "partial-labels",
        "loss": "cc",
        "total": 0.6,
        "total_low": 0.55,
        "total_high": 0.65,
        "worst_unreliability": 0.3,
        "margin": 0.4,
        "loss_margin": 0.4,
        "learned": True,
    }
    return usual | changes


def test_reasons_follow_from_the_labels() -> None:
    cases = {
        "imitates": _row(framework="soft-labels", loss="cross-entropy", loss_margin=-0.1, learned=False),
        "own": _row(framework="incomplete-supervision", loss="cc", learned=False),
        "class": _row(bias="hidden-class", margin=-0.5, learned=False),
        "instance": _row(bias="under-trained-teacher", learned=False),
        "close": _row(total=0.97, total_high=1.01, learned=False),
        "own-condition": _row(total=1.2, total_low=1.1, total_high=1.3),
        "unexplained": _row(learned=False),
    }
    assert cases.keys() == REASONS.keys()
    follows = _row(total_low=0.4, total_high=0.8)
    found = exceptions(
        pd.DataFrame(
            [*cases.values(), follows, _row(total=1.3, total_low=1.2, total_high=1.4, learned=False)]
        )
    )
    assert list(found["why"]) == list(cases)
    assert list(found["expected"]) == [case["total"] < 1 for case in cases.values()]


def test_both_directions_of_the_rule_are_counted() -> None:
    above = {"total": 1.2, "total_low": 1.01, "total_high": 1.4, "loss": "cross-entropy"}
    across = {"total_low": 0.9, "total_high": 1.0}
    rows = [
        _row(),
        _row(learned=False),
        _row(learned=False),
        _row(total=0.9, total_high=0.99, worst_unreliability=1.0, margin=-0.4),
        _row(**above, learned=False),
        _row(**above),
        _row(**across, total=0.95, learned=False),
        _row(**across, total=0.95),
        _row(**across, total=1.0),
    ]
    assert tally(pd.DataFrame(rows)) == {
        "entries": 9,
        "below": 4,
        "below_learned": 2,
        "above": 2,
        "above_failed": 1,
        "unclear": 3,
        "close": 2,
        "sets": 4,
        "sets_right": 2,
        "lost": 1,
        "wrong": 3,
    }
    why = list(exceptions(pd.DataFrame(rows))["why"])
    assert why.count(CLOSE) == 2
    assert len(why) == 5


def test_the_counts_of_the_atlas_add_up() -> None:
    table, found = lookup.entries(), tally(lookup.entries())
    assert found["below"] + found["above"] + found["unclear"] == found["entries"] == len(table)
    right = found["below_learned"] + found["above_failed"]
    assert found["wrong"] == found["entries"] - found["unclear"] - right
    why = exceptions(table)["why"]
    assert (found["wrong"], found["close"]) == ((why != CLOSE).sum(), (why == CLOSE).sum())


def test_a_class_without_its_label_is_lost_where_entries_count_as_learned() -> None:
    """The light table's count, against the students' confusions."""
    table = lookup.entries()
    rows = table[table["learned"] & (table["worst_unreliability"] >= 1)]
    assert len(rows) == tally(table)["lost"] > 0
    entries = [lookup.entry(key) for key in rows["key"]]
    assert all(one is not None and one.result.learned and one.result.lost for one in entries)


def test_the_verdict_of_a_cell_respects_the_interval() -> None:
    for delta, gamma, side in ((0.1, 0.3, "below"), (0.5, 0.5, "unclear"), (0.8, 0.8, "above")):
        cell = PLANES["digits/cc"].replace(bias=CandidateSet(unreliability=delta, ambiguity=gamma))
        entry = lookup.find(cell)
        assert entry is not None
        assert sentences.side(entry.result.indicators) == side


def test_the_atlas_has_exceptions_of_several_kinds_and_all_have_words() -> None:
    wrong = exceptions(lookup.entries())
    assert (wrong["expected"] != wrong["learned"]).all()
    assert len(set(wrong["why"])) >= 4
    assert len(wrong) < len(lookup.entries()) / 4
    for why in REASONS:
        for language in i18n.LANGUAGES:
            assert i18n.known(language, f"map.why.{why}.title")
            assert i18n.known(language, f"map.why.{why}.text")
    rows = wrong.head(30)
    configs = [lookup.config(key) for key in rows["key"]]
    shown = charts_map.exceptions_table(rows, configs, "zh")
    assert len(shown) == len(rows)
    assert list(shown["Δ + γ"]) == list(rows["total"].round(3))


def test_every_bias_type_is_put_into_words() -> None:
    for kind, cls in catalogue(Bias).items():
        words = charts_map.settings({"bias": cls().model_dump()}, "en")
        assert words
        assert ":" not in words, kind
