"""Examples as every family passes them on: features, true labels, and what is known of them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, Real, UInt8

BLOCK = 1024
"""Examples standardised at a time."""


@dataclass(frozen=True, eq=False)
class Examples:
    """n examples of d features (float32, standardised) with their true labels out of c classes."""

    features: Float[np.ndarray, "n d"]
    targets: Int[np.ndarray, "n"]
    classes: int
    image_shape: tuple[int, int, int] | None = None
    """(channels, height, width) if the features are the pixels of an image in that order, else None."""

    rows: Int[np.ndarray, "n"] | None = None
    """Row of each example in the published training file, where the dataset knows it."""

    def __len__(self) -> int:
        return len(self.targets)


@dataclass(frozen=True, eq=False)
class Split:
    """A training and a test part. `shift` and `scale` (d,) turn features back into the data's units."""

    train: Examples
    test: Examples
    shift: Float[np.ndarray, "d"]
    scale: Float[np.ndarray, "d"]

    def raw(self, rows: Int[np.ndarray, "m"]) -> Float[np.ndarray, "m d"]:
        """Training rows in the data's own units (pixel values, coordinates)."""
        return self.train.features[rows] * self.scale + self.shift


def standardise(
    train: Real[np.ndarray, "n d"],
    train_targets: Int[np.ndarray, "n"],
    test: Real[np.ndarray, "m d"],
    test_targets: Int[np.ndarray, "m"],
    classes: int,
    *,
    image_shape: tuple[int, int, int] | None = None,
) -> Split:
    """Zero mean and unit variance by the training part; constant features are only centred.

    Images get one mean and one scale for all pixels. Scaled one by one, pixels that are hardly ever inked
    turn into huge values to memorise wrong labels by: on digits with candidate sets (.3, .3) the student
    then loses about 6 points (docs/decisions.md).
    """
    axis = None if image_shape else 0
    shift = np.broadcast_to(train.mean(axis), train.shape[1:])
    deviation = _deviation_of_bytes(train) if train.dtype == np.uint8 else train.std(axis)
    spread = np.broadcast_to(deviation, train.shape[1:])
    scale = np.where(spread > 0, spread, 1.0)

    def part(features: Real[np.ndarray, "n d"], targets: Int[np.ndarray, "n"]) -> Examples:
        standardised = np.empty(features.shape, dtype=np.float32)
        for start in range(0, len(features), BLOCK):  # float64 of a whole set of images would be gigabytes
            block = slice(start, start + BLOCK)
            standardised[block] = (features[block] - shift) / scale
        return Examples(standardised, targets.astype(np.int64), classes, image_shape)

    return Split(part(train, train_targets), part(test, test_targets), shift, scale)


def _deviation_of_bytes(pixels: UInt8[np.ndarray, "n d"]) -> float:
    """Standard deviation of all pixels, from how often each of the 256 values comes."""
    counts = np.zeros(256)
    for start in range(0, len(pixels), BLOCK):
        counts += np.bincount(pixels[start : start + BLOCK].ravel(), minlength=256)
    values = np.arange(256)
    mean = counts @ values / counts.sum()
    return float(np.sqrt(counts @ (values - mean) ** 2 / counts.sum()))
