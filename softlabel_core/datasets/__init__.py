"""Datasets: what the students learn from. A new one is a new file here with a `Dataset` in it."""

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from softlabel_core.examples import Split
from softlabel_core.plugin import Plugin


class Dataset(Plugin):
    """A dataset."""

    family: ClassVar[str] = "datasets"

    image_shape: ClassVar[tuple[int, int] | None] = None
    """(height, width) when the raw features are pixels, else None."""

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
