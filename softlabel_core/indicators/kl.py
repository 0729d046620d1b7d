import numpy as np

from softlabel_core.indicators import Indicator, Sample

FLOOR = 1e-12


class KL(Indicator):
    r"""KL divergence from the truth.

    Mean divergence of the soft label from the one-hot label, in nats. Infinite where the truth has no
    mass, so probabilities are floored at 1e-12 (27.6 nats).

    $$\mathbb E\left[\mathrm{KL}(e_y \,\|\, d)\right] = \mathbb E[-\log d_y]$$

    Reference: Kullback and Leibler 1951, https://doi.org/10.1214/aoms/1177729694.
    """

    symbol = r"\mathrm{KL}"
    span = (0.0, -float(np.log(FLOOR)))

    def value(self, sample: Sample) -> float:
        return float(-np.log(np.maximum(sample.true_mass, FLOOR)).mean())
