from softlabel_core.indicators import Indicator, Sample
from softlabel_core.indicators.ambiguity import Ambiguity
from softlabel_core.indicators.worst_unreliability import WorstUnreliability


class WorstTotal(Indicator):
    r"""Worst-class sum.

    The worst class's unreliability and the ambiguity degree. Below 1, where mistakes depend on the class
    alone, the truth is in the sets of every class more often than any wrong label; the sum of the two
    degrees says so only on the average over classes.

    $$\Delta_{\max} + \gamma_k$$

    Reference: own definition after Yuan et al. 2023, https://arxiv.org/abs/2302.08155, whose theorem asks for
    bounds that hold in every class. Interval: the ends of both intervals at alpha / 2 each, added.
    """

    symbol = r"\Delta_{\max} + \gamma"
    span = (0.0, 2.0)

    def value(self, sample: Sample) -> float:
        return WorstUnreliability().value(sample) + Ambiguity().value(sample)

    def interval(self, sample: Sample, alpha: float) -> tuple[float, float]:
        parts = [one.interval(sample, alpha / 2) for one in (WorstUnreliability(), Ambiguity())]
        return sum(low for low, _ in parts), sum(high for _, high in parts)
