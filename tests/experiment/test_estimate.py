"""The mean accuracy and its interval, against scipy, worked numbers and its own promise."""

import numpy as np
import pytest
from scipy import stats

from softlabel_core.experiment.result import Estimate
from softlabel_core.streams import stream
from tests.experiment import pools


def test_as_scipy_does():
    values = [0.91, 0.93, 0.9, 0.95]
    found = Estimate.of(values)
    low, high = stats.t.interval(0.95, 3, np.mean(values), stats.sem(values))
    assert (found.mean, found.replicates) == (pytest.approx(np.mean(values)), 4)
    np.testing.assert_allclose([found.low, found.high], [low, high])


def test_it_is_cut_to_what_an_accuracy_can_be():
    found = Estimate.of([0.0, 1.0])
    assert (found.mean, found.low, found.high) == (0.5, 0, 1)


def test_one_replicate_is_no_interval():
    assert Estimate.of([0.7], 0.5) == Estimate(mean=0.7, low=None, high=None, replicates=1, overlap=0.5)


def test_splits_of_one_pool_have_the_variance_of_nadeau_and_bengio():
    """A third of a pool for the test: 1/4 + 1/2 in place of 1/4."""
    values = [0.5, 0.54, 0.5, 0.54]
    plain, overlapping = Estimate.of(values), Estimate.of(values, 0.5)
    ratio = (overlapping.high - overlapping.low) / (plain.high - plain.low)
    assert ratio == pytest.approx(np.sqrt((1 / 4 + 1 / 2) / (1 / 4)))
    assert (overlapping.mean, overlapping.overlap) == (plain.mean, 0.5)


@pytest.mark.parametrize(
    ("low", "mean", "high", "said"),
    [
        (0.9551, 0.962, 0.9651, "± 0.7"),
        (0.49, 0.5, 0.51, "± 1.0"),
        (0.4988, 0.5, 0.5012, "± 0.2"),
        (0.0, 0.007, 0.0203, "[0.0, 2.1]"),
        (0.9838, 0.99, 1.0, "[98.3, 100.0]"),
        (None, 0.7, None, ""),
    ],
)
def test_the_spread_never_shrinks_and_never_leaves_what_an_accuracy_can_be(low, mean, high, said):
    assert Estimate(mean=mean, low=low, high=high, replicates=8).spread == said


@pytest.mark.parametrize(
    ("of", "overlap", "least", "most"),
    [("splits", pools.OVERLAP, 0.94, 1), ("new data", 0.0, 0.94, 0.97), ("splits", 0.0, 0, 0.8)],
    ids=["splits", "new data", "splits by plain t"],
)
def test_intervals_hold_the_accuracy_on_new_data(of, overlap, least, most):
    """The mean of all new draws stands for it. Plain t over splits of one pool holds it far too seldom."""
    splits, fresh = pools.accuracies()
    truth = fresh[..., 0].mean()
    drawn = (splits if of == "splits" else fresh)[..., 0]
    found = [Estimate.of(list(one), overlap) for one in drawn]
    assert least <= np.mean([one.low <= truth <= one.high for one in found]) <= most


@pytest.mark.parametrize("replicates", [2, 3, 10])
def test_the_interval_holds_the_mean_as_often_as_it_says(replicates):
    """Independent normal accuracies, far from 0 and 1, so that 95 % is exact."""
    runs = 2000
    drawn = stream(0, "estimate", replicates).normal(0.6, 0.005, (runs, replicates))
    found = [Estimate.of(list(values)) for values in drawn]
    held = np.mean([one.low <= 0.6 <= one.high for one in found])
    assert held == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / runs))
