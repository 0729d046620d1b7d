"""From accuracies to the law: crossings by hand, and a law that is put in comes out."""

import numpy as np
import pytest

from softlabel_core.studies import law
from softlabel_core.studies.examples import CURVES, EPOCHS, LEVELS, epochs, sample_sizes
from softlabel_core.theory.needed import EQUAL_STEPS, difficulty


def test_a_crossing_lies_on_a_line_in_log_n():
    assert law.crossing([100, 400], [0.8, 1.0], 0.9) == pytest.approx(200)
    assert law.crossing([100, 200, 400], [0.5, 0.8, 0.9], 0.9) == pytest.approx(400)
    assert law.crossing([100, 200, 400, 800], [0.5, 0.95, 0.85, 0.95], 0.9) == pytest.approx(
        100 * 2 ** (0.4 / 0.45)
    )


def test_what_is_not_crossed_is_not_known():
    assert law.crossing([100, 200], [0.95, 0.96], 0.9) is None  # below the first size
    assert law.crossing([100, 200], [0.5, 0.6], 0.9) is None
    assert law.crossing([100, 200, 400], [0.95, 0.85, 0.95], 0.9) is None


def conditions(base, slope, gap, variance, noise=0.0):
    generator = np.random.default_rng(0)
    found = []
    for delta in (0, 0.1, 0.3, 0.5):
        for gamma in (0.1, 0.2, 0.3, 0.4):
            v, g = delta * (1 - delta) + gamma * (1 - gamma), 1 - delta - gamma
            n = base + slope * v**variance * g**gap
            n *= np.exp(noise * generator.standard_normal())
            found.append(law.Found("", delta, gamma, n, 1.0, 10))
    return found


def test_a_law_that_is_put_in_comes_out():
    found = law.fit(conditions(0, 150, -2, 1))
    assert found.slope == pytest.approx(150, rel=1e-3)
    assert found.base == pytest.approx(0, abs=0.1)
    assert found.gap_exponent[0] == pytest.approx(-2)
    assert found.variance_exponent[0] == pytest.approx(1)
    assert found.spread == pytest.approx(1, abs=1e-3)
    based = law.fit(conditions(40, 150, -2, 1))
    assert (based.base, based.slope) == (pytest.approx(40, rel=1e-2), pytest.approx(150, rel=1e-2))


def test_another_exponent_is_seen_and_spread_is_told():
    found = law.fit(conditions(0, 150, -3, 1))
    assert found.gap_exponent[0] == pytest.approx(-3)
    noisy = law.fit(conditions(0, 150, -2, 1, noise=0.3))
    assert 1.2 < noisy.spread < 1.6
    assert abs(noisy.gap_exponent[0] + 2) < noisy.gap_exponent[1]


def test_few_crossings_are_no_law():
    assert law.fit(conditions(0, 150, -2, 1)[:4]) is None


def test_curves_vary_nothing_but_the_size():
    for curve, study in zip(CURVES, sample_sizes({"replicates": 2, "seed": 0}), strict=True):
        assert study.name == curve.name
        rows = {cell.row for cell in study.cells}
        assert len(rows) == len(curve.conditions)
        for row in rows:
            plain = set()
            for cell in (one for one in study.cells if one.row == row):
                config = cell.experiment.model_dump()
                assert cell.column == f"n = {config['dataset'].pop('train_size'):,}"
                config["training"].pop("epochs")
                plain.add(str(config))
            assert len(plain) == 1


def test_fewer_examples_take_as_many_steps():
    usual = EPOCHS * EQUAL_STEPS
    assert all(abs(epochs(n) * n - usual) <= n for n in LEVELS if usual / 200 < n <= EQUAL_STEPS)
    assert {epochs(n) for n in LEVELS if n > EQUAL_STEPS} == {EPOCHS}


def test_conditions_near_the_line_are_harder():
    hard = [difficulty(0.3, gamma) for gamma in (0.1, 0.3, 0.5, 0.6)]
    assert hard == sorted(hard)
