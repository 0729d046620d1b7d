"""Results in words and as rows."""

import math
import re
from collections.abc import Iterable
from typing import Any

import pandas as pd

from softlabel_core import Experiment, Result
from softlabel_core.biases import Bias
from softlabel_core.datasets import Dataset
from softlabel_core.frameworks import Framework
from softlabel_core.indicators import Indicator
from softlabel_core.losses import Loss
from softlabel_core.once import once
from softlabel_core.plugin import Plugin, catalogue
from ui.words.i18n import choice, field_title, say, title

FEW = 4
"""A bias type of up to three fields is named with all of them, another with what is not as usual."""

LONG = 24
"""Letters of a value that is told in full: a large matrix would be a page."""

MAIN = ("unreliability", "ambiguity", "total", "label_accuracy")
"""Indicators that stand first."""


def label(result: Result, language: str = "en") -> str:
    """A run in a few words: bias type with its fields, framework with its loss, dataset."""
    return describe(result.experiment, language)


def describe(experiment: Experiment, language: str = "en") -> str:
    """What is asked, in the words of `label`."""
    return _words(experiment.model_dump(), language)


def _words(config: dict[str, Any], language: str) -> str:
    bias, framework = config["bias"], config["framework"]
    cls = catalogue(Bias).get(bias["kind"])
    fields = say(language, "marks.comma").join(
        f"{_field(language, cls, one)} {_value(language, value)}"
        for one, value in bias.items()
        if one != "kind" and (len(bias) <= FEW or not _is_default(cls, one, value))
    )
    inside = say(language, "marks.fields", fields=fields) if fields else ""
    size = f" k={choice(language, framework['k'])}" if "k" in framework else ""
    return (
        f"{name(language, Bias, bias['kind'])}{inside} · "
        f"{name(language, Framework, framework['kind'])}{size}{say(language, 'marks.comma')}"
        f"{name(language, Loss, framework['loss']['kind'])} · "
        f"{name(language, Dataset, config['dataset']['kind'])}"
    )


def _value(language: str, value: Any) -> str:
    if isinstance(value, int | float):
        return f"{value:g}"
    said = choice(language, value)
    return said if len(said) <= LONG else said[: LONG - 1] + "…"


def name(language: str, family: type[Plugin], kind: str) -> str:
    """The short name of a plug-in: its title up to a colon or a bracket; the id if it is gone."""
    cls = catalogue(family).get(kind)
    if cls is None:
        return kind
    whole = title(language, cls)
    for mark in (":", "：", " (", "（"):
        whole = whole.split(mark)[0]
    return whole


def brief(language: str, family: type[Plugin], kind: str) -> str:
    """Its abbreviation, where its title has one in brackets; else its short name."""
    whole = title(language, catalogue(family)[kind])
    found = re.search(r"[(（]([A-Z]{2,})[)）]", whole)
    return found[1] if found else name(language, family, kind)


def _is_default(cls: type[Plugin] | None, field: str, value: Any) -> bool:
    return cls is not None and field in cls.model_fields and cls.model_fields[field].default == value


def _field(language: str, cls: type[Plugin] | None, field: str) -> str:
    return field if cls is None or field not in cls.model_fields else small(field_title(language, cls, field))


def small(title: str) -> str:
    """A title within a sentence: Latin letters in lower case, symbols such as Δ as they are."""
    return "".join(one.lower() if one.isascii() else one for one in title)


def runs_table(results: list[Result], language: str = "en") -> pd.DataFrame:
    """One row a run, the latest first: what it was, its indicators and accuracies with intervals."""
    names = ("run", "label-accuracy", "student", "low", "high", "truth", "replicates", "seed")
    said = {one: say(language, f"charts.{one}") for one in names}
    return pd.DataFrame(
        [
            {
                said["run"]: label(r, language),
                "Δ": r.indicators["unreliability"],
                "γ": r.indicators["ambiguity"],
                "Δ + γ": r.indicators["total"],
                said["label-accuracy"]: r.indicators["label_accuracy"],
                said["student"]: r.student_accuracy.mean,
                said["low"]: r.student_accuracy.low,
                said["high"]: r.student_accuracy.high,
                said["truth"]: r.ground_truth_accuracy.mean,
                said["replicates"]: r.student_accuracy.replicates,
                said["seed"]: r.experiment.seed,
            }
            for r in reversed(results)
        ]
    ).round(4)


def _place(indicator: str) -> int:
    return MAIN.index(indicator) if indicator in MAIN else len(MAIN)


def by_sum(results: Iterable[Result]) -> bool:
    """Whether Δ + γ is what all of their losses ask about: it is about sets, not copied probabilities."""
    return all(one.experiment.framework.shows == "sets" for one in results)


@once(most=100)
def side_by_side(both: tuple[Result, Result], language: str = "en") -> pd.DataFrame:
    """Every indicator and accuracy of two results, and their difference.

    Where one of them copies probabilities, the margin that each one's loss asks for stands before the rest.
    """
    rows = [
        (say(language, f"panels.{name}"), *(getattr(one, name).mean for one in both))
        for name in ("student_accuracy", "ground_truth_accuracy")
    ]
    if not by_sum(both):
        margins = (one.loss_margin.value for one in both)
        rows.append((say(language, "compare.margin"), *(math.nan if one is None else one for one in margins)))
    rows += [
        (title(language, cls), *(one.indicators[cls.key()] for one in both))
        for cls in sorted(catalogue(Indicator).values(), key=lambda cls: _place(cls.key()))
    ]
    names = (say(language, "panels.column-indicator"), "A", "B", say(language, "compare.difference"))
    return pd.DataFrame([(name, a, b, round(a - b, 6) + 0.0) for name, a, b in rows], columns=names)
