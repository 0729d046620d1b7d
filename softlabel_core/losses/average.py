from collections.abc import Mapping
from typing import Any

from jaxtyping import Float

from softlabel_core.losses import Loss, LossMargin, class_wise, ends, numbers
from softlabel_core.tensors import Tensor


class Average(Loss):
    r"""Average over the candidates.

    Cross-entropy on the uniform distribution over the set: every candidate is equally right. Where sets
    depend on the class alone and have one size, its population minimiser has the right argmax exactly if
    the class-wise margin is positive. With sets of several sizes a label in a small set weighs more: then
    it is the mean of the uniform distributions that must put the truth first.

    $$\ell = -\tfrac{1}{|\Omega|}\sum_{i \in \Omega} \log p_i,\qquad \partial\ell/\partial z = p - u_\Omega$$

    Reference: Cour et al. 2011, https://www.jmlr.org/papers/v12/cour11a.html.
    """

    reads = "sets"

    def value(
        self, log_p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... b"]:
        inside = (target > 0).to(log_p.dtype)
        return -(inside * log_p).sum(-2) / inside.sum(-2)

    def logit_gradient(
        self, p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... c b"]:
        inside = (target > 0).to(p.dtype)
        return p - inside / inside.sum(-2, keepdim=True)

    def margin(self, measured: Mapping[str, Any]) -> LossMargin:
        if measured["k"] != "support":
            return class_wise(measured)
        found = numbers(measured, "k") | ends(measured, "target_margin")
        return LossMargin(rule="uniform-target", value=measured["target_margin"], numbers=found)
