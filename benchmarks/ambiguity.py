"""How well the ambiguity degree is estimated: bias, spread and coverage on populations whose truth is known.

python benchmarks/ambiguity.py [samples]

Prints the table of docs/science.md. Every population is class-balanced; a sample draws sets for every class.
"""

import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy

from softlabel_core.indicators import CONFIDENCE, Sample
from softlabel_core.indicators.ambiguity import Ambiguity
from softlabel_core.indicators.largest_cooccurrence import LargestCooccurrence
from softlabel_core.indicators.total import Total
from softlabel_core.streams import stream

SAMPLES = 400


@dataclass(frozen=True)
class Population:
    """Sets of labels for given targets, and the true degrees."""

    name: str
    classes: int
    n: int
    unreliability: float
    ambiguity: float
    draw: Callable[[np.ndarray, np.random.Generator], np.ndarray]

    def sample(self, number: int) -> Sample:
        generator = stream(0, "ambiguity", self.name, self.n, number)
        targets = np.arange(self.n) % self.classes
        inside = self.draw(targets, generator)
        return Sample(inside / np.maximum(inside.sum(1, keepdims=True), 1), targets, "support")


def with_random_rivals(classes: int, others: int) -> Callable[..., np.ndarray]:
    """The truth, and `others` wrong labels at random."""

    def draw(targets: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        lot = generator.random((len(targets), classes))
        lot[np.arange(len(targets)), targets] = 2
        return lot >= np.sort(lot, axis=1)[:, [-1 - others]]

    return draw


def with_fixed_rival(rate: float, classes: int) -> Callable[..., np.ndarray]:
    """The truth, and the class's rival with probability `rate`, else another wrong label at random."""

    def draw(targets: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        other = (targets + generator.integers(2, classes, len(targets))) % classes
        rival = np.where(generator.random(len(targets)) < rate, (targets + 1) % classes, other)
        inside = np.zeros((len(targets), classes), dtype=bool)
        inside[np.arange(len(targets)), targets] = inside[np.arange(len(targets)), rival] = True
        return inside

    return draw


def independent(unreliability: float, cells: np.ndarray) -> Callable[..., np.ndarray]:
    """The truth with probability 1 - `unreliability`, each wrong label by its cell of (c, c)."""

    def draw(targets: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        chance = cells[targets].copy()
        chance[np.arange(len(targets)), targets] = 1 - unreliability
        return generator.random(chance.shape) < chance

    return draw


def one_bad_cell(classes: int, rate: float, others: float) -> np.ndarray:
    cells = np.full((classes, classes), others)
    cells[0, 1] = rate
    return cells


POPULATIONS = [
    Population("all rivals alike, two of nine", 10, 1198, 0.0, 2 / 9, with_random_rivals(10, 2)),
    Population("fixed rival, rate .6", 10, 1198, 0.0, 0.6, with_fixed_rival(0.6, 10)),
    Population("candidate sets (.3, .3)", 10, 1198, 0.3, 0.3, independent(0.3, np.full((10, 10), 0.3))),
    Population("candidate sets (.3, .3)", 10, 200, 0.3, 0.3, independent(0.3, np.full((10, 10), 0.3))),
    Population("one bad pair, .6 among .1", 10, 1198, 0.0, 0.6, independent(0, one_bad_cell(10, 0.6, 0.1))),
    Population("one bad pair, .6 among .1", 10, 200, 0.0, 0.6, independent(0, one_bad_cell(10, 0.6, 0.1))),
    Population("candidate sets (.1, .1)", 100, 10_000, 0.1, 0.1, independent(0.1, np.full((100, 100), 0.1))),
    Population("one bad pair, .6 among .1", 100, 1198, 0.0, 0.6, independent(0, one_bad_cell(100, 0.6, 0.1))),
]


def row(population: Population, samples: int) -> str:
    drawn = [population.sample(number) for number in range(samples)]
    gamma, total = population.ambiguity, population.unreliability + population.ambiguity
    off = [
        np.array([indicator.value(one) for one in drawn]) - gamma
        for indicator in (LargestCooccurrence(), Ambiguity())
    ]
    (low, high), (least, most) = (
        np.array([indicator.interval(one, 1 - CONFIDENCE) for one in drawn]).T
        for indicator in (Ambiguity(), Total())
    )
    told = [
        population.name,
        str(population.classes),
        f"{population.n:,}",
        f"{gamma:.3f}",
        *(f"{np.mean(one):+.3f} / {np.sqrt(np.mean(one**2)):.3f}" for one in off),
        f"{np.mean((low <= gamma) & (gamma <= high)):.3f}",
        f"{np.mean(high - low):.3f}",
        f"{np.mean((least <= total) & (total <= most)):.3f}",
    ]
    return f"| {' | '.join(told)} |"


def main(samples: int = SAMPLES) -> None:
    print(
        f"{time.strftime('%Y-%m-%d')}, Python {platform.python_version()}, NumPy {np.__version__}, "
        f"SciPy {scipy.__version__}, {platform.machine()}, {os.cpu_count()} cores; {samples} samples a row.\n"
    )
    print(
        "| population | classes | n | γ | largest co-occurrence: bias / RMSE | ambiguity degree: bias / RMSE "
        "| its interval holds γ | width | that of Δ + γ holds |\n" + "|---" * 9 + "|"
    )
    for population in POPULATIONS:
        print(row(population, samples), flush=True)


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:]))
