"""Stored results are computed again: whoever changes the science without raising its number is caught.

Same seed, same draws: where a machine rounds as the one that stored them, results are the same to the last
digit that is kept, and there those of points in the plane have to be. On other machines training amplifies
rounding, so what trained networks come to is compared within a paired t allowance. So are results of images:
of two machines that rounded alike for points, one rounded otherwise for some losses on digits. Indicators of
labels that are drawn and not trained must be the same everywhere.

A constant that no witness exercises (an option that is off as a bias type starts out) is not seen here; the
tests of its family ask for it.
"""

import functools
from typing import Any

import numpy as np
import pytest

from softlabel_core import Experiment, Result, catalogue, run_sweep
from softlabel_core.atlas import lookup, plan
from softlabel_core.experiment import science
from softlabel_core.experiment.catalogue import FAMILIES
from softlabel_core.training.train import ENGINE

SAMPLE = 8
"""Further entries, drawn from all that need no files."""

ERROR = 1e-3
"""Probability of refusing equal means, where rounding differs."""

LEAST = {"accuracy": 0.005, "loss": 0.01, "indicator": 0.001}
"""Spread that differences of accuracies, logarithms of losses and indicators are given at least."""


@functools.cache
def _sample() -> dict[str, Experiment]:
    table = lookup.entries()
    table = table[table["dataset"].isin(plan.PLANE)]
    keys = table["key"].to_numpy()[np.random.default_rng(0).choice(len(table), SAMPLE, replace=False)]
    found = [lookup.entry(key) for key in keys]
    return {f"entry {one.key}": one.experiment for one in found if one is not None}


ASKED = {
    **{name: one for name, one in plan.witnesses().items() if one in lookup.committed()},
    **_sample(),
}


GROUPS: dict[str, dict[str, Experiment]] = {}
"""What trains the same students on the same splits is computed together, which changes no number."""
for _name, _one in ASKED.items():
    _alike = f"{_one.dataset.kind()} {_one.student.kind()} {_one.replicates}"
    GROUPS.setdefault(_alike, {})[_name] = _one


@functools.cache
def rounds_alike() -> bool:
    """Whether this machine rounds as the one that stored the results: all losses on points come out as they
    were, or all but one, which may have been changed."""
    judges = [one for name, one in ASKED.items() if name.startswith("losses/") and _of_points(one)]
    alike = [_is_same(_stored(one), found) for one, found in zip(judges, run_sweep(judges), strict=True)]
    assert len(alike) > 3
    return sum(alike) >= len(alike) - 1


def _of_points(experiment: Experiment) -> bool:
    return experiment.dataset.image_shape is None


def _stored(experiment: Experiment) -> Result:
    entry = lookup.find(experiment)
    assert entry is not None
    return entry.result


def _is_same(then: Result, now: Result) -> bool:
    """Whether every replicate's accuracies and losses are equal to the digits kept."""
    names = ["student_accuracy", "ground_truth_accuracy", *(("shown", "truth") if then.curves else ())]
    pairs = [(_by_replicate(then, name), _by_replicate(now, name)) for name in names]
    return all(np.allclose(old, new, rtol=0, atol=5e-6) for old, new in pairs)


def _by_replicate(result: Result, name: str) -> np.ndarray:
    """A number of every replicate: a column of `rows`, or of `curves` the mean logarithm of the loss."""
    if name in result.rows[0]:
        return np.array([row[name] for row in result.rows])
    losses = [
        [
            row["loss"]
            for row in result.curves
            if row["student"] == name and row["replicate"] == one["replicate"]
        ]
        for one in result.rows
    ]
    return np.log(np.array(losses) + 1e-6).mean(axis=1)


def _are_equal_means(then: Result, now: Result, name: str, least: float) -> bool:
    """Paired by replicate: the mean difference is no larger than its spread allows."""
    from scipy.special import stdtrit

    differences = _by_replicate(now, name) - _by_replicate(then, name)
    n = len(differences)
    spread = max(float(differences.std(ddof=1)), least)
    return bool(abs(differences.mean()) <= stdtrit(n - 1, 1 - ERROR / 2) * spread / np.sqrt(n))


def _measured(indicators: dict[str, Any]) -> np.ndarray:
    ends = [end for pair in indicators["intervals"].values() for end in pair]
    return np.array([value for value in (*indicators.values(), *ends) if isinstance(value, float)])


@pytest.mark.slow
@pytest.mark.parametrize("alike", GROUPS)
def test_stored_results_are_still_what_the_code_computes(alike: str) -> None:
    """If this fails after a change that was meant: raise `science` of the plug-in, or `ENGINE`."""
    group = GROUPS[alike]
    wrong = {
        name: problems
        for (name, one), found in zip(group.items(), run_sweep(list(group.values())), strict=True)
        if (problems := _problems(one, _stored(one), found))
    }
    assert wrong == {}


def _problems(experiment: Experiment, then: Result, found: Result) -> list[str]:
    """What is no longer as it was stored."""
    names = ["student_accuracy", "ground_truth_accuracy"]
    least = dict.fromkeys(names, LEAST["accuracy"])
    least |= dict.fromkeys(("shown", "truth") if then.curves else (), LEAST["loss"])
    if experiment.bias.teachers:
        trained = ("true_probability", "label_accuracy", "unreliability", "ambiguity")
        least |= dict.fromkeys(trained, LEAST["indicator"])
    problems = [name for name, one in least.items() if not _are_equal_means(then, found, name, one)]
    if _of_points(experiment) and rounds_alike() and not _is_same(then, found):
        problems.append("digits that are kept")
    if not experiment.bias.teachers:
        old, new = _measured(then.bias_indicators), _measured(found.bias_indicators)
        if not np.allclose(old, new, rtol=1e-5, atol=1e-9, equal_nan=True):
            problems.append("indicators")
    return problems


def test_every_plug_in_with_entries_has_a_witness_that_is_kept_whole() -> None:
    known = {name for stamp in lookup.committed().stamps() for name in stamp}
    needs_files = {science.name(type(one.bias)) for one in plan.experiments() if one.bias.needs_files}
    needs_files |= {science.name(type(one.dataset)) for one in plan.experiments() if one.dataset.needs_files}
    trained = {name for name in known if not name.startswith("indicators/")} - {"engine"} - needs_files
    students = {name for name in trained if name.startswith("students/") and name not in ASKED}
    assert trained - students <= ASKED.keys()
    for name in trained - students:
        assert _stored(ASKED[name]).curves, name


def test_a_stamp_names_what_an_experiment_uses_and_nothing_else() -> None:
    stamp = science.stamp(Experiment.parse({"bias": "pair-flip", "framework": {"loss": "mae", "k": 2}}))
    indicators = {f"indicators/{kind}" for kind in catalogue(FAMILIES["indicators"])}
    assert stamp.keys() - indicators == {
        "engine",
        "datasets/digits",
        "biases/pair-flip",
        "frameworks/partial-labels",
        "losses/mae",
        "losses/cross-entropy",
        "students/mlp",
    }
    assert indicators <= stamp.keys()


def test_a_change_is_named_with_both_numbers_and_what_is_gone_too() -> None:
    stamp = science.stamp(Experiment())
    assert science.changes(stamp) == {}
    assert science.changes({**stamp, "engine": 0}) == {"engine": (0, ENGINE)}
    assert science.changes({**stamp, "biases/dropped": 3}) == {"biases/dropped": (3, None)}
