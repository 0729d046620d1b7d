"""The rival matrix beyond the laws of its family: its degrees, what noise it is, and what it refuses."""

import numpy as np
import pytest

from softlabel_core import Experiment, Invalid
from softlabel_core.biases.pair_flip import PairFlip
from softlabel_core.biases.rival_matrix import RivalMatrix
from softlabel_core.biases.symmetric_noise import SymmetricNoise
from softlabel_core.examples import Examples
from softlabel_core.experiment.link import query
from softlabel_core.simplex import membership
from softlabel_core.streams import stream
from tests.oracles import biases as oracle

N = 40_000
UNLIKE = "70.20.10_0.100.0_5.35.60"


def balanced(classes):
    return Examples(np.zeros((N, 1), dtype=np.float32), np.arange(N) % classes, classes)


@pytest.mark.parametrize(("classes", "k"), [(3, 1), (3, 2), (6, 3), (10, 3), (10, 9)])
def test_sets_hold_labels_as_often_as_the_formula_says(classes, k):
    bias, shown = RivalMatrix(matrix=UNLIKE), balanced(classes)
    inside = membership(bias.soft_labels(shown, generator=stream(0, "labels")), k)
    found = np.array([inside[shown.targets == y].mean(0) for y in range(classes)])
    chances = np.array(
        [
            sum(p * np.array(row) for p, row in oracle.outcomes("rival-matrix", dict(bias), y, classes))
            for y in range(classes)
        ]
    )
    expected = chances + (1 - chances) * (k - 1) / (classes - 1)
    np.testing.assert_allclose(found, expected, atol=5 * 0.5 / np.sqrt(N / classes))


def matrix(percents):
    return RivalMatrix(matrix="_".join(".".join(map(str, row)) for row in percents))


@pytest.mark.parametrize("y", [0, 3])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            matrix(40 * np.eye(5, dtype=int) + 60 * np.roll(np.eye(5, dtype=int), 1, axis=1)),
            PairFlip(rate=0.6),
        ),
        (matrix(25 * np.eye(5, dtype=int) + 15), SymmetricNoise(rate=0.6)),
    ],
)
def test_pair_flip_and_symmetric_noise_are_matrices(one, other, y):
    cases = [oracle.outcomes(bias.kind(), dict(bias), y, 5) for bias in (one, other)]
    first, second = ({row: chance for chance, row in found} for found in cases)
    assert first == pytest.approx(second)


def test_it_is_cut_to_the_classes_and_repeated_beyond():
    bias, two = RivalMatrix(matrix=UNLIKE), [[80, 20], [0, 100]]
    assert bias.size == 3
    assert bias.percents(2).tolist() == two
    five = np.zeros((5, 5))
    five[:3, :3] = [[70, 20, 10], [0, 100, 0], [5, 35, 60]]
    five[3:, 3:] = two
    assert np.array_equal(bias.percents(5), five)
    assert np.array_equal(RivalMatrix().percents(99).sum(1), np.full(99, 100))


class Lots(np.random.Generator):
    """Always the same lot."""

    def __init__(self, lot):
        super().__init__(np.random.PCG64(0))
        self.lot = lot

    def random(self, shape):
        return np.full(shape, self.lot)


@pytest.mark.parametrize("lot", [0.0, np.nextafter(1, 0)])
def test_a_label_that_cannot_be_is_never_drawn(lot):
    """Whatever the lot, at its ends too: sums of tenths in floating point need not be 1."""
    bias = RivalMatrix(matrix="_".join(["0.10.10.10.10.10.10.10.30.0"] * 10))
    found = bias.soft_labels(balanced(10), generator=Lots(lot)).argmax(1)
    assert set(found) == {1 if lot == 0 else 8}


RULE = "2 to 10 rows joined by _, each of as many whole percents joined by dots, as in 60.40_40.60"


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("100", RULE),
        (60, RULE),
        ("50.50_100", RULE),
        ("50.50.0_50.50.0", RULE),
        ("060.40_40.60", RULE),
        ("60.5.39.5_40.60", RULE),
        ("-1.101_0.100", RULE),
        ("60,40_40,60", RULE),
        (f"{'9' * 5000}.1_50.50", RULE),
        ("_".join([".".join(["0"] * 10 + ["100"])] * 11), RULE),
        ("60.40_40.50", "rows that add up to 100, not to 90 as row 2"),
        ("100.100_40.60", "rows that add up to 100, not to 200 as row 1"),
    ],
)
def test_what_is_no_matrix_is_refused_in_a_sentence(text, allowed):
    with pytest.raises(Invalid) as caught:
        Experiment.parse({"bias": {"kind": "rival-matrix", "matrix": text}})
    assert str(caught.value).startswith(f"bias.matrix: allowed: {allowed}; got ")
    assert len(str(caught.value)) < 250


def test_the_largest_stays_a_short_link():
    largest = RivalMatrix(matrix="_".join([".".join(["10"] * 10)] * 10))
    assert len(query(Experiment.parse({"bias": largest}))["bias.matrix"]) < 300
