import numpy as np
from jaxtyping import Float

from softlabel_core.biases import Bias
from softlabel_core.examples import Examples
from softlabel_core.fields import Probability
from softlabel_core.simplex import one_hot


class LabelSmoothing(Bias):
    r"""Label smoothing.

    The truth keeps the largest mass; the rest is spread evenly over all classes.

    $$d_i = (1 - \varepsilon)\,[i = y] + \varepsilon / c$$

    Reference: Szegedy et al. 2016, https://arxiv.org/abs/1512.00567.
    """

    sort = "clean"

    rate: Probability = 0.1
    """Mass moved from the truth to the uniform distribution."""

    def soft_labels(self, examples: Examples, *, generator: np.random.Generator) -> Float[np.ndarray, "n c"]:
        sharp = one_hot(examples.targets, examples.classes)
        return (1 - self.rate) * sharp + self.rate / examples.classes
