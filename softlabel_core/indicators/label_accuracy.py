import numpy as np

from softlabel_core.indicators import Indicator, Sample
from softlabel_core.simplex import membership


class LabelAccuracy(Indicator):
    r"""Label accuracy.

    How often the most probable label is the truth; a tie for the first place counts in part. The usual
    measure of a teacher, and the one that this project puts to the test.

    $$\operatorname{mean}\,[\arg\max d = y]$$
    """

    symbol = r"a"

    def value(self, sample: Sample) -> float:
        first = membership(sample.soft_labels, 1)
        return float(np.take_along_axis(first, sample.targets[:, None], axis=1).mean())
