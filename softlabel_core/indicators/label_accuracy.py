import numpy as np

from softlabel_core.indicators import Indicator, Sample, clopper_pearson
from softlabel_core.simplex import membership


class LabelAccuracy(Indicator):
    r"""Label accuracy.

    How often the most probable label is the truth; a tie for the first place counts in part. The usual
    measure of a teacher, and the one that this project puts to the test.

    $$\operatorname{mean}\,[\arg\max d = y]$$

    Reference: 1 minus the misclassification rate of Bishop 2006, "Pattern Recognition and Machine Learning",
    section 1.5.1. Interval: Clopper-Pearson.
    """

    science = 2  # narrower interval

    symbol = r"a"

    def value(self, sample: Sample) -> float:
        return _right(sample) / len(sample.targets)

    def interval(self, sample: Sample, alpha: float) -> tuple[float, float]:
        low, high = clopper_pearson(np.array(_right(sample)), np.array(len(sample.targets)), alpha)
        return float(low), float(high)


def _right(sample: Sample) -> float:
    first = membership(sample.soft_labels, 1)
    return float(np.take_along_axis(first, sample.targets[:, None], axis=1).sum())
