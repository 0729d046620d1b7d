import numpy as np

from softlabel_core.indicators import Indicator, Sample


class Entropy(Indicator):
    r"""Entropy.

    Mean entropy of the soft labels, in nats: 0 for one-hot, log c for uniform.

    $$\mathbb E\left[-\textstyle\sum_i d_i \log d_i\right]$$

    Reference: Shannon 1948, https://doi.org/10.1002/j.1538-7305.1948.tb01338.x.
    """

    symbol = r"H"
    span = (0.0, None)

    def value(self, sample: Sample) -> float:
        labels = sample.soft_labels
        return float(-(labels * np.log(np.where(labels > 0, labels, 1.0))).sum(1).mean())
