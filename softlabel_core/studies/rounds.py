"""The self-training map: accuracy, Delta and gamma from round to round, measured."""

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from softlabel_core.experiment.result import Result
from softlabel_core.experiment.spec import Experiment
from softlabel_core.studies.study import Cell, Study
from softlabel_core.teaching import recipes
from softlabel_core.teaching.recipes import Config

if TYPE_CHECKING:
    import pandas as pd

WAYS: dict[str, Config] = {
    "hard": recipes.WAYS["hard"],
    "soft": recipes.WAYS["soft"],
    "hard, threshold .8": recipes.WAYS["sure"],
    "top 2, CC": recipes.WAYS["top-two"],
    "hard, permuted": recipes.WAYS["permuted"],
}
"""How the student labels the rest, as tables name it."""

NAME = "rounds"


def self_training_map(base: Config) -> Study:
    """Few labels, five rounds, in every way."""
    cells = []
    for labels in (1, 4, 16):
        for column, way in WAYS.items():
            framework = recipes.labelling(labels, way)
            experiment = Experiment.parse({**base, "bias": "one-hot", "framework": framework})
            cells.append(Cell(experiment, f"{labels} a class", column, experiment.framework.kind()))
    note = (
        f"Accuracy after {recipes.ROUNDS} rounds of labelling the rest. *Permuted* is a control that knows "
        "the truth: pseudo-labels are handed on within each class: Δ and γ stay and nothing depends on x."
    )
    return Study(NAME, "Self-training from round to round", note, cells)


def told(result: Result) -> dict[str, Any]:
    """A column of a row: by replicate and round accuracy, Delta and gamma of what the student was shown."""
    if not result.rounds:
        return {}
    names = ("student_accuracy", "unreliability", "ambiguity")
    found = {
        name: [
            [row.get(name) for row in result.rounds if row["replicate"] == i] for i in range(len(result.rows))
        ]
        for name in names
    }
    return {"rounds": json.dumps(found)}


def report(table: "pd.DataFrame") -> list[str]:
    """A section of docs/results.md: the map of every way, and where it goes."""
    part = table[table["study"] == NAME]
    lines = [
        "| pseudo-labels | first jump, points | slope of accuracy t to t + 1, t >= 1 | residual, points |",
        "|" + "---|" * 4,
    ]
    for way in WAYS:
        curves = np.concatenate(
            [
                np.array(json.loads(one.rounds)["student_accuracy"])
                for one in part[part["column"] == way].itertuples()
            ]
        )
        slope, intercept, residual = line(curves[:, 1:-1].ravel(), curves[:, 2:].ravel())
        jump = 100 * (curves[:, 1] - curves[:, 0])
        half = 1.96 * jump.std(ddof=1) / np.sqrt(len(jump))
        fixed = f", meets t = t + 1 at {100 * intercept / (1 - slope):.0f} %" if abs(1 - slope) > 0.1 else ""
        lines.append(
            f"| {way} | {jump.mean():+.1f} ± {half:.1f} | {slope:.3f}{fixed} | {100 * residual:.1f} |"
        )
    lines += ["", *_degrees(part)]
    return lines


def line(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float]:
    """Least squares: slope, intercept and standard deviation of what is left."""
    slope, intercept = np.polyfit(x, y, 1)
    return float(slope), float(intercept), float(np.std(y - slope * x - intercept))


def _degrees(part: "pd.DataFrame") -> list[str]:
    """Accuracy, Delta and gamma of every round, means over replicates, beside the idealised map."""
    lines = [
        "From round to round, accuracy of the student and (Δ, γ) of the pseudo-labels that it learned from; "
        "means over replicates. *Idealised*: error κ / (1 − Δ − γ) with κ the error of students of the "
        "truth, as if pseudo-labels depended on the class alone. It is our own formula in place of the map "
        "ρ(Δ, γ) of Yuan et al. 2023, which was not at hand and which they call an idealisation, too.",
        "",
        "| | " + " | ".join(f"round {t}" for t in range(recipes.ROUNDS + 1)) + " | idealised, from round 1 |",
        "|" + "---|" * (recipes.ROUNDS + 3),
    ]
    for one in part.itertuples():
        known = json.loads(one.rounds)
        accuracy = 100 * np.mean(known["student_accuracy"], axis=0)
        cells = [f"{accuracy[0]:.1f}"]
        first = (np.nan, np.nan)
        for t in range(1, recipes.ROUNDS + 1):
            delta, gamma = (
                float(np.nanmean([np.nan if row[t] is None else row[t] for row in known[name]]))
                for name in ("unreliability", "ambiguity")
            )
            first = (delta, gamma) if t == 1 else first
            cells.append(f"{accuracy[t]:.1f} ({delta:.2f}, {gamma:.2f})")
        gap = 1 - sum(first)
        ideal = f"{100 * max(0.0, 1 - (1 - one.ground_truth) / gap):.1f}" if gap > 0 else "nothing"
        lines.append(f"| {one.row}, {one.column} | " + " | ".join([*cells, ideal]) + " |")
    return lines
