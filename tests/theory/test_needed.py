"""The law n = a + b V / gap^2: by hand, and the numbers that docs/results.parquet was fitted to."""

import math
from pathlib import Path

import pandas as pd
import pytest

from softlabel_core import Experiment
from softlabel_core.experiment.needed import Needed, needed
from softlabel_core.studies import law, plan
from softlabel_core.theory.needed import LAWS, difficulty

TABLE = Path(__file__).parents[2] / "docs" / "results.parquet"
CURVES = {
    ("gaussian-ring", "cc"): "examples",
    ("gaussian-ring", "average"): "examples-average",
    ("digits", "cc"): "examples-digits",
}


def test_difficulty_by_hand():
    assert difficulty(0, 0) == 0
    assert difficulty(0.1, 0.4) == pytest.approx((0.09 + 0.24) / 0.25)
    assert difficulty(0.5, 0.5) == difficulty(0.9, 0.9) == math.inf


@pytest.mark.parametrize("curve", LAWS)
def test_the_law_is_the_one_that_the_studies_found(curve):
    table, studies = pd.read_parquet(TABLE), {one.name: one for one in plan.studies(8, 0)}
    conditions = law.found(table, studies[CURVES[curve]], LAWS[curve].target)
    found = law.fit(conditions)
    assert found is not None
    said = LAWS[curve]
    assert said.base == pytest.approx(found.base, abs=0.5)
    assert said.slope == pytest.approx(found.slope, abs=0.5)
    assert said.factor == pytest.approx(found.spread, abs=0.005)
    hardest = max(difficulty(one.unreliability, one.ambiguity) for one in conditions if one.examples)
    assert said.most == pytest.approx(hardest, abs=0.05)


def experiment(**changes):
    config = {
        "dataset": {"kind": "gaussian-ring", "train_size": 500},
        "bias": {"kind": "candidate-set", "unreliability": 0.1, "ambiguity": 0.4},
        "framework": {"kind": "partial-labels", "k": "support"},
        **changes,
    }
    return Experiment.parse(config)


def asked(delta=0.1, gamma=0.4, **changes):
    return needed(experiment(**changes), {"unreliability": delta, "ambiguity": gamma})


def test_what_the_law_says_of_an_experiment():
    found, one = asked(), LAWS["gaussian-ring", "cc"]
    assert isinstance(found, Needed)
    assert found.examples == round(one.base + one.slope * difficulty(0.1, 0.4))
    assert found.present == 500
    assert found.low < found.examples < found.high


def test_where_it_says_nothing():
    assert asked(0.4, 0.6) == "sum"
    assert asked(0.1, 0.89) == "harder"
    assert asked(bias={"kind": "candidate-set", "fixed_rival": True}) == "unlike"
    for other in (
        {"student": "linear"},
        {"bias": "demotion"},
        {"dataset": "moons"},
        {"dataset": {"kind": "gaussian-ring", "spread": 0.3}},
        {"framework": {"kind": "partial-labels", "k": "support", "loss": "proden"}},
        {"framework": {"kind": "partial-labels", "k": 3}},
        {"framework": "soft-labels"},
    ):
        assert asked(**other) == "elsewhere", other
