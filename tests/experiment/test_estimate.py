"""The mean accuracy and its interval, against scipy, worked numbers and its own promise."""

import numpy as np
import pytest
from scipy import stats

from softlabel_core.experiment.result import Estimate
from softlabel_core.streams import stream


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
    assert Estimate.of([0.7]) == Estimate(mean=0.7, low=None, high=None, replicates=1)


@pytest.mark.parametrize("replicates", [2, 3, 10])
def test_the_interval_holds_the_mean_as_often_as_it_says(replicates):
    """Independent normal accuracies, far from 0 and 1, so that 95 % is exact."""
    runs = 2000
    drawn = stream(0, "estimate", replicates).normal(0.6, 0.005, (runs, replicates))
    found = [Estimate.of(list(values)) for values in drawn]
    held = np.mean([one.low <= 0.6 <= one.high for one in found])
    assert held == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / runs))
