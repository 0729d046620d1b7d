"""Examples as every family passes them on: features, true labels, and what is known of them."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int, Real

CONVERTED_AT_ONCE = 1024
"""Examples scaled at a time."""


@dataclass(frozen=True, eq=False)
class Examples:
    """n examples of d features (float32, `standardise`) with their true labels out of c classes."""

    features: Float[np.ndarray, "n d"]
    targets: Int[np.ndarray, "n"]
    classes: int
    image_shape: tuple[int, int, int] | None = None
    """(channels, height, width) if the features are the pixels of an image in that order, else None."""

    rows: Int[np.ndarray, "n"] | None = None
    """Row of each example in the published training file, where the dataset knows it."""

    def __len__(self) -> int:
        return len(self.targets)

    def part(self, rows: Int[np.ndarray, "rows"]) -> "Examples":
        """Some of them."""
        known = None if self.rows is None else self.rows[rows]
        return replace(self, features=self.features[rows], targets=self.targets[rows], rows=known)


@dataclass(frozen=True, eq=False)
class Split:
    """A training and a test part. `shift` and `scale` (d,) turn features back into the data's units."""

    train: Examples
    test: Examples
    shift: Float[np.ndarray, "d"]
    scale: Float[np.ndarray, "d"]

    left: int = 0
    """Examples that the test left, where the training part may be some of them; else 0."""

    def raw(self, rows: Int[np.ndarray, "rows"]) -> Float[np.ndarray, "rows d"]:
        """Training rows in the data's own units (pixel values, coordinates)."""
        return self.train.features[rows] * self.scale + self.shift


def standardise(
    train: Real[np.ndarray, "n d"],
    train_targets: Int[np.ndarray, "n"],
    test: Real[np.ndarray, "t d"],
    test_targets: Int[np.ndarray, "t"],
    classes: int,
    *,
    image_shape: tuple[int, int, int] | None = None,
) -> Split:
    """Mean 0 and variance 1 by the training part, feature by feature; constant features are only centred.

    Images: the mean of all training pixels, and half their range, so that pixels span about -1 to 1. Scaled
    one by one, pixels that are hardly ever inked turn into huge values to memorise wrong labels by, and
    scaled together to variance 1 they still help memorising a little (docs/decisions.md).
    """
    axis = None if image_shape else 0
    spread = (float(train.max()) - float(train.min())) / 2 if image_shape else train.std(0)
    shift = np.broadcast_to(train.mean(axis), train.shape[1:])
    scale = np.broadcast_to(np.where(spread > 0, spread, 1.0), train.shape[1:])

    def part(features: Real[np.ndarray, "n d"], targets: Int[np.ndarray, "n"]) -> Examples:
        standardised = np.empty(features.shape, dtype=np.float32)
        for start in range(
            0, len(features), CONVERTED_AT_ONCE
        ):  # float64 of a whole set of images would be gigabytes
            block = slice(start, start + CONVERTED_AT_ONCE)
            standardised[block] = (features[block] - shift) / scale
        return Examples(standardised, targets.astype(np.int64), classes, image_shape)

    return Split(part(train, train_targets), part(test, test_targets), shift, scale)
