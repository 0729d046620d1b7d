from softlabel_core.indicators import Indicator, Sample
from softlabel_core.indicators.ambiguity import Ambiguity
from softlabel_core.indicators.unreliability import Unreliability


class Total(Indicator):
    r"""Sum of the two degrees.

    The rule under test: a student that sees sets learns where it is below 1. On the average over classes
    the truth is then in the sets more often than any one wrong label is in those of a class; a single class
    may still be lost, since unreliability is a mean over classes. The worst class's unreliability in its
    place, or the class-wise margin, sees that.

    $$\Delta_k + \gamma_k$$

    Reference: Yuan et al. 2023, https://arxiv.org/abs/2302.08155. Interval: the ends of the two
    degrees' intervals at alpha / 2 each, added.
    """

    science = 2  # narrower interval

    symbol = r"\Delta + \gamma"
    span = (0.0, 2.0)

    def value(self, sample: Sample) -> float:
        return Unreliability().value(sample) + Ambiguity().value(sample)

    def interval(self, sample: Sample, alpha: float) -> tuple[float, float]:
        parts = [one.interval(sample, alpha / 2) for one in (Unreliability(), Ambiguity())]
        return sum(low for low, _ in parts), sum(high for _, high in parts)
