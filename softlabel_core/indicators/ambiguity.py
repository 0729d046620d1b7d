import numpy as np

from softlabel_core.indicators import Indicator, Sample, clopper_pearson


class Ambiguity(Indicator):
    r"""Ambiguity degree.

    How often the worst rival shares the top-k set with the truth's class: the largest entry off the
    diagonal of the co-occurrence matrix. The largest of many noisy entries reads high on small classes
    (all true entries .222 read about .32 at 120 examples a class); the interval allows for it.

    $$\gamma_k = \max_{y} \max_{i \ne y} M_{yi},\qquad M_{yi} = \operatorname{mean}_{x : y(x) = y} w_i(x)$$

    Reference: Yuan et al. 2023, https://arxiv.org/abs/2302.08155; Cour et al. 2011,
    https://www.jmlr.org/papers/v12/cour11a.html. Interval: Clopper-Pearson for every entry with
    Bonferroni over the c (c - 1) entries.
    """

    symbol = r"\gamma"

    def value(self, sample: Sample) -> float:
        return float(np.nanmax(sample.wrong))

    def interval(self, sample: Sample, alpha: float) -> tuple[float, float]:
        classes = len(sample.class_sizes)
        off_diagonal = ~np.eye(classes, dtype=bool)
        trials = np.broadcast_to(sample.class_sizes[:, None], off_diagonal.shape)[off_diagonal]
        low, high = clopper_pearson(
            sample.drawn_counts[off_diagonal], trials, alpha / (classes * (classes - 1))
        )
        return float(low.max()), float(high.max())
