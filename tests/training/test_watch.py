"""A validation part: the set risk by its definition, early stopping by it, and nothing moved without one."""

from dataclasses import replace

import numpy as np
import pytest

from softlabel_core import Experiment, Training, catalogue, run
from softlabel_core.biases.candidate_set import CandidateSet
from softlabel_core.datasets import Dataset
from softlabel_core.experiment.splits import Apart, Splits
from softlabel_core.losses.cc import CC
from softlabel_core.simplex import one_hot
from softlabel_core.streams import stream
from softlabel_core.students.mlp import MLP
from softlabel_core.training.train import Task, Validation, predict, train
from tests.training.test_train import assert_same

RING = catalogue(Dataset)["gaussian-ring"](train_size=300, test_size=200)
SPLITS = Splits([RING.split(generator=stream(0, "split", i)) for i in range(3)], 0, one_pool=False)
APART = Apart.of(SPLITS, 0.25)
STUDENT = MLP(width=16)


def tasks(training, *, noise=0.6, seed=0):
    """Sets of one label each, most of them wrong, so that long training memorises them."""
    found = []
    for i, split in enumerate(APART.splits.parts):
        made = []
        for part, name in ((split.train, "train"), (APART.splits.validation[i], "held")):
            generator = stream(seed, name, i)
            drawn = generator.integers(10, size=len(part))
            said = np.where(generator.random(len(part)) < noise, drawn, part.targets)
            made.append(one_hot(said, 10))
        held = Validation(APART.splits.validation[i], made[1] > 0)
        used = np.ones(len(split.train), dtype=bool)
        found.append(Task(split, made[0], used, CC(), seed, i, training, validation=held))
    return found


def test_a_part_is_taken_from_every_training_part_and_nothing_is_lost():
    for i, split in enumerate(SPLITS.parts):
        rows = np.concatenate([APART.kept[i], APART.validation[i]])
        assert sorted(rows) == list(range(300))
        assert len(APART.validation[i]) == 75
        kept, held = APART.splits.parts[i].train, APART.splits.validation[i]
        assert np.array_equal(kept.features, split.train.features[APART.kept[i]])
        assert np.array_equal(held.targets, split.train.targets[APART.validation[i]])
        assert APART.splits.parts[i].test is split.test


def test_risk_and_approximated_accuracy_by_their_definition():
    asked = tasks(Training(epochs=3))
    for task, one in zip(asked, train(asked, STUDENT), strict=True):
        p = predict(STUDENT, [one], task.validation.examples)[0]
        rows, answers, sets = np.arange(len(p)), p.argmax(1), task.validation.sets
        hit = sets[rows, answers]
        assert one.risk[-1] == pytest.approx(1 - hit.mean(), abs=1e-6)
        among = np.where(hit, p[rows, answers] / (p * sets).sum(1), 0)
        assert one.approximated[-1] == pytest.approx(among.mean(), abs=1e-5)


def test_watching_changes_nothing_that_is_learned():
    watched = tasks(Training(epochs=3))
    alone = [replace(task, validation=None) for task in watched]
    for one, other in zip(train(watched, STUDENT), train(alone, STUDENT), strict=True):
        assert_same(one, other)
        assert other.risk is None


def test_with_patience_a_student_ends_where_its_risk_was_least():
    long = Training(epochs=40, batch_size=8, learning_rate=0.02, schedule="constant")
    free = train(tasks(long), STUDENT)
    patient = train(tasks(long.replace(patience=4)), STUDENT)
    stopped = 0
    for one, other in zip(free, patient, strict=True):
        end = next(e for e in range(40) if e - int(one.risk[: e + 1].argmin()) >= 4 or e == 39)
        best = int(one.risk[: end + 1].argmin())
        stopped += end < 39
        assert other.risk[-1] == one.risk[best]
        assert other.accuracy[-1] == one.accuracy[best]
        assert np.array_equal(other.risk[:end], one.risk[:end])
    assert stopped  # else nothing was tested


def test_a_student_alone_is_the_same_beside_others():
    training = Training(epochs=8, patience=2)
    asked = tasks(training)
    for i, one in enumerate(train(asked, STUDENT)):
        assert_same(one, train([asked[i]], STUDENT)[0])


def test_every_framework_has_a_validation_part():
    for framework in ("partial-labels", "soft-labels", "additive-noise", "incomplete-supervision"):
        result = run(
            Experiment.parse(
                {
                    "dataset": RING,
                    "bias": CandidateSet(),
                    "framework": framework,
                    "training": {"epochs": 2, "validation": 0.25, "patience": 1},
                    "replicates": 2,
                }
            ),
            device="cpu",
        )
        assert all(0 <= row["risk"] <= 1 for row in result.rows), framework
        assert {"risk", "approximated"} <= set(result.curves[0])


def test_labels_of_a_validation_part_are_those_of_the_bias():
    config = {"dataset": RING, "bias": "candidate-set", "replicates": 2, "training": {"epochs": 1}}
    config["framework"] = {"kind": "partial-labels", "k": "support"}
    whole = run(Experiment.parse(config), device="cpu")
    config["training"] = {"epochs": 1, "validation": 0.25}
    held = run(Experiment.parse(config), device="cpu")
    assert (whole.indicators["n"], held.indicators["n"]) == (600, 450)
    assert "risk" not in whole.rows[0]


def test_what_came_later_leaves_keys_and_links_as_they_were():
    plain = Experiment.parse({})
    same = Experiment.parse({"training": {"validation": 0.0}, "dataset": {"kind": "digits", "train_size": 0}})
    other = Experiment.parse({"training": {"validation": 0.25}})
    assert "validation" not in plain.model_dump()["training"]
    assert "train_size" not in plain.model_dump()["dataset"]
    assert plain.key() == same.key() != other.key()
    assert other.model_dump()["training"]["validation"] == 0.25
    assert Experiment.parse(other.model_dump()) == other
    assert Experiment.model_validate_json(other.model_dump_json()) == other
