"""From accuracies at rising training sizes to the law n = a V / gap^2: crossings, exponents, spread."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from softlabel_core.studies.examples import CURVES, Curve
from softlabel_core.studies.study import Study
from softlabel_core.theory.bounds import finite_class_bound, natarajan_bound
from softlabel_core.theory.needed import difficulty
from softlabel_core.theory.promises import BITS, enough

if TYPE_CHECKING:
    import pandas as pd


def crossing(sizes: list[int], accuracies: list[float], target: float) -> float | None:
    """The size at which accuracy first reaches `target`, between two sizes on a line in log n.

    None where it is reached at the first size, or at none: it is not known then.
    """
    for i in range(1, len(sizes)):
        before, after = accuracies[i - 1], accuracies[i]
        if before < target <= after:
            share = (target - before) / (after - before)
            return float(sizes[i - 1] * (sizes[i] / sizes[i - 1]) ** share)
        if before >= target:
            return None
    return None


@dataclass(frozen=True)
class Found:
    """A condition: its measured degrees, and at how many examples the target was reached."""

    row: str
    unreliability: float
    ambiguity: float
    examples: float | None
    best: float
    """Highest accuracy at any size."""

    parameters: int
    """Numbers that a student learns."""

    @property
    def gap(self) -> float:
        return 1 - self.unreliability - self.ambiguity


def found(table: "pd.DataFrame", study: Study, target: float) -> list[Found]:
    """All conditions of a study of training sizes, in the order of its plan."""
    accuracy = table[table["study"] == study.name].set_index(["row", "column"])
    conditions = []
    for row in dict.fromkeys(cell.row for cell in study.cells):
        cells = sorted((c for c in study.cells if c.row == row), key=lambda c: c.experiment.dataset.sizes[0])
        kept = [accuracy.loc[row, cell.column] for cell in cells]
        sizes, known = [c.experiment.dataset.sizes[0] for c in cells], [float(k["accuracy"]) for k in kept]
        last, experiment = kept[-1], cells[-1].experiment  # degrees are known best from the most examples
        conditions.append(
            Found(
                row,
                float(last["unreliability"]),
                float(last["ambiguity"]),
                crossing(sizes, known, target),
                max(known),
                experiment.student.parameters(experiment.dataset.sizes[2], experiment.dataset.classes),
            )
        )
    return conditions


@dataclass(frozen=True)
class Law:
    """n = a V / gap^2, and how well it fits; exponents p, q of n ~ V^q / gap^p with half 95 % intervals."""

    conditions: int
    factor: float
    """a: the geometric mean of n gap^2 / V."""

    base: float
    slope: float
    """Of n = base + slope V / gap^2, which a fit in log n prefers."""

    spread: float
    """exp of the standard deviation of log n about the law with a base: what it is typically off by."""

    worst: float
    """The largest factor by which a condition is off."""

    gap_exponent: tuple[float, float]
    variance_exponent: tuple[float, float]

    def examples(self, unreliability: float, ambiguity: float) -> float:
        """What the law asks."""
        return self.base + self.slope * difficulty(unreliability, ambiguity)


def fit(conditions: list[Found]) -> Law | None:
    """The law through the conditions that crossed their target; None with fewer than five."""
    from scipy.optimize import least_squares
    from scipy.special import stdtrit

    crossed = [one for one in conditions if one.examples is not None and one.gap > 0]
    if len(crossed) < 5:
        return None
    n = np.log([one.examples for one in crossed if one.examples is not None])
    gap = np.log([one.gap for one in crossed])
    hard = np.array([difficulty(one.unreliability, one.ambiguity) for one in crossed])
    design = np.column_stack([np.ones(len(n)), gap, np.log(hard) + 2 * gap])
    solution, *_ = np.linalg.lstsq(design, n, rcond=None)
    freedom = len(n) - 3
    left = n - design @ solution
    errors = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * (left @ left) / freedom)
    half = float(stdtrit(freedom, 0.975)) * errors
    factor = float(np.exp(np.mean(n - np.log(hard))))
    base, slope = least_squares(lambda x: np.log(np.abs(x[0]) + np.abs(x[1]) * hard) - n, [20.0, factor]).x
    base, slope = abs(float(base)), abs(float(slope))
    off = n - np.log(base + slope * hard)
    return Law(
        len(crossed),
        factor,
        base,
        slope,
        float(np.exp(np.sqrt(off @ off / (len(n) - 2)))),
        float(np.exp(np.abs(off).max())),
        (float(solution[1]), float(half[1])),
        (float(solution[2]), float(half[2])),
    )


def report(table: "pd.DataFrame", planned: list[Study]) -> list[str]:
    """A section of docs/results.md: every curve's law, and the conditions of the first beside the bounds."""
    lines = [
        "| curve | target | conditions that reached it | n = | typically off by | at worst | exponent of gap "
        "| exponent of V |",
        "|" + "---|" * 8,
    ]
    for curve, study in _pairs(planned):
        conditions = found(table, study, curve.target)
        law = fit(conditions)
        crossed = sum(one.examples is not None for one in conditions)
        told = ["too few reached it", "", "", "", ""]
        if law is not None:
            told = [
                f"{law.base:.0f} + {law.slope:.0f} V / gap²",
                f"{law.spread:.2f} times",
                f"{law.worst:.2f} times",
                f"{law.gap_exponent[0]:.2f} ± {law.gap_exponent[1]:.2f}",
                f"{law.variance_exponent[0]:.2f} ± {law.variance_exponent[1]:.2f}",
            ]
        cells = [curve.title, f"{curve.target:.0%}", f"{crossed} of {len(conditions)}", *told]
        lines.append("| " + " | ".join(cells) + " |")
    first, study = _pairs(planned)[0]
    return [*lines, "", *_beside(found(table, study, first.target), first.target)]


def _pairs(planned: list[Study]) -> list[tuple[Curve, Study]]:
    """Every curve with its study."""
    named = {study.name: study for study in planned}
    return [(curve, named[curve.name]) for curve in CURVES if curve.name in named]


def _beside(conditions: list[Found], target: float) -> list[str]:
    """Every condition: examples found, those of the law, and those that the bounds ask."""
    law = fit(conditions)
    head = ["Δ, γ", "Δ + γ", "V / gap²", "n found", "n of the law", "finite class asks", "Natarajan asks"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for one in conditions:
        finite, natarajan = _asked(one, 1 - target)
        cells = [
            one.row,
            f"{1 - one.gap:.2f}",
            f"{difficulty(one.unreliability, one.ambiguity):.2f}",
            "not known" if one.examples is None else f"{one.examples:,.0f}",
            "" if law is None else f"{law.examples(one.unreliability, one.ambiguity):,.0f}",
            f"{finite:.1e}",
            f"{natarajan:.1e}",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _asked(one: Found, error: float) -> tuple[int, int]:
    """Examples that the finite-class and the Natarajan bound ask for that error, of a network's bits."""
    bits = BITS * one.parameters
    first = finite_class_bound(1, 1 << bits, one.unreliability, one.ambiguity)
    degrees = one.unreliability, one.ambiguity
    return (
        enough(lambda n: first / math.sqrt(n), error),
        enough(lambda n: natarajan_bound(n, bits, 10, *degrees), error),
    )
