import numpy as np

from softlabel_core.indicators import Indicator, Sample, worst_of


class WorstUnreliability(Indicator):
    r"""Worst class's unreliability.

    The unreliability degree of the class that fares worst: the average hides a class that is always wrong.
    The largest of several noisy shares, it reads high on small classes; the interval allows for it.

    $$\Delta_{\max} = 1 - \min_y M_{yy}$$

    Reference: own definition after Yuan et al. 2023, https://arxiv.org/abs/2302.08155. Interval:
    Clopper-Pearson, with Bonferroni over the c classes at the lower end.
    """

    science = 2  # narrower interval

    symbol = r"\Delta_{\max}"

    def value(self, sample: Sample) -> float:
        return 1 - float(np.nanmin(np.diag(sample.cooccurrence)))

    def interval(self, sample: Sample, alpha: float) -> tuple[float, float]:
        return worst_of(sample.missed, sample.class_sizes, alpha, len(sample.missed))
