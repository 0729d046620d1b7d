import numpy as np
from jaxtyping import Float

from softlabel_core.biases import Bias
from softlabel_core.examples import Examples
from softlabel_core.fields import Probability
from softlabel_core.simplex import normalise

OTHER_RIVALS = 0.1


class CandidateSet(Bias):
    r"""Candidate set: unreliability and ambiguity set directly.

    The truth is in the set with probability 1 - Delta, each wrong label with probability gamma, all
    independently; a set left empty gets one random wrong label; d is uniform over the set. Use it with
    partial labels and k = support, where the set itself is what the student sees.

    $$\Pr(y \in \Omega) = 1 - \Delta,\qquad \Pr(i \in \Omega) = \gamma \quad (i \ne y)$$

    Reference: the ambiguity model of Cour et al. 2011 (https://www.jmlr.org/papers/v12/cour11a.html),
    with an unreliable truth as in Yuan et al. 2023, https://arxiv.org/abs/2302.08155.
    """

    sort = "random"

    unreliability: Probability = 0.1
    """Delta: probability that the truth is missing from the set."""

    ambiguity: Probability = 0.3
    """gamma: probability that a given wrong label is in the set."""

    fixed_rival: bool = False
    """If true only the class's next class has probability gamma, and the other wrong labels have 0.1."""

    def soft_labels(self, examples: Examples, *, generator: np.random.Generator) -> Float[np.ndarray, "n c"]:
        n, c = len(examples), examples.classes
        chance = np.full(c, OTHER_RIVALS if self.fixed_rival else self.ambiguity)
        chance[0] = 1 - self.unreliability
        chance[1] = self.ambiguity
        inside = generator.random((n, c)) < chance  # column j: the label j steps after the truth
        rival = generator.integers(1, c, n)
        empty = np.flatnonzero(~inside.any(1))
        inside[empty, rival[empty]] = True
        steps = (np.arange(c) - examples.targets[:, None]) % c
        return normalise(np.take_along_axis(inside, steps, axis=1).astype(np.float64))
