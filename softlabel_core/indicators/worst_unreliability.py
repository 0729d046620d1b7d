import numpy as np

from softlabel_core.indicators import Indicator, Sample, clopper_pearson


class WorstUnreliability(Indicator):
    r"""Worst class's unreliability.

    The unreliability degree of the class that fares worst: the average hides a class that is always wrong.

    $$\Delta_{\max} = 1 - \min_y M_{yy}$$

    Reference: own definition after Yuan et al. 2023, https://arxiv.org/abs/2302.08155. Interval:
    Clopper-Pearson for every class with Bonferroni over the c classes.
    """

    symbol = r"\Delta_{\max}"

    def value(self, sample: Sample) -> float:
        return 1 - float(np.nanmin(np.diag(sample.cooccurrence)))

    def interval(self, sample: Sample, alpha: float) -> tuple[float, float]:
        missing = sample.class_sizes - np.diag(sample.drawn_counts)
        low, high = clopper_pearson(missing, sample.class_sizes, alpha / len(missing))
        return float(low.max()), float(high.max())
