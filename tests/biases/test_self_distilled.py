"""A self-distilled teacher beyond the laws of its family: what it learns from and what it hands on."""

import numpy as np
import pytest

from softlabel_core.biases.self_distilled import SelfDistilled
from softlabel_core.losses.cross_entropy import CrossEntropy
from softlabel_core.streams import stream
from softlabel_core.training.train import Training
from tests.declared import examples, quick


@pytest.mark.parametrize("kept", [1, 2, 3])
def test_it_hands_on_its_first_labels_with_the_same_mass(kept):
    bias = SelfDistilled(kept=kept)
    p = np.array([[0.5, 0.1, 0.3, 0.1], [0.1, 0.6, 0.2, 0.1]])
    handed = bias.teachers_for([examples(4, 2)], generators=[stream(0, "labels")]).label(examples(4, 2), p)
    expected = {
        1: [[1, 0, 0, 0], [0, 1, 0, 0]],
        2: [[1 / 2, 0, 1 / 2, 0], [0, 1 / 2, 1 / 2, 0]],
        3: [[1 / 3, 1 / 6, 1 / 3, 1 / 6], [1 / 6, 1 / 3, 1 / 3, 1 / 6]],  # a tie shares what is left
    }
    np.testing.assert_allclose(handed, expected[kept])


def test_its_network_learns_by_cross_entropy_for_as_long_as_it_says():
    [task] = SelfDistilled(epochs=3).teachers_for([examples(4, 8)], generators=[stream(0, "labels")]).tasks
    assert task.loss == CrossEntropy()
    assert task.training == Training(epochs=3)


@pytest.mark.parametrize(("noise", "rivals"), [("symmetric", 3), ("pair-flip", 1)])
def test_it_learns_from_noisy_labels(noise, rivals):
    part = examples(4, 4000)
    bias = quick(SelfDistilled(noise=noise, flipped=0.5))
    told = bias.teachers_for([part], generators=[stream(0, "labels")]).tasks[0].targets
    wrong = told[told.argmax(1) != part.targets].argmax(1)
    steps = (wrong - part.targets[told.argmax(1) != part.targets]) % 4
    assert len(wrong) / 4000 == pytest.approx(0.5, abs=0.05)
    assert len(np.unique(steps)) == rivals
    assert set(steps) <= {1, 2, 3}
