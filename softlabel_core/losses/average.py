from collections.abc import Mapping
from typing import Any

from jaxtyping import Float

from softlabel_core.losses import Loss, Margin, class_wise, set_size
from softlabel_core.tensors import Tensor


class Average(Loss):
    r"""Average over the candidates.

    Cross-entropy on the uniform distribution over the set: every candidate is equally right. With sets of
    one size its population minimiser has the right argmax exactly when the class-wise margin is positive.
    With sets of several sizes a label in a small set weighs more: then it is the mean of the uniform
    distributions that must put the truth first.

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

    def margin(self, measured: Mapping[str, Any]) -> Margin:
        if measured["k"] != "support":
            return class_wise(measured)
        margin = measured["target_margin"]
        rule = (
            "above 0: in every class the mean of what it is shown puts the truth first, and endless data "
            "would teach it"
            if margin > 0
            else "not above 0: in some class the mean of what it is shown puts a rival first, and more data "
            "would not help"
        )
        says = (
            f"This student spreads every set evenly, so a label in a small set weighs more; its margin, "
            f"{margin:.2f} at {set_size(measured)}, is {rule}."
        )
        return Margin(value=margin, says=says)
