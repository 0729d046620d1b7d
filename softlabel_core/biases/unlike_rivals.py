import numpy as np
from jaxtyping import Float

from softlabel_core.biases import Bias
from softlabel_core.examples import Examples
from softlabel_core.fields import Probability
from softlabel_core.simplex import normalise
from softlabel_core.theory.counterexamples import unlike_population


class UnlikeRivals(Bias):
    r"""Unlike rivals: wrong labels that come in pairs.

    Every set holds two of four labels: the truth, the label before it, or one of the two after it. The truth
    is in the sets more often than any other, yet some pairs are far more frequent than others, and CC, which
    asks which few labels make every set likely, is least at another label. Losses that ask only how often
    a label is in the sets (average, MAE, generalised CC from q = .04 on) are least at the truth. With fewer
    than four classes the labels that do not exist are left out, and an empty set is the truth alone.

    $$\Pr(\Omega = \{y + i - 1,\ y + j - 1\}) = p_{ij},\qquad p_{01}, p_{02}, p_{03}, p_{12}, p_{13}, p_{23}
    = .360,\ .127,\ .014,\ .004,\ .298,\ .196$$

    Reference: own construction, the counter-example of theorem 11 in docs/science.md.
    """

    sort = "random"

    share: Probability = 1.0
    """Share of the examples with such a set; the others have the truth alone."""

    def soft_labels(self, examples: Examples, *, generator: np.random.Generator) -> Float[np.ndarray, "n c"]:
        n, c = len(examples), examples.classes
        sets, probabilities, truth = unlike_population()
        drawn = sets[generator.choice(len(sets), n, p=probabilities)][:, :c]
        alone = (generator.random(n) >= self.share) | ~drawn.any(1)
        drawn[alone] = np.arange(drawn.shape[1]) == truth
        columns = (examples.targets[:, None] + np.arange(drawn.shape[1]) - truth) % c
        inside = np.zeros((n, c), dtype=bool)
        np.put_along_axis(inside, columns, drawn, axis=1)
        return normalise(inside.astype(np.float64))
