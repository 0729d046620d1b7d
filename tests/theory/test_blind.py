"""Accuracy without a truth: exact where its assumptions hold, and wrong where they do not."""

import numpy as np
import pytest

from softlabel_core import Invalid
from softlabel_core.streams import stream
from softlabel_core.theory.blind import accuracy_from_risk, told


def test_by_hand():
    assert accuracy_from_risk(0.3, 0.1, 0.4) == pytest.approx(1 - 0.2 / 0.5)
    assert accuracy_from_risk(0.05, 0.1, 0.4) == 1  # below Delta
    assert accuracy_from_risk(0.9, 0.1, 0.4) == 0
    with pytest.raises(Invalid, match="a sum below 1"):
        accuracy_from_risk(0.3, 0.5, 0.5)


@pytest.mark.parametrize(("delta", "gamma", "error"), [(0.1, 0.3, 0.2), (0.3, 0.3, 0.4), (0.0, 0.6, 0.1)])
def test_sets_that_depend_on_the_class_alone_tell_the_accuracy(delta, gamma, error):
    generator, n, c = stream(0, "blind"), 200_000, 10
    truth = generator.integers(c, size=n)
    inside = generator.random((n, c)) < gamma
    inside[np.arange(n), truth] = generator.random(n) >= delta
    wrong = (truth + generator.integers(1, c, n)) % c
    answer = np.where(generator.random(n) < error, wrong, truth)
    risk = 1 - inside[np.arange(n), answer].mean()
    found = told(risk, n, delta, gamma)
    assert found.accuracy == pytest.approx(1 - error, abs=0.01)
    assert found.low <= 1 - error <= found.high


def test_a_student_that_copies_the_mistakes_is_thought_right():
    assert (
        accuracy_from_risk(0.0, 0.4, 0.1) == 1
    )  # every answer is in its set; 40 % of the sets miss the truth


def test_the_interval_by_hand():
    # 1.96 sqrt(.3 * .7 / 100) = .0898185, beside .3 - .1, over .5
    found = told(0.3, 100, 0.1, 0.4)
    assert (found.low, found.accuracy, found.high) == pytest.approx((0.420363, 0.6, 0.779637), abs=1e-6)
    # of no miss among 50 as if half of one had been: 1.96 * .5 / 50 = .0196, over .5
    none = told(0.0, 50, 0.0, 0.5)
    assert (none.low, none.accuracy, none.high) == pytest.approx((0.9608, 1, 1))


def test_the_interval_is_wider_near_the_line_and_with_few_examples():
    def width(*given):
        found = told(*given)
        return found.high - found.low

    assert width(0.45, 100, 0.4, 0.3) > width(0.45, 100, 0.4, 0.1) > width(0.45, 10_000, 0.4, 0.1)
