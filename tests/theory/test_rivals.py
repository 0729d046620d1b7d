"""Degrees of a rival matrix, against what is measured on labels that are drawn from it."""

import numpy as np
import pytest

from softlabel_core.biases.rival_matrix import RivalMatrix
from softlabel_core.examples import Examples
from softlabel_core.indicators import Sample
from softlabel_core.streams import stream
from softlabel_core.teaching.by_hand import alike
from softlabel_core.theory.rivals import rival_degrees

MATRICES = ["60.40_0.100", "70.20.10_0.100.0_5.0.95", "40.60.0_0.40.60_60.0.40", alike(0.4, 10)]


@pytest.mark.parametrize("matrix", MATRICES)
def test_they_are_what_a_large_sample_shows(matrix: str) -> None:
    bias, each = RivalMatrix(matrix=matrix), 4_000
    targets = np.repeat(np.arange(bias.size), each)
    examples = Examples(np.zeros((len(targets), 1), dtype=np.float32), targets, bias.size)
    labels = bias.soft_labels(examples, generator=stream(0, "test"))
    often = Sample(labels, targets, 1).cooccurrence
    found = rival_degrees(bias.percents(bias.size))
    wrong = often - np.diag(np.diag(often))
    assert found.unreliability == pytest.approx(1 - np.diag(often).mean(), abs=0.02)
    assert found.ambiguity == pytest.approx(wrong.max(), abs=0.03)
    leads = [often[y, y] - max(often[y, i] for i in range(bias.size) if i != y) for y in range(bias.size)]
    assert found.lead == pytest.approx(min(leads), abs=0.04)


def test_a_worked_matrix() -> None:
    found = rival_degrees(np.array([[50, 30, 20], [0, 100, 0], [0, 55, 45]]))
    assert found.unreliability == pytest.approx(1 - 195 / 300)
    assert found.ambiguity == pytest.approx(0.55)
    assert found.lead == pytest.approx(-0.1)
    assert (found.worst, found.rival) == (2, 1)


def test_the_class_with_the_least_lead_need_not_have_the_most_frequent_rival() -> None:
    found = rival_degrees(np.array([[50, 45, 5], [46, 54, 0], [0, 0, 100]]))
    assert (found.worst, found.rival, found.ambiguity) == (0, 1, 0.46)
    assert found.lead == pytest.approx(0.05)


def test_truths_alone_lead_by_all() -> None:
    found = rival_degrees(100 * np.eye(4, dtype=int))
    assert (found.unreliability, found.ambiguity, found.lead) == (0, 0, 1)


@pytest.mark.parametrize(("right", "classes"), [(0.4, 10), (0.55, 4), (1.0, 3), (0.0, 7)])
def test_wrong_classes_are_alike_in_whole_percents(right: float, classes: int) -> None:
    percents = RivalMatrix(matrix=alike(right, classes)).percents(classes)
    assert np.diag(percents).tolist() == [round(100 * right)] * classes
    wrong = percents[~np.eye(classes, dtype=bool)]
    assert wrong.max() - wrong.min() <= 1
