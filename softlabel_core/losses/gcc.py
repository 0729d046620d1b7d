from collections.abc import Mapping
from typing import Annotated, Any

from jaxtyping import Float
from pydantic import Field

from softlabel_core.losses import Loss, LossMargin, class_wise, likelihood, within
from softlabel_core.tensors import Tensor


class GCC(Loss):
    r"""Generalised classifier-consistent (GCC).

    Between CC (q near 0) and the bounded MAE (q = 1): the smaller q, the harder it insists on sets that the
    student calls unlikely; the larger, the less a set without the truth can do. Below q = 1 it asks of
    labels what CC asks, at q = 1 what MAE asks; the nearer q is to 1, the rarer are unlike rivals that lead
    it to a wrong label.

    $$\ell = \frac{1 - p(\Omega)^q}{q},\qquad
    \partial\ell/\partial z = p(\Omega)^q\,(p - p|_\Omega)$$

    Reference: own combination of CC, Feng et al. 2020, https://arxiv.org/abs/2007.08929, with the
    generalised cross-entropy of Zhang and Sabuncu 2018, https://arxiv.org/abs/1805.07836.
    """

    reads = "sets"
    science = 2  # the power in double precision

    q: Annotated[float, Field(gt=0, le=1)] = 0.7
    """Exponent: near 0 it is CC, at 1 it is MAE."""

    def value(
        self, log_p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... b"]:
        log_mass = log_p.masked_fill(target <= 0, -float("inf")).logsumexp(-2)
        return -(self.q * log_mass).expm1() / self.q

    def logit_gradient(
        self, p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... c b"]:
        # A power is rounded by where it stands in a vectorised loop, so it is taken in double precision: a
        # student's numbers must not depend on its neighbours.
        mass = (p * (target > 0)).sum(-2, keepdim=True).double()
        return (mass**self.q).to(p.dtype) * (p - within(p, target))

    def margin(self, measured: Mapping[str, Any]) -> LossMargin:
        return class_wise(measured) if self.q == 1 else likelihood(measured)
