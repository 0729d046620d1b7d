"""Whom students mistake for whom, and where their boundaries run, against the reported accuracies."""

import numpy as np
import pytest

from softlabel_core import Experiment, Result, run

QUICK = {"replicates": 2, "training": {"epochs": 5}}


@pytest.fixture(scope="module")
def digits() -> Result:
    return run(Experiment.parse(QUICK), device="cpu")


@pytest.fixture(scope="module")
def moons() -> Result:
    config = {"dataset": "moons", "bias": "one-hot", "framework": "soft-labels"}
    return run(Experiment.parse({**QUICK, **config}), device="cpu")


@pytest.mark.parametrize("name", ["digits", "moons"])
def test_the_diagonal_is_the_accuracy(name, request):
    """Test parts are stratified alike in every replicate, so shares by class make up the mean accuracy."""
    result = request.getfixturevalue(name)
    matrix = np.array(result.confusion)
    np.testing.assert_allclose(matrix.sum(1), 1)
    assert np.diag(matrix).mean() == pytest.approx(result.student_accuracy.mean, abs=0.02)


def test_a_plane_is_mapped_as_its_examples_lie(moons):
    map_ = moons.boundary
    named, x, y = np.array(map_["named"]), np.array(map_["x"]), np.array(map_["y"])
    right = 0
    for one in map_["examples"]:
        assert x[0] < one["x"] < x[-1]
        assert y[0] < one["y"] < y[-1]
        nearest = named[abs(y - one["y"]).argmin(), abs(x - one["x"]).argmin()]
        right += nearest == one["truth"]
    share = right / len(map_["examples"])
    assert share == pytest.approx(moons.student_accuracy.mean, abs=0.08)
    assert set(np.unique(named)) == {0, 1}


def test_other_data_have_no_plane(digits):
    assert digits.boundary is None
