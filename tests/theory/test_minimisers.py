"""Where losses are least: against the losses that students train with, on a grid of the whole triangle."""

import itertools

import numpy as np
import pytest
import torch

from softlabel_core.losses.average import Average
from softlabel_core.losses.cc import CC
from softlabel_core.losses.cross_entropy import CrossEntropy
from softlabel_core.losses.mae import MAE
from softlabel_core.simplex import normalise
from softlabel_core.streams import stream
from softlabel_core.theory.counterexamples import unlike_population
from softlabel_core.theory.minimisers import LOSSES, Population, minimisers, named
from softlabel_core.theory.unlike import minimisers as by_steps

PLUGINS = {"cc": CC(), "mae": MAE(), "average": Average(), "cross-entropy": CrossEntropy()}
FINE = 60
GRID = np.array(
    [(a, b, FINE - a - b) for a, b in itertools.product(range(FINE + 1), repeat=2) if a + b <= FINE], float
)


def value(loss: str, population: Population, points: np.ndarray) -> np.ndarray:
    """The mean of the plug-in's own value at every point."""
    log_p = torch.tensor(np.log(np.maximum(points, 1e-30))).T
    found = np.zeros(len(points))
    for label, inside, often in zip(
        population.labels, population.sets, population.probabilities, strict=True
    ):
        if not often:
            continue
        shown = label if loss == "cross-entropy" else inside / inside.sum()
        target = torch.tensor(shown)[:, None].expand(-1, len(points))
        found += often * PLUGINS[loss].value(log_p, target).numpy()
    return found


def populations() -> list[Population]:
    """Drawn at random: soft labels of three classes with sets of two, and sets of any size."""
    generator, found = stream(0, "test", "minimisers"), []
    subsets = [one for one in itertools.product((0.0, 1.0), repeat=3) if any(one)]
    for _ in range(12):
        labels = generator.dirichlet(np.ones(3), 5)
        found.append(Population(labels, generator.dirichlet(np.ones(5)), 2, 0))
        often = generator.dirichlet(np.ones(len(subsets)))
        found.append(Population(normalise(np.array(subsets)), often, "support", 0))
    return found


@pytest.mark.parametrize("loss", LOSSES)
def test_no_point_of_the_triangle_has_less(loss: str) -> None:
    grid = normalise(GRID)
    for population in populations():
        corners = minimisers(population)[loss]
        least = value(loss, population, corners)
        assert np.ptp(least) < 1e-5
        assert least.max() <= value(loss, population, grid).min() + 1e-6


def test_where_labels_do_not_decide_every_corner_is_found() -> None:
    """A rival in every set beside the truth: the whole edge; every label in every set: the triangle."""
    pair = Population(np.array([[0.5, 0.5, 0.0]]), np.array([1.0]), "support", 0)
    for loss in ("cc", "mae"):
        corners = minimisers(pair)[loss]
        assert sorted(corners.tolist(), reverse=True) == [[1, 0, 0], [0, 1, 0]]
        assert named(corners) == [0, 1]
    whole = Population(np.full((1, 3), 1 / 3), np.array([1.0]), "support", 0)
    assert len(minimisers(whole)["cc"]) == 3
    assert named(minimisers(whole)["average"]) == [0, 1, 2]


def test_corners_of_two_pairs_are_one_of_either() -> None:
    """{0, 1} and {2, 3} equally often: half on one label of each, and no other distribution is a corner."""
    pairs = Population(np.array([[0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]]), np.array([0.5, 0.5]), "support", 0)
    corners = sorted(minimisers(pairs)["cc"].round(4).tolist(), reverse=True)
    assert corners == [[0.5, 0, 0.5, 0], [0.5, 0, 0, 0.5], [0, 0.5, 0.5, 0], [0, 0.5, 0, 0.5]]


@pytest.mark.parametrize("never", [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
def test_labels_that_never_occur_change_nothing(never: list[float]) -> None:
    labels = np.array([[0.6, 0.4, 0.0], never])
    alone, beside = (Population(labels[:n], np.array([1.0, 0.0])[:n], "support", 0) for n in (1, 2))
    for loss, corners in minimisers(alone).items():
        np.testing.assert_allclose(minimisers(beside)[loss], corners)


def test_cc_is_where_the_em_algorithm_ends() -> None:
    sets, probabilities, truth = unlike_population()
    population = Population(normalise(sets.astype(float)), probabilities, "support", truth)
    (corner,) = minimisers(population)["cc"]
    np.testing.assert_allclose(corner, by_steps(sets, probabilities[None], 0.0)[0], atol=1e-3)
    assert named(corner[None]) == [3]
    assert population.often.argmax() == truth
