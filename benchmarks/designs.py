"""How far points of a hall move with fewer epochs, and with another draw: `python benchmarks/designs.py`.

Every design of every recipe is trained with the default's epochs, as a hall does, and with the default's and
another seed. Printed: differences of accuracy in points, designs that change sides, how many the rule sorts
right of those whose students see sets.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from measure import machine

from softlabel_core import Experiment, Result
from softlabel_core.experiment.run import run_sweep
from softlabel_core.hall.recipes import COPY, EPOCHS, RECIPES, Design, sliders
from softlabel_core.training.train import Training

TOGETHER = 60
"""Designs trained as one batch."""


def every() -> Iterator[Design]:
    """All that can be made."""
    for name, recipe in RECIPES.items():
        steps = (range(one.low, one.high + 1) for one in sliders(name))
        for one in product(*steps):
            a, b = (*one, 0)[:2]
            yield from (Design(name, a, b, k) for k in recipe.k)


def trained(designs: list[Design], epochs: int, seed: int) -> list[Result]:
    """What came of each."""
    changed: dict[str, Any] = {"training": {"epochs": epochs}, "seed": seed}
    asked = [Experiment.parse({**dict(one.experiment()), **changed}) for one in designs]
    parts = (asked[start : start + TOGETHER] for start in range(0, len(asked), TOGETHER))
    return [found for part in parts for found in run_sweep(part)]


def main() -> None:
    designs, usual = list(every()), Training().epochs
    sets = [one.k != COPY for one in designs]
    print(f"{machine()} {len(designs)} designs, {sum(sets)} of sets.\n")
    print("| epochs, seed | mean | median | standard deviation | at most | change sides | sorted right |")
    print("|---|---|---|---|---|---|---|")
    before = trained(designs, usual, 0)
    for epochs, seed in ((usual, 0), (EPOCHS, 0), (usual, 1)):
        found = before if (epochs, seed) == (usual, 0) else trained(designs, epochs, seed)
        pairs = [*zip(found, before, strict=True)]
        moved = [100 * (one.student_accuracy.mean - other.student_accuracy.mean) for one, other in pairs]
        sides = sum(one.learned != other.learned for one, other in pairs)
        right = sum(
            one.learned == (one.indicators["total"] < 1)
            for one, seen in zip(found, sets, strict=True)
            if seen
        )
        far = np.abs(moved)
        ends = f"{np.mean(moved):.1f} | {np.median(far):.1f} | {np.std(moved):.1f} | {far.max():.0f}"
        print(f"| {epochs}, {seed} | {ends} | {sides} | {right} |", flush=True)


if __name__ == "__main__":
    main()
