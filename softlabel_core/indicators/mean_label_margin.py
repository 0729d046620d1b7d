import numpy as np

from softlabel_core.indicators import Indicator, Sample
from softlabel_core.indicators._bounded_mean import lower_end
from softlabel_core.indicators._cross_fit import grouped

MOST = 100
"""Classes above which there is no interval: of 1,000 a million differences take minutes."""


class MeanLabelMargin(Indicator):
    r"""Mean-label margin.

    By how much the mean soft label of a class prefers the truth to the best rival, for the worst class.
    Where labels depend on the class alone, endless data teach cross-entropy on the soft labels every class
    exactly if it is positive. It uses no k. The smallest of many noisy differences, it reads low on small
    classes; the interval allows for it.

    $$\min_y \left(\mathbb E[d_y \mid y] - \max_{i \ne y} \mathbb E[d_i \mid y]\right)$$

    Reference: own definition; the mean of the labels is the population minimiser of cross-entropy. Interval:
    of each of the c (c - 1) mean differences that of Waudby-Smith and Ramdas 2024,
    https://arxiv.org/abs/2010.09686, which asks nothing of the distribution of bounded values, with
    Bonferroni over the differences at the upper end.
    """

    science = 2  # with an interval

    symbol = r"\bar m"
    span = (-1.0, 1.0)

    def value(self, sample: Sample) -> float:
        present = sample.class_sizes > 0
        mean = sample.by_class(sample.soft_labels)
        rivals = np.where(np.eye(len(mean), dtype=bool), -np.inf, mean)
        return float(np.min((np.diag(mean) - rivals.max(axis=1))[present]))

    def interval(self, sample: Sample, alpha: float) -> tuple[float, float] | None:
        """The smallest of all lower ends, and of all upper ends.

        The lower end has to hold for the one difference that truly is the smallest, and the smallest of the
        lower ends is at most its own. The upper end must hold for whichever reads lowest. None for more than
        `MOST` classes.
        """
        classes = len(sample.class_sizes)
        if classes > MOST:
            return None
        rivals = ~np.eye(classes, dtype=bool)
        shares = (1 + sample.true_mass[:, None] - sample.soft_labels) / 2  # differences, moved to [0, 1]
        sums, squares = (grouped(shares**power, sample.targets, classes)[rivals] for power in (1, 2))
        trials = np.repeat(sample.class_sizes, classes - 1)
        low = lower_end(sums, squares, trials, alpha / 2)
        mirrored = trials - sums, trials - 2 * sums + squares  # of 1 - x, whose lower end is the upper one
        high = lower_end(*mirrored, trials, alpha / 2 / len(trials), largest=True)
        return 2 * low - 1, 1 - 2 * high
