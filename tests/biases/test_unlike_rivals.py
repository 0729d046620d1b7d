"""Sets of unlike rivals come as often as their population says, for every class alike."""

import numpy as np
import pytest

from softlabel_core.biases.fixed_rival import FixedRival
from softlabel_core.biases.unlike_rivals import UnlikeRivals
from softlabel_core.examples import Examples
from softlabel_core.indicators import Sample
from softlabel_core.streams import stream
from softlabel_core.theory.counterexamples import cc_with_unlike_rivals


def drawn(bias, classes, n=40_000):
    targets = np.arange(n) % classes
    examples = Examples(np.zeros((n, 1), dtype=np.float32), targets, classes)
    return bias.soft_labels(examples, generator=stream(0, "unlike")), targets


@pytest.mark.parametrize("classes", [4, 10])
def test_sets_come_as_often_as_the_population_says(classes):
    case = cc_with_unlike_rivals()
    labels, targets = drawn(UnlikeRivals(), classes)
    steps = (targets[:, None] + np.arange(4) - case.truth) % classes
    seen = np.take_along_axis(labels > 0, steps, axis=1)
    assert (seen.sum(1) == 2).all()
    assert np.allclose(labels.max(1), 0.5)
    for label in range(classes):
        mine = seen[targets == label]
        for inside, chance in zip(case.sets, case.probabilities, strict=True):
            share = (mine == inside).all(1).mean()
            assert abs(share - chance) < 5 * np.sqrt(chance * (1 - chance) / len(mine))


def test_the_truth_leads_by_the_margin_of_the_population():
    labels, targets = drawn(UnlikeRivals(), 4)
    case, shares = cc_with_unlike_rivals(), Sample(labels, targets, "support").cooccurrence
    leads = np.diag(shares) - np.where(np.eye(4, dtype=bool), 0, shares).max(1)
    assert np.allclose(leads, case.margin, atol=0.03)


def test_a_share_of_sets_and_the_rest_certain():
    labels, targets = drawn(UnlikeRivals(share=0.25), 10)
    certain = labels[np.arange(len(targets)), targets] == 1
    assert abs(certain.mean() - 0.75) < 0.01
    labels, targets = drawn(UnlikeRivals(share=0.0), 10, n=50)
    assert (labels.argmax(1) == targets).all()
    assert labels.max() == labels[0].max() == 1


@pytest.mark.parametrize("classes", [2, 3])
def test_with_fewer_classes_labels_that_do_not_exist_are_left_out(classes):
    labels, targets = drawn(UnlikeRivals(), classes, n=3000)
    assert np.allclose(labels.sum(1), 1)
    shares = Sample(labels, targets, "support").cooccurrence
    case = cc_with_unlike_rivals()
    empty = case.probabilities[~case.sets[:, :classes].any(1)].sum()
    wanted = case.probabilities @ case.sets[:, case.truth] + empty
    assert np.allclose(np.diag(shares), wanted, atol=0.06)


def test_a_rival_turned_round_is_the_class_before():
    for turned, step in ((False, 1), (True, -1)):
        labels, targets = drawn(FixedRival(turned=turned), 10, n=500)
        assert (labels.argmax(1) == (targets + step) % 10).all()
    assert FixedRival().model_dump() == {"kind": "fixed-rival", "rate": 1.0, "decay": 0.6}
