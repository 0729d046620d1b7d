"""A weak teacher beyond the laws of its family: what it learns from, what it sees, what permuting leaves."""

import numpy as np
import pytest

from softlabel_core.biases.weak_teacher import WeakTeacher
from softlabel_core.datasets.digits import Digits
from softlabel_core.examples import Examples
from softlabel_core.indicators import measure
from softlabel_core.losses.cross_entropy import CrossEntropy
from softlabel_core.simplex import one_hot
from softlabel_core.streams import stream
from softlabel_core.students.mlp import MLP
from softlabel_core.training.train import Training
from tests.declared import examples


def planned(bias, parts):
    return bias.teachers_for(parts, generators=[stream(0, "labels", i) for i in range(len(parts))])


@pytest.mark.parametrize("few", [1, 4, 1000])
def test_it_learns_from_so_many_labels_of_each_class(few):
    parts = [examples(3, 31), examples(3, 60)]
    tasks = planned(WeakTeacher(labels_per_class=few), parts).tasks
    for part, task in zip(parts, tasks, strict=True):
        counts = np.bincount(part.targets[task.used], minlength=3)
        assert counts.tolist() == [min(few, n) for n in np.bincount(part.targets)]
    assert not np.array_equal(tasks[0].used, tasks[1].used[:31]) or few == 1000


@pytest.mark.parametrize(("seen", "features"), [(1, 9), (0.5, 4), (0.01, 1)])
def test_it_sees_a_part_of_the_features_of_all_examples(seen, features):
    parts = [examples(3, 30), examples(3, 30)]
    shown = [task.split.train.features for task in planned(WeakTeacher(seen=seen), parts).tasks]
    for part, one in zip(parts, shown, strict=True):
        kept = (one != 0).any(0)
        assert kept.sum() == features
        assert np.array_equal(one[:, kept], part.features[:, kept])
        assert not one[:, ~kept].any()
    if features < 9:
        assert not np.array_equal(*((one != 0).any(0) for one in shown))


@pytest.mark.parametrize(("permuted", "order"), [(False, [0, 1, 2, 3, 4]), (True, [3, 4, 0, 2, 1])])
def test_labels_are_its_outputs_or_those_of_the_example_before_in_the_class(permuted, order):
    part = Examples(np.ones((5, 2), dtype=np.float32), np.array([0, 1, 0, 0, 1]), 2)
    p = np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3], [0.6, 0.4], [0.5, 0.5]])
    assert np.array_equal(planned(WeakTeacher(permuted=permuted), [part]).label(part, p), p[order])


def test_its_network_learns_true_labels_by_cross_entropy_as_its_fields_say():
    parts = [examples(3, 30)]
    found = planned(WeakTeacher(width=16, epochs=3), parts)
    assert found.student == MLP(width=16)
    assert found.tasks[0].loss == CrossEntropy()
    assert found.tasks[0].training == Training(epochs=3)
    assert np.array_equal(found.tasks[0].targets, one_hot(parts[0].targets, 3))


@pytest.mark.parametrize("k", [1, 2, 3])
def test_permuted_labels_have_the_same_degrees_and_forget_the_example(k):
    """A copy of an example has the label of its original; permuted it has not, and M is the same."""
    part = Digits().split(generator=stream(0, "split")).train
    kept, moved = (
        WeakTeacher(epochs=5, permuted=permuted).soft_labels(part, generator=stream(0, "labels"))
        for permuted in (False, True)
    )
    names = ("unreliability", "largest_cooccurrence", "margin", "mean_label_margin", "label_accuracy")
    first, second = (measure(labels, part.targets, k) for labels in (kept, moved))
    assert {name: first[name] for name in names} == pytest.approx({name: second[name] for name in names})
    assert not np.allclose(kept, moved)
    for y in range(10):
        of_class = part.targets == y
        assert np.array_equal(np.sort(kept[of_class], axis=0), np.sort(moved[of_class], axis=0))


def test_more_labels_and_more_features_make_a_better_teacher():
    part = Digits().split(generator=stream(0, "split")).train

    def right(**fields):
        labels = WeakTeacher(**fields).soft_labels(part, generator=stream(0, "labels"))
        return (labels.argmax(1) == part.targets).mean()

    assert right(labels_per_class=1) < right(labels_per_class=16)
    assert right(labels_per_class=1000, seen=0.05) < right(labels_per_class=1000)
