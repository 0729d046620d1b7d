from softlabel_core.indicators import CONFIDENCE, Indicator, Sample, worst_of
from softlabel_core.indicators.largest_cooccurrence import LargestCooccurrence


class Ambiguity(Indicator):
    r"""Ambiguity degree.

    How often the worst rival is in the top-k sets of a class: the largest entry off the diagonal of the
    co-occurrence matrix. The largest of many noisy entries would read high on small classes, so the pair of
    class and rival is chosen on one half of every class and read on the other, both ways, over 20 halves,
    and the mean is kept inside the interval. It reads low where a single bad pair cannot be found among few
    examples.

    $$\gamma_k = \max_{y} \max_{i \ne y} M_{yi},\qquad M_{yi} = \operatorname{mean}_{x : y(x) = y} w_i(x)$$

    Reference: Yuan et al. 2023, https://arxiv.org/abs/2302.08155; Cour et al. 2011,
    https://www.jmlr.org/papers/v12/cour11a.html. Estimate: own, measured in docs/science.md. Interval:
    Clopper-Pearson, with Bonferroni over the c (c - 1) entries at the lower end.
    """

    science = 2  # cross-fitted

    symbol = r"\gamma"

    def value(self, sample: Sample) -> float:
        found = sample.cross_fitted
        low, _ = self.interval(sample, 1 - CONFIDENCE)
        # Never above the upper end: halves of a class differ by one example at most, so what they read is at
        # most (hits + 1) / (n + 1) of some pair, the mean of the beta law whose quantile that end is.
        return max(low, LargestCooccurrence().value(sample) if found is None else found)

    def interval(self, sample: Sample, alpha: float) -> tuple[float, float]:
        classes = len(sample.class_sizes)
        return worst_of(sample.most_counted, sample.class_sizes, alpha, classes * (classes - 1))
