"""Bias types: how the soft labels are wrong. A new one is a new file here with a `Bias` in it."""

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from softlabel_core.examples import Examples
from softlabel_core.plugin import Plugin


@dataclass(frozen=True, eq=False)
class Labelled:
    """Soft labels of one replicate, and what is to be told of their making."""

    soft_labels: Float[np.ndarray, "n c"]
    teacher: list[dict[str, float]] = field(default_factory=list)
    """One row an epoch of the teacher, if there is one: `epoch`, and indicators of its labels by name."""


class Bias(Plugin):
    """A bias type: true labels (and features, where it needs them) -> soft labels d."""

    family: ClassVar[str] = "biases"

    class_conditional: ClassVar[bool] = True
    """Whether d is drawn independently of x given y. Only then do labels of several replicates count
    as independent draws, and only then does the theory need no more than the two indicators."""

    def label_all(self, parts: list[Examples], *, generators: list[np.random.Generator]) -> list["Labelled"]:
        """Soft labels of every replicate; a bias type with teachers trains them together here."""
        return [
            Labelled(self.soft_labels(examples, generator=generator))
            for examples, generator in zip(parts, generators, strict=True)
        ]

    @abstractmethod
    def soft_labels(self, examples: Examples, *, generator: np.random.Generator) -> Float[np.ndarray, "n c"]:
        """Soft labels on the simplex, one row an example.

        Random choices are drawn relative to the true label, so that renaming the classes in a cycle
        renames the labels in the same way.
        """


def random_rivals(examples: Examples, *, generator: np.random.Generator) -> np.ndarray:
    """(n, c - 1) the wrong labels of every example in random order, uniform over the orders."""
    steps = np.argsort(generator.random((len(examples), examples.classes - 1)), axis=1) + 1
    return (examples.targets[:, None] + steps) % examples.classes


def by_rank(ranking: np.ndarray, decay: float) -> Float[np.ndarray, "n c"]:
    """Soft labels whose mass at rank j is proportional to decay^j; `ranking` (n, c) lists the labels."""
    mass = decay ** np.arange(ranking.shape[1])
    labels = np.empty(ranking.shape)
    np.put_along_axis(labels, ranking, np.broadcast_to(mass / mass.sum(), ranking.shape), axis=1)
    return labels
