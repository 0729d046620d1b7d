import numpy as np
from jaxtyping import Float, Int

from softlabel_core.fields import SetSize
from softlabel_core.frameworks import Framework, Shown, uniform_over
from softlabel_core.losses import Loss, Shows
from softlabel_core.losses.cc import CC
from softlabel_core.simplex import draw_sets


class PartialLabels(Framework):
    r"""Partial labels.

    The student sees only which k labels are the most probable, not how probable; ties are broken by a
    draw, once per example.

    $$\text{shown} = \Omega_k(d) = \text{the } k \text{ largest of } d$$

    Reference: Cour et al. 2011, https://www.jmlr.org/papers/v12/cour11a.html; as a framework for biased
    soft labels Yuan et al. 2023, https://arxiv.org/abs/2302.08155.
    """

    k: SetSize = 3
    """Size of the set shown; `support` shows all labels with positive mass (for candidate sets)."""

    loss: Loss = CC()
    """Loss of the student; it must read sets."""

    @property
    def shows(self) -> Shows:
        return "sets"

    def show(
        self,
        soft_labels: Float[np.ndarray, "n c"],
        targets: Int[np.ndarray, "n"],
        *,
        generator: np.random.Generator,
    ) -> Shown:
        sets = draw_sets(soft_labels, self.k, generator=generator)
        return Shown.complete(uniform_over(sets), soft_labels, self.k)
