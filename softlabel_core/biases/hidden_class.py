from typing import Annotated

import numpy as np
from jaxtyping import Float
from pydantic import Field

from softlabel_core.biases import Bias, by_rank, random_rivals
from softlabel_core.examples import Examples
from softlabel_core.fields import Decay, UpToClasses

RANK = 6


class HiddenClass(Bias):
    r"""Hidden class: some classes are never named.

    The truth of the first m classes always stands at rank 6 (at the last rank with fewer classes), that
    of all others at rank 1; random wrong labels fill the other ranks. The unreliability degree is a mean
    over all examples, so it hides a class that nobody can learn: look at the class-wise margin.

    $$d_{(j)} \propto \rho^{\,j},\qquad \text{rank of } y = 6 \text{ if } y < m, \text{ else } 1$$

    Reference: own construction after Yuan et al. 2023, https://arxiv.org/abs/2302.08155.
    """

    sort = "demoted"

    treats_classes_alike = False

    hidden: Annotated[int, Field(ge=0), UpToClasses()] = 1
    """Number m of hidden classes, the first ones."""

    decay: Decay = 0.6
    """Ratio rho of the mass at one rank to the mass at the rank above."""

    def soft_labels(self, examples: Examples, *, generator: np.random.Generator) -> Float[np.ndarray, "n c"]:
        rivals, truth = random_rivals(examples, generator=generator), examples.targets
        shown = np.insert(rivals, 0, truth, axis=1)
        buried = np.insert(rivals, min(RANK, examples.classes) - 1, truth, axis=1)
        return by_rank(np.where((truth < self.hidden)[:, None], buried, shown), self.decay)
