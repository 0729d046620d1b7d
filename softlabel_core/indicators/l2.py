import numpy as np

from softlabel_core.indicators import Indicator, Sample
from softlabel_core.simplex import one_hot


class L2(Indicator):
    r"""Euclidean distance to the truth.

    Mean distance between the soft label and the one-hot label.

    $$\mathbb E\,\lVert d - e_y \rVert_2$$

    Reference: own choice, the root of what Brier 1950 averages over the examples,
    https://doi.org/10.1175/1520-0493(1950)078%3C0001:VOFEIT%3E2.0.CO;2.
    """

    symbol = r"L_2"
    span = (0.0, float(np.sqrt(2)))

    def value(self, sample: Sample) -> float:
        truth = one_hot(sample.targets, sample.soft_labels.shape[1])
        return float(np.linalg.norm(sample.soft_labels - truth, axis=1).mean())
