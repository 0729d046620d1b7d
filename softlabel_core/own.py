"""A visitor's own labels: read and measured in a worker, students trained on them, nothing kept.

The server passes the bytes on without looking into them. What a worker is asked is a `Work` of one visitor.
"""

import io
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float
from pydantic import PrivateAttr

from softlabel_core.audit import audit
from softlabel_core.biases import Bias
from softlabel_core.biases.demotion import Demotion
from softlabel_core.cost import Cost
from softlabel_core.datasets import Dataset, stratified
from softlabel_core.datasets.gaussian_ring import GaussianRing
from softlabel_core.examples import Examples, Split, standardise
from softlabel_core.execute import run_sweep
from softlabel_core.experiment import Experiment
from softlabel_core.jobs import Work
from softlabel_core.labels import LabelFile, read, write
from softlabel_core.losses import Loss, Margin
from softlabel_core.plugin import Invalid, Value, catalogue
from softlabel_core.results import Estimate
from softlabel_core.runner import Channel
from softlabel_core.streams import stream

MOST = 2_000_000
"""Numbers of a visitor's array, or cells of a table."""

SECONDS = 10.0
MEMORY = 2**29
"""Seconds, and bytes of addresses beyond what the worker has, to read and measure a file."""

USUAL = 1.0
"""Seconds that reading and measuring takes as a rule."""

TEST = 1 / 3
"""Share of the examples that students are tested on."""

LEAST = 10
"""Examples that students can learn from and be tested on."""

ROWS = 12
"""Rows of the template."""


@dataclass(frozen=True)
class Upload:
    """A file as it came."""

    name: str
    content: bytes = field(repr=False)


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
    return write(LabelFile(whole.soft_labels[:ROWS], whole.targets[:ROWS], whole.names, features), ending)


def reading(upload: Upload, k: int | str | None) -> Work:
    """Read and measure the upload at set size k; the answer is that of `Audit.model_dump`."""
    return Work(examine, (upload.name, upload.content, k), USUAL, limit=SECONDS, memory=MEMORY)


def examine(name: str, content: bytes, k: int | str | None, channel: Channel) -> dict[str, Any]:
    """A task: `audit` of the file; raises `Invalid`."""
    return audit(read(io.BytesIO(content), name, MOST), k).model_dump(mode="json")


class OwnExamples(Dataset):
    """The examples of an uploaded file, split anew and stratified for every replicate."""

    examples: int
    inputs: int
    names: tuple[str, ...]
    _file: LabelFile | None = PrivateAttr(default=None)

    @classmethod
    def of(cls, file: LabelFile) -> "OwnExamples":
        """With what is in the file, which must have features."""
        assert file.features is not None  # noqa: S101  # for the type checker
        made = cls(examples=len(file.targets), inputs=file.features.shape[1], names=file.names)
        made._file = file
        return made

    @property
    def class_names(self) -> list[str]:
        return list(self.names)

    @property
    def image_shape(self) -> tuple[int, int, int] | None:  # type: ignore[override]
        return self._file.image_shape if self._file else None

    @property
    def sizes(self) -> tuple[int, int, int]:
        tested = round(self.examples * TEST)
        return self.examples - tested, tested, self.inputs

    def split(self, *, generator: np.random.Generator) -> Split:
        assert self._file is not None and self._file.features is not None  # noqa: PT018, S101
        features, targets = self._file.features, self._file.targets
        test = stratified(targets, self.sizes[1], "test_fraction", generator=generator)
        train = generator.permutation(np.setdiff1d(np.arange(self.examples), test))
        parts = (features[train], targets[train], features[test], targets[test])
        split = standardise(*parts, self.classes, image_shape=self.image_shape)
        return Split(
            Examples(split.train.features, split.train.targets, self.classes, self.image_shape, train),
            split.test,
            split.shift,
            split.scale,
        )


class OwnLabels(Bias):
    """The soft labels of an uploaded file."""

    class_conditional = False
    _file: LabelFile | None = PrivateAttr(default=None)

    @classmethod
    def of(cls, file: LabelFile) -> "OwnLabels":
        """Those of the file."""
        made = cls()
        made._file = file
        return made

    def soft_labels(self, examples: Examples, *, generator: np.random.Generator) -> Float[np.ndarray, "n c"]:
        assert self._file is not None  # noqa: S101
        return self._file.soft_labels[examples.rows]


class Taught(Value):
    """What became of the students of one loss."""

    loss: str
    """Its id."""

    k: int | str | None
    """Set size; None for a loss that reads distributions."""

    margin: Margin
    """What the loss asks of the labels that the first replicate's students were shown."""

    student: Estimate
    """Accuracy on examples held out, against the truth of the file."""

    truth: Estimate
    """The same of students taught with the truth."""


def lessons(
    dataset: OwnExamples, bias: OwnLabels, losses: list[str], k: int | str, replicates: int
) -> list[Experiment]:
    """One experiment a loss: soft labels for those that read distributions, sets of size k for the others."""
    experiments = []
    for kind in losses:
        reads = catalogue(Loss)[kind].reads
        way: dict[str, Any] = {"kind": "soft-labels", "loss": kind}
        if reads == "sets":
            way |= {"kind": "partial-labels", "k": k}
        parts = {"dataset": dataset, "bias": bias, "framework": way}
        experiments.append(Experiment.parse({**parts, "replicates": replicates}))
    return experiments


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
        raise Invalid(f"students: allowed: files of {LEAST} examples or more; got {examples}.")
    dataset = OwnExamples(examples=examples, inputs=inputs, names=names)
    planned = lessons(dataset, OwnLabels(), losses, k, replicates)
    seconds = sum(cost.seconds(one) for one in planned) * (len(planned) + 1) / (2 * len(planned))
    return Work(teach, (upload.name, upload.content, losses, k, replicates), seconds)


def teach(
    name: str, content: bytes, losses: list[str], k: int | str, replicates: int, channel: Channel
) -> dict[str, Any]:
    """A task: students of every loss, on the same splits, beside those taught with the truth."""
    file = read(io.BytesIO(content), name, MOST)
    experiments = lessons(OwnExamples.of(file), OwnLabels.of(file), losses, k, replicates)
    results = run_sweep(experiments, on_progress=channel.progress, cancel=channel.cancel)
    students = [
        Taught(
            loss=kind,
            k=k if catalogue(Loss)[kind].reads == "sets" else None,
            margin=result.loss_margin,
            student=result.student_accuracy,
            truth=result.ground_truth_accuracy,
        )
        for kind, result in zip(losses, results, strict=True)
    ]
    return {"students": [one.model_dump(mode="json") for one in students]}
