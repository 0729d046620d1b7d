"""Entries that are stale by indicators alone: labels are drawn and measured again, no student is trained.

What was stored proves that the labels are the same ones: every other number that is measured of all of them
has to come out as stored, and of every replicate those of `WITNESSES`. An entry for which one does not is
left to be computed as a whole.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from softlabel_core.atlas.lookup import Atlas
from softlabel_core.experiment import science
from softlabel_core.experiment.cohort import Trainer
from softlabel_core.experiment.condition import Condition
from softlabel_core.experiment.result import Result
from softlabel_core.experiment.resume import SAVED_TOGETHER, file_of, save
from softlabel_core.experiment.run import Draws
from softlabel_core.experiment.spec import Experiment
from softlabel_core.indicators import Indicator, Sample
from softlabel_core.plugin import catalogue

OF_LABELS = ("indicators", "bias_indicators", "cooccurrence", "closed_form")
"""Fields of a result that follow from the labels; the loss's margin follows from them."""

WITNESSES = ("true-probability", "l2")
"""Indicators that are quick to measure and move with any label."""


def only_indicators(experiment: Experiment, old: Atlas) -> bool:
    """Whether its entry is stale by indicators and nothing else, and its labels need no students."""
    row = old.packed(experiment)
    if row is None or row["replicates"] != experiment.replicates or experiment.framework.relabellings:
        return False
    return all(_is_indicator(name) for name in science.changes(json.loads(row["science"])))


def remeasure(
    folder: Path, experiments: list[Experiment], old: Atlas, *, trim: Callable[[Any], Any]
) -> list[Experiment]:
    """Put results of the present science into `folder`, where `finish` looks for them, from entries of `old`.

    `trim` shortens numbers as stored ones are. Teachers are trained again where there are some. Returns the
    experiments whose labels did not come out as they were.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = [one for one in experiments if not file_of(folder, one).exists()]
    draws, left = Draws(Trainer(1, "cpu")), []
    for start in range(0, len(missing), SAVED_TOGETHER):
        block = missing[start : start + SAVED_TOGETHER]
        for experiment, condition in zip(block, draws.conditions(block), strict=True):
            row = old.packed(experiment)
            now = None if row is None else _again(row, condition, trim)
            if now is None:
                left.append(experiment)
            else:
                save(file_of(folder, experiment), now)
    return left


def _again(row: dict[str, Any], condition: Condition, trim: Callable[[Any], Any]) -> Result | None:
    """The stored result with what its labels come to now; None if other numbers differ than were raised."""
    then = Result.read(row["result"])
    names = (name for name in science.changes(json.loads(row["science"])) if _is_indicator(name))
    raised = {name.partition("/")[2] for name in names}
    if then.experiment != condition.experiment:
        return None
    shown = condition.shown()
    found = {name: shown[name] for name in OF_LABELS} | {"rows": _rows(then, condition, raised)}
    free = {name.replace("-", "_") for name in raised}
    if not all(_agree(getattr(then, name), found[name], free) for name in found):
        return None
    return then.replace(**trim(found | {"loss_margin": shown["loss_margin"].model_dump()}))


def _rows(then: Result, condition: Condition, raised: set[str]) -> list[dict[str, Any]]:
    """The stored rows with the `raised` indicators and `WITNESSES` as they are measured now."""
    known = catalogue(Indicator)
    asked = {known[kind].key(): known[kind]() for kind in (*WITNESSES, *raised) if kind in known}
    k, rows = then.indicators["k"], []
    for row, one in zip(then.rows, condition.cohort.received(), strict=True):
        sample = Sample(one.labels, one.truth, k, then.experiment.seed)
        rows.append(row | {name: float(indicator.value(sample)) for name, indicator in asked.items()})
    return rows


def _agree(then: Any, now: Any, free: set[str]) -> bool:
    """Whether all that was stored comes out again, to the digits kept; names in `free` may change."""
    if isinstance(then, dict):
        return isinstance(now, dict) and all(
            name in now and _agree(value, now[name], free) for name, value in then.items() if name not in free
        )
    if isinstance(then, list):
        return len(then) == len(now) and all(_agree(a, b, free) for a, b in zip(then, now, strict=True))
    if isinstance(then, float):
        return isinstance(now, int | float) and bool(np.isclose(now, then, rtol=1e-5, atol=1e-9))
    return bool(then == now)


def _is_indicator(name: str) -> bool:
    return name.startswith("indicators/")
