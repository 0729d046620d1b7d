"""A visitor's own labels: read and measured in a worker, students trained on them, nothing kept.

The server passes the bytes on without looking into them. What a worker is asked is a `Work` of one visitor.
"""

import io
from typing import Any

import numpy as np

from softlabel_core.audit import students
from softlabel_core.audit.report import Audit, audit
from softlabel_core.audit.students import Teaching
from softlabel_core.audit.untold import Untold, untold
from softlabel_core.biases.demotion import Demotion
from softlabel_core.datasets.gaussian_ring import GaussianRing
from softlabel_core.experiment.cost import Cost
from softlabel_core.reading.labels import LabelFile, offered, write
from softlabel_core.service.job import Work
from softlabel_core.service.readings import MOST, Upload, readings
from softlabel_core.service.runner import Channel
from softlabel_core.streams import stream

__all__ = ["MOST", "Upload"]

SECONDS = 10.0
MEMORY = 2**29
"""Seconds, and bytes of addresses beyond what the worker has, to read and measure a file."""

USUAL = 1.0
"""Seconds that reading and measuring takes as a rule."""

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


def teaching(upload: Upload, size: tuple[int, int, int], asked: Teaching, cost: Cost) -> Work:
    """Train students on the upload; the answer is `{"students": [Taught.model_dump]}`.

    `size`: examples, features and classes, as its audit says. Raises `Invalid` for what does not fit.
    """
    examples, features, classes = size
    students.check(asked, examples, classes)
    trained = students.part(asked, examples, features, classes)
    return Work(teach, (upload, asked), cost.seconds_of([trained]))


def teach(upload: Upload, asked: Teaching, channel: Channel) -> dict[str, Any]:
    """A task: `students.teach` on the file, as plain data."""
    file = readings.of(upload)
    taught = students.teach(file, asked, on_progress=channel.progress, cancel=channel.cancel)
    return {"students": [one.model_dump(mode="json") for one in taught]}
