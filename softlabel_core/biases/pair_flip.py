import numpy as np
from jaxtyping import Float

from softlabel_core.biases import Bias
from softlabel_core.examples import Examples
from softlabel_core.fields import Probability
from softlabel_core.simplex import one_hot


class PairFlip(Bias):
    r"""Pair flip.

    With probability epsilon the one-hot label is moved to the next class: the same share of wrong labels
    as symmetric noise, but all of it on one rival.

    $$\Pr(\tilde y = i \mid y) = (1 - \varepsilon)\,[i = y] + \varepsilon\,[i = (y + 1) \bmod c]$$

    Reference: Han et al. 2018, https://arxiv.org/abs/1804.06872.
    """

    sort = "noise"

    rate: Probability = 0.45
    """Probability epsilon that a label is the next class instead of the truth."""

    def soft_labels(self, examples: Examples, *, generator: np.random.Generator) -> Float[np.ndarray, "n c"]:
        flipped = generator.random(len(examples)) < self.rate
        return one_hot((examples.targets + flipped) % examples.classes, examples.classes)
