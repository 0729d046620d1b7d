"""Indicators: numbers that say how wrong soft labels are. A new one is a new file here.

`measure` computes them all. Definitions: Yuan et al. 2023, https://arxiv.org/abs/2302.08155, with the
ambiguity degree conditional on the class (a fixed rival per class is invisible to the marginal version).
"""

from abc import abstractmethod
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float, Int, Real

from softlabel_core.indicators._cross_fit import cross_fitted, grouped
from softlabel_core.plugin import Invalid, Plugin, catalogue
from softlabel_core.simplex import check, membership

CONFIDENCE = 0.95

WIDE = 0.5
"""An estimate whose interval is wider is no number to show: only the interval says something."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Soft labels with their true labels, seen at set size k."""

    soft_labels: Float[np.ndarray, "n c"]
    targets: Int[np.ndarray, "n"]
    k: int | str
    seed: int = 0

    @cached_property
    def inside(self) -> Float[np.ndarray, "n c"]:
        """Fractional membership of the top-k sets, exact about ties."""
        return membership(self.soft_labels, self.k)

    @cached_property
    def class_sizes(self) -> Int[np.ndarray, "c"]:
        """Examples of each class."""
        return np.bincount(self.targets, minlength=self.soft_labels.shape[1])

    @cached_property
    def counts(self) -> Float[np.ndarray, "c c"]:
        """How many sets of examples of class y hold label i; a tied label counts in part."""
        return grouped(self.inside, self.targets, self.inside.shape[1])

    @cached_property
    def cooccurrence(self) -> Float[np.ndarray, "c c"]:
        """M[y, i]: how often label i is in the set of an example of class y; NaN for an absent class."""
        return self._shares(self.counts)

    @cached_property
    def missed(self) -> Float[np.ndarray, "c"]:
        """How many sets of each class do not hold the truth."""
        return np.clip(self.class_sizes - np.diag(self.counts), 0, None)

    @cached_property
    def wrong(self) -> Float[np.ndarray, "c c"]:
        """The co-occurrence matrix without its diagonal (NaN there)."""
        return np.where(np.eye(len(self.cooccurrence), dtype=bool), np.nan, self.cooccurrence)

    @cached_property
    def most_counted(self) -> Float[np.ndarray, "c"]:
        """Of each class, how many sets hold the wrong label that most of them hold."""
        return np.where(np.eye(len(self.counts), dtype=bool), -1.0, self.counts).max(1)

    @cached_property
    def cross_fitted(self) -> float | None:
        """The largest share off the diagonal, without upward bias; None where no class has two examples."""
        return cross_fitted(self.inside, self.targets, self.seed)

    @cached_property
    def true_mass(self) -> Float[np.ndarray, "n"]:
        """d_y, the probability of the truth."""
        return np.take_along_axis(self.soft_labels, self.targets[:, None], axis=1)[:, 0]

    def by_class(self, values: Float[np.ndarray, "n c"]) -> Float[np.ndarray, "c c"]:
        """Mean row of each class; NaN for an absent class."""
        return self._shares(grouped(values, self.targets, values.shape[1]))

    def _shares(self, sums: Float[np.ndarray, "c c"]) -> Float[np.ndarray, "c c"]:
        with np.errstate(invalid="ignore"):
            return sums / self.class_sizes[:, None]


class Indicator(Plugin):
    """An indicator of a sample of soft labels."""

    family: ClassVar[str] = "indicators"

    symbol: ClassVar[str] = ""
    """LaTeX symbol."""

    span: ClassVar[tuple[float, float | None]] = (0.0, 1.0)
    """Lowest and highest value possible; None where it depends on the number of classes."""

    @abstractmethod
    def value(self, sample: Sample) -> float:
        """The estimate, inside its interval."""

    def interval(self, sample: Sample, alpha: float) -> tuple[float, float] | None:
        """An interval that holds the true value with probability >= 1 - alpha, where one is known."""
        return None

    @classmethod
    def key(cls) -> str:
        """Name in JSON and tables: the id with underscores."""
        return cls.kind().replace("-", "_")


