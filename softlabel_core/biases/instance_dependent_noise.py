import numpy as np
from jaxtyping import Float

from softlabel_core.biases import Taught
from softlabel_core.examples import Examples
from softlabel_core.fields import Probability
from softlabel_core.losses.cross_entropy import CrossEntropy
from softlabel_core.simplex import normalise, one_hot
from softlabel_core.training.teachers import Teachers, assemble, truth

SECOND, OWN, REST = 0.6, 0.3, 0.1


class InstanceDependentNoise(Taught):
    r"""Instance-dependent noise: hard examples are mislabelled.

    The examples to which a well-trained network (64 hidden units, 20 epochs) gives the truth the least
    probability get most of their mass on its best wrong label; the others are one-hot.

    $$d = .6\, e_s + .3\, e_y + .1\, u_{\text{rest}} \text{ for the hardest},\qquad d = e_y \text{ else}$$

    s is the wrong label that the network likes best. With two classes there is no rest, and the masses are
    2/3 and 1/3.

    Reference: after Chen et al. 2021 (noise from a network's outputs), https://arxiv.org/abs/2012.05458.
    """

    sort = "noise"

    fraction: Probability = 0.3
    """Share of the examples that are mislabelled, the hardest ones."""

    def teachers_for(self, parts: list[Examples], *, generators: list[np.random.Generator]) -> Teachers:
        return assemble(
            parts, truth(parts), CrossEntropy(), self.teacher, generators=generators, label=self._mislabel
        )

    def _mislabel(self, part: Examples, p: Float[np.ndarray, "n c"]) -> Float[np.ndarray, "n c"]:
        everyone, y = np.arange(len(part)), part.targets
        labels = one_hot(y, part.classes)
        hardest = np.argsort(p[everyone, y], kind="stable")[: round(self.fraction * len(part))]
        second = np.where(labels > 0, -1.0, p).argmax(1)
        wrong = np.full(p.shape, REST / max(1, part.classes - 2))
        wrong[everyone, second], wrong[everyone, y] = SECOND, OWN
        labels[hardest] = normalise(wrong)[hardest]
        return labels
