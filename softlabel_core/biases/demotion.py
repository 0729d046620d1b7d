import numpy as np
from jaxtyping import Float

from softlabel_core.biases import Bias, by_rank, random_rivals
from softlabel_core.examples import Examples
from softlabel_core.fields import Decay, Rank


class Demotion(Bias):
    r"""Demotion: the truth at a lower rank.

    Random wrong labels, drawn afresh for every example, stand above and below the truth. The top label
    is always wrong from rank 2 on, and a student that looks at the top-k set still finds the truth there.

    $$d_{(j)} \propto \rho^{\,j},\qquad y = \text{label at rank } r$$

    Reference: own construction after Yuan et al. 2023, https://arxiv.org/abs/2302.08155.
    """

    sort = "demoted"

    rank: Rank = 3
    """Rank of the truth; 1 is the top."""

    decay: Decay = 0.6
    """Ratio rho of the mass at one rank to the mass at the rank above."""

    def soft_labels(self, examples: Examples, *, generator: np.random.Generator) -> Float[np.ndarray, "n c"]:
        rivals = random_rivals(examples, generator=generator)
        return by_rank(np.insert(rivals, self.rank - 1, examples.targets, axis=1), self.decay)
