"""Both degrees at every set size in one pass are those of every size by itself; one search for k*."""

import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from softlabel_core.__main__ import main
from softlabel_core.audit.report import SIZES, audit
from softlabel_core.indicators import Sample
from softlabel_core.indicators._sizes import by_size, smallest
from softlabel_core.indicators.largest_cooccurrence import LargestCooccurrence
from softlabel_core.indicators.unreliability import Unreliability
from softlabel_core.reading.labels import read
from softlabel_core.simplex import normalise
from softlabel_core.streams import stream


@given(st.integers(0, 2**32), st.integers(1, 40), st.integers(2, 9), st.integers(1, 5))
def test_one_pass_is_every_size_by_itself(seed, n, classes, levels):
    """With many ties and with none."""
    generator = stream(seed, "sizes")
    drawn = generator.integers(0, levels + 1, (n, classes)) if levels < 5 else generator.random((n, classes))
    labels = normalise(drawn + (drawn.sum(1, keepdims=True) == 0.0) * 1.0)
    targets = generator.integers(0, classes, n)
    hidden, rival = by_size(labels, targets, classes)
    for k in range(1, classes + 1):
        sample = Sample(labels, targets, k)
        assert hidden[k - 1] == pytest.approx(Unreliability().value(sample), abs=1e-12)
        assert rival[k - 1] == pytest.approx(LargestCooccurrence().value(sample), abs=1e-12)


def test_the_smaller_of_two_sizes_with_one_sum():
    assert smallest(np.array([0.5, 0.3 + 1e-16, 0.3, 0.4])) == 2


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
    assert found.best_k == found.indicators["k"] == classes // 2 > SIZES
    assert found.by_k[-1].k == found.best_k
    (tmp_path / "x.npz").write_bytes(content.getvalue())
    assert main(["indicators", str(tmp_path / "x.npz"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["k"] == found.best_k
