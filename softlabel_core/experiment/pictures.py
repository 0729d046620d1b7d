"""What trained students do, for the eye: whom they mistake for whom, and where their boundaries run."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from softlabel_core.examples import Examples, Split
from softlabel_core.students import Student
from softlabel_core.training.train import Trained, predict

GRID = 60
"""Points a side of the map of a plane."""

MARGIN = 0.08
"""Share of the data's width that the map shows around it."""

SHOWN = 150
"""Test examples marked on the map."""


def pictures(student: Student, trained: Sequence[Trained], splits: Sequence[Split]) -> dict[str, Any]:
    """`confusion` of all replicates and `boundary` of the first, as plain data."""
    matrix = confusion(student, trained, splits)
    return {
        "confusion": [[None if np.isnan(x) else float(x) for x in row] for row in matrix],
        "boundary": boundary(student, trained[0], splits[0]),
    }


def confusion(
    student: Student, trained: Sequence[Trained], splits: Sequence[Split]
) -> Float[np.ndarray, "c c"]:
    """How often test examples of a class (row) are named as a class (column), over all replicates.

    Rows add up to 1; of a class without test examples the row is NaN.
    """
    classes = splits[0].test.classes
    counts = np.zeros((classes, classes))
    for one, split in zip(trained, splits, strict=True):
        named = predict(student, [one], split.test)[0].argmax(1)
        np.add.at(counts, (split.test.targets, named), 1)
    sizes = counts.sum(1, keepdims=True)
    return np.divide(counts, sizes, out=np.full_like(counts, np.nan), where=sizes > 0)


def boundary(student: Student, trained: Trained, split: Split) -> dict[str, Any] | None:
    """What a student names on a grid over the plane, and test examples; None for data of other dimensions.

    `x` and `y`: coordinates of columns and rows in the data's units; `named` (rows, columns): the class;
    `examples`: `x`, `y` and `truth` of some test examples.
    """
    if split.test.features.shape[1] != 2 or split.test.image_shape is not None:
        return None
    points = split.test.features
    low, high = points.min(0), points.max(0)
    low, high = low - MARGIN * (high - low), high + MARGIN * (high - low)
    columns, rows = (np.linspace(low[i], high[i], GRID, dtype=np.float32) for i in (0, 1))
    grid = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2)
    nobody = np.zeros(len(grid), dtype=np.int64)
    named = predict(student, [trained], Examples(grid, nobody, split.test.classes))[0].argmax(1)
    ends = (columns * split.scale[0] + split.shift[0], rows * split.scale[1] + split.shift[1])
    some = points[:SHOWN] * split.scale + split.shift
    return {
        "x": ends[0].round(4).tolist(),
        "y": ends[1].round(4).tolist(),
        "named": named.reshape(GRID, GRID).tolist(),
        "examples": [
            {"x": float(x), "y": float(y), "truth": int(truth)}
            for (x, y), truth in zip(some.round(4), split.test.targets[:SHOWN], strict=True)
        ],
    }


def in_turn(targets: Int[np.ndarray, "n"]) -> Int[np.ndarray, "n"]:
    """Rows in an order that shows one of every class, then another of every class, and so on."""
    before = np.zeros(len(targets), dtype=np.int64)  # of the same class
    for label in np.unique(targets):
        members = targets == label
        before[members] = np.arange(np.count_nonzero(members))
    return np.argsort(before, kind="stable")
