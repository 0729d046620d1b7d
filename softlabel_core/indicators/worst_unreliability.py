import numpy as np

from softlabel_core.indicators import Indicator, Sample


class WorstUnreliability(Indicator):
    r"""Worst class's unreliability.

    The unreliability degree of the class that fares worst: the average hides a class that is always wrong.

    $$\Delta_{\max} = 1 - \min_y M_{yy}$$

    Reference: own definition after Yuan et al. 2023, https://arxiv.org/abs/2302.08155.
    """

    symbol = r"\Delta_{\max}"

    def value(self, sample: Sample) -> float:
        return 1 - float(np.nanmin(np.diag(sample.cooccurrence)))
