from softlabel_core.indicators import Indicator, Sample


class TrueProbability(Indicator):
    r"""True-class probability.

    Mean probability that the soft label gives to the truth; 1 minus the total variation distance to the
    one-hot label.

    $$\mathbb E[d_y]$$

    Reference: own choice; total variation: Levin, Peres and Wilmer 2009, "Markov Chains and Mixing Times",
    section 4.1.
    """

    symbol = r"\bar d_y"

    def value(self, sample: Sample) -> float:
        return float(sample.true_mass.mean())
