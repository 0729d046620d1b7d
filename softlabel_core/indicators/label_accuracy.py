import numpy as np

from softlabel_core.indicators import Indicator, Sample, clopper_pearson
from softlabel_core.simplex import draw_sets, membership
from softlabel_core.streams import stream


class LabelAccuracy(Indicator):
    r"""Label accuracy.

    How often the most probable label is the truth; a tie for the first place counts in part. The usual
    measure of a teacher, and the one that this project puts to the test.

    $$\operatorname{mean}\,[\arg\max d = y]$$

    Reference: 1 minus the misclassification rate of Bishop 2006, "Pattern Recognition and Machine Learning",
    section 1.5.1. Interval: Clopper-Pearson, ties broken by a seeded draw.
    """

    symbol = r"a"

    def value(self, sample: Sample) -> float:
        first = membership(sample.soft_labels, 1)
        return float(np.take_along_axis(first, sample.targets[:, None], axis=1).mean())

    def interval(self, sample: Sample, alpha: float) -> tuple[float, float]:
        first = draw_sets(sample.soft_labels, 1, generator=stream(sample.seed, "first"))
        right = np.count_nonzero(np.take_along_axis(first, sample.targets[:, None], axis=1))
        low, high = clopper_pearson(np.array(right), np.array(len(sample.targets)), alpha)
        return float(low), float(high)
