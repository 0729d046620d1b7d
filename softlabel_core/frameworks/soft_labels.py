import numpy as np
from jaxtyping import Float, Int

from softlabel_core.frameworks import Framework, Shown
from softlabel_core.losses import Loss, Shows
from softlabel_core.losses.cross_entropy import CrossEntropy


class SoftLabels(Framework):
    r"""Soft labels (distillation).

    The student sees the soft label itself and imitates it.

    $$\text{shown} = d$$

    Reference: Hinton et al. 2015, https://arxiv.org/abs/1503.02531.
    """

    loss: Loss = CrossEntropy()
    """Loss of the student; it must read distributions."""

    @property
    def shows(self) -> Shows:
        return "distributions"

    def show(
        self,
        soft_labels: Float[np.ndarray, "n c"],
        targets: Int[np.ndarray, "n"],
        *,
        generator: np.random.Generator,
    ) -> Shown:
        return Shown.complete(soft_labels, soft_labels, None)
