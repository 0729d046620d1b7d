"""Examples as every family passes them on: features, true labels, and what is known of them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int


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
    train: Float[np.ndarray, "n d"],
    train_targets: Int[np.ndarray, "n"],
    test: Float[np.ndarray, "m d"],
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
    spread = np.broadcast_to(train.std(axis), train.shape[1:])
    scale = np.where(spread > 0, spread, 1.0)

    def part(features: Float[np.ndarray, "n d"], targets: Int[np.ndarray, "n"]) -> Examples:
        standardised = ((features - shift) / scale).astype(np.float32)
        return Examples(standardised, targets.astype(np.int64), classes, image_shape)

    return Split(part(train, train_targets), part(test, test_targets), shift, scale)
