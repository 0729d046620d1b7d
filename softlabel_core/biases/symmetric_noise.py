import numpy as np
from jaxtyping import Float

from softlabel_core.biases import Bias, random_rivals
from softlabel_core.examples import Examples
from softlabel_core.fields import Probability
from softlabel_core.simplex import one_hot


class SymmetricNoise(Bias):
    r"""Symmetric noise.

    With probability epsilon the one-hot label is moved to a random wrong class.

    $$\Pr(\tilde y = i \mid y) = (1 - \varepsilon)\,[i = y] + \tfrac{\varepsilon}{c - 1}\,[i \ne y]$$

    Reference: Angluin and Laird 1988, https://doi.org/10.1007/BF00116829; the multi-class form of
    van Rooyen et al. 2015, https://arxiv.org/abs/1505.07634.
    """

    sort = "noise"

    rate: Probability = 0.5
    """Probability epsilon that a label is wrong."""

    def soft_labels(self, examples: Examples, *, generator: np.random.Generator) -> Float[np.ndarray, "n c"]:
        wrong = random_rivals(examples, generator=generator)[:, 0]
        flipped = generator.random(len(examples)) < self.rate
        return one_hot(np.where(flipped, wrong, examples.targets), examples.classes)
