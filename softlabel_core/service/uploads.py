"""A visitor's own labels: read and measured in a worker, students trained on them, nothing kept.

The server passes the bytes on without looking into them. What a worker is asked is a `Work` of one visitor.
"""

import io
from dataclasses import replace
from typing import Any

import numpy as np

from softlabel_core.audit.report import Audit, audit
from softlabel_core.audit.untold import Untold, untold
from softlabel_core.biases.demotion import Demotion
from softlabel_core.datasets import divide
from softlabel_core.datasets.gaussian_ring import GaussianRing
from softlabel_core.examples import Split, standardise
from softlabel_core.experiment.cohort import Splits
from softlabel_core.experiment.cost import Cost, Part
from softlabel_core.experiment.given import Given, run_given
from softlabel_core.experiment.result import Estimate
from softlabel_core.experiment.spec import Experiment, check_sizes
from softlabel_core.frameworks import Framework
from softlabel_core.losses import Loss, LossMargin
from softlabel_core.plugin import Invalid, Value, catalogue
from softlabel_core.reading.labels import LabelFile, offered, write
from softlabel_core.service.job import Work
from softlabel_core.service.readings import MOST, Upload, readings
from softlabel_core.service.runner import Channel
from softlabel_core.streams import stream
from softlabel_core.students import Student
from softlabel_core.students.mlp import MLP
from softlabel_core.training.train import Training

__all__ = ["MOST", "Upload"]

SECONDS = 10.0
MEMORY = 2**29
"""Seconds, and bytes of addresses beyond what the worker has, to read and measure a file."""

USUAL = 1.0
"""Seconds that reading and measuring takes as a rule."""

TEST = 1 / 3
"""Share of the examples that students are tested on."""

STUDENT: Student = MLP()
TRAINING = Training()
SEED = 0
"""The students, how they are trained, and the seed of their draws."""

LEAST = 10
"""Examples that students can learn from and be tested on."""

ROWS = 12
"""Rows of the template."""


def example() -> LabelFile:
    """A small file to try: points on a ring whose true class stands third in every label."""
    ring = GaussianRing(ring_classes=6, spread=0.25, train_size=1200)
    split = ring.split(generator=stream(0, "example", "split"))
    points = split.raw(np.arange(len(split.train))).round(3)
    labels = Demotion(rank=3, decay=0.5).soft_labels(split.train, generator=stream(0, "example", "labels"))
    names = ("amber", "blue", "coral", "denim", "ebony", "fawn")
    return LabelFile(labels.round(4), split.train.targets, names, points)


def template(ending: str) -> bytes:
    """The first rows of the example, to be filled with one's own; `ending` as for `labels.write`."""
    whole = example()
    features = None if whole.features is None else whole.features[:ROWS]
    return write(LabelFile(whole.soft_labels[:ROWS], whole.truth[:ROWS], whole.names, features), ending)


def reading(upload: Upload, k: int | str | None) -> Work:
    """Read and measure the upload at set size k; the answer is that of `found`."""
    return Work(examine, (upload, k), USUAL, limit=SECONDS, memory=MEMORY)


def examine(upload: Upload, k: int | str | None, channel: Channel) -> dict[str, Any]:
    """A task: `audit` of the file, `untold` of one without a truth, as plain data; raises `Invalid`."""
    file = readings.of(upload)
    made: Audit | Untold = untold(file, k) if file.targets is None else audit(file, k)
    return made.model_dump(mode="json")


def found(answer: dict[str, Any]) -> Audit | Untold:
    """What the answer of `examine` says."""
    return (Audit if "indicators" in answer else Untold).model_validate(answer)


def offering(upload: Upload) -> Work:
    """Look which columns there are to choose from; the answer is `{"names": [...]}`."""
    return Work(offer, (upload,), USUAL, limit=SECONDS, memory=MEMORY)


def offer(upload: Upload, channel: Channel) -> dict[str, Any]:
    """A task: `offered` of the file; raises `Invalid`."""
    return {"names": offered(io.BytesIO(upload.content), upload.name, MOST)}


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


def taught_on(file: LabelFile, ways: list[Framework], replicates: int) -> list[Given]:
    """Students of a file, taught in these ways on the same splits with its own soft labels."""
    drawn = splits(file, replicates)
    labels = [file.soft_labels[split.train.rows] for split in drawn.parts]
    return [Given(drawn, labels, way, STUDENT, TRAINING) for way in ways]


class Taught(Value):
    """What became of the students of one loss."""

    loss: str
    """Its id."""

    k: int | str | None
    """Set size; None for a loss that reads distributions."""

    margin: LossMargin
    """What the loss asks of the labels that the first replicate's students were shown."""

    student: Estimate
    """Accuracy on examples held out, against the truth of the file."""

    truth: Estimate
    """The same of students taught with the truth."""


def frameworks(losses: list[str], k: int | str, classes: int) -> list[Framework]:
    """Soft labels for a loss that reads distributions, sets of size k for another; raises `Invalid`."""
    ways = []
    for kind in losses:
        way: dict[str, Any] = {"kind": "soft-labels", "loss": kind}
        if catalogue(Loss)[kind].reads == "sets":
            way |= {"kind": "partial-labels", "k": k}
        framework = Framework.parse(way)
        check_sizes("framework", framework, classes, "the file")
        ways.append(framework)
    return ways


def teaching(
    upload: Upload,
    size: tuple[int, int, tuple[str, ...]],
    losses: list[str],
    k: int | str,
    replicates: int,
    cost: Cost,
) -> Work:
    """Train students of `losses` on the upload; the answer is `{"students": [Taught.model_dump]}`.

    `size`: examples, features and class names, as its audit says. Raises `Invalid` for a loss or size that
    does not fit, or for too few examples.
    """
    examples, inputs, names = size
    if examples < LEAST:
        raise Invalid(
            "students: allowed: files of {least} examples or more; got {examples}.",
            least=LEAST,
            examples=examples,
        )
    Experiment.parse({"replicates": replicates})
    ways, tested = frameworks(losses, k, len(names)), _tested(examples)
    students = Part(
        student=STUDENT,
        training=TRAINING,
        networks=replicates * (len(ways) + 1),  # those taught with the truth are shared
        examples=examples - tested,
        tested=tested,
        features=inputs,
        classes=len(names),
        splits=replicates,
    )
    return Work(teach, (upload, losses, k, replicates), cost.seconds_of([students]))


def teach(
    upload: Upload, losses: list[str], k: int | str, replicates: int, channel: Channel
) -> dict[str, Any]:
    """A task: students of every loss, on the same splits, beside those taught with the truth."""
    file = readings.of(upload)
    given = taught_on(file, frameworks(losses, k, len(file.names)), replicates)
    outcomes = run_given(given, on_progress=channel.progress, cancel=channel.cancel)
    students = [
        Taught(
            loss=one.framework.loss.kind(),
            k=getattr(one.framework, "k", None),
            margin=outcome.margin,
            student=outcome.student,
            truth=outcome.truth,
        )
        for one, outcome in zip(given, outcomes, strict=True)
    ]
    return {"students": [one.model_dump(mode="json") for one in students]}
