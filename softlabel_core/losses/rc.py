from collections.abc import Mapping
from typing import Any

from jaxtyping import Float

from softlabel_core.losses import Loss, Margin, Tensor, likelihood, within


class RC(Loss):
    r"""Risk-consistent (RC).

    Cross-entropy weighted by how probable each member is to be the truth, were the set drawn uniformly
    among those that hold it: the importance weight of Feng et al. is estimated by the student's own
    probabilities within the set and is a constant to the gradient. Here the weights are those of the
    student at the end of the last epoch, of all examples at once; PRODEN takes each example's from its last
    visit, up to an epoch older. (Weights of the moment would make the gradient p - p restricted to the set,
    which is CC's.) Weights start uniform. The factor 1/2 of the paper is left out.

    $$\ell = -\sum_{i \in \Omega} w_i \log p_i,\qquad \partial\ell/\partial z = p - w,
    \qquad w = p^{\text{last epoch}}|_\Omega$$

    Reference: Feng et al. 2020, https://arxiv.org/abs/2007.08929.
    """

    reads = "sets"
    moves_target = "epoch"

    def value(
        self, log_p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... b"]:
        return -(target * log_p).sum(-2)

    def logit_gradient(
        self, p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... c b"]:
        return p - target

    def next_target(
        self, p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... c b"]:
        return within(p, target)

    def margin(self, measured: Mapping[str, Any]) -> Margin:
        return likelihood(measured)
