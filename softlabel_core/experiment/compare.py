"""Two results side by side: the difference of their accuracies with an interval."""

import numpy as np
from jaxtyping import Float

from softlabel_core.experiment.result import Result
from softlabel_core.indicators import CONFIDENCE
from softlabel_core.plugin import Value

PAIRED = ("dataset", "seed")
"""Parts of an experiment by which replicate i has the same split in both."""


class Difference(Value):
    """Student accuracy of one result minus that of another, in [-1, 1], with a 95 % interval for new data."""

    mean: float
    low: float | None
    high: float | None
    """None where no two replicates are there to judge the spread by."""

    replicates: int
    """Pairs, or the fewer replicates of the two."""

    paired: bool
    """Whether replicates were compared one by one, on the same split of the data."""

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def difference(one: Result, other: Result) -> Difference:
    """`one` minus `other`.

    With the same dataset and seed, replicate i of both learns from the same split, and what splits have in
    common cancels in the differences replicate by replicate; all replicates that both have count. Otherwise
    the two are independent samples: Welch's interval. Where replicates are splits of one pool, both have the
    variance of `Estimate`.

    Reference: Welch 1947, https://doi.org/10.1093/biomet/34.1-2.28; Nadeau and Bengio 2003,
    https://doi.org/10.1023/A:1024068626366.
    """
    a, b = _accuracies(one), _accuracies(other)
    overlaps = [each.student_accuracy.overlap for each in (one, other)]
    paired = all(getattr(one.experiment, name) == getattr(other.experiment, name) for name in PAIRED)
    if paired:
        together = sorted(a.keys() & b.keys())
        gaps = np.array([a[i] - b[i] for i in together])
        n, spread = len(gaps), _variance(gaps)
        mean, error, freedom = float(gaps.mean()), spread * (1 / n + max(overlaps)), n - 1.0
    else:
        left, right = np.array(list(a.values())), np.array(list(b.values()))
        n, mean = min(len(left), len(right)), float(left.mean() - right.mean())
        parts = [
            _variance(x) * (1 / len(x) + overlap) for x, overlap in zip((left, right), overlaps, strict=True)
        ]
        error, freedom = sum(parts), _freedom(parts, [len(left), len(right)])
    if n < 2:
        return Difference(mean=mean, low=None, high=None, replicates=n, paired=paired)
    from scipy.special import stdtrit

    half = float(stdtrit(freedom, 0.5 + CONFIDENCE / 2) * np.sqrt(error))
    low, high = max(-1.0, mean - half), min(1.0, mean + half)
    return Difference(mean=mean, low=low, high=high, replicates=n, paired=paired)


def gain(result: Result) -> Difference:
    """Student accuracy after the last round minus before the first, replicate by replicate."""
    last = max(row["round"] for row in result.rounds)
    after, before = ([row for row in result.rounds if row["round"] == one] for one in (last, 0))
    return difference(*(result.model_copy(update={"rows": rows}) for rows in (after, before)))


def _accuracies(result: Result) -> dict[int, float]:
    return {row["replicate"]: row["student_accuracy"] for row in result.rows}


def _variance(values: Float[np.ndarray, "n"]) -> float:
    return float(np.var(values, ddof=1)) if len(values) > 1 else 0.0


def _freedom(parts: list[float], sizes: list[int]) -> float:
    """Welch and Satterthwaite's degrees of freedom; those of the smaller sample where nothing varies."""
    whole = sum(parts)
    if whole == 0:
        return float(min(sizes) - 1)
    return whole**2 / sum(part**2 / (size - 1) for part, size in zip(parts, sizes, strict=True) if size > 1)
