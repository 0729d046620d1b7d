"""What the bounds are told of a result, and when they are told nothing."""

import pytest

from softlabel_core import Experiment, Result, run
from softlabel_core.experiment.promise import learned_from, promise
from softlabel_core.experiment.result import Estimate
from softlabel_core.theory.promises import Promise

QUICK = {"replicates": 2, "training": {"epochs": 1}}


@pytest.fixture(scope="module")
def result() -> Result:
    return run(Experiment.parse({**QUICK, "bias": "candidate-set", "student": "linear"}), device="cpu")


def with_indicators(result: Result, **changed: float) -> Result:
    return result.model_copy(update={"indicators": {**result.indicators, **changed}})


def asked(result: Result, **changed: object) -> Result:
    experiment = Experiment.parse({**result.experiment.model_dump(), **changed})
    return result.model_copy(update={"experiment": experiment})


def test_the_worst_class_counts_and_one_students_examples(result: Result) -> None:
    found = promise(with_indicators(result, unreliability=0.1, worst_unreliability=0.3, ambiguity=0.4))
    assert isinstance(found, Promise)
    assert (found.unreliability, found.ambiguity, found.classes) == (0.3, 0.4, 10)
    assert found.examples == result.experiment.dataset.sizes[0] == 1198
    accuracy = result.student_accuracy
    assert (found.error, found.low, found.high) == (1 - accuracy.mean, 1 - accuracy.high, 1 - accuracy.low)
    assert found.linear
    assert found.parameters == found.dimension == 650  # 64 pixels and 1, for 10 classes


def test_networks_have_no_dimension_but_their_bits(result: Result) -> None:
    found = promise(with_indicators(asked(result, student="mlp"), worst_unreliability=0.1, ambiguity=0.4))
    assert isinstance(found, Promise)
    assert found.parameters == 65 * 64 + 65 * 10
    assert found.dimension == found.bits == 32 * found.parameters


def test_where_they_say_nothing(result: Result) -> None:
    good = with_indicators(result, worst_unreliability=0.1, ambiguity=0.4)
    teacher = asked(good, bias="skillful-bad-teacher")
    rounds = {"kind": "incomplete-supervision", "loss": "cc"}
    alone = Estimate(mean=0.9, low=None, high=None, replicates=1)
    flawless = Estimate(mean=1.0, low=1.0, high=1.0, replicates=2)
    assert promise(asked(good, framework="soft-labels")) == "distributions"
    assert promise(asked(good, framework=rounds)) == "own"
    assert promise(teacher) == "instance"
    assert promise(with_indicators(good, worst_unreliability=0.6, unreliability=0.1)) == "sum"
    assert promise(good.model_copy(update={"bayes_accuracy": 0.96})) == "overlap"
    assert not isinstance(promise(good.model_copy(update={"bayes_accuracy": 1.0})), str)
    assert promise(good.model_copy(update={"student_accuracy": alone})) == "alone"
    assert promise(good.model_copy(update={"student_accuracy": flawless})) == "ends"


def test_labels_that_count_as_one_draw_are_one_students(result: Result) -> None:
    teacher = asked(result, bias="skillful-bad-teacher")
    assert learned_from(with_indicators(teacher, n=1198)) == 1198
