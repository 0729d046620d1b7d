from collections.abc import Iterator

import numpy as np
from jaxtyping import Float, Int

from softlabel_core.indicators import CONFIDENCE, Indicator, Sample, grouped, worst_of
from softlabel_core.streams import stream

HALVES = 20
"""Times that every class is split in two halves."""

BLOCKS = 20
"""Parts of a class that halves are made of, one of every two."""


class Ambiguity(Indicator):
    r"""Ambiguity degree.

    How often the worst rival shares the top-k set with the truth's class: the largest entry off the diagonal
    of the co-occurrence matrix. The largest of many noisy entries would read high on small classes, so the
    pair of class and rival is chosen on one half of every class and read on the other, both ways, over 20
    halves, and the mean is kept inside the interval. It reads low where a single bad pair cannot be found
    among few examples.

    $$\gamma_k = \max_{y} \max_{i \ne y} M_{yi},\qquad M_{yi} = \operatorname{mean}_{x : y(x) = y} w_i(x)$$

    Reference: Yuan et al. 2023, https://arxiv.org/abs/2302.08155; Cour et al. 2011,
    https://www.jmlr.org/papers/v12/cour11a.html. Estimate: own, measured in docs/science.md. Interval:
    Clopper-Pearson, with Bonferroni over the c (c - 1) entries at the lower end.
    """

    science = 2  # cross-fitted

    symbol = r"\gamma"

    def value(self, sample: Sample) -> float:
        low, high = self.interval(sample, 1 - CONFIDENCE)
        return float(np.clip(sample.cross_fitted, low, high))

    def interval(self, sample: Sample, alpha: float) -> tuple[float, float]:
        classes = len(sample.class_sizes)
        return worst_of(sample.most_counted, sample.class_sizes, alpha, classes * (classes - 1))


def cross_fitted(sample: Sample) -> float:
    """Mean share, on one half of every class, of the wrong label that reads highest on the other half.

    Pairs that read highest alike are averaged, so the order of the classes does not matter. Classes of a
    single example have no halves; where all are such, it is the largest share as it was counted.
    """
    wrong = ~np.eye(len(sample.class_sizes), dtype=bool) & (sample.class_sizes > 1)[:, None]
    if not wrong.any():
        return float(np.nanmax(sample.wrong))
    read = []
    for half in _halves(sample):
        shares = _shares(sample, half)
        for chosen, other in (shares, shares[::-1]):
            best = chosen[wrong].max()
            read.append(other[wrong & (chosen >= best - 1e-12)].mean())
    return float(np.mean(read))


def _halves(sample: Sample) -> Iterator[Int[np.ndarray, "n"]]:
    """For every example 0 or 1, `HALVES` times.

    The examples of a class, in random order, are dealt out to blocks; of every two blocks one goes to each
    half.
    """
    generator = stream(sample.seed, "halves")
    lot = generator.random(len(sample.targets))
    first = generator.integers(2, size=(HALVES, BLOCKS // 2))
    order = np.lexsort((lot, sample.targets))
    starts = np.cumsum(sample.class_sizes) - sample.class_sizes
    block = np.empty_like(order)
    block[order] = (np.arange(len(order)) - np.repeat(starts, sample.class_sizes)) % BLOCKS
    for one in first:
        yield one[block // 2] ^ (block % 2)


def _shares(sample: Sample, half: Int[np.ndarray, "n"]) -> list[Float[np.ndarray, "c c"]]:
    """The co-occurrence matrix of either half; NaN for a class without examples in it."""
    classes = len(sample.class_sizes)
    place = sample.targets + classes * half
    sums = grouped(sample.inside, place, 2 * classes)
    sizes = np.bincount(place, minlength=2 * classes)
    with np.errstate(invalid="ignore"):
        return np.split(sums / sizes[:, None], 2)
