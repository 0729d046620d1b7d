"""How many examples it takes: students of candidate sets at rising training sizes.

What is varied is the size of the training part alone: below `EQUAL_STEPS` examples students take as many
steps as at that size, so that few examples do not also mean a short training.
"""

from dataclasses import dataclass
from typing import Any

from softlabel_core.experiment.spec import Experiment
from softlabel_core.studies.study import Cell, Study
from softlabel_core.teaching.recipes import Config, candidates, sets
from softlabel_core.theory.needed import EQUAL_STEPS, difficulty

LEVELS = tuple(64 * 2**step for step in range(9))
"""Training sizes, 64 to 16,384."""

EPOCHS, MOST_EPOCHS = 20, 200
"""Passes over `EQUAL_STEPS` examples and more; most of all."""

GUESS, REACH = 150.0, 6.0
"""Which sizes a condition is tried at: those within a factor `REACH` of `GUESS` V / gap^2. What they come to
is measured; a condition that does not cross its target there has no number."""

LEAST_GAP = 0.15
"""Conditions nearer to the line would ask for more than the sizes have."""

PLANE = [
    (delta, gamma)
    for delta in (0.0, 0.1, 0.2, 0.3, 0.5)
    for gamma in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
    if 1 - delta - gamma >= LEAST_GAP
]
"""The conditions, (Delta, gamma)."""

FEW = [
    (0.0, 0.3),
    (0.0, 0.6),
    (0.0, 0.8),
    (0.1, 0.3),
    (0.1, 0.5),
    (0.1, 0.7),
    (0.3, 0.3),
    (0.3, 0.5),
    (0.5, 0.2),
]
"""Fewer of them, for losses, students and datasets beside the first."""


NOISE = [(rate, k) for k in (1, 3) for rate in (0.2, 0.4, 0.6, 0.7, 0.8)]
"""Rates of symmetric noise, and sizes of the sets that are shown."""


@dataclass(frozen=True)
class Condition:
    """Labels, the sets of them that are shown, and about how hard they are."""

    row: str
    bias: Config
    k: int | str
    hard: float


def _candidates(delta: float, gamma: float, **more: Any) -> Condition:
    row = f"Δ = {delta:g}, γ = {gamma:g}"
    return Condition(row, candidates(delta, gamma, **more), "support", difficulty(delta, gamma))


def _noise(rate: float, k: int) -> Condition:
    """Of k labels the first is wrong at that rate, the others are any: about what both degrees then are."""
    hidden = rate * (10 - k) / 9
    bias = {"kind": "symmetric-noise", "rate": rate}
    return Condition(f"rate {rate:g}, k = {k}", bias, k, difficulty(hidden, (k - 1 + hidden) / 9))


@dataclass(frozen=True)
class Curve:
    """One way to learn whose sizes are varied."""

    name: str
    title: str
    conditions: list[Condition]
    target: float = 0.9
    """Accuracy in question, in [0, 1]."""

    dataset: str = "gaussian-ring"
    loss: str = "cc"
    student: str = "mlp"


_WHOLE = [_candidates(*one) for one in PLANE]
_PART = [_candidates(*one) for one in FEW]
_RIVAL = [_candidates(*one, fixed_rival=True) for one in FEW]

CURVES = [
    Curve("examples", "How many examples: ring, CC", _WHOLE),
    Curve("examples-proden", "How many examples: PRODEN", _PART, loss="proden"),
    Curve("examples-average", "How many examples: average", _PART, loss="average"),
    Curve("examples-mae", "How many examples: MAE", _PART, loss="mae"),
    Curve("examples-noise", "How many examples: symmetric noise", [_noise(*one) for one in NOISE]),
    Curve("examples-rival", "How many examples: one rival a class, the others .1", _RIVAL),
    Curve("examples-linear", "How many examples: a linear student", _PART, student="linear"),
    Curve("examples-digits", "How many examples: digits", _PART, target=0.8, dataset="digits"),
]


def sample_sizes(base: Config) -> list[Study]:
    """All curves; conditions of one size stand together, for they share data and references."""
    return [_study(curve, base) for curve in CURVES]


def _study(curve: Curve, base: Config) -> Study:
    digits = curve.dataset == "digits"
    sizes = [*LEVELS[:4], 1_024] if digits else LEVELS
    cells = [
        _cell(curve, base, condition, n)
        for n in sizes
        for condition in curve.conditions
        if digits or _tried(n, GUESS * condition.hard)
    ]
    percent = round(100 * curve.target)
    note = (
        f"Accuracy over the size of the training part, {percent} % is in question. Candidate sets, "
        f"k = support, where nothing else is said; below {EQUAL_STEPS:,} examples as many steps as there, at "
        f"most {MOST_EPOCHS} epochs."
    )
    return Study(curve.name, curve.title, note, cells)


def _tried(n: int, guess: float) -> bool:
    return guess / REACH <= n <= REACH * max(guess, LEVELS[0])


def _cell(curve: Curve, base: Config, condition: Condition, n: int) -> Cell:
    config: dict[str, Any] = {
        **base,
        "dataset": {"kind": curve.dataset, "train_size": n},
        "bias": condition.bias,
        "framework": sets(condition.k, curve.loss),
        "student": curve.student,
        "training": {"epochs": epochs(n)},
    }
    experiment = Experiment.parse(config)
    return Cell(experiment, condition.row, f"n = {n:,}", experiment.bias.kind())


def epochs(n: int) -> int:
    """Passes over so many examples."""
    return min(MOST_EPOCHS, max(EPOCHS, round(EPOCHS * EQUAL_STEPS / n)))
