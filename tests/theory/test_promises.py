"""Sample sizes that bounds ask for: the bounds read the other way round, by hand and by their definition."""

import math

import pytest

from softlabel_core import Invalid
from softlabel_core.theory.bounds import finite_class_bound, natarajan_bound, realizable_sample_size
from softlabel_core.theory.promises import Promise, enough


def promise(**fields):
    known = {"examples": 1000, "error": 0.1, "low": 0.08, "high": 0.12, "unreliability": 0.1}
    return Promise(**{**known, "ambiguity": 0.4, "classes": 3, "parameters": 2, "linear": False, **fields})


def test_the_least_number_that_is_enough():
    assert enough(lambda n: 1 / n, 0.25) == 4
    assert enough(lambda n: 1 / n, 0.2499) == 5
    assert enough(lambda n: 1 / n, 1 / 3) == 3
    assert enough(lambda n: 1 / n, 1) == 1
    assert enough(lambda n: 1 / n, 1e-25) >= 10**24  # more than 64 bits hold


@pytest.mark.parametrize("error", [0, -0.1, math.nan, math.inf])
def test_an_error_of_nothing_is_refused(error):
    with pytest.raises(Invalid, match=rf"^error: allowed: a finite number above 0; got {error}\.$"):
        enough(lambda n: 1 / n, error)


def test_the_finite_class_by_hand():
    # 2 parameters of 32 bits: ln(2 |H| / .05) = 64 ln 2 + ln 40 = 48.050298; n = 2 * that / (.5 * .1)^2
    assert promise().bits == 64
    assert promise().asked["finite"] == math.ceil(2 * 48.0502983 / 0.05**2) == 38441


def test_bounds_come_down_to_the_error_at_what_they_ask_and_no_sooner():
    for linear, m in ((False, 64), (True, 2)):
        one = promise(linear=linear)
        assert one.dimension == m
        for error in (0.9, 0.3, 0.05):
            n = one.bounds["finite"](error)
            assert (
                finite_class_bound(n, 2.0**64, 0.1, 0.4)
                <= error
                < finite_class_bound(n - 1, 2.0**64, 0.1, 0.4)
            )
            n = one.bounds["natarajan"](error)
            assert natarajan_bound(n, m, 3, 0.1, 0.4) <= error < natarajan_bound(n - 1, m, 3, 0.1, 0.4)


def test_the_truth_in_every_set_has_a_bound_of_its_own():
    assert list(promise().bounds) == ["finite", "natarajan"]
    sure = promise(unreliability=0.0)
    assert sure.asked["sure"] == realizable_sample_size(0.1, 64, 3, 0.4)


def test_students_of_many_parameters_are_counted_too():
    """2^bits is no float here."""
    large = promise(parameters=40_000)
    expected = 2 * (large.bits * math.log(2) + math.log(40)) / (0.5 * 0.1) ** 2
    assert large.asked["finite"] == pytest.approx(expected, rel=1e-9)
