from collections.abc import Mapping
from typing import Any

from jaxtyping import Float

from softlabel_core.losses import Loss, LossMargin, class_wise, within
from softlabel_core.tensors import Tensor


class MAE(Loss):
    r"""Mean absolute error of the set (MAE).

    The probability outside the set. Bounded, so that a set without the truth costs little; but its slope
    vanishes where the set has no probability yet, so that it learns slowly from hard examples, and how well
    differs more from replicate to replicate than with CC. In the population, where sets depend on the class
    alone, all mass goes to the most frequent member: the truth exactly if the class-wise margin is positive.

    $$\ell = 1 - \sum_{i \in \Omega} p_i,\qquad
    \partial\ell/\partial z = p(\Omega)\,(p - p|_\Omega)$$

    Reference: Feng et al. 2020, https://arxiv.org/abs/2007.08929 (bounded losses for sets); for single
    labels Ghosh et al. 2017, https://arxiv.org/abs/1712.09482.
    """

    reads = "sets"

    def value(
        self, log_p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... b"]:
        return (log_p.exp() * (target <= 0)).sum(-2)

    def logit_gradient(
        self, p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... c b"]:
        mass = (p * (target > 0)).sum(-2, keepdim=True)
        return mass * (p - within(p, target))

    def margin(self, measured: Mapping[str, Any]) -> LossMargin:
        return class_wise(measured)
