"""What a film is made of: a head, then frames, and both as one; streamed or stored, the same numbers."""

import base64
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int, Shaped

from softlabel_core.experiment.spec import Experiment
from softlabel_core.plugin import Value


class Head(Value):
    """What is known of a film before its first frame. Packed bytes are base64 of zlib."""

    experiment: Experiment
    """What is filmed, with one replicate."""

    times: list[float]
    """When the frames are taken, in epochs from 0."""

    levels: int
    """Steps of a margin."""

    grid: int | None = None
    """Points a side of the grid; None for images."""

    points: list[dict[str, Any]] = []
    """In the plane, some of the training examples that the student learns from: `x` and `y` in [0, 1] of the
    grid's square, `truth`, and what is `shown` of each class, adding up to 1."""

    truths: str = ""
    """Images only: packed bytes (r,), the true classes."""

    images: list[dict[str, Any]] = []
    """Images only, some test images, as many of each class, class by class: `row` of the answers, and packed
    `pixels`, bytes (channels, height, width)."""

    seen: list[list[float | None]]
    """What the student sees of examples of a class (row): how often its set holds the column's label, or the
    column's mean probability; None for a class without examples."""

    label_accuracy: float
    """How often the first choice of the bias type's labels is right."""

    class_names: list[str]
    image_shape: tuple[int, int, int] | None
    versions: dict[str, str]
    device: str


class Frame(Value):
    """What the student answers at one moment."""

    accuracy: float
    """Share of all test examples right, in [0, 1]."""

    answers: str
    """Packed bytes (r,), each `class * levels + level`: the class that is named, and how far its probability
    is above the next one's, from level 0 (not at all) to `levels - 1` (by 1). The r rows are those of the
    grid, line by line from the lowest y, or the first test images, whose level is always 0."""


class Footage(Head):
    """A film of one student, f frames."""

    accuracy: list[float]
    """`Frame.accuracy`, frame by frame."""

    answers: str
    """Packed bytes (f, r): those of `Frame.answers`, frame by frame."""


def assembled(head: Head, frames: Sequence[Frame]) -> Footage:
    """The film, of all its frames in their order."""
    answers = np.stack([unpack(frame.answers) for frame in frames])
    told = {"accuracy": [frame.accuracy for frame in frames], "answers": pack(answers)}
    return Footage(**dict(head), **told)


def coded(
    named: Int[np.ndarray, "..."], margin: Float[np.ndarray, "..."], levels: int
) -> Shaped[np.ndarray, "..."]:
    """Classes and margins in bytes, as `Frame.answers` has them."""
    level = np.rint(margin * (levels - 1)).astype(np.uint8)
    return (named * levels + level).astype(np.uint8)


def pack(array: Shaped[np.ndarray, "..."]) -> str:
    """Bytes, packed for JSON."""
    return base64.b64encode(zlib.compress(array.tobytes(), 9)).decode()


def unpack(text: str) -> np.ndarray:
    """Bytes as they were packed, in one row."""
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), np.uint8)
