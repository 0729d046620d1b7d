"""Minimisers of generalised CC against a general solver, and how often they are wrong."""

import itertools

import numpy as np
import pytest
from scipy.optimize import minimize

from softlabel_core.streams import stream
from softlabel_core.theory.counterexamples import cc_minimiser, cc_with_unlike_rivals
from softlabel_core.theory.unlike import minimisers, random_populations, sets_of


def test_cc_is_the_solver_s():
    one = cc_with_unlike_rivals()
    found = minimisers(one.sets, one.probabilities[None], 0.0)[0]
    np.testing.assert_allclose(found, cc_minimiser(one.sets, one.probabilities), atol=1e-3)


@pytest.mark.parametrize("q", [0.1, 0.5, 0.9])
def test_others_are_a_general_solver_s(q):
    sets = sets_of(4, 2)
    drawn = stream(0, "unlike-test").dirichlet(np.ones(len(sets)), 5)
    for probabilities, own in zip(drawn, minimisers(sets, drawn, q), strict=True):

        def loss(p, probabilities=probabilities):
            return float(probabilities @ (1 - np.maximum(sets @ p, 1e-12) ** q)) / q

        there = minimize(
            loss,
            np.full(4, 0.25),
            method="SLSQP",
            bounds=[(0, 1)] * 4,
            constraints={"type": "eq", "fun": lambda p: p.sum() - 1},
            options={"ftol": 1e-14, "maxiter": 1000},
        )
        assert loss(own) <= there.fun + 1e-5


def test_the_counter_example_is_over_with_a_small_q():
    one = cc_with_unlike_rivals()
    named = [minimisers(one.sets, one.probabilities[None], q)[0].argmax() for q in (0.0, 0.03, 0.04, 0.7)]
    assert named == [3, 3, one.truth, one.truth]


@pytest.fixture(scope="module")
def found():
    return random_populations(40, (0.0, 0.5, 0.9))


def test_populations_are_counted_one_by_one(found):
    """CC by the solver; the truth is in the sets most often, its margin what the second is behind."""
    wrong = []
    for classes, size in ((4, 2), (5, 2), (5, 3), (6, 3)):
        sets = list(itertools.combinations(range(classes), size))
        inside = np.array([[i in one for i in range(classes)] for one in sets])
        for chances in stream(0, "unlike", classes, size).dirichlet(np.ones(len(sets)), 40):
            often = [sum(p for p, one in zip(chances, sets, strict=True) if i in one) for i in range(classes)]
            first, second = sorted(often, reverse=True)[:2]
            if cc_minimiser(inside, chances).argmax() != np.argmax(often):
                wrong.append(first - second)
    assert 0 < len(wrong) < 40
    assert found.wrong[0.0] == pytest.approx(len(wrong) / 160)
    assert found.widest[0.0] == pytest.approx(max(wrong))


def test_the_study_has_so_many_of_them_and_so_many_exponents():
    assert random_populations(exponents=()).number == 600
    assert list(random_populations(1).wrong) == [0, 0.1, 0.3, 0.5, 0.7, 0.9]


def test_where_none_is_wrong_there_is_no_margin():
    """At q = 1 the least is at the most frequent label."""
    none = random_populations(2, (1.0,))
    assert (none.number, none.wrong, none.widest) == (8, {1.0: 0}, {1.0: 0})


def test_larger_exponents_are_wrong_less_often_and_at_smaller_margins(found):
    assert found.number == 160
    assert found.wrong[0.0] > found.wrong[0.5] >= found.wrong[0.9]
    assert found.widest[0.0] > found.widest[0.9]
