import math
from dataclasses import replace
from typing import Annotated, Self

import numpy as np
from jaxtyping import Float, Int
from pydantic import Field, model_validator

from softlabel_core.datasets import Dataset, check_fewer, fewer
from softlabel_core.examples import Split, standardise
from softlabel_core.once import once

IMAGES = 1_797
"""Images in all."""


class Digits(Dataset):
    """Handwritten digits (8 x 8).

    1,797 grey images of the digits 0 to 9 as scikit-learn ships them, split anew and stratified for
    every replicate.

    Reference: Alpaydin and Kaynak 1998, UCI, https://doi.org/10.24432/C50P49.
    """

    image_shape = (1, 8, 8)

    later = frozenset({"train_size"})

    test_fraction: Annotated[float, Field(ge=0.1, le=0.5)] = 1 / 3
    """Share of the images kept for the test: 1/3 gives 1,198 for training and 599 for the test."""

    train_size: Annotated[int, Field(ge=0, le=1_617)] = 0
    """Training images in all, stratified; 0 = all that the test leaves."""

    @model_validator(mode="after")
    def _enough_are_left(self) -> Self:
        check_fewer(self.train_size, IMAGES - math.ceil(IMAGES * self.test_fraction), 10)
        return self

    @property
    def class_names(self) -> list[str]:
        return [str(digit) for digit in range(10)]

    def split(self, *, generator: np.random.Generator) -> Split:
        from sklearn.model_selection import train_test_split

        pixels, targets = _images()
        train, test, train_targets, test_targets = train_test_split(
            pixels,
            targets,
            test_size=self.test_fraction,
            stratify=targets,
            random_state=int(generator.integers(2**31)),
        )
        left = len(train)
        kept = fewer(train_targets, self.train_size, generator=generator)
        train, train_targets = train[kept], train_targets[kept]
        split = standardise(
            train, train_targets, test, test_targets, self.classes, image_shape=self.image_shape
        )
        return replace(split, left=left)


@once()
def _images() -> tuple[Float[np.ndarray, "n d"], Int[np.ndarray, "n"]]:
    """Grey values in [0, 16] and which digit each image shows, read from scikit-learn's text file once."""
    from sklearn.datasets import load_digits

    pixels, targets = load_digits(return_X_y=True)
    pixels.flags.writeable = targets.flags.writeable = False
    return pixels, targets
