"""The triangle of lesson 8: worked by hand, and as bias types of the core draw such labels."""

import numpy as np
import pytest

from softlabel_core.biases.candidate_set import CandidateSet
from softlabel_core.examples import Examples
from softlabel_core.streams import stream
from softlabel_core.teaching import triangle
from softlabel_core.teaching.triangle import FAMILIES, STOPS
from softlabel_core.theory.minimisers import LOSSES, named


@pytest.mark.parametrize("family", FAMILIES)
def test_every_stop_is_a_population_with_a_place_for_every_loss(family: str) -> None:
    stops = triangle.frames(family)
    assert [one.value for one in stops] == list(STOPS[family])
    for stop in stops:
        assert stop.population.probabilities.sum() == pytest.approx(1)
        assert set(stop.least) == set(LOSSES)
        for corners in stop.least.values():
            np.testing.assert_allclose(corners.sum(1), 1)


def test_wrong_labels_that_join() -> None:
    """CC and MAE stand at the truth until the sets hold all; average gives it 1 - g + g^2 / 3."""
    for stop in triangle.frames("join"):
        g = stop.value
        assert stop.population.unreliability == pytest.approx(0)
        assert stop.population.ambiguity == pytest.approx(g)
        assert stop.least["average"][0, 0] == pytest.approx(1 - g + g * g / 3)
        np.testing.assert_allclose(stop.least["cross-entropy"], stop.least["average"])
        for loss in ("cc", "mae"):
            assert named(stop.least[loss]) == ([0] if g < 1 else [0, 1, 2])
        assert named(stop.least["average"]) == ([0] if g < 1 else [0, 1, 2])


def test_sets_that_join_are_those_that_the_bias_type_draws() -> None:
    examples = Examples(np.zeros((20_000, 1), np.float32), np.zeros(20_000, np.int64), 3)
    bias = CandidateSet(unreliability=0, ambiguity=0.6)
    drawn = bias.soft_labels(examples, generator=stream(0, "test", "triangle"))
    population = triangle.join(0.6)
    for often, members in zip(population.probabilities, population.sets, strict=True):
        assert ((drawn > 0) == members).all(1).mean() == pytest.approx(often, abs=0.015)


def test_the_same_rival_first() -> None:
    """Imitation names the rival once .1 + .4 r is above .4; the sets decide until r = 1."""
    for stop in triangle.frames("rival"):
        r = stop.value
        assert stop.least["cross-entropy"][0] == pytest.approx([0.4, 0.1 + 0.4 * r, 0.5 - 0.4 * r])
        assert stop.least["average"][0] == pytest.approx([0.5, r / 2, (1 - r) / 2])
        assert named(stop.least["cc"]) == named(stop.least["mae"]) == ([0] if r < 1 else [0, 1])
        wrong = [1] if r > 0.75 else [0, 1] if r == 0.75 else [0]
        assert named(stop.least["cross-entropy"]) == wrong


def test_wrong_labels_alone() -> None:
    """CC gives each wrong label as much as its sets alone, CC and average fail from 1/3 on, MAE from 1/2."""
    for stop in triangle.frames("alone"):
        x = stop.value
        assert (stop.population.unreliability, stop.population.ambiguity) == pytest.approx((x, 0.5))
        assert stop.least["cc"][0] == pytest.approx([max(0, 1 - 2 * x), *[min(x, 0.5)] * 2], abs=1e-4)
        assert stop.least["average"][0] == pytest.approx([(1 - x) / 2, (1 + x) / 4, (1 + x) / 4])
        for loss in ("cc", "average", "cross-entropy"):
            assert (named(stop.least[loss]) == [0]) == (x < 1 / 3)
        assert (named(stop.least["mae"]) == [0]) == (x < 1 / 2)
