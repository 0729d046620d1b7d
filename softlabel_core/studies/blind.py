"""Judging without the truth: what choosing by a validation part with biased labels costs.

Every student keeps a quarter of its training part for validation. Regrets are against the choice that the
test makes, replicate by replicate, in accuracy.
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from softlabel_core.experiment.result import Estimate, Result
from softlabel_core.experiment.spec import Experiment
from softlabel_core.studies.study import Cell, Study
from softlabel_core.teaching.recipes import Config, candidates, demoted, rival, sets, skillful
from softlabel_core.theory.blind import accuracy_from_risk

if TYPE_CHECKING:
    import pandas as pd

SHARE = 0.25
LONG = 60
"""Epochs among which one is chosen: long enough to memorise."""

OVERLAP = 0.5
"""`Estimate.overlap` of splits of digits."""

LOSSES: list[str | Config] = ["cc", "proden", "average", "mae", {"kind": "gcc", "q": 0.7}]

LABELS: list[tuple[str, Config, int | str]] = [
    ("symmetric noise .5, k = 1", {"kind": "symmetric-noise", "rate": 0.5}, 1),
    ("pair flip .3, k = 1", {"kind": "pair-flip", "rate": 0.3}, 1),
    ("candidate sets (.3, .3)", candidates(0.3, 0.3), "support"),
    ("candidate sets (.1, .6)", candidates(0.1, 0.6), "support"),
    ("fixed rival .3, k = 2", rival(0.3), 2),
    ("instance-dependent .5, k = 1", {"kind": "instance-dependent-noise", "fraction": 0.5}, 1),
    ("over-confident teacher .45, k = 1", {"kind": "overconfident-teacher", "flipped": 0.45}, 1),
    ("weak teacher, 4 labels a class, k = 1", {"kind": "weak-teacher", "labels_per_class": 4}, 1),
]
"""Row, labels, and the sets of them that students are shown."""

SIZED: list[tuple[str, Config]] = [
    ("demotion, rank 3", demoted(3)),
    ("symmetric noise .5", {"kind": "symmetric-noise", "rate": 0.5}),
    ("skillful bad teacher", skillful(3)),
    ("temperature teacher", {"kind": "temperature-teacher"}),
]
"""Labels whose set size is chosen."""

BY: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "truth": lambda one: one,
    "risk": lambda one: -one,
    "approximated": lambda one: one,
    "loss": lambda one: -one,
}
"""What a choice may go by; the larger the better."""

NAMES = {"risk": "set risk R", "approximated": "approximated accuracy", "loss": "training loss"}


def blind(base: Config) -> list[Study]:
    """The studies of choosing epoch, loss and k."""
    return [_epochs(base), _losses(base), _sizes(base)]


def _cell(base: Config, bias: Config, framework: Config, row: str, column: str, epochs: int = 20) -> Cell:
    training = {"validation": SHARE, "epochs": epochs}
    experiment = Experiment.parse({**base, "bias": bias, "framework": framework, "training": training})
    return Cell(experiment, row, column, experiment.bias.kind())


def _epochs(base: Config) -> Study:
    cells = [_cell(base, bias, sets(k), row, f"CC, {LONG} epochs", LONG) for row, bias, k in LABELS]
    note = f"A quarter of the training part is kept for validation; accuracy after all {LONG} epochs."
    return Study("blind-epochs", "Judging without truth: long training", note, cells)


def _losses(base: Config) -> Study:
    cells = [
        _cell(base, bias, sets(k, loss), row, loss if isinstance(loss, str) else f"GCC, q = {loss['q']}")
        for row, bias, k in LABELS
        for loss in LOSSES
    ]
    note = "The same labels and validation parts, 20 epochs, five losses."
    return Study("blind-losses", "Judging without truth: losses", note, cells)


def _sizes(base: Config) -> Study:
    cells = [_cell(base, bias, sets(k), row, f"k = {k}") for row, bias in SIZED for k in (1, 2, 3, 4, 5)]
    note = "CC on sets of one to five labels, 20 epochs."
    return Study("blind-sizes", "Judging without truth: set sizes", note, cells)


def told(result: Result) -> dict[str, Any]:
    """Columns of a row: by replicate what the last epoch came to, and what choosing an epoch costs."""
    if "risk" not in result.rows[0]:
        return {}
    found: dict[str, list[float]] = {}
    for i in range(len(result.rows)):
        curve = [row for row in result.curves if row["student"] == "shown" and row["replicate"] == i]
        by = {name: np.array([row[_column(name)] for row in curve]) for name in BY}
        for name, values in by.items():
            found.setdefault(f"last_{name}", []).append(float(values[-1]))
            chosen = int(np.argmax(BY[name](values)))
            found.setdefault(f"regret_{name}", []).append(float(by["truth"].max() - by["truth"][chosen]))
        found.setdefault("regret_none", []).append(float(by["truth"].max() - by["truth"][-1]))
    return {"blind": json.dumps(found)}


def _column(name: str) -> str:
    return "accuracy" if name == "truth" else name


def report(table: "pd.DataFrame") -> list[str]:
    """A section of docs/results.md: regrets of epoch, loss and k, and accuracy told from R."""
    part = table[table["study"].isin(["blind-epochs", "blind-losses", "blind-sizes"])]
    known = {(one.study, one.row, one.column): json.loads(one.blind) for one in part.itertuples()}
    lines = [
        "Points of accuracy lost against the choice that the test would make, with half 95 % intervals; "
        "*none*: the last epoch. Choices are made replicate by replicate, then averaged. Approximated "
        "accuracy: our own formula after PLENCH (Wang et al. 2025, https://arxiv.org/abs/2502.10184).",
        "",
        f"| choosing the epoch of {LONG} | none | {' | '.join(NAMES.values())} |",
        "|" + "---|" * (len(NAMES) + 2),
    ]
    rows = [(row, one) for (study, row, _), one in known.items() if study == "blind-epochs"]
    for row, one in rows:
        lines.append(_line(row, [one["regret_none"], *(one[f"regret_{name}"] for name in NAMES)]))
    every = [[one[f"regret_{name}"] for _, one in rows] for name in ("none", *NAMES)]
    lines.append(_line("**mean over these labels**", [list(np.mean(values, axis=0)) for values in every]))
    for study, what in (("blind-losses", "loss"), ("blind-sizes", "k")):
        lines += ["", f"| choosing the {what} | {' | '.join(NAMES.values())} |"]
        lines.append("|" + "---|" * (len(NAMES) + 1))
        every = [[] for _ in NAMES]
        for row in dict.fromkeys(row for name, row, _ in known if name == study):
            options = [one for (name, label, _), one in known.items() if (name, label) == (study, row)]
            costs = [_cost(options, name) for name in NAMES]
            lines.append(_line(row, costs))
            for values, cost in zip(every, costs, strict=True):
                values.append(cost)
        lines.append(_line("**mean over these labels**", [list(np.mean(values, axis=0)) for values in every]))
    return [*lines, "", *_estimates(part, known)]


def _cost(options: list[dict[str, list[float]]], by: str) -> list[float]:
    """By replicate the accuracy that choosing among `options` loses."""
    truth = np.array([one["last_truth"] for one in options])
    chosen = np.argmax([BY[by](np.array(one[f"last_{by}"])) for one in options], axis=0)
    lost: list[float] = (truth.max(0) - truth[chosen, np.arange(truth.shape[1])]).tolist()
    return lost


def _line(row: str, columns: list[list[float]]) -> str:
    return f"| {row} | " + " | ".join(_points(values) for values in columns) + " |"


def _points(values: list[float]) -> str:
    """Mean and half the interval in points; splits overlap."""
    shifted = Estimate.of([0.5 + one / 2 for one in values], OVERLAP)  # regrets are in [0, 1]
    if shifted.low is None:
        return f"{100 * np.mean(values):.1f}"
    return f"{100 * np.mean(values):.1f} ± {200 * (shifted.mean - shifted.low):.1f}"


def _estimates(part: "pd.DataFrame", known: dict[tuple[str, str, str], Any]) -> list[str]:
    """Accuracy as R tells it with the measured degrees, and with a Delta taken for .1 less."""
    lines = [
        "Accuracy as R on the validation part tells it, (R − Δ) / (1 − Δ − γ) taken for the error, with the "
        "degrees measured against the truth, and with a Δ assumed .1 too low (CC, 20 epochs; where Δ + γ is "
        "below .95):",
        "",
        "| labels | R | Δ | γ | told by R | with Δ − .1 | measured | off by |",
        "|" + "---|" * 8,
    ]
    for one in part[(part["study"] == "blind-losses") & (part["column"] == "cc")].itertuples():
        risk = float(np.mean(known[one.study, one.row, one.column]["last_risk"]))
        if one.total >= 0.95:
            lines.append(
                f"| {one.row} | {risk:.3f} | {one.unreliability:.2f} | {one.ambiguity:.2f} | Δ + γ near 1 "
                f"| | {100 * one.accuracy:.1f} | |"
            )
            continue
        said = accuracy_from_risk(risk, one.unreliability, one.ambiguity)
        wrong = accuracy_from_risk(risk, max(0.0, one.unreliability - 0.1), one.ambiguity)
        lines.append(
            f"| {one.row} | {risk:.3f} | {one.unreliability:.2f} | {one.ambiguity:.2f} | {100 * said:.1f} | "
            f"{100 * wrong:.1f} | {100 * one.accuracy:.1f} | {100 * (said - one.accuracy):+.1f} |"
        )
    return lines
