"""Datasets: what the students learn from. A new one is a new file here with a `Dataset` in it."""

from abc import abstractmethod
from typing import Annotated, ClassVar

import numpy as np
from jaxtyping import Float, Int
from pydantic import Field

from softlabel_core.examples import Split, standardise
from softlabel_core.plugin import Plugin


class Dataset(Plugin):
    """A dataset."""

    family: ClassVar[str] = "datasets"

    image_shape: ClassVar[tuple[int, int, int] | None] = None
    """(channels, height, width) when the raw features are pixels in that order, else None."""

    @property
    @abstractmethod
    def class_names(self) -> list[str]:
        """Names of the c classes, in the order of the labels; cheap, nothing is loaded."""

    @property
    def classes(self) -> int:
        """c, the number of classes."""
        return len(self.class_names)

    @property
    def bayes_accuracy(self) -> float | None:
        """Best accuracy any classifier can reach, in [0, 1], where the distribution is known."""
        return None

    @abstractmethod
    def split(self, *, generator: np.random.Generator) -> Split:
        """A training and a test part, drawn anew with every generator; standardised by the training part."""


class Planar(Dataset):
    """Points in the plane, drawn anew for every split, equally many of each class."""

    train_size: Annotated[int, Field(ge=100, le=20_000)] = 1_200
    """Training examples in all."""

    test_size: Annotated[int, Field(ge=100, le=20_000)] = 2_000
    """Test examples in all."""

    @abstractmethod
    def points(
        self, targets: Int[np.ndarray, "n"], *, generator: np.random.Generator
    ) -> Float[np.ndarray, "n 2"]:
        """One point for every target."""

    def split(self, *, generator: np.random.Generator) -> Split:
        train, test = (
            generator.permutation(np.arange(size) % self.classes)
            for size in (self.train_size, self.test_size)
        )
        drawn = [self.points(targets, generator=generator) for targets in (train, test)]
        return standardise(drawn[0], train, drawn[1], test, self.classes)
