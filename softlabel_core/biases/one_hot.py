import numpy as np
from jaxtyping import Float

from softlabel_core.biases import Bias
from softlabel_core.examples import Examples
from softlabel_core.simplex import one_hot


class OneHot(Bias):
    r"""One-hot (no bias).

    All mass on the truth: the reference that every other bias type is compared with.

    $$d_i = [i = y]$$

    Reference: Bishop 2006, "Pattern Recognition and Machine Learning", chapter 4 (1-of-K coding).
    """

    sort = "clean"

    def soft_labels(self, examples: Examples, *, generator: np.random.Generator) -> Float[np.ndarray, "n c"]:
        return one_hot(examples.targets, examples.classes)
