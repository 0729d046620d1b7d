import numpy as np

from softlabel_core.indicators import Indicator, Sample


class LargestCooccurrence(Indicator):
    r"""Largest co-occurrence.

    The largest entry off the diagonal of the co-occurrence matrix as it was counted: the plug-in estimate of
    the ambiguity degree. The largest of many noisy entries reads high on small classes (all true entries
    .222 read about .32 at 120 examples a class), so samples of different sizes do not compare.

    $$\max_{y} \max_{i \ne y} \hat M_{yi}$$

    Reference: Yuan et al. 2023, https://arxiv.org/abs/2302.08155; Cour et al. 2011,
    https://www.jmlr.org/papers/v12/cour11a.html.
    """

    symbol = r"\hat\gamma"

    def value(self, sample: Sample) -> float:
        return float(np.nanmax(sample.wrong))
