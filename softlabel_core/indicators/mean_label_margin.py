import numpy as np

from softlabel_core.indicators import Indicator, Sample


class MeanLabelMargin(Indicator):
    r"""Mean-label margin.

    By how much the mean soft label of a class prefers the truth to the best rival, for the worst class.
    Where labels depend on the class alone, endless data teach cross-entropy on the soft labels every class
    exactly if it is positive. It uses no k.

    $$\min_y \left(\mathbb E[d_y \mid y] - \max_{i \ne y} \mathbb E[d_i \mid y]\right)$$

    Reference: own definition; the mean of the labels is the population minimiser of cross-entropy.
    """

    symbol = r"\bar m"
    span = (-1.0, 1.0)

    def value(self, sample: Sample) -> float:
        present = sample.class_sizes > 0
        mean = sample.by_class(sample.soft_labels)
        rivals = np.where(np.eye(len(mean), dtype=bool), -np.inf, mean)
        return float(np.min((np.diag(mean) - rivals.max(axis=1))[present]))
