import numpy as np

from softlabel_core.indicators import Indicator, Sample


class Margin(Indicator):
    r"""Class-wise margin.

    How much more often the truth is in the sets of its class than the worst rival, for the worst class.
    Unlike the sum of the two degrees it sees a single class that is always hidden.

    $$\min_y \left(M_{yy} - \max_{i \ne y} M_{yi}\right)$$

    Reference: own definition after Cour et al. 2011, https://www.jmlr.org/papers/v12/cour11a.html.
    """

    symbol = r"m"
    span = (-1.0, 1.0)

    def value(self, sample: Sample) -> float:
        present = sample.class_sizes > 0
        truth = np.diag(sample.cooccurrence)[present]
        return float(np.min(truth - np.nanmax(sample.wrong[present], axis=1)))
