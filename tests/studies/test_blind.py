"""What choosing by a validation part costs, and the line from round to round, by hand."""

import json

import numpy as np
import pytest

from softlabel_core import Experiment, run
from softlabel_core.studies import blind, rounds

RING = {"kind": "gaussian-ring", "train_size": 200, "test_size": 100}


def test_regret_of_an_epoch_is_what_the_curves_say():
    config = {
        "dataset": RING,
        "bias": "candidate-set",
        "framework": {"kind": "partial-labels", "k": "support"},
        "training": {"epochs": 6, "validation": 0.25},
        "replicates": 2,
    }
    result = run(Experiment.parse(config), device="cpu")
    known = json.loads(blind.told(result)["blind"])
    for i in range(2):
        rows = [row for row in result.curves if row["student"] == "shown" and row["replicate"] == i]
        accuracy = [row["accuracy"] for row in rows]
        chosen = int(np.argmin([row["risk"] for row in rows]))
        assert known["regret_risk"][i] == pytest.approx(max(accuracy) - accuracy[chosen])
        assert known["regret_none"][i] == pytest.approx(max(accuracy) - accuracy[-1])
        assert known["regret_truth"][i] == 0
        assert known["last_risk"][i] == pytest.approx(result.rows[i]["risk"])
    config["training"] = {"epochs": 1}
    assert blind.told(run(Experiment.parse(config), device="cpu")) == {}


def test_the_cost_of_choosing_among_options():
    options = [
        {"last_truth": [0.9, 0.5], "last_risk": [0.4, 0.1]},
        {"last_truth": [0.8, 0.7], "last_risk": [0.2, 0.3]},
    ]
    assert blind._cost(options, "risk") == pytest.approx([0.1, 0.2])
    assert blind._cost(options, "truth") == [0, 0]


def test_rounds_are_kept_by_replicate():
    config = {
        "dataset": RING,
        "bias": "one-hot",
        "framework": {"kind": "incomplete-supervision", "labels_per_class": 2, "rounds": 2},
        "training": {"epochs": 1},
        "replicates": 2,
    }
    result = run(Experiment.parse(config), device="cpu")
    known = json.loads(rounds.told(result)["rounds"])
    assert np.array(known["student_accuracy"]).shape == (2, 3)
    assert known["student_accuracy"][1][2] == result.rows[1]["student_accuracy"]
    assert known["unreliability"][0][0] is None  # nothing was guessed yet


def test_a_line_that_is_put_in_comes_out():
    x = np.linspace(0.2, 0.9, 20)
    assert rounds.line(x, 0.1 + 0.9 * x) == pytest.approx((0.9, 0.1, 0), abs=1e-9)
