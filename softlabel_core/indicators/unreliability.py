import numpy as np

from softlabel_core.indicators import Indicator, Sample, clopper_pearson


class Unreliability(Indicator):
    r"""Unreliability degree.

    How often the truth is missing from the top-k set.

    $$\Delta_k = 1 - \tfrac{1}{n} \sum_x w_y(x)$$

    Reference: Yuan et al. 2023, https://arxiv.org/abs/2302.08155. Interval: Clopper-Pearson.
    """

    science = 2  # the interval counts ties in part

    symbol = r"\Delta"

    def value(self, sample: Sample) -> float:
        return float(sample.missed.sum() / len(sample.targets))

    def interval(self, sample: Sample, alpha: float) -> tuple[float, float]:
        low, high = clopper_pearson(np.array(sample.missed.sum()), np.array(len(sample.targets)), alpha)
        return float(low), float(high)
