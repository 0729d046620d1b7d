from typing import ClassVar

import numpy as np
from jaxtyping import Float

from softlabel_core.biases import Bias, by_rank, random_rivals
from softlabel_core.examples import Examples
from softlabel_core.fields import Decay, Probability


class FixedRival(Bias):
    r"""Fixed rival: each class is always confused with the same other.

    The truth stands at rank 2. Above it stands, with probability q, the class's own rival, else a random
    wrong label. Label accuracy is 0 and the truth is always in the top 2, as with demotion to rank 2; but
    at q = 1 the rival is there as often as the truth, so nothing in the labels tells the two apart.

    $$\text{rank 1} = (y + 1) \bmod c \ \text{ with probability } q,\qquad \text{rank 2} = y$$

    Reference: own construction after Yuan et al. 2023, https://arxiv.org/abs/2302.08155.
    """

    sort = "demoted"

    later: ClassVar[frozenset[str]] = frozenset({"turned"})

    rate: Probability = 1.0
    """Probability q that the label above the truth is the class's fixed rival."""

    decay: Decay = 0.6
    """Ratio rho of the mass at one rank to the mass at the rank above."""

    turned: bool = False
    """If true the fixed rival is the class before, y - 1, instead of the next."""

    def soft_labels(self, examples: Examples, *, generator: np.random.Generator) -> Float[np.ndarray, "n c"]:
        rivals = random_rivals(examples, generator=generator)
        fixed = (examples.targets + (-1 if self.turned else 1)) % examples.classes
        bring_up = generator.random(len(examples)) < self.rate
        place = np.argmax(rivals == fixed[:, None], axis=1)
        rows = np.flatnonzero(bring_up)
        rivals[rows, place[rows]], rivals[rows, 0] = rivals[rows, 0], fixed[rows]
        return by_rank(np.insert(rivals, 1, examples.targets, axis=1), self.decay)
