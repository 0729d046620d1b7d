"""Minimisers of generalised CC against a general solver, and how often they are wrong."""

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


def test_larger_exponents_are_wrong_less_often_and_at_smaller_margins():
    found = random_populations(40, (0.0, 0.5, 0.9))
    assert found.number == 160
    assert found.wrong[0.0] > found.wrong[0.5] >= found.wrong[0.9]
    assert found.widest[0.0] > found.widest[0.9]