def measure(
    soft_labels: Any,
    targets: Any,
    k: int | str | None = None,
    *,
    seed: int = 0,
    intervals: bool = True,
    only: Collection[str] | None = None,
) -> dict[str, Any]:
    """Every indicator of soft labels (n, c) against true labels (n,), with intervals where known.

    `k` is the set size (1 to c), `support` for all labels with positive mass, or None for k*, the size
    from 1 to floor(c / 2) with the smallest estimate of Delta_k + gamma_k. k* looks at the truth: it
    diagnoses, it is no training rule. To compare with a student, use the student's own k.

    Returns `{"k": ..., "n": ..., "classes": ..., name: value, ..., "intervals": {name: [low, high]}}`;
    intervals have 95 % confidence, `seed` draws the halves of the ambiguity degree. Without `intervals`
    that entry is empty, and it takes about half the time. `only`: names of those that are wanted, without
    the others. Raises `Invalid` for anything but rows on the simplex.
    """
    from softlabel_core.indicators._sizes import best_size

    labels, truth = check(soft_labels, targets)
    classes = labels.shape[1]
    if k is None:
        k = best_size(labels, truth)
    elif k != "support" and (not isinstance(k, int | np.integer) or not 1 <= k <= classes):
        raise Invalid(
            "k: allowed: a whole number from 1 to {classes}, support or none; got {got}.",
            classes=classes,
            got=k,
        )
    sample = Sample(labels, truth, k if k == "support" else int(k), seed)
    every = {cls.key(): cls() for cls in catalogue(Indicator).values() if only is None or cls.key() in only}
    ends = {name: one.interval(sample, 1 - CONFIDENCE) for name, one in every.items()} if intervals else {}
    return {
        "k": sample.k,
        "n": len(truth),
        "classes": classes,
        **{name: float(one.value(sample)) + 0.0 for name, one in every.items()},  # no -0.0
        "intervals": {name: list(pair) for name, pair in ends.items() if pair is not None},
    }


def settled(measured: dict[str, Any], name: str) -> bool:
    """Whether the interval of the indicator `name` is narrow enough (`WIDE`) to show the estimate."""
    low, high = measured["intervals"][name]
    return bool(high - low <= WIDE)


def sum_of_degrees(sample: Sample) -> float:
    """Delta_k + gamma_k, as `measure` has it."""
    return catalogue(Indicator)["total"]().value(sample)


def clopper_pearson(
    hits: Real[np.ndarray, "..."], trials: Int[np.ndarray, "..."], alpha: float
) -> tuple[Float[np.ndarray, "..."], Float[np.ndarray, "..."]]:
    """Exact binomial interval, alpha / 2 each side; [0, 1] where there were no trials.

    Where sets have ties, hits are the expectation of a random tie-break and need not be whole: the same beta
    quantiles, so that the interval holds the estimate whatever the draw would have been.

    Reference: Clopper and Pearson 1934, https://doi.org/10.1093/biomet/26.4.404.
    """
    from scipy.special import betaincinv

    misses = trials - hits
    smallest = np.finfo(np.float64).tiny
    low = np.where(hits > 0, betaincinv(np.maximum(hits, smallest), misses + 1, alpha / 2), 0.0)
    high = np.where(misses > 0, betaincinv(hits + 1, np.maximum(misses, smallest), 1 - alpha / 2), 1.0)
    return low, high


def worst_of(
    hits: Real[np.ndarray, "cells"], trials: Int[np.ndarray, "cells"], alpha: float, among: int
) -> tuple[float, float]:
    """Interval of the largest of `among` shares; of shares with as many trials only the largest is needed.

    The lower end must hold for whichever share reads highest, so it has Bonferroni over all of them. The
    upper end has to hold for the one share that truly is the largest, and the highest of the upper ends is
    at least as high as its own.
    """
    low, _ = clopper_pearson(hits, trials, alpha / among)
    _, high = clopper_pearson(hits, trials, alpha)
    return float(low.max()), float(high.max())
