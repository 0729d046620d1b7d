import numpy as np
from jaxtyping import Float

from softlabel_core.indicators import Indicator, Sample, clopper_pearson


class Margin(Indicator):
    r"""Class-wise margin.

    How much more often the truth is in the sets of its class than the worst rival, for the worst class.
    Unlike the sum of the two degrees it sees a single class that is always hidden. The smallest of many
    noisy differences, it reads low on small classes; the interval allows for it.

    $$\min_y \left(M_{yy} - \max_{i \ne y} M_{yi}\right)$$

    Reference: own definition after Cour et al. 2011, https://www.jmlr.org/papers/v12/cour11a.html. Interval:
    Clopper-Pearson at both shares of every difference, with Bonferroni over the c (c - 1) differences at the
    upper end.
    """

    science = 2  # with an interval

    symbol = r"m"
    span = (-1.0, 1.0)

    def value(self, sample: Sample) -> float:
        present = sample.class_sizes > 0
        truth = np.diag(sample.cooccurrence)[present]
        return float(np.min(truth - np.nanmax(sample.wrong[present], axis=1)))

    def interval(self, sample: Sample, alpha: float) -> tuple[float, float]:
        cells = len(sample.class_sizes) * (len(sample.class_sizes) - 1)
        lowest, _ = _differences(sample, alpha / 2)
        _, highest = _differences(sample, alpha / 2 / cells)
        return float(lowest.min()), float(highest.min())


def _differences(sample: Sample, alpha: float) -> tuple[Float[np.ndarray, "c"], Float[np.ndarray, "c"]]:
    """Ends of M_yy - max M_yi of each class, `alpha` / 2 outside on each side of both shares."""
    right, wrong = (
        clopper_pearson(hits, sample.class_sizes, alpha)
        for hits in (np.diag(sample.counts), sample.most_counted)
    )
    return right[0] - wrong[1], right[1] - wrong[0]
