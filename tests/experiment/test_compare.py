"""Differences of two results, against scipy's tests and worked numbers."""

import numpy as np
import pytest
from scipy import stats

from softlabel_core import Experiment, Result, run
from softlabel_core.experiment.compare import difference
from softlabel_core.experiment.result import Estimate
from softlabel_core.streams import stream
from tests.experiment import pools

QUICK = {"dataset": "gaussian-ring", "replicates": 3, "training": {"epochs": 2}}


@pytest.fixture(scope="module")
def result() -> Result:
    return run(Experiment.parse(QUICK), device="cpu")


def having(result: Result, accuracies: list[float], seed: int = 0) -> Result:
    rows = [{"replicate": i, "student_accuracy": value} for i, value in enumerate(accuracies)]
    return result.replace(rows=rows, experiment=result.experiment.replace(seed=seed))


A, B = [0.91, 0.93, 0.9, 0.95], [0.81, 0.86, 0.79, 0.83]


def test_paired_as_scipy_does(result):
    found = difference(having(result, A), having(result, B))
    expected = stats.ttest_rel(A, B).confidence_interval(0.95)
    assert found.paired
    assert found.replicates == 4
    np.testing.assert_allclose([found.low, found.high], expected)
    assert found.mean == pytest.approx(np.mean(A) - np.mean(B))


def of_splits(result: Result, accuracies: list[float], seed: int = 0) -> Result:
    """As `having`, of replicates that are splits of one pool."""
    one = having(result, accuracies, seed)
    return one.replace(student_accuracy=Estimate.of(accuracies, pools.OVERLAP))


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "least"), [(0, 0.94), (1, 0.94)], ids=["pairs", "two samples"])
def test_differences_over_splits_of_one_pool_hold_that_on_new_data(result, seed, least):
    """Of 5 and 1 nearest neighbours; independent samples are compared over two pools."""
    splits, fresh = pools.accuracies()
    truth = fresh[..., 0].mean() - fresh[..., 1].mean()
    other = splits if seed == 0 else np.roll(splits, 1, axis=0)
    held = {}
    for name, make in (("corrected", of_splits), ("plain", having)):
        found = [
            difference(make(result, list(a)), make(result, list(b), seed))
            for a, b in zip(splits[:200, :, 0], other[:200, :, 1], strict=True)
        ]
        held[name] = np.mean([one.low <= truth <= one.high for one in found])
    assert held["corrected"] >= least
    assert held["plain"] < 0.9


def test_independent_as_scipy_does(result):
    found = difference(having(result, A), having(result, B[:3], seed=1))
    expected = stats.ttest_ind(A, B[:3], equal_var=False).confidence_interval(0.95)
    assert not found.paired
    assert found.replicates == 3
    np.testing.assert_allclose([found.low, found.high], expected)


def test_each_of_two_samples_is_corrected_by_its_own_overlap(result):
    """Beside one that does not vary the difference is as uncertain as the other's mean."""
    alone, same = Estimate.of(A, pools.OVERLAP), having(result, [0.5, 0.5, 0.5], seed=1)
    found = difference(of_splits(result, A), same)
    np.testing.assert_allclose([found.low, found.high], [alone.low - 0.5, alone.high - 0.5])


@pytest.mark.parametrize("seed", [0, 1], ids=["pairs", "two samples"])
def test_two_replicates_have_an_interval_cut_to_what_a_difference_can_be(result, seed):
    """Student's t with one degree of freedom is 12.7: an error of .02 reaches .25, one of .5 beyond 1."""
    close = difference(having(result, [0.5, 0.54]), having(result, [0.4, 0.4], seed))
    assert (close.low, close.high) == pytest.approx((0.12 - 0.02 * 12.7062, 0.12 + 0.02 * 12.7062), abs=1e-6)
    far = difference(having(result, [0.0, 1.0]), having(result, [0.5, 0.5], seed))
    assert (far.low, far.high) == (-1, 1)


def test_an_interval_of_pairs_holds_the_difference_as_often_as_it_says(result):
    """Four splits that are hard or easy for both: normal differences, so 95 % is exact."""
    runs, truth = 1500, 0.04
    generator, held = stream(0, "pairs"), 0
    for _ in range(runs):
        split = generator.normal(0.7, 0.05, 4)
        one, other = split + truth + generator.normal(0, 0.01, 4), split + generator.normal(0, 0.01, 4)
        found = difference(having(result, list(one)), having(result, list(other)))
        held += found.low <= truth <= found.high
    assert held / runs == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / runs))


def test_an_interval_of_two_samples_holds_the_difference_often_enough(result):
    """Few replicates that differ much, many that differ little: one common variance would not do."""
    runs, truth = 1500, 0.04
    generator, held = stream(0, "samples"), 0
    for _ in range(runs):
        one, other = generator.normal(0.7 + truth, 0.04, 4), generator.normal(0.7, 0.01, 12)
        found = difference(having(result, list(one)), having(result, list(other), seed=1))
        held += found.low <= truth <= found.high
    assert held / runs >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / runs)


def test_only_replicates_that_both_have_are_paired(result):
    assert difference(having(result, A), having(result, B[:2])) == difference(
        having(result, A[:2]), having(result, B[:2])
    )


def test_one_replicate_is_no_interval(result):
    for seed in (0, 1):
        found = difference(having(result, [0.9]), having(result, [0.5], seed))
        assert found.mean == pytest.approx(0.4)
        assert found.low is None
        assert not found.clear


def test_turned_round_it_changes_its_sign(result):
    for seed in (0, 1):
        there = difference(having(result, A), having(result, B, seed))
        back = difference(having(result, B, seed), having(result, A))
        np.testing.assert_allclose([back.mean, back.low, back.high], [-there.mean, -there.high, -there.low])
        assert there.clear
        assert back.clear


def test_the_same_run_differs_by_nothing(result):
    found = difference(result, result)
    assert (found.mean, found.low, found.high) == (0, 0, 0)
    assert not found.clear


def test_pairing_takes_away_what_splits_have_in_common(result):
    hard = np.array([0.0, -0.2, 0.1, -0.1])
    one, other = having(result, list(0.7 + hard)), having(result, list(0.65 + hard + [0.01, -0.01, 0, 0]))
    assert difference(one, other).clear
    assert not difference(one, other.replace(experiment=other.experiment.replace(seed=9))).clear


def test_replicates_of_one_seed_are_the_same_whatever_their_number(result):
    """What pairing an atlas entry with a longer run rests on."""
    longer = run(Experiment.parse({**QUICK, "replicates": 4}), device="cpu")
    assert [row["student_accuracy"] for row in longer.rows[:3]] == [
        row["student_accuracy"] for row in result.rows
    ]
