"""The permuted control: the same pseudo-labels within every class, in another order."""

import numpy as np

from softlabel_core.frameworks.incomplete_supervision import IncompleteSupervision
from softlabel_core.indicators import measure
from softlabel_core.simplex import one_hot
from softlabel_core.streams import stream


def rounds(permuted):
    targets = np.arange(200) % 5
    framework = IncompleteSupervision(labels_per_class=4, permuted=permuted, threshold=0.5)
    shown = framework.show(one_hot(targets, 5), targets, generator=stream(0, "show"))
    own = stream(0, "own").dirichlet(np.full(5, 0.3), 200)
    return targets, shown, framework.relabel(shown, own, generator=stream(0, "relabel"))


def test_degrees_stay_and_examples_change():
    targets, first, plain = rounds(False)
    _, _, moved = rounds(True)
    rest = ~first.given
    assert not np.array_equal(plain.labels[rest], moved.labels[rest])
    assert np.array_equal(plain.labels[first.given], moved.labels[first.given])
    for label in range(5):
        own = rest & (targets == label)
        assert np.array_equal(np.sort(plain.labels[own], axis=0), np.sort(moved.labels[own], axis=0))
        assert plain.used[own].sum() == moved.used[own].sum()
    one, other = (measure(shown.labels[rest], targets[rest], 1) for shown in (plain, moved))
    assert one["unreliability"] == other["unreliability"]
    assert one["largest_cooccurrence"] == other["largest_cooccurrence"]


def test_the_control_is_off_and_unsaid_unless_it_is_asked_for():
    assert not IncompleteSupervision().permuted
    assert "permuted" not in IncompleteSupervision().model_dump()
    assert IncompleteSupervision(permuted=True).model_dump()["permuted"] is True
