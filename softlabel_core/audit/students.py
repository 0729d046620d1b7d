"""Students of a file with features: taught with its own soft labels, tested against its truth.

from softlabel_core import read_labels
from softlabel_core.audit.students import Teaching, teach
for one in teach(read_labels("mine.npz"), Teaching(losses=("cc", "cross-entropy"), k=2)):
    print(one.loss, one.student.mean)
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any

import numpy as np
from jaxtyping import Float
from pydantic import Field

from softlabel_core.datasets import divide
from softlabel_core.examples import Examples, Split, standardise
from softlabel_core.experiment.cost import Part
from softlabel_core.experiment.given import Given, run_given
from softlabel_core.experiment.result import Estimate
from softlabel_core.experiment.spec import Experiment, check_sizes
from softlabel_core.experiment.splits import Apart, Splits
from softlabel_core.frameworks import Framework
from softlabel_core.losses import Loss, LossMargin
from softlabel_core.plugin import Invalid, Value, catalogue
from softlabel_core.reading.labels import LabelFile
from softlabel_core.streams import stream
from softlabel_core.students import Student
from softlabel_core.students.mlp import MLP
from softlabel_core.training.train import Training

TEST = 1 / 3
"""Share of the examples that students are tested on."""

SEED = 0
"""Of the draws of splits and students."""

EARLY = Training(validation=0.2, patience=5)
"""How students stop early without the truth: by the set risk on a fifth of what they would learn from."""

LEAST = 10
"""Examples that students can learn from and be tested on."""


class Teaching(Value):
    """What students of a file are asked for."""

    losses: Annotated[tuple[str, ...], Field(min_length=1)]
    """Ids of the losses; all fields as they are by default."""

    k: int | str
    """Set size of the losses that read sets: 1 to the number of classes, or `support`."""

    replicates: int = 4
    """Independent splits and initialisations."""

    student: Student = MLP()
    training: Training = Training()


class Taught(Value):
    """What became of the students of one loss."""

    loss: str
    """Its id."""

    k: int | str | None
    """Set size; None for a loss that reads distributions."""

    margin: LossMargin
    """What the loss asks of the labels that the first replicate's students were shown."""

    indicators: dict[str, Any] = {}
    """`measure` of these labels, at the students' own size."""

    student: Estimate
    """Accuracy on examples held out, against the truth of the file."""

    truth: Estimate
    """The same of students taught with the truth."""


def teach(
    file: LabelFile,
    asked: Teaching,
    *,
    on_progress: Callable[[float], None] | None = None,
    cancel: threading.Event | None = None,
) -> list[Taught]:
    """Students of every loss, on the same splits, beside those taught with the truth.

    Raises `Invalid` for what does not fit the file; the callbacks are those of `run`.
    """
    if file.features is None:
        raise Invalid("features: allowed: numbers that a student can learn from; got none.")
    check(asked, len(file.truth), len(file.names))
    given = taught_on(file, asked)
    outcomes = run_given(given, on_progress=on_progress, cancel=cancel)
    return [
        Taught(
            loss=one.framework.loss.kind(),
            k=getattr(one.framework, "k", None),
            margin=outcome.margin,
            indicators=outcome.indicators,
            student=outcome.student,
            truth=outcome.truth,
        )
        for one, outcome in zip(given, outcomes, strict=True)
    ]


def check(asked: Teaching, examples: int, classes: int) -> list[Framework]:
    """The ways of teaching; raises `Invalid` for a loss or size that does not fit, or too few examples."""
    if examples < LEAST:
        raise Invalid(
            "students: allowed: files of {least} examples or more; got {examples}.",
            least=LEAST,
            examples=examples,
        )
    Experiment.parse({"replicates": asked.replicates})
    return frameworks(asked, classes)


def frameworks(asked: Teaching, classes: int) -> list[Framework]:
    """Soft labels for a loss that reads distributions, sets of size k for another; raises `Invalid`."""
    ways = []
    for kind in asked.losses:
        way: dict[str, Any] = {"kind": "soft-labels", "loss": kind}
        if kind not in catalogue(Loss) or catalogue(Loss)[kind].reads == "sets":
            way |= {"kind": "partial-labels", "k": asked.k}
        framework = Framework.parse(way)
        check_sizes("framework", framework, classes, "the file")
        ways.append(framework)
    return ways


def part(asked: Teaching, examples: int, features: int, classes: int) -> Part:
    """What is trained, for the prediction of its time."""
    tested = _tested(examples)
    return Part(
        student=asked.student,
        training=asked.training,
        networks=asked.replicates * (len(asked.losses) + 1),  # those taught with the truth are shared
        examples=examples - tested,
        tested=tested,
        features=features,
        classes=classes,
        splits=asked.replicates,
    )


def taught_on(file: LabelFile, asked: Teaching) -> list[Given]:
    """Students of a file, taught in every way on the same splits with its own soft labels."""
    drawn = splits(file, asked.replicates)
    if asked.training.validation:
        drawn = Apart.of(drawn, asked.training.validation).splits
    held = None if drawn.validation is None else [_labels(file, one) for one in drawn.validation]
    labels = [_labels(file, split.train) for split in drawn.parts]
    ways = frameworks(asked, len(file.names))
    return [Given(drawn, labels, way, asked.student, asked.training, held) for way in ways]


def _labels(file: LabelFile, examples: Examples) -> Float[np.ndarray, "n c"]:
    """The file's own labels of some of its examples."""
    found: np.ndarray = file.soft_labels[examples.rows]
    return found


def splits(file: LabelFile, replicates: int) -> Splits:
    """The examples of a file with features, split anew and stratified for every replicate."""
    return Splits([_split(file, generator=stream(SEED, "split", i)) for i in range(replicates)], SEED)


def _split(file: LabelFile, *, generator: np.random.Generator) -> Split:
    assert file.features is not None  # noqa: S101  # for the type checker
    features, targets, shape = file.features, file.truth, file.image_shape
    train, test = divide(targets, _tested(len(targets)), generator=generator)
    parts = (features[train], targets[train], features[test], targets[test])
    split = standardise(*parts, len(file.names), image_shape=shape)
    return replace(split, train=replace(split.train, rows=train))


def _tested(examples: int) -> int:
    return round(examples * TEST)
