"""Membership, projection and softmax against their oracles; drawn sets; the sentences of bad input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from softlabel_core import Invalid, measure
from softlabel_core.simplex import check, draw_sets, membership, normalise, one_hot, project, softmax
from softlabel_core.streams import stream
from tests.checked import plain
from tests.declared import random_labels
from tests.oracles import simplex as oracle

SIZES = [(3, 1), (3, 3), (10, 1), (10, 3), (10, 9), (10, "support")]


@pytest.mark.parametrize("grid", [0, 4, 10], ids=["no ties", "many ties", "some ties"])
@pytest.mark.parametrize(("classes", "k"), SIZES)
def test_membership_is_the_oracle_s(classes, k, grid):
    labels = random_labels(200, classes, generator=stream(0, "membership", classes, grid), grid=grid)
    inside = membership(labels, k)
    np.testing.assert_allclose(inside, oracle.membership(labels, k), atol=1e-12)
    if k != "support":
        np.testing.assert_allclose(inside.sum(1), k, atol=1e-12)


@pytest.mark.parametrize("k", [1, 2, 500, 1000])
def test_membership_of_a_thousand_labels_is_the_oracle_s(k):
    """So many that finding the k-th is no full sort."""
    labels = random_labels(20, 1000, generator=stream(0, "membership", 1000), grid=0)
    np.testing.assert_allclose(membership(labels, k), oracle.membership(labels, k), atol=1e-12)


@given(st.lists(st.integers(0, 3), min_size=2, max_size=5).filter(any), st.data())
def test_membership_is_the_expectation_of_a_random_tie_break(masses, data):
    k = data.draw(st.integers(1, len(masses)))
    row = np.array([masses]) / sum(masses)
    np.testing.assert_allclose(membership(row, k)[0], oracle.membership_by_orders(masses, k), atol=1e-12)


@pytest.mark.parametrize("scale", [0.5, 1e-6, 1e-200])
def test_values_that_rounding_leaves_apart_are_tied_at_any_scale(scale):
    close, apart = (np.array([[scale, scale * (1 + share), 0.0]]) for share in (1e-15, 1e-14))
    np.testing.assert_array_equal(membership(close, 1), [[0.5, 0.5, 0]])
    np.testing.assert_array_equal(membership(apart, 1), [[0, 1, 0]])
    above_the_second = np.array([[scale * (1 + 1e-15), scale, scale, 0.0]])
    np.testing.assert_allclose(membership(above_the_second, 2), [[2 / 3, 2 / 3, 2 / 3, 0]])


def test_scores_below_zero_are_tied_too():
    scores = np.array([[-1.0, -1.0, -2.0]])
    np.testing.assert_array_equal(membership(scores, 1), [[0.5, 0.5, 0]])
    assert draw_sets(scores, 1, generator=stream(0, "draw")).sum() == 1


def test_a_clean_one_hot_label_shares_the_other_slots():
    np.testing.assert_allclose(membership(one_hot(np.array([4]), 10), 3)[0], [2 / 9] * 4 + [1] + [2 / 9] * 5)


@pytest.mark.parametrize("grid", [0, 4])
@pytest.mark.parametrize(("classes", "k"), SIZES)
def test_drawn_sets_have_k_members_and_all_labels_above(classes, k, grid):
    labels = random_labels(300, classes, generator=stream(0, "sets", classes, grid), grid=grid)
    sets = draw_sets(labels, k, generator=stream(0, "draw"))
    inside = oracle.membership(labels, k)
    assert (sets.sum(1) == (inside.sum(1) if k == "support" else k)).all()
    assert sets[inside == 1].all()
    assert not sets[inside == 0].any()


def test_drawn_sets_break_ties_evenly_and_reproducibly():
    labels = np.repeat(np.array([[0.4, 0.2, 0.2, 0.2]]), 20_000, axis=0)
    sets = draw_sets(labels, 2, generator=stream(0, "draw"))
    np.testing.assert_allclose(sets.mean(0), membership(labels[:1], 2)[0], atol=5 * np.sqrt(2 / 9 / 20_000))
    assert np.array_equal(sets, draw_sets(labels, 2, generator=stream(0, "draw")))
    assert not np.array_equal(sets, draw_sets(labels, 2, generator=stream(0, "other")))


SCORES = arrays(
    np.float64, st.tuples(st.integers(1, 5), st.integers(2, 6)), elements=st.floats(-50, 50, width=32)
)


@given(SCORES)
def test_projection_is_the_oracle_s(scores):
    near = project(scores)
    np.testing.assert_allclose(near, oracle.project(scores), atol=1e-9)
    assert (near >= 0).all()
    np.testing.assert_allclose(near.sum(1), 1)


def test_projection_leaves_the_simplex_alone():
    labels = random_labels(50, 7, generator=stream(0, "projection"))
    np.testing.assert_allclose(project(labels), labels, atol=1e-12)


@given(SCORES)
def test_softmax_is_the_oracle_s(scores):
    np.testing.assert_allclose(softmax(scores), oracle.softmax(scores), atol=1e-12)


def test_softmax_of_huge_scores():
    np.testing.assert_allclose(softmax(np.array([[1e4, 0.0], [-1e4, -1e4]])), [[1, 0], [0.5, 0.5]])


def test_normalise():
    np.testing.assert_allclose(normalise(np.array([[1.0, 3.0], [5.0, 0.0]])), [[0.25, 0.75], [1, 0]])


def test_rows_that_miss_one_a_little_are_scaled():
    labels, targets = check([[0.5004, 0.5], [0, 1]], [0.0, 1.0])
    np.testing.assert_allclose(labels.sum(1), 1, atol=1e-15)
    assert targets.dtype == np.int64


GOOD = [[0.5, 0.5, 0.0], [0.2, 0.3, 0.5], [1.0, 0.0, 0.0]]
NAN, INF = float("nan"), float("inf")
BAD_LABELS = [
    ([[1, 0, 0], [0.5, NAN, 0.5], [1, 0, 0]], "row 1, column 1: allowed: a finite number; got nan."),
    ([[1, 0, 0], [1, 0, 0], [1, 0, INF]], "row 2, column 2: allowed: a finite number; got inf."),
    ([[1, 0, 0], [1.2, 0, -0.2], [1, 0, 0]], "row 1, column 2: allowed: 0 or more; got -0.2."),
    ([[1, 0, 0], [1, 0, 0], [0.5, 0.4, 0]], "row 2: allowed: a sum of 1; got a sum of 0.9."),
    ([[1, 0, 0], [0, 0, 0], [1, 0, 0]], "row 1: allowed: a sum of 1; got a sum of 0."),
    ([1, 0, 0], "allowed: shape (n >= 1, c >= 2); got (3,)."),
    ([[1], [1], [1]], "allowed: shape (n >= 1, c >= 2); got (3, 1)."),
    (np.zeros((0, 3)), "allowed: shape (n >= 1, c >= 2); got (0, 3)."),
    ([["a", "b"]], "allowed: numbers of shape (n, c); got something else."),
    ([[1, 0], [1]], "allowed: numbers of shape (n, c); got something else."),
    (np.array(GOOD) + 0j, "allowed: numbers of shape (n, c); got something else."),
    (None, "allowed: "),
]
BAD_TARGETS = [
    ([0, 1], "allowed: shape (3,), one a soft label; got (2,)."),
    ([[0], [1], [2]], "allowed: shape (3,), one a soft label; got (3, 1)."),
    (None, "allowed: shape (3,), one a soft label; got ()."),
    ([0, 1, 3], "row 2: allowed: from 0 to 2; got 3."),
    ([0, -1, 2], "row 1: allowed: from 0 to 2; got -1."),
    ([0, 0.5, 2], "row 1: allowed: a whole number from 0 to 2; got 0.5."),
    ([0, 1, NAN], "row 2: allowed: a whole number from 0 to 2; got nan."),
    ([0, 1, INF], "row 2: allowed: from 0 to 2; got inf."),
    (["a", "b", "c"], "row 0: allowed: a whole number from 0 to 2; got a."),
    ([True, False, True], "row 0: allowed: a whole number from 0 to 2; got True."),
]


@pytest.mark.parametrize(("labels", "sentence"), BAD_LABELS)
def test_bad_labels_are_refused_with_their_place(labels, sentence):
    with pytest.raises(Invalid) as caught:
        measure(labels, [0, 1, 2])
    assert str(caught.value).startswith(f"soft_labels: {sentence}")


@pytest.mark.parametrize(("targets", "sentence"), BAD_TARGETS)
def test_bad_targets_are_refused_with_their_place(targets, sentence):
    with pytest.raises(Invalid) as caught:
        measure(GOOD, targets)
    assert str(caught.value) == f"targets: {sentence}"


@pytest.mark.parametrize("k", [0, 4, -1, 1.5, "3", "all", NAN, [1]])
def test_a_bad_set_size_is_refused(k):
    with pytest.raises(Invalid) as caught:
        plain(measure)(GOOD, [0, 1, 2], k)
    assert str(caught.value) == f"k: allowed: a whole number from 1 to 3, support or none; got {k}."
