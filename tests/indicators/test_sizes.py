"""Both degrees at every set size in one pass are those of `measure` at that size; one search for k*."""

import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from softlabel_core import measure
from softlabel_core.__main__ import main
from softlabel_core.audit.report import SIZES, audit
from softlabel_core.indicators import Sample, _sizes, sum_of_degrees
from softlabel_core.indicators._sizes import MOST_CLOSE, best_size, by_size, smallest
from softlabel_core.indicators.ambiguity import Ambiguity
from softlabel_core.indicators.unreliability import Unreliability
from softlabel_core.reading.labels import read
from softlabel_core.simplex import normalise
from softlabel_core.streams import stream


def drawn(seed, n, classes, levels):
    """Labels with many ties, or with none from 5 levels up; classes of any number of examples."""
    generator = stream(seed, "sizes")
    labels = generator.integers(0, levels + 1, (n, classes)) if levels < 5 else generator.random((n, classes))
    labels = normalise(labels + (labels.sum(1, keepdims=True) == 0.0) * 1.0)
    return labels, np.minimum(generator.geometric(0.4, n) - 1, classes - 1)


def plain(labels, targets):
    """Each size by itself, the first of the best: the definition."""
    sizes = range(1, labels.shape[1] // 2 + 1)
    return min(sizes, key=lambda k: sum_of_degrees(Sample(labels, targets, k)))


@given(st.integers(0, 2**32), st.integers(1, 90), st.integers(2, 9), st.integers(1, 5))
def test_one_pass_is_every_size_by_itself(seed, n, classes, levels):
    """With ties and without, classes of no, one, few and more examples than there are blocks."""
    labels, targets = drawn(seed, n, classes, levels)
    hidden, rival = by_size(labels, targets, classes)
    assert (hidden >= 0).all()  # whatever rounding leaves of sums that come to 0
    for k in range(1, classes + 1):
        sample = Sample(labels, targets, k)
        assert hidden[k - 1] == pytest.approx(Unreliability().value(sample), abs=1e-12)
        assert rival[k - 1] == pytest.approx(Ambiguity().value(sample), abs=1e-12)
    assert measure(labels, targets, intervals=False)["k"] == plain(labels, targets)


@pytest.mark.parametrize("seed", range(4))
def test_of_many_classes_too(seed):
    labels, targets = drawn(seed, 300, 40, 1 + 2 * seed)
    assert best_size(labels, targets) == plain(labels, targets)
    hidden, rival = by_size(labels, targets, 40)
    for k in (1, 7, 20, 39, 40):
        found = measure(labels, targets, k, intervals=False)
        assert (hidden[k - 1], rival[k - 1]) == pytest.approx(
            (found["unreliability"], found["ambiguity"]), abs=1e-12
        )


def test_sums_that_rounding_parts_are_settled_size_by_size():
    """Labels all alike: at every size the sum is 1, but for its last digits."""
    for classes in (3, 6, 2 * MOST_CLOSE):
        labels = np.full((2 * classes, classes), 1 / classes)
        targets = np.arange(2 * classes) % classes
        assert best_size(labels, targets) == plain(labels, targets)
    assert smallest(np.full(MOST_CLOSE + 1, 0.5), labels, targets) == 1  # of too many the first
    assert smallest(np.array([0.5, 0.3, 0.4]), labels, targets) == 2


def test_sums_too_close_to_tell_are_each_computed_again(monkeypatch):
    """With a sum that falls with the size: of 2 to 16 close sizes the last is best, of more none is asked."""
    monkeypatch.setattr(_sizes, "sum_of_degrees", lambda sample: -sample.k)
    labels, targets = np.full((1, 40), 1 / 40), np.zeros(1, int)
    for close, best in ((1, 1), (2, 2), (16, 16), (17, 1)):
        assert smallest(np.full(close, 0.5), labels, targets) == best


@pytest.mark.parametrize("near", [10, 30, 70])
def test_classes_may_be_counted_a_few_at_a_time(monkeypatch, near):
    """Parts of one class, of three and of seven: as with all ten at once."""
    labels, targets = drawn(5, 80, 10, 3)
    monkeypatch.setattr(_sizes, "NEAR", near)
    hidden, rival = by_size(labels, targets, 10)
    for k in (1, 4, 10):
        sample = Sample(labels, targets, k)
        assert hidden[k - 1] == pytest.approx(Unreliability().value(sample), abs=1e-12)
        assert rival[k - 1] == pytest.approx(Ambiguity().value(sample), abs=1e-12)


def test_the_tail_of_a_sharp_teacher_is_no_tie():
    """The truth is second with 2e-16, twice the third: from sets of 2 on it is in."""
    hidden, rival = by_size(np.array([[1 - 3e-16, 2e-16, 1e-16]] * 4), np.ones(4, int), 3)
    assert hidden.tolist() == [1, 0, 0]
    assert rival.tolist() == [1, 1, 1]


def test_page_command_and_measure_find_one_size_by_the_same_numbers():
    """Few examples, of which counts and estimates prefer other sizes."""
    labels, targets = stream(3, "few").dirichlet(np.full(12, 0.3), 60), np.arange(60) % 12
    content = io.BytesIO()
    np.savez(content, soft_labels=labels, targets=targets)
    found = audit(read(content, "x.npz", 10**6))
    assert found.best_k == found.k == measure(labels, targets)["k"]
    for one in found.by_k:
        at = measure(labels, targets, one.k, intervals=False)
        assert (one.unreliability, one.ambiguity, one.total) == pytest.approx(
            (at["unreliability"], at["ambiguity"], at["total"]), abs=1e-12
        )


def test_page_and_command_find_one_size_beyond_those_shown(tmp_path, capsys):
    """The truth stands last but for one half of all classes: only a set of that size holds it."""
    classes, each = 104, 2
    targets = np.repeat(np.arange(classes), each)
    generator = stream(0, "last")
    labels = np.zeros((len(targets), classes))
    for row, target in enumerate(targets):
        others = generator.permutation(np.delete(np.arange(classes), target))
        order = [*others[: classes // 2 - 1], target, *others[classes // 2 - 1 :]]
        labels[row, order] = np.linspace(1, 0.1, classes)
    content = io.BytesIO()
    np.savez(content, soft_labels=normalise(labels), targets=targets)
    found = audit(read(content, "x.npz", 10**6))
    assert found.best_k == found.indicators["k"] == measure(normalise(labels), targets)["k"] == classes // 2
    assert found.best_k > SIZES
    assert found.by_k[-1].k == found.best_k
    (tmp_path / "x.npz").write_bytes(content.getvalue())
    assert main(["indicators", str(tmp_path / "x.npz"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["k"] == found.best_k
