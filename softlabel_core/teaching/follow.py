"""One class followed label by label: real draws, each with its own lot, so that the rate can be moved later.

The draws are those of the experiment's own runs (its splits, its streams). Whether a label's first choice is
the class's fixed rival is decided by one number a label, whatever the rate: sent along, it lets whoever has
the draws decide again for another rate and come to the very labels that `fixed-rival` makes for it.
"""

import functools
from dataclasses import dataclass

import numpy as np

from softlabel_core.biases import by_rank, random_rivals
from softlabel_core.biases.fixed_rival import FixedRival
from softlabel_core.experiment.spec import Experiment
from softlabel_core.streams import stream

PARTS = 100
"""Rates are told apart in hundredths."""

SHADES = 17
"""Grey values of a pixel of the digits."""


@dataclass(frozen=True)
class Draw:
    """One soft label of an image of the class: what it is at every rate."""

    image: int
    """Number of the image among `Followed.images`."""

    rivals: tuple[int, ...]
    """The wrong labels in the order in which they stand when the fixed rival is not called for."""

    from_: int
    """Smallest rate, in hundredths, at which the fixed rival comes first; above 100: at none."""

    def ranking(self, rate: int, truth: int, rival: int) -> list[int]:
        """All labels, the most probable first, at a rate in hundredths."""
        rivals = list(self.rivals)
        if rate >= self.from_:
            place = rivals.index(rival)
            rivals[0], rivals[place] = rival, rivals[0]
        return [rivals[0], truth, *rivals[1:]]


@dataclass(frozen=True)
class Followed:
    """All labels that the runs of an experiment gave the images of one class, in the order of the runs."""

    truth: int
    rival: int
    classes: int
    masses: tuple[float, ...]
    """Probability at each rank."""

    images: tuple[str, ...]
    """8 x 8 pixels each, row by row, a digit to the base 17 a pixel."""

    draws: tuple[Draw, ...]


@functools.lru_cache(maxsize=8)
def follow(experiment: Experiment, truth: int) -> Followed:
    """Follow one class of an experiment on the digits with `fixed-rival`; the rate is left open."""
    bias = experiment.bias
    if not isinstance(bias, FixedRival):
        raise TypeError(f"follows fixed-rival, not {bias.kind()}")
    images: dict[str, int] = {}
    draws: list[Draw] = []
    for run in range(experiment.replicates):
        split = experiment.dataset.split(generator=stream(experiment.seed, "split", run))
        generator = stream(experiment.seed, "labels", run)
        rivals = random_rivals(split.train, generator=generator)
        lots = generator.random(len(split.train))
        rows = np.flatnonzero(split.train.targets == truth)
        for row, pixels in zip(rows, split.raw(rows), strict=True):
            image = "".join(np.base_repr(shade, SHADES).lower() for shade in np.rint(pixels).astype(int))
            number = images.setdefault(image, len(images))
            draws.append(Draw(number, tuple(map(int, rivals[row])), _from(lots[row])))
    classes = experiment.dataset.classes
    [masses] = by_rank(np.arange(classes)[None], bias.decay)
    return Followed(
        truth=truth,
        rival=(truth + 1) % classes,
        classes=classes,
        masses=tuple(map(float, masses)),
        images=tuple(images),
        draws=tuple(draws),
    )


def _from(lot: float) -> int:
    """The least number of hundredths above the lot, as the comparison `lot < rate` sees it."""
    return next((part for part in range(int(lot * PARTS), PARTS + 1) if lot < part / PARTS), PARTS + 1)
